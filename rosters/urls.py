"""The pages of rosters. No address holds anything personal."""

from django.urls import path

from rosters.views import courses, ending, roster, row
from rosters.views.columns import columns
from rosters.views.difference import difference
from rosters.views.home import home
from rosters.views.one_upload import cancel, one_upload, progress, resume
from rosters.views.preview import checked, decide, errors
from rosters.views.upload import template, upload

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
    path("", home, name="home"),
    path("upload/", upload, name="upload"),
    path("template/<slug:kind>/", template, name="template"),
    path("uploads/<uuid:pk>/", one_upload, name="one-upload"),
    path("uploads/<uuid:pk>/progress/", progress, name="progress"),
    path("uploads/<uuid:pk>/cancel/", cancel, name="cancel"),
    path("uploads/<uuid:pk>/resume/", resume, name="resume"),
    path("uploads/<uuid:pk>/columns/", columns, name="columns"),
    path("uploads/<uuid:pk>/rows/", checked, name="checked"),
    path("uploads/<uuid:pk>/errors/", errors, name="errors"),
    path("uploads/<uuid:pk>/difference/", difference, name="difference"),
    path("uploads/<uuid:pk>/import/", decide, name="decide"),
    path("courses/<slug:kind>/", courses.courses, name="courses"),
    path("courses/<slug:kind>/notices/", courses.notices, name="notices"),
]
