"""Under which posting somebody works in a request, who acts for the record, and no caches."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from kaili_hukou.audit import Actor, acting
from kaili_hukou.models import Posting
from kaili_hukou.postings import postings_on

Handler = Callable[[HttpRequest], HttpResponse]
# Where the session keeps which posting was chosen in the bar.
CHOSEN = "posting"


def true_address(get_response: Handler) -> Handler:
    """Behind a trusted proxy the address is the one that the proxy saw; else the header is not
    believed, for anybody may send it."""

    def handle(request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if told and request.META.get("REMOTE_ADDR") in settings.TRUSTED_PROXIES:
            request.META["REMOTE_ADDR"] = told[:45]
        return get_response(request)

    return handle


def posting(get_response: Handler) -> Handler:
    """Role and place of the officer are those of a posting in force today; without one, no page."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        request.postings = postings_on(request.user, timezone.localdate())
        if request.postings:
            request.user.work_under(_chosen(request))
        elif request.path != reverse("admin:logout"):
            response = render(request, "no_posting.html", status=403)
            response.headers["Cache-Control"] = "no-store"
            return response
        return get_response(request)

    return handle


def _chosen(request: HttpRequest) -> Posting:
    """The one chosen in the bar while it is in force, else the first: the regular one."""
    chosen = request.session.get(CHOSEN)
    found = next((row for row in request.postings if row.pk == chosen), None)
    if chosen is not None and found is None:
        del request.session[CHOSEN]
        messages.warning(request, "您选用的代理或协办身份已不在有效期,现以本职办理。")
    return found or request.postings[0]


def actor(get_response: Handler) -> Handler:
    def handle(request: HttpRequest) -> HttpResponse:
        with acting(_actor_of(request)):
            response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def _actor_of(request: HttpRequest) -> Actor:
    officer = request.user if request.user.is_authenticated else None
    address = request.META.get("REMOTE_ADDR", "")
    return Actor(officer, address=address, request=uuid.uuid4().hex)
