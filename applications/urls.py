"""The desk's own pages. No address holds anything personal: rows are named by random ids."""

from django.urls import path

from applications.views import (
    case,
    deliveries,
    evidence,
    intake,
    moves,
    papers,
    parameters,
    people,
    queue,
    self_check,
)

app_name = "applications"

urlpatterns = [
    path("work/", queue.work, name="work"),
    path("intake/", intake.intake, name="intake"),
    path("intake/start/", intake.start, name="start"),
    path("divisions/", intake.divisions, name="divisions"),
    path("referral/", intake.refer, name="refer"),
    path("cases/<uuid:pk>/", case.case, name="case"),
    path("cases/<uuid:pk>/verdict/", case.verdict, name="verdict"),
    path("cases/<uuid:pk>/move/<slug:name>/", moves.move, name="move"),
    path("cases/<uuid:pk>/print/<slug:paper>/", papers.paper, name="paper"),
    path("cases/<uuid:pk>/deliver/", deliveries.deliver, name="deliver"),
    path("evidence/<uuid:pk>/", evidence.item, name="evidence"),
    path("scans/<uuid:pk>/", evidence.scan, name="scan"),
    path("scans/<uuid:pk>/remove/", evidence.remove, name="remove-scan"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/reveal/", people.reveal, name="reveal"),
    path("people/<uuid:pk>/tail/", people.check_tail, name="tail"),
    path("search/", people.search, name="search"),
    path("parameters/", parameters.parameters, name="parameters"),
    path("parameters/export/", parameters.export, name="parameters-export"),
    path("parameters/<int:pk>/", parameters.change, name="parameter-change"),
    path("self-check/", self_check.routes, name="self-check-routes"),
    path("self-check/<slug:route>/", self_check.self_check, name="self-check"),
]
