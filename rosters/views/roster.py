"""Stand-in: one roster."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse

from kaili_hukou.access import desk_page
from rosters.access import READERS


@desk_page(READERS)
def roster(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    raise Http404
