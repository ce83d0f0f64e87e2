"""The pages of rosters. No address holds anything personal."""

from django.urls import URLPattern

app_name = "rosters"

urlpatterns: list[URLPattern] = []
