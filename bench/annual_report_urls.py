"""What `bench.annual_report` holds its lists against: the stock changelist of cases."""

from django.contrib import admin
from django.urls import include, path

from applications.models import Application


class StockCases(admin.ModelAdmin):
    list_display = ["receipt_number", "applicant", "route", "town", "registered_on"]
    search_fields = ["receipt_number", "applicant__name"]
    list_filter = ["route"]


stock = admin.AdminSite(name="stock")
stock.register(Application, StockCases)

urlpatterns = [path("stock/", stock.urls), path("", include("kaili_hukou.urls"))]
