"""The way in, and pages for what went wrong: a sentence, and the way back."""

import sys

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kaili_hukou.crypto import MissingKeys
from kaili_hukou.roles import Role
from kaili_hukou.sessions import keep

# Where each role's day begins; apps are named by address, as in the settings.
LANDING = {
    Role.BUREAU_CLERK: "rosters:home",
    Role.SYSTEM_ADMIN: "admin:index",
    Role.SECURITY_ADMIN: "admin:index",
}


@login_required
def home(request: HttpRequest) -> HttpResponse:
    # A town supplies no rosters: its clerk's day begins with the yearly return.
    if request.user.role == Role.BUREAU_CLERK and request.user.bureau_id is None:
        return redirect("reports:home")
    return redirect(LANDING.get(request.user.role, "desk:work"))


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, "请求有误", "提交的内容无法识别。请返回上一页重新填写。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, "没有权限", str(exception) or "您的角色不能做这件事。")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "没有找到", "没有这个页面,或这份办件不在您的辖区。")


def server_error(request: HttpRequest) -> HttpResponse:
    fault = sys.exc_info()[1]
    if isinstance(fault, MissingKeys):
        return _page(request, 503, "系统没有密钥", str(fault))
    return _page(request, 500, "系统出错", "系统没有完成这一步,已填写的内容没有保存。请稍后再试。")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that was open before the last login: what was typed is offered again."""
    if request.user.is_authenticated and keep(request, request.user):
        return redirect("kept-forms")
    text = "页面打开太久或已重新登录。请返回上一页,刷新后再提交;已填写的内容仍在那一页上。"
    return _page(request, 403, "页面已过期", text)
