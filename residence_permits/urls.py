"""The pages of residence permits. No address holds anything personal."""

from django.urls import path

from residence_permits.views import acts, counter, due, permit, production, reception, requests

app_name = "permits"

urlpatterns = [
    path("", requests.work, name="work"),
    path("reception/", reception.reception, name="reception"),
    path("people/<uuid:pk>/", reception.resident, name="resident"),
    path("people/<uuid:pk>/residence/", reception.register, name="register"),
    path("people/<uuid:pk>/apply/", reception.application, name="apply"),
    path("requests/<uuid:pk>/", requests.one, name="request"),
    path("requests/<uuid:pk>/bring/", requests.bring, name="bring"),
    path("requests/<uuid:pk>/move/<slug:name>/", requests.move, name="request-move"),
    path("requests/<uuid:pk>/extend/", requests.extend, name="extend"),
    path("requests/<uuid:pk>/photograph/", production.photograph, name="photograph"),
    path("requests/<uuid:pk>/hand/", production.give, name="hand"),
    path("requests/<uuid:pk>/print/<slug:paper>/", requests.paper, name="paper"),
    path("cards/", production.stock, name="stock"),
    path("batches/", production.batches, name="batches"),
    path("batches/<uuid:pk>/", production.batch, name="batch"),
    path("batches/<uuid:pk>/sheet/", production.sheet, name="sheet"),
    path("uncollected/", production.uncollected, name="uncollected"),
    path("counter/", counter.counter, name="counter"),
    path("counter/refuse/", counter.refuse, name="counter-refuse"),
    path("endorsements/<uuid:pk>/undo/", counter.undo_one, name="undo"),
    path("refusals/<uuid:pk>/", permit.not_endorsed, name="not-endorsed"),
    path("due/", due.due, name="due"),
    path("due/print/", due.printed, name="due-print"),
    path("due/export/", due.export, name="due-export"),
    path("arrival/", acts.arrival, name="arrival"),
    path("<uuid:pk>/", permit.permit, name="permit"),
    path("<uuid:pk>/endorse/", permit.endorse_one, name="endorse"),
    path("<uuid:pk>/move/", acts.move, name="move"),
    path("<uuid:pk>/cancel/", acts.cancel_one, name="cancel"),
    path("<uuid:pk>/renew/", production.renewal, name="renew"),
]
