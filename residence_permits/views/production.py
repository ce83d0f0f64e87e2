"""制作 and 发放: stock, batches, the sheet for the printer, cards that wait for their holders."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable
from kaili_hukou.sessions import confirmed_again
from residence_permits.access import COUNTER, MAKERS, READERS, visible_permit, visible_request
from residence_permits.actions.permits import Overtaken
from residence_permits.actions.producing import (
    hand,
    make_batch,
    receive_blanks,
    reconciled,
    renew,
    spoil,
    take_back,
)
from residence_permits.actions.requests import Step, why_not
from residence_permits.flow import MOVES, State
from residence_permits.models import Batch, Card, Delivery, PermitRequest
from residence_permits.photographs import content_of, earlier, keep
from residence_permits.request_forms import (
    BlanksForm,
    HandForm,
    PhotographForm,
    RenewForm,
    SpoilForm,
)
from residence_permits.sheets import printer_files

PAGE = 50


@desk_page(MAKERS)
def stock(request: HttpRequest) -> HttpResponse:
    """Blanks in, spoiled cards, and whether the stock agrees with what was issued."""
    today = timezone.localdate()
    blanks, spoiled = BlanksForm(on=today, prefix="blanks"), SpoilForm(prefix="spoil")
    if request.method == "POST":
        if "spoil" in request.POST:
            spoiled = SpoilForm(request.POST, prefix="spoil")
            done = spoiled.is_valid() and _spoil(request, spoiled)
        else:
            blanks = BlanksForm(request.POST, on=today, prefix="blanks")
            done = blanks.is_valid() and _receive(request, blanks)
        if done:
            return redirect("permits:stock")
    context = {
        "blanks": blanks,
        "spoil_form": spoiled,
        "stock": reconciled(),
        "deliveries": Delivery.objects.select_related("officer")[:PAGE],
        "spoiled": Card.objects.filter(state=Card.State.SPOILED).order_by("-since")[:PAGE],
    }
    return render(request, "residence_permits/stock.html", context)


def _receive(request: HttpRequest, form: BlanksForm) -> bool:
    try:
        delivery = receive_blanks(form.blanks(), request.user)
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, f"已入库 {delivery.count} 张。")
    return True


def _spoil(request: HttpRequest, form: SpoilForm) -> bool:
    serial = form.cleaned_data["serial"].strip().upper()
    card = Card.objects.filter(serial=serial).first()
    if card is None:
        form.add_error("serial", "没有这个编号的证卡,请核对。")
        return False
    try:
        spoil(card, form.cleaned_data["reason"], request.user, timezone.localdate())
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, f"{serial} 已登记为废证。")
    return True


@desk_page(MAKERS)
def batches(request: HttpRequest) -> HttpResponse:
    """What waits to be made; chosen applications become a batch."""
    rows = _makeable(request)
    if request.method == "POST":
        chosen = [row for row in rows if str(row.pk) in request.POST.getlist("request")]
        try:
            batch = make_batch(chosen, request.user, timezone.localdate())
        except Refused as fault:
            messages.error(request, str(fault))
            return redirect("permits:batches")
        messages.success(request, f"批次 {batch.number} 已建,请下载制证数据。")
        return redirect("permits:batch", pk=batch.pk)
    made = Batch.objects.visible_to(request.user).distinct()
    context = {"rows": rows, "page": Paginator(made, PAGE).get_page(request.GET.get("page"))}
    return render(request, "residence_permits/batches.html", context)


def _makeable(request: HttpRequest) -> list[PermitRequest]:
    return list(
        PermitRequest.objects.visible_to(request.user)
        .filter(state=State.ACCEPTED)
        .select_related("person", "station", "residence", "permit", "photograph")
        .order_by("promised_on")[:500]
    )


def _batch(request: HttpRequest, pk: uuid.UUID) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user).distinct(), pk=pk)


@desk_page(MAKERS)
def batch(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _batch(request, pk)
    if request.method == "POST":
        try:
            count = take_back(found, request.user, timezone.localdate())
        except Refused as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, f"已交回 {count} 张,等待领取。")
        return redirect("permits:batch", pk=pk)
    audit.looked("查看制作批次", found)
    rows = found.requests.select_related("person", "permit", "station").order_by("permit__serial")
    return render(request, "residence_permits/batch.html", {"batch": found, "rows": rows})


@require_GET
@desk_page(MAKERS)
@confirmed_again
def sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The printer's files, in full; recorded with how many people it tells of."""
    found = _batch(request, pk)
    try:
        content = printer_files(found)
    except (FileNotFoundError, Unreadable):
        messages.error(request, "有相片不在或已损坏,请重新上传后再下载。")
        return redirect("permits:batch", pk=pk)
    audit.record("下载制证数据", found, count=found.requests.count())
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.zip"'
    return response


@desk_page(READERS)
def uncollected(request: HttpRequest) -> HttpResponse:
    """Cards that wait for their holders, the longest first."""
    today = timezone.localdate()
    rows = (
        PermitRequest.objects.visible_to(request.user)
        .filter(state=State.READY)
        .select_related("person", "permit", "station")
        .order_by("ready_on", "pk")
    )
    audit.looked("查看待领取名单")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.days = (today - row.ready_on).days if row.ready_on else 0
    return render(request, "residence_permits/uncollected.html", {"page": page, "today": today})


@desk_page(COUNTER)
def give(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """发放 one card."""
    found = visible_request(request, pk)
    shut = why_not(found, MOVES["hand"], request.user)
    if found.state != State.READY or shut:
        messages.error(request, shut or "这件申领不在待领取状态,请核对。")
        return redirect("permits:request", pk=pk)
    form = HandForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        text = request.POST.get("version", "")
        version = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
        step = Step(request.user, timezone.localdate(), version)
        try:
            hand(found, form.handing(), step)
        except Overtaken as fault:
            messages.error(request, str(fault))
            return redirect("permits:request", pk=pk)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"居住证 {found.permit.serial} 已发放。")
            return redirect("permits:request", pk=pk)
    context = {"found": visible_request(request, pk), "form": form}
    return render(request, "residence_permits/hand.html", context)


@desk_page(READERS)
def photograph(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The picture of an application: looked at, or brought."""
    found = visible_request(request, pk)
    if request.method != "POST":
        return _picture(found)
    if request.user.role not in COUNTER:
        raise PermissionDenied("相片由派出所窗口上传。")
    try:
        keep(found, _brought(request, found), request.user)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "相片已保存。")
    return redirect("permits:request", pk=pk)


def _brought(request: HttpRequest, found: PermitRequest) -> bytes:
    """The uploaded file; or the holder's last photograph, by one press."""
    if "earlier" in request.POST:
        last = earlier(found)
        if last is None:
            raise Refused("没有此人以前的相片,请上传。")
        try:
            return content_of(last)
        except (FileNotFoundError, Unreadable):
            raise Refused("以前的相片不在或已损坏,请重新上传。") from None
    form = PhotographForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refused(form.errors["file"][0])
    return form.cleaned_data["file"].read()


def _picture(found: PermitRequest) -> HttpResponse:
    if not hasattr(found, "photograph"):
        raise Http404("还没有相片")
    try:
        content = content_of(found.photograph)
    except (FileNotFoundError, Unreadable):
        raise Http404("相片不在或已损坏") from None
    audit.looked("查看居住证相片", found)
    response = HttpResponse(content, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@desk_page(COUNTER)
def renewal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """换领, 补领 of a permit."""
    permit = visible_permit(request, pk)
    form = RenewForm(request.POST, prefix="renew")
    if not form.is_valid():
        lines = [f"{form.fields[name].label}:{errors[0]}" for name, errors in form.errors.items()]
        return _renewing(request, permit, form, "".join(lines))
    try:
        made = renew(permit, form.renewal(), request.user, timezone.localdate())
    except Refused as fault:
        return _renewing(request, permit, form, str(fault))
    messages.success(request, "已受理,请上传相片后制证。")
    return redirect("permits:request", pk=made.pk)


def _renewing(request: HttpRequest, permit: Any, form: RenewForm, fault: str) -> HttpResponse:
    context = {"permit": permit, "form": form, "fault": fault}
    return render(request, "residence_permits/renew.html", context)
