"""The admin site under the desk's own name, behind the desk's own door."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

from kaili_hukou import login_views


class DeskSite(AdminSite):
    site_header = "凯里市户籍窗口"
    site_title = "凯里市户籍窗口"
    index_title = "登记簿与设置"
    enable_nav_sidebar = False

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return login_views.login(request)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return login_views.logout(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return login_views.change_password(request)
