"""The door: login, second step, a new password, a confirmation, what was kept, who is locked."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as django_logout
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kaili_hukou import audit, logins, passwords, second_factor, sessions
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.login_forms import CodeForm, LoginForm, NewPasswordForm, ProofForm
from kaili_hukou.models import KeptForm, Officer
from kaili_hukou.officer_forms import ACCOUNT_KEEPERS

# Between password and code: who, since when, and where to.
PENDING = "pending"
PENDING_FOR = datetime.timedelta(minutes=5)


def _attempt(request: HttpRequest, username: str) -> logins.Attempt:
    return logins.Attempt(username, request.META.get("REMOTE_ADDR", ""), timezone.now())


def _acting(request: HttpRequest, officer: Officer) -> Any:
    """Before the login the record knows him already."""
    return audit.acting(audit.Actor(officer, address=request.META.get("REMOTE_ADDR", "")))


def _locked(request: HttpRequest, fault: logins.Locked) -> HttpResponse:
    # Told in minutes: the one in which the lock is off.
    until = fault.until + datetime.timedelta(seconds=59)
    return render(request, "login/locked.html", {"until": until}, status=429)


@sensitive_post_parameters()
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """One answer for a wrong name, a wrong password, a closed account."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    if request.method == "GET" and request.user.is_authenticated and request.user.is_staff:
        return redirect(sessions.way_on(request, asked))
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            attempt = _attempt(request, given["username"])
            officer = logins.log_in_by_password(attempt, given["password"])
        except logins.Locked as fault:
            return _locked(request, fault)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return _after_the_password(request, officer, asked)
    context = {"form": form, "next": asked, "ended": request.session.get(sessions.ENDED, "")}
    return render(request, "admin/login.html", context)


def _after_the_password(request: HttpRequest, officer: Officer, asked: str) -> HttpResponse:
    if second_factor.of(officer) is None:
        return _begin(request, officer, asked, by="密码")
    request.session.cycle_key()
    since = int(timezone.now().timestamp())
    request.session[PENDING] = {"officer": officer.pk, "since": since, "next": asked}
    return redirect("login-code")


def _begin(request: HttpRequest, officer: Officer, asked: str, *, by: str) -> HttpResponse:
    owes = passwords.why_to_change(officer, timezone.now())
    with _acting(request, officer):
        sessions.begin(request, officer, owes, by=by)
    return redirect(sessions.way_on(request, asked))


@sensitive_post_parameters()
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The second step. Its failures count like those of the password."""
    pending = request.session.get(PENDING, {})
    late = timezone.now().timestamp() - PENDING_FOR.total_seconds()
    officer = Officer.objects.filter(pk=pending.get("officer"), is_active=True).first()
    factor = second_factor.of(officer) if officer else None
    if factor is None or pending["since"] < late:
        request.session.pop(PENDING, None)
        return redirect("admin:login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed, now = form.cleaned_data["code"], timezone.now()
        try:
            logins.prove(
                _attempt(request, officer.username),
                lambda: officer if second_factor.take(factor, typed, now) else None,
                "动态口令验证失败",
            )
        except logins.Locked as fault:
            return _locked(request, fault)
        except Refused:
            form.add_error("code", "动态口令或恢复码不对,或已经用过。请等手机显示下一个再填。")
        else:
            request.session.pop(PENDING)
            return _begin(request, officer, pending["next"], by="密码和动态口令")
    return render(request, "login/code.html", {"form": form})


@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """The session is gone from the server, and with it what was kept."""
    if request.user.is_authenticated:
        with transaction.atomic():
            KeptForm.objects.filter(officer=request.user).delete()
            logins.end(request.user)
    django_logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
@never_cache
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """On the spot, also where the old one has run out: nobody needs an administrator for that."""
    owes = request.session.get(sessions.OWES, "")
    fresh = bool(owes) and sessions.ask_again(request) is None
    form = NewPasswordForm(request.user, request.POST or None, fresh=fresh)
    if request.method == "POST" and form.is_valid():
        try:
            if not fresh:
                _proved(request, form.cleaned_data["old_password"])
        except logins.Locked as fault:
            return _thrown_out(request, fault)
        except Refused:
            form.add_error("old_password", "原密码不对,请重新输入。")
        else:
            _change(request, form)
            return redirect(sessions.way_on(request))
    return render(request, "login/password.html", {"form": form, "owes": owes})


def _change(request: HttpRequest, form: NewPasswordForm) -> None:
    with transaction.atomic():
        officer = form.save()
        passwords.changed(officer)
    update_session_auth_hash(request, officer)
    request.session[sessions.OWES] = ""
    sessions.confirmed_now(request)
    messages.success(request, "密码已更改。这个账号在别处的登录都已结束。")


def _proved(request: HttpRequest, text: str) -> None:
    """Again, by password or by a code; failures count as at the login."""
    officer, now = request.user, timezone.now()
    factor = second_factor.of(officer)

    def proof() -> Officer | None:
        is_code = factor is not None and len(text) == second_factor.DIGITS
        good = second_factor.take(factor, text, now) if is_code else officer.check_password(text)
        return officer if good else None

    logins.prove(_attempt(request, officer.username), proof, "再次确认失败")


def _thrown_out(request: HttpRequest, fault: logins.Locked) -> HttpResponse:
    """Whoever guesses inside somebody's session loses it."""
    django_logout(request)
    return _locked(request, fault)


@sensitive_post_parameters()
@never_cache
@login_required
def confirm_again(request: HttpRequest) -> HttpResponse:
    """Before an export, a changed parameter, a changed account: is it still the same officer?"""
    asked = request.POST.get("next", request.GET.get("next", ""))
    form = ProofForm(request.POST or None)
    has_code = second_factor.of(request.user) is not None
    if has_code:
        form.fields["proof"].label = "登录密码或动态口令"
    if request.method == "POST" and form.is_valid():
        try:
            _proved(request, form.cleaned_data["proof"])
        except logins.Locked as fault:
            return _thrown_out(request, fault)
        except Refused:
            form.add_error("proof", f"{form.fields['proof'].label}不对,请重新输入。")
        else:
            audit.record("再次确认身份", request.user)
            logins.forgive(request.user)
            sessions.confirmed_now(request)
            return redirect(sessions.way_on(request, asked))
    return render(request, "login/confirm.html", {"form": form, "next": asked})


@never_cache
@login_required
def kept_forms(request: HttpRequest) -> HttpResponse:
    """What was typed when the login ended: sent on with one press, or dropped."""
    if request.method == "POST":
        sessions.kept_for(request.user).delete()
        messages.info(request, "保留的内容已删除。")
        return redirect("home")
    kept = list(sessions.kept_for(request.user))
    audit.looked("查看保留的填写内容")
    sessions.kept_for(request.user).update(shown=True)
    return render(request, "login/kept.html", {"kept": kept})


@desk_page(ACCOUNT_KEEPERS)
def locks(request: HttpRequest) -> HttpResponse:
    found = logins.locked_accounts(timezone.now())
    return render(request, "login/locks.html", {"found": found, "section": "registers"})


@require_POST
@desk_page(ACCOUNT_KEEPERS)
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    asked = sessions.ask_again(request)
    if asked:
        return asked
    officer = get_object_or_404(Officer, pk=pk)
    try:
        logins.unlock(officer)
        messages.success(request, f"{officer.name}的账号已解除锁定,现在可以登录。")
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("login-locks")
