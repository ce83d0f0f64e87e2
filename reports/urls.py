"""The pages of the annual submission. No address holds anything personal."""

from django.urls import URLPattern

app_name = "reports"

urlpatterns: list[URLPattern] = []
