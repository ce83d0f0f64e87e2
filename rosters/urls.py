"""The pages of rosters. No address holds anything personal."""

from django.urls import path

from rosters.views import ending, roster, row

app_name = "rosters"

urlpatterns = [
    path("<uuid:pk>/", roster.roster, name="roster"),
    path("<uuid:pk>/confirm/", ending.confirmation, name="confirm"),
    path("<uuid:pk>/take-back/", ending.taking_back, name="take-back"),
    path("<uuid:pk>/withdraw/", ending.withdrawal, name="withdraw"),
    path("<uuid:pk>/original/", roster.original, name="original"),
    path("<uuid:pk>/letter/", roster.letter, name="letter"),
    path("rows/<uuid:pk>/", row.row, name="row"),
    path("rows/<uuid:pk>/reveal/", row.reveal, name="reveal"),
    path("rows/<uuid:pk>/withdraw/", ending.row_withdrawal, name="withdraw-row"),
]
