"""The door of every desk page: logged in, of a role that works there, inside its scope."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from applications.models import Application
from kaili_hukou.roles import STATION_STAFF, Role

View = Callable[..., HttpResponse]

COUNTER = frozenset(STATION_STAFF)
CASE_STAFF = COUNTER | {Role.APPROVER}
CASE_READERS = CASE_STAFF | {Role.AUDITOR, Role.REFORM_OFFICE}


def desk_page(roles: frozenset[str]) -> Callable[[View], View]:
    """Anonymous: to the login (302). Another role: 403."""

    def around(view: View) -> View:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            if request.user.role not in roles:
                raise PermissionDenied("您的角色不办理这项业务。")
            return view(request, *args, **options)

        return checked

    return around


def visible_case(request: HttpRequest, pk: uuid.UUID) -> Application:
    """The case inside the officer's scope; 404 where it is another's, or is not."""
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "applicant", "enterprise", "station", "town", "household", "roster_entry__roster"
        ),
        pk=pk,
    )
