"""Pages of the window for residence permits; rows are named by random ids."""

from django.urls import path

from residence_permits.views import production, reception, requests

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
    path("requests/<uuid:pk>/photograph/", production.photograph, name="photograph"),
    path("requests/<uuid:pk>/hand/", production.give, name="hand"),
    path("requests/<uuid:pk>/print/<slug:paper>/", requests.paper, name="paper"),
    path("cards/", production.stock, name="stock"),
    path("batches/", production.batches, name="batches"),
    path("batches/<uuid:pk>/", production.batch, name="batch"),
    path("batches/<uuid:pk>/sheet/", production.sheet, name="sheet"),
    path("uncollected/", production.uncollected, name="uncollected"),
    path("permits/<uuid:pk>/renew/", production.renewal, name="renew"),
]
