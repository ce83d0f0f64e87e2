"""The pages of rosters. No address holds anything personal."""

from django.urls import path

from rosters.views import courses

app_name = "rosters"

urlpatterns = [
    path("courses/<slug:kind>/", courses.courses, name="courses"),
    path("courses/<slug:kind>/notices/", courses.notices, name="notices"),
]
