"""受理: a number is typed or read; what is known appears, and which routes are open."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import COUNTER, desk_page
from applications.actions.drafting import Opening, open_draft
from applications.actions.referring import refer_elsewhere
from applications.drafts import Draft
from applications.facts import Known, Told, assess_routes, known_of
from applications.models import Application, Referral
from applications.person_forms import UNKNOWN_KIND, EnterpriseForm
from applications.policy.routes import ROUTES
from applications.policy.verdict import Verdict
from applications.referrals import other_doors
from kaili_hukou import audit, identity
from kaili_hukou.actions import PersonEntry, Refused, person_with
from kaili_hukou.forms import DivisionField, NameField, NumberField
from kaili_hukou.registers import division_of_address, division_title, find_division


class IntakeForm(forms.Form):
    """Who stands at the window: number (or a reader's text), and where he is registered now."""

    number = NumberField(
        label="公民身份号码(可读卡)",
        widget=forms.TextInput(
            attrs={"data-idnumber": "", "autocomplete": "off", "autofocus": True}
        ),
    )
    # What the reader told beside the number, kept until the case is opened.
    card = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    name = NameField(required=False)
    division = DivisionField()
    hukou_kind = forms.ChoiceField(label="户籍地城乡", choices=UNKNOWN_KIND, required=False)


@desk_page(COUNTER)
def intake(request: HttpRequest) -> HttpResponse:
    """The number comes by POST and never stands in an address."""
    data = with_card(request.POST) if request.method == "POST" else None
    form = IntakeForm(data)
    context: dict[str, Any] = {"form": form, "enterprise": EnterpriseForm(prefix="enterprise")}
    if data is not None and form.is_valid():
        context |= _answer(form)
        # The answer is what comes next, not the number again.
        form.fields["number"].widget.attrs.pop("autofocus")
    return render(request, "applications/intake.html", context)


def with_card(data: Any) -> dict[str, str]:
    """A reader's whole text fills what it tells; what was typed beside it stays."""
    told = {name: data.get(name, "") for name in ("number", "name", "division", "hukou_kind")}
    told["name"] = told["name"] or data.get("name_typed", "")
    told["card"] = data.get("card") or told["number"]
    card = identity.read_card_text(told["card"])
    if card:
        place = division_of_address(card.address)
        told["number"] = card.number
        told["name"] = told["name"] or card.name
        told["division"] = told["division"] or (place.code if place else "")
    return told


def assessed(form: IntakeForm) -> tuple[Known, list[Verdict], Told]:
    """What is known of whoever stands at the window, and the opinion on each route today."""
    today, data = timezone.localdate(), form.cleaned_data
    person = person_with(data["number"])
    known = known_of(data["number"], person, today)
    checked = identity.check(data["number"], today)
    audit.looked("查询人口信息", person)
    division = data["division"] or (person.division if person else "")
    kind = data["hukou_kind"] or (person.hukou_kind if person else "")
    told = Told(birth_date=checked.birth_date, division=division, hukou_kind=kind)
    return known, assess_routes(told, known), told


def _answer(form: IntakeForm) -> dict[str, Any]:
    today, data = timezone.localdate(), form.cleaned_data
    known, verdicts, told = assessed(form)
    rows, division = _by_hope(verdicts), told.division
    doors = other_doors(division)
    return {
        "known": known,
        "checked": identity.check(data["number"], today),
        "told": told,
        "name": data["name"] or _name_on_file(known),
        "place": division_title(division) if division else "",
        "open_routes": [row for row in rows if row["verdict"].verdict != "ineligible"],
        "shut_routes": [row for row in rows if row["verdict"].verdict == "ineligible"],
        "answered": True,
        "registered_here": doors.within_city,
        "referrals": doors.grounds,
        "today": today,
    }


def _name_on_file(known: Known) -> str:
    """As the person is known, else as a confirmed roster writes him."""
    rows = list(known.rows.values())
    return known.person.name if known.person else rows[0].name if rows else ""


ORDER = {"eligible": 0, "undetermined": 1, "ineligible": 2}


def _by_hope(verdicts: list[Any]) -> list[dict[str, Any]]:
    """Open ones first; each with what is missing or from which day on."""
    rows = [
        {
            "verdict": verdict,
            "route": ROUTES[verdict.route],
            "lacking": [found for found in verdict.conditions if found.status != "met"],
        }
        for verdict in verdicts
        if verdict.route != "collective"
    ]
    return sorted(rows, key=lambda row: ORDER[row["verdict"].verdict])


@require_POST
@desk_page(COUNTER)
def start(request: HttpRequest) -> HttpResponse:
    """One press opens the application on a route."""
    route = request.POST.get("route", "")
    if route not in ROUTES or request.user.station is None:
        messages.error(request, "请选择落户渠道;您的账号须属于一个派出所。")
        return redirect("desk:intake")
    draft, form = _draft(request, route)
    if draft is None:
        key = "enterprise" if route == "collective" else "form"
        context = {"form": IntakeForm(), "enterprise": EnterpriseForm(prefix="enterprise")}
        return render(request, "applications/intake.html", context | {key: form})
    try:
        case = _open(request, route, draft)
    except Refused as fault:
        messages.error(request, str(fault))
        return render(
            request,
            "applications/intake.html",
            {"form": IntakeForm(request.POST), "enterprise": EnterpriseForm(prefix="enterprise")},
        )
    return redirect("desk:case", pk=case.pk)


def _open(request: HttpRequest, route: str, draft: Draft) -> Application:
    opening = Opening(
        route=route,
        officer=request.user,
        station=request.user.station,
        on=timezone.localdate(),
    )
    return open_draft(opening, draft)


def _draft(request: HttpRequest, route: str) -> tuple[Draft | None, forms.Form]:
    if route == "collective":
        company = EnterpriseForm(request.POST, prefix="enterprise")
        return (Draft(enterprise=company.entry()) if company.is_valid() else None), company
    form = IntakeForm(with_card(request.POST))
    form.fields["name"].required = True
    if not form.is_valid():
        return None, form
    return _draft_of(form, route), form


def _draft_of(form: IntakeForm, route: str) -> Draft:
    """What is on file and on the roster goes into the draft; nothing known is typed again."""
    today, data = timezone.localdate(), form.cleaned_data
    person = person_with(data["number"])
    known = known_of(data["number"], person, today)
    checked = identity.check(data["number"], today)
    row = known.rows.get(route)
    card = identity.read_card_text(data["card"])
    entry = PersonEntry(
        number=data["number"],
        name=data["name"],
        birth_date=checked.birth_date,
        sex=checked.sex,
        division=data["division"] or (person.division if person else ""),
        hukou_kind=data["hukou_kind"] or (person.hukou_kind if person else ""),
        address=(person.address if person else "")
        or (row.origin if row else "")
        or (card.address if card else ""),
        phone=(person.phone if person else "") or (row.phone if row else ""),
        nationality_as_written=(card.nationality if card else "")
        or (row.nationality if row else ""),
    )
    return Draft(
        applicant=entry,
        town=row.town if row else None,
        address=row.address if row else "",
    )


@require_GET
@desk_page(COUNTER)
def divisions(request: HttpRequest) -> HttpResponse:
    """Names of divisions for the suggestions under a field; nothing personal is asked."""
    found = find_division(request.GET.get("q", "")[:40])[:20]
    return JsonResponse(
        {"items": [{"code": division.code, "name": division.full_name} for division in found]},
        json_dumps_params={"ensure_ascii": False},
    )


@require_POST
@desk_page(COUNTER)
def refer(request: HttpRequest) -> HttpResponse:
    """No route is open here: told where else to go, and counted."""
    ground = request.POST.get("ground", "")
    if ground not in Referral.Ground.values or request.user.station is None:
        messages.error(request, "请选择转办事由。")
    else:
        refer_elsewhere(ground, request.user, timezone.localdate())
        messages.success(
            request, f"已登记转办引导:{Referral.Ground(ground).label}。请告知当事人到对应窗口办理。"
        )
    back = Application.objects.visible_to(request.user).filter(pk=_uuid(request.POST.get("case")))
    return redirect("desk:case", pk=back.get().pk) if back.exists() else redirect("desk:intake")


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
