"""Sets who acts in a request, for the record, and forbids caches to keep what people look like."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kaili_hukou.audit import SYSTEM, Actor, acting

Handler = Callable[[HttpRequest], HttpResponse]


def actor(get_response: Handler) -> Handler:
    def handle(request: HttpRequest) -> HttpResponse:
        with acting(_actor_of(request)):
            response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def _actor_of(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return SYSTEM
    address = request.META.get("REMOTE_ADDR", "")
    return Actor(request.user, address=address, request=uuid.uuid4().hex)
