"""人员安排: who serves at a station, deputies and second officers, drafts handed over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import desk_page
from applications.actions.handing_over import Handing, hand_over
from applications.models import Application, HandOver
from applications.workflow import COUNTER, OPEN, QUEUES, State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.middleware import CHOSEN
from kaili_hukou.models import Officer, PoliceStation, Posting
from kaili_hukou.postings import LENT_ROLES, Post, appoint, end_posting, in_force, serving_at
from kaili_hukou.roles import POLICE, Role

ORDERERS = frozenset({Role.STATION_HEAD, Role.APPROVER})
LENT_KINDS = [Posting.Kind.DEPUTY, Posting.Kind.SECOND]
HAND_OVERS_SHOWN = 20


def _station(request: HttpRequest) -> PoliceStation | None:
    """A head's own station; for the household section the one that was chosen."""
    if not request.user.sees_city:
        return request.user.station
    chosen = request.POST.get("station") or request.GET.get("station", "")
    known = PoliceStation.objects.all()
    if chosen.isdecimal() and len(chosen) < 10:
        return get_object_or_404(known, pk=int(chosen))
    return known.first()


def _with_stations(request: HttpRequest, station: PoliceStation | None) -> dict[str, Any]:
    all_stations = PoliceStation.objects.all() if request.user.sees_city else ()
    today = timezone.localdate()
    return {"station": station, "stations": all_stations, "today": today, "section": "postings"}


def _back(request: HttpRequest, name: str, station: PoliceStation | None) -> HttpResponse:
    query = f"?station={station.pk}" if request.user.sees_city and station else ""
    return redirect(reverse(name) + query)


class PostingForm(forms.Form):
    """A deputy of the station, or a second officer from elsewhere, for some days."""

    officer = forms.ModelChoiceField(label="人员", queryset=Officer.objects.none())
    kind = forms.ChoiceField(
        label="类别",
        choices=[(kind.value, kind.label) for kind in LENT_KINDS],
        help_text="代理:本所民警临时代行职务。协办:外所或户政科民警来做第二人。",
    )
    role = forms.ChoiceField(
        label="身份", choices=[(role.value, role.label) for role in LENT_ROLES]
    )
    since = DayField(label="自", required=True)
    until = DayField(label="至(含)", required=True)
    authority = forms.CharField(label="授权(文号、批准人)", max_length=100)

    def __init__(self, *args: Any, by: Officer, **options: Any) -> None:
        super().__init__(*args, **options)
        today = timezone.localdate()
        sworn = Posting.objects.filter(
            in_force(today), kind=Posting.Kind.REGULAR, role__in=POLICE
        ).values("officer")
        people = Officer.objects.filter(pk__in=sworn, is_active=True).exclude(pk=by.pk)
        self.fields["officer"].queryset = people.select_related("station").order_by(
            "station__name", "username"
        )
        self.fields["officer"].label_from_instance = _named


def _named(officer: Officer) -> str:
    return f"{officer.place} · {officer.name}({officer.get_role_display()})"


@desk_page(ORDERERS)
def postings(request: HttpRequest) -> HttpResponse:
    station, today = _station(request), timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = PostingForm(data, by=request.user, initial={"since": today})
    if data is not None and station is not None and form.is_valid():
        post = Post(station=station, **_without(form.cleaned_data, "officer"))
        try:
            appoint(form.cleaned_data["officer"], post, on=today, by=request.user)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已安排。本人可在页面上方选用这一身份。")
            return _back(request, "desk:postings", station)
    rows = serving_at(station, today).order_by("-kind", "officer__username") if station else ()
    context = {"form": form, "rows": rows, "lent": [kind.value for kind in LENT_KINDS]}
    return render(request, "applications/postings.html", context | _with_stations(request, station))


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


@require_POST
@desk_page(ORDERERS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Today is the last day of a deputy's or second officer's posting."""
    found = get_object_or_404(Posting.objects.visible_to(request.user), pk=pk)
    try:
        end_posting(found, on=timezone.localdate(), by=request.user)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已结束,今天为最后一天;尚未开始的已撤回。")
    return _back(request, "desk:postings", found.station)


@require_POST
@desk_page(frozenset(Role.values))
def take(request: HttpRequest) -> HttpResponse:
    """Works on under another of his postings in force; chosen in the bar, kept in the session."""
    chosen = request.POST.get("posting", "")
    found = next((row for row in request.postings if str(row.pk) == chosen), None)
    if found is None:
        messages.error(request, "这一身份今天不在有效期,没有切换。")
        return redirect("home")
    request.session[CHOSEN] = found.pk
    # The record says under which posting he goes on.
    request.user.work_under(found)
    audit.record("切换办理身份", found)
    messages.success(request, f"现以「{found}」身份办理。")
    return redirect("home")


class HandOverForm(forms.Form):
    giver = forms.ModelChoiceField(label="移交人", queryset=Officer.objects.none())
    taker = forms.ModelChoiceField(label="承接人", queryset=Officer.objects.none())
    reason = forms.CharField(label="理由", max_length=200)

    def __init__(self, *args: Any, station: PoliceStation | None, **options: Any) -> None:
        super().__init__(*args, **options)
        holders = _drafts(station).values("holder")
        serving = Posting.objects.filter(
            in_force(timezone.localdate()), station=station, role__in=COUNTER
        ).values("officer")
        self.fields["giver"].queryset = Officer.objects.filter(pk__in=holders)
        self.fields["taker"].queryset = Officer.objects.filter(pk__in=serving, is_active=True)


def _drafts(station: PoliceStation | None) -> Any:
    """The drafts of a station, each with who holds it."""
    drafts = Application.objects.filter(station=station, state=State.DRAFT).order_by()
    return drafts.annotate(holder=Coalesce("held_by", "opened_by"))


@desk_page(ORDERERS)
def hand_overs(request: HttpRequest) -> HttpResponse:
    """Drafts go from one officer to another; what waits by its state waits for a role."""
    station, today = _station(request), timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(data, station=station)
    if data is not None and station is not None and form.is_valid():
        try:
            made = hand_over(
                Handing(station=station, **form.cleaned_data), by=request.user, on=today
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"已移交 {made.cases} 份草稿。")
            return _back(request, "desk:hand-over", station)
    context = {
        "form": form,
        "holders": _holders(station),
        "waiting": _waiting(station),
        "made": _made(station),
    }
    return render(
        request, "applications/hand_over.html", context | _with_stations(request, station)
    )


def _holders(station: PoliceStation | None) -> list[dict[str, Any]]:
    counts = dict(_drafts(station).values_list("holder").annotate(Count("pk")))
    people = Officer.objects.filter(pk__in=counts).order_by("username")
    return [{"officer": one, "count": counts[one.pk]} for one in people]


def _waiting(station: PoliceStation | None) -> list[dict[str, Any]]:
    """How many open cases wait in each state, and for which roles."""
    open_cases = Application.objects.filter(station=station, state__in=OPEN - {State.DRAFT})
    counts = dict(open_cases.order_by().values_list("state").annotate(Count("pk")))
    return [
        {
            "state": state.label,
            "count": counts[state],
            "roles": "、".join(role.label for role in Role if state in QUEUES.get(role, ())),
        }
        for state in State
        if state in counts
    ]


def _made(station: PoliceStation | None) -> Any:
    here = Posting.objects.filter(station=station).values("officer")
    rows = HandOver.objects.filter(Q(giver__in=here) & Q(taker__in=here))
    return rows.select_related("giver", "taker", "ordered_by")[:HAND_OVERS_SHOWN]
