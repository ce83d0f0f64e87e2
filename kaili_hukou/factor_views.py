"""动态口令: setting it up with a QR code, recovery codes shown once, the reset by two."""

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from kaili_hukou import second_factor, sessions
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.login_forms import FirstCodeForm, ReasonForm
from kaili_hukou.models import Officer, SecondFactor
from kaili_hukou.officer_forms import ACCOUNT_KEEPERS


@sensitive_post_parameters()
@never_cache
@login_required
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Begin, scan and type the first code, keep the recovery codes."""
    asked = sessions.ask_again(request) if request.method == "POST" else None
    if asked:
        return asked
    factor = SecondFactor.objects.filter(officer=request.user).first()
    if request.method == "POST" and factor and factor.confirmed_at:
        return _codes(request, second_factor.renew_codes(factor))
    if request.method == "POST" and "code" in request.POST and factor:
        return _first_code(request, factor)
    if request.method == "POST":
        factor = second_factor.start(request.user)
    return _page(request, factor, FirstCodeForm())


def _first_code(request: HttpRequest, factor: SecondFactor) -> HttpResponse:
    form = FirstCodeForm(request.POST)
    if form.is_valid():
        try:
            codes = second_factor.confirm(
                factor, "".join(form.cleaned_data["code"].split()), timezone.now()
            )
        except Refused as fault:
            form.add_error("code", str(fault))
        else:
            request.session[sessions.SECOND] = True
            return _codes(request, codes)
    return _page(request, factor, form)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "login/recovery_codes.html", {"codes": codes})


def _page(request: HttpRequest, factor: SecondFactor | None, form: FirstCodeForm) -> HttpResponse:
    waits = factor is not None and factor.confirmed_at is None
    context = {
        "factor": factor,
        "waits": waits,
        "form": form,
        "asked": second_factor.is_asked_of(request.user),
        "picture": _picture(factor) if waits else "",
        "left": factor.codes.filter(used_at__isnull=True).count() if factor else 0,
    }
    return render(request, "login/second_factor.html", context)


def _picture(factor: SecondFactor) -> str:
    code = segno.make(second_factor.address_for_authenticator(factor), error="m")
    return mark_safe(code.svg_inline(scale=4, border=2, omitsize=False))  # noqa: S308 - our own drawing


@desk_page(ACCOUNT_KEEPERS)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Of somebody who lost his phone and his recovery codes: one proposes, another confirms."""
    officer = get_object_or_404(Officer, pk=pk)
    factor = second_factor.of(officer)
    form = ReasonForm(request.POST if "propose" in request.POST else None)
    if request.method == "POST" and factor:
        asked = sessions.ask_again(request)
        if asked:
            return asked
        try:
            done = _step(request, factor, form)
        except Refused as fault:
            messages.error(request, str(fault))
            done = True
        if done:
            return redirect("reset-second-factor", pk=pk)
    context = {"officer": officer, "factor": factor, "form": form, "section": "registers"}
    return render(request, "login/reset.html", context)


def _step(request: HttpRequest, factor: SecondFactor, form: ReasonForm) -> bool:
    if "confirm" in request.POST:
        second_factor.confirm_reset(factor, request.user)
        messages.success(request, "已重置。本人下次登录时重新设置动态口令。")
    elif "drop" in request.POST:
        second_factor.drop_reset(factor, request.user)
        messages.info(request, "提请已撤销。")
    elif form.is_valid():
        second_factor.propose_reset(factor, request.user, form.cleaned_data["reason"])
        messages.success(request, "已提请,等待另一位管理员确认。")
    else:
        return False
    return True
