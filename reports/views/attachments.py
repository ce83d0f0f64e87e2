"""The files of evaluations, findings and opinions, given out only through their owner's scope."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from applications.scans import CONTENT_TYPES
from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable
from reports.actions.attaching import FILES, attach
from reports.models import Evaluation, Finding, Opinion, OversightFile
from reports.oversight_access import CITY, READERS
from reports.oversight_forms import FileForm


def upload(request: HttpRequest, owner: Evaluation | Finding | Opinion) -> FileForm | None:
    """Keeps the file; the form with what is wrong where it could not."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        scan, name = form.cleaned_data["file"]
        try:
            attach(owner, scan, name, request.user)
        except Refused as fault:
            form.add_error("file", str(fault))
        else:
            messages.success(request, "文件已保存。")
            return None
    return form


@require_GET
@desk_page(READERS)
def attachment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The file itself, recorded before it is sent."""
    found = get_object_or_404(OversightFile.objects.select_related("finding"), pk=pk)
    if not _may_see(request, found):
        raise Http404("没有这个附件")
    try:
        content = FILES.content_of(found.pk)
    except (FileNotFoundError, Unreadable):
        raise Http404("附件不在或已损坏") from None
    audit.looked("查看附件", found)
    response = HttpResponse(content, content_type=CONTENT_TYPES[found.kind])
    response["Content-Disposition"] = f'inline; filename="file-{found.pk}.{found.kind}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _may_see(request: HttpRequest, found: OversightFile) -> bool:
    """Evaluations are for all readers, a finding for its unit, a letter for the city's offices."""
    if found.finding_id:
        return Finding.objects.visible_to(request.user).filter(pk=found.finding_id).exists()
    return found.evaluation_id is not None or request.user.role in CITY
