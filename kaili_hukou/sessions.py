"""How long a login lasts, what it still owes, and what is kept when it ends in mid-sentence.

A session carries when it began, when it was last used, and when the officer last proved who he
is. One that is over is flushed; the anonymous session that follows it knows whose it was, so that
a form sent from a page that was still open is kept for him and for nobody else.
"""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import login as django_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from kaili_hukou import audit, logins, second_factor
from kaili_hukou.models import KeptForm, Officer

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]

IDLE = datetime.timedelta(minutes=15)
LONGEST = datetime.timedelta(hours=12)
CONFIRMED_FOR = datetime.timedelta(minutes=10)
# "Last used" is written once a minute, not with each press.
NOTED_EACH = 60
LONGEST_PATH = KeptForm._meta.get_field("path").max_length
# Marks in a session; instants as seconds.
BEGAN, USED, CONFIRMED, OWES, SECOND = "began", "used", "confirmed", "owes", "second"
FORMERLY, ENDED = "formerly", "ended"

TOO_IDLE = "您已 15 分钟没有操作,为保护个人信息,系统已自动退出。请重新登录。"
TOO_LONG = "您已连续登录 12 小时,请重新登录。"
REPLACED = (
    "您的登录已结束:这个账号刚在另一处登录,或密码已更改、账号已停用。"
    "不是您本人操作的,请立即告知系统管理员。"
)
KEPT = "您刚才提交的内容已加密保留 30 分钟,请用同一账号登录,登录后可继续提交。"
# Open to whoever still owes something; and where secrets are typed nothing is kept.
LOGIN_PAGES = ("admin:login", "admin:logout", "admin:password_change", "admin:jsi18n")
SECRET_PAGES = (*LOGIN_PAGES, "login-code", "confirm-again", "second-factor", "kept-forms")
# Of no use, or a secret.
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "usable_password")


def begin(request: HttpRequest, officer: Officer, owes: str, *, by: str) -> None:
    """Logged in: a new session key, and the marks from which everything here is reckoned."""
    now = timezone.now()
    logins.begin(officer, now, by=by)
    former = request.session.pop(FORMERLY, None)
    request.session.pop(ENDED, None)
    django_login(request, officer)
    seconds = int(now.timestamp())
    for mark in (BEGAN, USED, CONFIRMED):
        request.session[mark] = seconds
    request.session[OWES] = owes
    request.session[SECOND] = second_factor.of(officer) is not None
    if former is not None and former != officer.pk:
        KeptForm.objects.filter(officer=former).delete()


def kept_in_time(get_response: Handler) -> Handler:
    """A login that is over shows no page; one that owes something shows the page for it."""

    def handle(request: HttpRequest) -> HttpResponse:
        answer = _shut_out(request)
        if answer is None:
            return get_response(request)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return handle


def _shut_out(request: HttpRequest) -> HttpResponse | None:
    whose = request.session.get(SESSION_KEY)
    if whose is None:
        return _after_the_end(request)
    over = _why_over(request)
    return _ended(request, int(whose), over) if over else _owing(request)


def _why_over(request: HttpRequest) -> str:
    """Empty while the login lasts; then the use of it is noted."""
    now, session = int(timezone.now().timestamp()), request.session
    began, used = session.get(BEGAN, now), session.get(USED, now)
    if now - began > LONGEST.total_seconds():
        return TOO_LONG
    if now - used > IDLE.total_seconds():
        return TOO_IDLE
    if not request.user.is_authenticated:
        return REPLACED
    if BEGAN not in session:
        session.update({BEGAN: now, CONFIRMED: now})
    if USED not in session or now - used >= NOTED_EACH:
        session[USED] = now
    return ""


def _ended(request: HttpRequest, whose: int, why: str) -> HttpResponse:
    officer = Officer.objects.filter(pk=whose).first()
    actor = audit.Actor(officer, address=request.META.get("REMOTE_ADDR", ""))
    with audit.acting(actor):
        audit.record("登录结束", officer, reason=why.partition("。")[0])
    request.session.flush()
    request.session[FORMERLY], request.session[ENDED] = whose, why
    del request.user
    return _after_the_end(request) or redirect(_login_address(request.get_full_path()))


def _after_the_end(request: HttpRequest) -> HttpResponse | None:
    """What is sent from a page that was open when the login ended: kept, and to the login."""
    whose = request.session.get(FORMERLY)
    if whose is None or request.path == reverse("admin:login"):
        return None
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=401)
    if request.method != "POST":
        return None
    officer = Officer.objects.filter(pk=whose, is_active=True).first()
    if officer is not None and keep(request, officer):
        request.session[ENDED] = f"{request.session.get(ENDED, TOO_IDLE)}{KEPT}"
    return redirect(_login_address(""))


def _login_address(leading_to: str) -> str:
    address = reverse("admin:login")
    return f"{address}?{urlencode({'next': leading_to})}" if leading_to else address


def _owing(request: HttpRequest) -> HttpResponse | None:
    """A password to be changed, a second factor to be set up: nothing else before that."""
    page = ""
    if request.session.get(OWES):
        page = "admin:password_change"
    elif second_factor.is_asked_of(request.user) and not request.session.get(SECOND):
        page = "second-factor"
    if not page or request.path in {reverse(name) for name in (*LOGIN_PAGES, page)}:
        return None
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=401)
    return redirect(page)


# ------------------------------------------------------------------ what was typed


def keep(request: HttpRequest, officer: Officer) -> bool:
    """Whether the form is kept: it came from a page of ours, and holds no password."""
    path = request.get_full_path()
    secret = request.path in {reverse(name) for name in SECRET_PAGES}
    if secret or len(path) > LONGEST_PATH or not from_our_own_page(request):
        return False
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith(NEVER_KEPT)
        for value in values
    ]
    KeptForm.objects.create(
        officer=officer, path=path, fields=fields, had_files=bool(request.FILES)
    )
    return True


def from_our_own_page(request: HttpRequest) -> bool:
    """Browsers tell the origin of each form that is sent; a foreign page cannot forge it."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def way_on(request: HttpRequest, asked: str = "") -> str:
    """After the login: what was kept, else the page that was asked for, else home."""
    if request.user.is_authenticated and kept_for(request.user).filter(shown=False).exists():
        return reverse("kept-forms")
    host = {request.get_host()}
    good = url_has_allowed_host_and_scheme(asked, host, require_https=request.is_secure())
    return asked if asked and good else settings.LOGIN_REDIRECT_URL


def kept_for(officer: Officer) -> Any:
    return officer.kept_forms.filter(at__gt=timezone.now() - logins.KEPT_FOR)


# ------------------------------------------------------------------ fresh confirmation


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """None if the officer proved within ten minutes who he is; else the page that asks him.

    A form that is on its way is kept and offered again after the answer.
    """
    confirmed = request.session.get(CONFIRMED, 0)
    if timezone.now().timestamp() - confirmed <= CONFIRMED_FOR.total_seconds():
        return None
    if request.method == "POST":
        leading_to = reverse("kept-forms") if keep(request, request.user) else ""
    else:
        leading_to = request.get_full_path()
    return redirect(f"{reverse('confirm-again')}?{urlencode({'next': leading_to})}")


def confirmed_again(view: View) -> View:
    """For exports, changes of parameters and of accounts."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        return ask_again(request) or view(request, *args, **options)

    return asked


def confirmed_now(request: HttpRequest) -> None:
    request.session[CONFIRMED] = int(timezone.now().timestamp())
