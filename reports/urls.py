"""The pages of the annual submission. No address holds anything personal."""

from django.urls import path

from reports.views import indicators

app_name = "reports"

urlpatterns = [
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/template.xlsx", indicators.template, name="indicators-template"),
]
