"""The papers that went out, and how they were handed over."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from applications.access import CASE_STAFF, desk_page, visible_case
from applications.actions.changing import Overtaken
from applications.actions.delivering import NOTE_ASKED, Handing
from applications.actions.delivering import deliver as hand_over
from applications.deliveries import undelivered
from applications.documents import papers_of
from applications.models import Application, Delivery, IssuedPaper
from applications.panels import Panel
from applications.paper_kinds import PAPERS, Lasting
from applications.views.moves import version_of
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.models import Officer


def panel(application: Application, officer: Officer) -> Panel | None:
    """What may be printed, the notices first, and which decisions wait for their delivery."""
    if officer.role not in CASE_STAFF:
        return None
    papers = papers_of(application)
    shown = {
        "notices": [paper for paper in papers if paper.is_notice],
        "forms": [paper for paper in papers if not paper.is_notice],
        "undelivered": undelivered(application, papers),
        "today": timezone.localdate(),
    }
    return Panel("applications/_papers.html", shown, aside=True)


class PaperChoice(forms.ModelChoiceField):
    """A paper by its title and its day."""

    def label_from_instance(self, row: IssuedPaper) -> str:
        day = row.change.on if row.change else timezone.localdate(row.printed_at)
        return f"{PAPERS[row.name].title}({day})"


class DeliveryForm(forms.Form):
    """Which paper, in which way, on which day, to whom."""

    def __init__(self, papers: list[IssuedPaper], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        notices = [row.pk for row in papers if PAPERS[row.name].is_notice]
        self.fields["paper"].queryset = IssuedPaper.objects.filter(pk__in=notices).select_related(
            "change"
        )

    paper = PaperChoice(
        IssuedPaper.objects.none(),
        label="文书",
        empty_label="请选择",
        error_messages={
            "required": "请选择送达的文书;没有列出的先打印。",
            "invalid_choice": "这份文书不在本办件已打印的文书之内,请重新选择。",
        },
    )
    way = forms.ChoiceField(
        label="送达方式",
        choices=Delivery.Way,
        error_messages={
            "required": "请选择送达方式。",
            "invalid_choice": "没有这种送达方式,请重新选择。",
        },
    )
    on = DayField(
        label="送达日期",
        required=True,
        error_messages={
            "required": "请填写送达日期。",
            "invalid": "没有这一天,或写法认不出。请按 2026-05-10 的样子填写。",
        },
    )
    recipient = forms.CharField(label="签收人", max_length=100, required=False, strip=True)
    note = forms.CharField(
        label="备注",
        max_length=500,
        required=False,
        help_text="写明:"
        + ";".join(f"{way.label},{asked}" for way, asked in NOTE_ASKED.items())
        + "。",
    )

    @property
    def handing(self) -> Handing:
        return Handing(**{name: self.cleaned_data[name] for name in Handing.__dataclass_fields__})


@desk_page(CASE_STAFF)
def deliver(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The papers of a case with their versions and deliveries, and a form for the next delivery."""
    application = visible_case(request, pk)
    if request.method == "POST":
        return _keep(request, application)
    audit.looked("查看文书", application)
    return _page(request, application, None)


def _keep(request: HttpRequest, application: Application) -> HttpResponse:
    form = DeliveryForm(_issued(application), request.POST)
    if not form.is_valid():
        return _page(request, application, form)
    try:
        hand_over(
            application,
            form.handing,
            officer=request.user,
            version=version_of(request),
            today=timezone.localdate(),
        )
    except Overtaken as fault:
        form.add_error(None, str(fault))
        fresh = visible_case(request, application.pk)
        return _page(request, fresh, form, status=409)
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, visible_case(request, application.pk), form)
    messages.success(request, "送达已登记。")
    return redirect("desk:deliver", pk=application.pk)


def _issued(application: Application) -> list[IssuedPaper]:
    rows = application.papers.select_related("change", "printed_by__station")
    return list(rows.prefetch_related("deliveries__officer"))


def _page(
    request: HttpRequest, application: Application, form: DeliveryForm | None, status: int = 200
) -> HttpResponse:
    issued = _issued(application)
    papers = papers_of(application)
    waiting = undelivered(application, papers)
    if form is None:
        form = DeliveryForm(issued, initial=_proposed(application, issued, waiting))
    printed = {row.name for row in issued}
    context = {
        "case": application,
        "form": form,
        "issued": [{"row": row, "kind": PAPERS[row.name]} for row in issued],
        "unprinted": [
            paper
            for paper in papers
            if paper.name not in printed and paper.lasting is not Lasting.RECORD
        ],
        "undelivered": waiting,
        "today": timezone.localdate(),
    }
    return render(request, "applications/deliver.html", context, status=status)


def _proposed(
    application: Application, issued: list[IssuedPaper], waiting: list[Any]
) -> dict[str, Any]:
    """The oldest decision that waits, handed over today to the applicant himself."""
    names = {one.name for one in waiting}
    paper = next((row.pk for row in issued if row.name in names), None)
    person = application.applicant
    return {
        "paper": paper,
        "way": Delivery.Way.DIRECT,
        "on": timezone.localdate(),
        "recipient": person.name if person else "",
    }
