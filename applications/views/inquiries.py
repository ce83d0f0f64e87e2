"""What other units are asked about a case and what they answered; promises still to be checked."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_READERS, CASE_STAFF, COUNTER, desk_page, visible_case
from applications.actions.inquiring import answer, ask_recheck, ask_roster, correct
from applications.evidence_forms import AnswerForm
from applications.facts import cited_of
from applications.letters import Letter, Signed
from applications.models import Application, EvidenceItem, Inquiry
from applications.on_file import offers_for
from applications.panels import Panel
from applications.workflow import OPEN, State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer
from rosters.kinds import KINDS

PAGE = 20
# Who may confirm a talent's qualification (三(一)3).
TALENT_BUREAUS = ("human_resources", "organisation")
# A promise of a case that came to nothing is checked no more.
CAME_TO_NOTHING = (
    State.NOT_ACCEPTED,
    State.REFUSED,
    State.WITHDRAWN,
    State.TERMINATED,
    State.ANNULLED,
    State.REVOKED,
)


def _today() -> datetime.date:
    return timezone.localdate()


def panel(application: Application, officer: Officer) -> Panel | None:
    """Letters with their standing, promises, papers on file; and the letters one press away."""
    today = _today()
    letters = list(application.inquiries.select_related("bureau"))
    promises = list(application.evidence.filter(state="promised"))
    shown = {
        "letters": [(letter, *letter.standing(today)) for letter in letters],
        "promises": [(item, *promise_standing(item, today)) for item in promises],
        "offers": _offers(application, officer, today),
        "asks": _asks(application, officer, letters),
    }
    if not any(shown.values()):
        return None
    return Panel("applications/inquiries_panel.html", shown, aside=True)


def _offers(application: Application, officer: Officer, today: datetime.date) -> int:
    """How many documents of an open list are on file already."""
    if not application.is_editable or officer.role not in COUNTER:
        return 0
    missing = application.evidence.filter(state="missing").select_related("member")
    return len(offers_for(missing, today))


def _asks(application: Application, officer: Officer, letters: list[Inquiry]) -> list[Any]:
    """(kind, bureau, words) of the letters that may be sent by one press."""
    if not application.is_alive or officer.role not in CASE_STAFF:
        return []
    waiting = {letter.kind for letter in letters if not letter.answer}
    asked = {letter.kind for letter in letters}
    found = []
    if (
        application.route == "talent"
        and application.state != State.DRAFT
        and "recheck" not in asked
    ):
        bureaus = {bureau.code: bureau for bureau in Bureau.objects.filter(code__in=TALENT_BUREAUS)}
        found = [
            ("recheck", code, f"函请{bureaus[code].name}复核资格")
            for code in TALENT_BUREAUS
            if code in bureaus
        ]
    if _awaits_roster(application) and "roster" not in waiting:
        found.append(("roster", "", f"函请{KINDS[application.route].supplier}核实名册"))
    return found


def _awaits_roster(application: Application) -> bool:
    """No row counts for the case yet; a relocation's counts where it says 是."""
    if application.route not in KINDS:
        return False
    row = application.roster_entry
    if row is None or application.route not in cited_of("", application.applicant, _today()):
        return True
    return application.route == "relocation" and row.voluntary is not True


def promise_standing(item: EvidenceItem, on: datetime.date) -> tuple[str, str]:
    """(colour, words) of a promise as seen on a day."""
    if item.kept:
        colour = "red" if item.kept == EvidenceItem.Kept.FALSE else "green"
        return colour, f"{item.get_kept_display()} {item.kept_on}"
    if item.check_by and item.check_by < on:
        return "red", f"应于 {item.check_by} 前核查,已过期限"
    return "grey", f"应于 {item.check_by} 前核查"


@require_POST
@desk_page(CASE_STAFF)
def ask(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """A letter with its usual words by one press; then it is there to be printed."""
    application = visible_case(request, pk)
    try:
        if kind == "recheck":
            code = request.POST.get("bureau", "")
            if code not in TALENT_BUREAUS:
                raise Refused("请选择由哪个部门复核。")
            bureau = get_object_or_404(Bureau, code=code)
            letter = ask_recheck(application, bureau, request.user, _today())
        elif kind == "roster":
            letter = ask_roster(application, request.user, _today())
        else:
            raise Http404("没有这种函询")
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("desk:case", pk=pk)
    messages.success(request, f"已登记发函:{letter.addressee},请打印后送出。")
    return redirect("desk:inquiry-letter", pk=letter.pk)


def _visible(request: HttpRequest, pk: uuid.UUID) -> Inquiry:
    return get_object_or_404(
        Inquiry.objects.visible_to(request.user).select_related(
            "application__station",
            "application__applicant",
            "application__enterprise",
            "item__member__person",
            "bureau",
            "officer__station",
            "answered_by",
        ),
        pk=pk,
    )


@desk_page(CASE_READERS)
def inquiry(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One letter: what was asked of whom, and what was answered."""
    found = _visible(request, pk)
    may = request.user.role in CASE_STAFF
    if request.method == "POST" and may:
        return _answer(request, found)
    audit.looked("查看函询", found)
    form = AnswerForm(found, today=_today()) if may else None
    return _page(request, found, form)


def _page(request: HttpRequest, found: Inquiry, form: AnswerForm | None) -> HttpResponse:
    colour, words = found.standing(_today())
    context = {
        "inquiry": found,
        "case": found.application,
        "colour": colour,
        "standing": words,
        "form": form,
    }
    return render(request, "applications/inquiry.html", context)


def _answer(request: HttpRequest, found: Inquiry) -> HttpResponse:
    """By the form as it was shown: a first answer is no correction, whoever was quicker."""
    form = AnswerForm(found, request.POST, today=_today())
    if found.answer and "reason" not in request.POST:
        messages.error(
            request,
            f"这封函的答复已由{found.answered_by.name}登记为「{found.get_answer_display()}」,"
            "您的操作没有执行;确有错误的,请写明理由更正。",
        )
        return redirect("desk:inquiry", pk=found.pk)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        if found.answer:
            correct(found, form.told, request.user, _today(), form.cleaned_data["reason"])
        else:
            answer(found, form.told, request.user, _today())
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, _visible(request, found.pk), form)
    messages.success(request, "答复已登记。")
    return redirect("desk:case", pk=found.application_id)


@require_GET
@desk_page(CASE_STAFF)
def letter(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The letter as an A4 page; each printing is recorded."""
    found = _visible(request, pk)
    audit.looked("打印函询", found)
    case = found.application
    about = found.item.member.person if found.item and found.item.member else case.applicant
    paper = Letter(
        f"{found.get_kind_display()}函",
        case,
        request.user,
        _today(),
        Signed(found.officer, found.sent_on),
    )
    context = {"paper": paper, "case": case, "inquiry": found, "about": about}
    return render(request, "applications/letters/inquiry.html", context)


@require_GET
@desk_page(CASE_READERS)
def inquiries(request: HttpRequest) -> HttpResponse:
    """函询: those that wait first, the overdue before the others."""
    today = _today()
    letters = Inquiry.objects.visible_to(request.user)
    if request.GET.get("all") != "1":
        letters = letters.filter(answer="", application__state__in=OPEN)
    found = (
        letters.annotate(
            answered=Case(
                When(answer="", then=Value(0)), default=Value(1), output_field=IntegerField()
            )
        )
        .select_related(
            "application__applicant", "application__enterprise", "application__station", "bureau"
        )
        .order_by("answered", "answer_by", "-sent_on", "created_at")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(one, *one.standing(today)) for one in page.object_list]
    context = {"page": page, "rows": rows, "all": request.GET.get("all") == "1"}
    return render(request, "applications/inquiries.html", context)


@require_GET
@desk_page(CASE_READERS)
def promises(request: HttpRequest) -> HttpResponse:
    """承诺核查: the broken ones first, then those to be checked, by their day."""
    today = _today()
    found = (
        EvidenceItem.objects.visible_to(request.user)
        .filter(Q(kept="") | Q(kept=EvidenceItem.Kept.FALSE), state="promised")
        .exclude(application__state__in=CAME_TO_NOTHING)
        .exclude(application__state=State.ARCHIVED, application__registered_on__isnull=True)
        .select_related(
            "application__applicant",
            "application__enterprise",
            "application__station",
            "member__person",
        )
        .order_by("-kept", "check_by", "pk")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(item, *promise_standing(item, today)) for item in page.object_list]
    return render(request, "applications/promises.html", {"page": page, "rows": rows})
