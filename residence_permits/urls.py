"""Pages of the window for residence permits; rows are named by random ids."""

from django.urls import path

from residence_permits.views import reception, requests

app_name = "residence_permits"

urlpatterns = [
    path("", requests.work, name="work"),
    path("reception/", reception.reception, name="reception"),
    path("people/<uuid:pk>/", reception.resident, name="resident"),
    path("people/<uuid:pk>/residence/", reception.register, name="register"),
    path("people/<uuid:pk>/apply/", reception.application, name="apply"),
    path("requests/<uuid:pk>/", requests.one, name="request"),
    path("requests/<uuid:pk>/bring/", requests.bring, name="bring"),
    path("requests/<uuid:pk>/move/<slug:name>/", requests.move, name="move"),
    path("requests/<uuid:pk>/extend/", requests.extend, name="extend"),
    path("requests/<uuid:pk>/print/<slug:paper>/", requests.paper, name="paper"),
]
