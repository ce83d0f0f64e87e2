"""Django's own lists for the benches, open to any officer: nobody is above the table of rights."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class StockSite(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated)


class StockAdmin(admin.ModelAdmin):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
