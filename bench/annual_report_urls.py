"""What `bench.annual_report` holds its lists against: the stock changelist of cases."""

from django.urls import include, path

from applications.models import Application
from bench.stock import StockAdmin, StockSite


class StockCases(StockAdmin):
    list_display = ["receipt_number", "applicant", "route", "town", "registered_on"]
    search_fields = ["receipt_number", "applicant__name"]
    list_filter = ["route"]


stock = StockSite(name="stock")
stock.register(Application, StockCases)

urlpatterns = [path("stock/", stock.urls), path("", include("kaili_hukou.urls"))]
