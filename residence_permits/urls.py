"""The pages of residence permits. No address holds anything personal."""

from django.urls import path

from residence_permits.views import acts, counter, due, permit

app_name = "permits"

urlpatterns = [
    path("counter/", counter.counter, name="counter"),
    path("counter/refuse/", counter.refuse, name="counter-refuse"),
    path("endorsements/<uuid:pk>/undo/", counter.undo_one, name="undo"),
    path("due/", due.due, name="due"),
    path("due/print/", due.printed, name="due-print"),
    path("due/export/", due.export, name="due-export"),
    path("arrival/", acts.arrival, name="arrival"),
    path("<uuid:pk>/", permit.permit, name="permit"),
    path("<uuid:pk>/endorse/", permit.endorse_one, name="endorse"),
    path("<uuid:pk>/move/", acts.move, name="move"),
    path("<uuid:pk>/cancel/", acts.cancel_one, name="cancel"),
]
