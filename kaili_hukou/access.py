"""The door of every page: logged in, of a role that works there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


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
