"""Stand-in: the rows of an upload."""

from typing import Any

from django.http import HttpRequest

from rosters.models import RosterUpload


def preview_of(upload: RosterUpload, request: HttpRequest) -> dict[str, Any]:
    return {}
