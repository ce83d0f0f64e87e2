"""Stand-in for the page of one upload."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaili_hukou.access import desk_page
from rosters.access import READERS, visible_upload
from rosters.views.preview import preview_of


@desk_page(READERS)
def one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload = visible_upload(request, pk)
    context = {"upload": upload, "section": "rosters"} | preview_of(upload, request)
    return render(request, "rosters/one.html", context)
