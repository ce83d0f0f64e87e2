"""逐人进展: who of a kind of roster is to be checked, was informed, applied, moved, or stays."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.clauses import CLAUSES
from kaili_hukou.models import PoliceStation
from kaili_hukou.roles import Role
from rosters.actions.courses import BY_HAND, Noting, note_courses
from rosters.kinds import KINDS, Kind
from rosters.models import Course, RosterEntry

WRITERS = frozenset({Role.BUREAU_CLERK, Role.APPROVER})
READERS = WRITERS | {Role.AUDITOR, Role.REFORM_OFFICE}
PAGE = 30
LONGEST_REASON = 300
STATE_CHOICES = [(state, Course.State(state).label) for state in BY_HAND]


class NotingForm(forms.Form):
    """What is noted of the people who are ticked."""

    state = forms.ChoiceField(label="登记为", choices=STATE_CHOICES, initial=Course.State.INFORMED)
    reason = forms.CharField(label="说明", max_length=LONGEST_REASON, required=False)


@desk_page(READERS)
def courses(request: HttpRequest, kind: str) -> HttpResponse:
    """The people of a kind, each once, with how far it has come; one or many are noted at once."""
    found, form = _kind(kind), NotingForm(request.POST or None)
    if request.method == "POST":
        done = _note(request, found, form)
        if done is not None:
            return done
    audit.looked(f"查看{found.title}逐人进展")
    people = _people(request, found)
    state = request.GET.get("state", "")
    if state in Course.State.values:
        people = people.filter(course=state)
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": found,
        "page": page,
        "form": form,
        "state": state if state in Course.State.values else "",
        "states": Course.State.choices,
        "may": request.user.role in WRITERS,
        "ticked": set(request.POST.getlist("chosen")),
        "reasons": _reasons(found, list(page.object_list)),
        "section": "roster_progress",
    }
    return render(request, "rosters/courses.html", context)


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404("没有这种花名册")
    return KINDS[code]


def _people(request: HttpRequest, kind: Kind) -> Any:
    """One row a person, in the order of their rosters; a person without a row is to be checked."""
    course = Course.objects.filter(kind=kind.code, number_digest=OuterRef("number_digest"))
    to_check = Value(Course.State.TO_CHECK.value)
    return (
        RosterEntry.objects.visible_to(request.user)
        .filter(roster__kind=kind.code)
        .one_a_person(timezone.localdate())
        .annotate(course=Coalesce(Subquery(course.values("state")[:1]), to_check))
        .select_related("roster__supplier")
        .order_by("-roster__document_on", "roster", "row")
    )


def _reasons(kind: Kind, rows: list[RosterEntry]) -> list[tuple[RosterEntry, Course | None, str]]:
    """Each row with its course and the words of its state."""
    digests = [row.number_digest for row in rows]
    known = Course.objects.filter(kind=kind.code, number_digest__in=digests)
    by_digest = {one.number_digest: one for one in known.select_related("changed_by")}
    return [(row, by_digest.get(row.number_digest), Course.State(row.course).label) for row in rows]


def _note(request: HttpRequest, kind: Kind, form: NotingForm) -> HttpResponse | None:
    if request.user.role not in WRITERS:
        raise PermissionDenied("您的角色只能查看进展。")
    if not form.is_valid():
        return None
    told = Noting(officer=request.user, on=timezone.localdate(), **form.cleaned_data)
    try:
        count = note_courses(_chosen(request, kind), told)
    except Refused as fault:
        form.add_error(None, str(fault))
        return None
    messages.success(request, f"已登记 {count} 人。")
    return redirect("rosters:courses", kind=kind.code)


def _chosen(request: HttpRequest, kind: Kind) -> list[RosterEntry]:
    """The ticked people among those whom the officer may see."""
    chosen = [pk for text in request.POST.getlist("chosen")[:PAGE] if (pk := _uuid(text))]
    return list(_people(request, kind).filter(pk__in=chosen))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
@desk_page(WRITERS)
def notices(request: HttpRequest, kind: str) -> HttpResponse:
    """告知书, a sheet for each of the people ticked; each printing is recorded."""
    found = _kind(kind)
    people = _chosen(request, found)
    if not people:
        messages.error(request, "请勾选要打印告知书的人员。")
        return redirect("rosters:courses", kind=kind)
    for row in people:
        audit.looked("打印花名册告知书", row)
    hall = PoliceStation.objects.filter(kind=PoliceStation.Kind.HALL).first()
    context = {
        "kind": found,
        "clause": CLAUSES[found.clause],
        "people": people,
        "hall": hall,
        "today": timezone.localdate(),
        "back": reverse("rosters:courses", args=[kind]),
        "section": "roster_progress",
    }
    return render(request, "rosters/notices.html", context)
