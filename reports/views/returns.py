"""One return: filled, sent and decided on one page; read, printed; its scans."""

import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from applications.scans import CONTENT_TYPES
from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable
from kaili_hukou.models import Bureau
from kaili_hukou.roles import Role
from reports import due_days
from reports.access import FILLERS, READERS, of_year, today, unit_return, visible_unit
from reports.actions.changing import Act, Overtaken, may_write, moves_for, opened
from reports.actions.filing import FILES, attach, set_aside
from reports.actions.returning import ACTIONS, begin, last_year, rebuild, save, send
from reports.closing import is_closed
from reports.forms import ReasonForm, ReturnForm
from reports.models import ReturnFile, SupportingRule, UnitReturn
from reports.return_flow import MOVES
from reports.units import Unit, measures
from reports.views.gathering import COLOURS

# Moves that stand beside the form, not in the list of decisions.
IN_FORM = frozenset({"begin", "send"})
DONE = {
    "begin": "已开始填报,填多少存多少。",
    "send": "已送出。",
    "accept": "已采用。",
    "send_back": "已退回,退回的理由单位打开报告时看到。",
    "exempt": "已列为免报。",
    "require": "已恢复报送。",
    "declare_missing": "已列为未报送;补报以后自动取消。",
}


@desk_page(READERS)
@of_year
def one(request: HttpRequest, year: int, code: str) -> HttpResponse:
    unit = visible_unit(request, code)
    found = unit_return(unit, year)
    if request.method == "POST" and request.user.role in FILLERS:
        return _save(request, found)
    return _show(request, found)


def _show(
    request: HttpRequest, found: UnitReturn, form: ReturnForm | None = None, status: int = 200
) -> HttpResponse:
    audit.looked("查看年度报告", found)
    writes = may_write(found, request.user)
    moves = moves_for(found, request.user)
    context = {
        "found": found,
        "unit": found.unit,
        "writes": writes,
        "form": form or (_form(request, found) if writes else None),
        "items": [] if writes else found.items.all(),
        "files": found.files.kept().filter(item=None),
        "kept": _files_by_item(found),
        "moves": [row for row in moves if row[0].name not in IN_FORM],
        "begins": any(move.name == "begin" and not shut for move, shut in moves),
        "last_year": last_year(found) if found.state == found.State.NOT_BEGUN else None,
        "history": found.history.select_related("officer"),
        "duties": measures(found.unit, found.year),
        "colour": COLOURS[found.State(found.state)],
        "due": due_days.due_on(found.year),
        "closed": is_closed(found.year),
        "reason_form": ReasonForm(),
        "section": "reports",
    }
    return render(request, "reports/return.html", context, status=status)


def _files_by_item(found: UnitReturn) -> dict[Any, list[ReturnFile]]:
    by_item: dict[Any, list[ReturnFile]] = {}
    for row in found.files.kept().filter(item__isnull=False):
        by_item.setdefault(row.item_id, []).append(row)
    return by_item


def _form(request: HttpRequest, found: UnitReturn, *, bound: bool = False) -> ReturnForm:
    by_unit = request.user.role == Role.BUREAU_CLERK
    sent = (request.POST, request.FILES) if bound else ()
    return ReturnForm(found, *sent, by_unit=by_unit)


def _save(request: HttpRequest, found: UnitReturn) -> HttpResponse:
    """Keeps what was typed with its scans; then, where 送出 was pressed, sends it."""
    form = _form(request, found, bound=True)
    if not form.is_valid():
        messages.error(request, "有几处需要改正,见下面红字;已填写的内容都还在。")
        return _show(request, found, form)
    try:
        with transaction.atomic():
            save(found, form.told(), _act(request))
            for filing in form.filings():
                attach(found, filing, request.user)
    except Overtaken as fault:
        messages.error(request, str(fault))
        form.show_present()
        fresh = unit_return(found.unit, found.year)
        return _show(request, fresh, form if fresh.is_fillable else None, status=409)
    except Refused as fault:
        messages.error(request, str(fault))
        return _show(request, unit_return(found.unit, found.year), form)
    if "send" in request.POST:
        _send(request, found)
    else:
        messages.success(request, "已保存。")
    return _to(found)


def _send(request: HttpRequest, found: UnitReturn) -> None:
    try:
        send(found, Act(request.user, today(), found.version))
    except Refused as fault:
        messages.error(request, str(fault))
        return
    late = f"收到日期晚于 {due_days.due_on(found.year)},记为迟报。" if found.is_late else ""
    messages.success(request, f"{DONE['send']}{late}{_supplement(found.year)}")


def _supplement(year: int) -> str:
    return f"{year} 年的汇总已定稿,本报告列入补充材料,定稿不变。" if is_closed(year) else ""


def _act(request: HttpRequest, reason: str = "") -> Act:
    return Act(request.user, today(), version_of(request), reason)


def version_of(request: HttpRequest) -> int:
    """The version that the page was made of; what is no number fits none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _to(found: UnitReturn) -> HttpResponse:
    return redirect("reports:return", year=found.year, code=found.unit.code)


@require_POST
@desk_page(FILLERS)
@of_year
def move(request: HttpRequest, year: int, code: str, name: str) -> HttpResponse:
    unit = visible_unit(request, code)
    if name not in MOVES:
        raise Http404("没有这个操作")
    reason = ""
    if MOVES[name].reason:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"「{MOVES[name].title}」须写明理由(500 字以内)。")
            return redirect("reports:return", year=year, code=code)
        reason = form.cleaned_data["reason"]
    _make(request, unit, year, name, reason)
    return redirect("reports:return", year=year, code=code)


def _make(request: HttpRequest, unit: Unit, year: int, name: str, reason: str) -> None:
    try:
        with transaction.atomic():
            found = opened(unit, year)
            act = _act(request, reason)
            if name == "begin":
                begin(found, act, from_last_year="from_last_year" in request.POST)
            else:
                ACTIONS[name](found, act)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, DONE[name])


@require_POST
@desk_page(FILLERS)
@of_year
def recount(request: HttpRequest, year: int, code: str) -> HttpResponse:
    found = unit_return(visible_unit(request, code), year)
    try:
        rebuild(found, _act(request))
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "系统数据已按现在的办件、居住证和花名册重新统计。")
    return _to(found)


@require_GET
@desk_page(READERS)
@of_year
def paper(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """《关于…年度贯彻落实情况的报告》, to be signed and sealed."""
    unit = visible_unit(request, code)
    found = unit_return(unit, year)
    if not found.items.exists():
        messages.error(request, "还没有开始填报,没有可以打印的报告。")
        return redirect("reports:return", year=year, code=code)
    audit.looked("打印年度报告", found)
    rules = SupportingRule.objects.filter(bureau=unit) if isinstance(unit, Bureau) else []
    context = {
        "found": found,
        "unit": unit,
        "items": found.items.all(),
        "rules": rules,
        "rules_due": due_days.rules_due_on(),
        "until": min(due_days.period(year)[1], today()),
        "on": found.received_on or today(),
    }
    return render(request, "reports/return_paper.html", context)


@require_GET
@desk_page(READERS)
def file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The scan itself, recorded before it is sent."""
    row = get_object_or_404(ReturnFile.objects.visible_to(request.user).kept(), pk=pk)
    try:
        content = FILES.content_of(row.pk)
    except (FileNotFoundError, Unreadable):
        raise Http404("扫描件不在或已损坏") from None
    audit.looked("查看报告附件", row)
    response = HttpResponse(content, content_type=CONTENT_TYPES[row.kind])
    name = quote(f"file-{row.pk}.{row.kind}")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@desk_page(FILLERS)
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    rows = ReturnFile.objects.visible_to(request.user).select_related(
        "unit_return__bureau", "unit_return__town", "rule__bureau"
    )
    row = get_object_or_404(rows, pk=pk)
    try:
        set_aside(row, request.user)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "文件已作废,不再显示;记录仍保留。")
    if row.rule_id:
        return redirect("reports:rule", pk=row.rule_id)
    return _to(row.unit_return)
