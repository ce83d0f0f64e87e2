"""The desk's own pages. No address holds anything personal: rows are named by random ids."""

from django.urls import path

from applications.views import (
    case,
    evidence,
    followups,
    handing_lists,
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
    path("evidence/<uuid:pk>/", evidence.item, name="evidence"),
    path("scans/<uuid:pk>/", evidence.scan, name="scan"),
    path("scans/<uuid:pk>/remove/", evidence.remove, name="remove-scan"),
    path("follow-ups/", handing_lists.follow_ups, name="follow-ups"),
    path("follow-ups/<uuid:pk>/", followups.follow_up, name="follow-up"),
    path("allowance/<uuid:pk>/", followups.allowance, name="allowance"),
    path("follow-up-lists/<uuid:pk>/", handing_lists.handing_list, name="follow-up-list"),
    path("follow-up-lists/<uuid:pk>/file/", handing_lists.download, name="follow-up-file"),
    path("follow-up-lists/<uuid:pk>/answers/", handing_lists.upload, name="follow-up-answers"),
    path("follow-up-lists/<uuid:pk>/confirm/", handing_lists.confirm, name="follow-up-confirm"),
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
