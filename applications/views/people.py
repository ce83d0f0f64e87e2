"""Looking for people and at them: masked, recorded, one value revealed at a time."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import CASE_READERS, CASE_STAFF, desk_page, visible_case
from applications.facts import known_of
from applications.models import Application, Member
from kaili_hukou import audit, identity, receipts
from kaili_hukou.identity_acts import PROPOSERS
from kaili_hukou.models import Person
from kaili_hukou.models.people import tail_digest
from kaili_hukou.names import normalise_name
from kaili_hukou.registers import division_title
from residence_permits.conditions import longest_stay

MOST = 50
REVEALED = {"number": "公民身份号码", "phone": "联系电话", "address": "户籍地址"}


def visible_person(request: HttpRequest, pk: uuid.UUID) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user), pk=pk)


@desk_page(CASE_READERS)
def search(request: HttpRequest) -> HttpResponse:
    """By number, receipt number, name or initials; the words come by POST, never in an address."""
    # PostgreSQL knows no NUL, and nobody's name has one.
    text = request.POST.get("q", "").replace("\0", "").strip()[:200]
    context: dict[str, Any] = {"asked": bool(text)}
    if text:
        audit.looked("搜索")
        context |= _found(request, text)
    if len(context.get("cases", ())) == 1 and not context.get("people"):
        return redirect("desk:case", pk=context["cases"][0].pk)
    return render(request, "applications/search.html", context)


def _found(request: HttpRequest, text: str) -> dict[str, Any]:
    cases = Application.objects.visible_to(request.user).for_lists()
    receipt = _receipt(text)
    if isinstance(receipt, str):
        return {"cases": list(cases.filter(receipt_number=receipt))}
    if receipt is not None:
        return {"hint": str(receipt)}
    who, number = _who(text)
    people = Person.objects.visible_to(request.user).filter(who).order_by("name")[:MOST]
    found = list(people)
    members = Member.objects.filter(person__in=found).values("application")
    return {
        "people": found,
        "cases": list(cases.filter(Q(pk__in=members) | Q(enterprise__name=text))[:MOST]),
        "more": len(found) == MOST,
        "by_former_number": any(one.is_formerly(number) for one in found),
    }


def _receipt(text: str) -> str | Exception | None:
    """The receipt number; the fault where it looks like one and is wrong; None where it is none."""
    if "-" not in text and not text.upper().startswith("522601") or len(text) < 20:
        return None
    try:
        return receipts.check(text).text
    except receipts.ReceiptError as fault:
        return fault


def _who(text: str) -> tuple[Q, str]:
    """Whom the words mean, and the number where they are one."""
    try:
        number = identity.check(text, timezone.localdate()).number
    except identity.IdentityError:
        name = normalise_name(text)
    else:
        return Q(pk__in=Person.objects.with_number(number).values("pk")), number
    by_name = Q(name__startswith=name)
    return (by_name | Q(initials__startswith=text.upper()) if text.isascii() else by_name), ""


@desk_page(CASE_READERS)
def person(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    rows = Person.objects.visible_to(request.user).prefetch_related("former_numbers")
    found = rows.filter(pk=pk).first()
    if found is None:
        return _survivor(request, pk)
    audit.looked("查看人口", found)
    today = timezone.localdate()
    known = known_of("", found, today)
    cases = Application.objects.visible_to(request.user).filter(members__person=found)
    residences = list(found.residences.all())
    context = {
        "person": found,
        "known": known,
        "place": division_title(found.division) if found.division else "",
        "cases": cases.for_lists().distinct(),
        "residences": residences,
        "lives_since": longest_stay((row.since, row.until) for row in residences),
        "today": today,
        "graduates_on": Member.objects.filter(person=found)
        .graduated(today)
        .values_list("graduates_on", flat=True)
        .first(),
        "revealable": [(name, title) for name, title in REVEALED.items() if getattr(found, name)],
        "former_numbers": list(found.former_numbers.all()),
        "acts": list(found.acts.select_related("proposed_by", "settled_by")),
        "may_act": request.user.role in PROPOSERS,
    }
    return render(request, "applications/person.html", context)


def _survivor(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A row that was merged leads on to the one that stands, for whoever may see that one."""
    merged = get_object_or_404(Person, pk=pk, merged_into__isnull=False)
    found = visible_person(request, merged.merged_into_id)
    messages.info(request, "您打开的资料已合并到这一份。")
    return redirect("desk:person", pk=found.pk)


@require_POST
@desk_page(CASE_STAFF)
def reveal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One value in clear, with a reason, recorded before it is sent."""
    found = visible_person(request, pk)
    name, reason = request.POST.get("field", ""), request.POST.get("reason", "").strip()[:200]
    if name not in REVEALED or len(reason) < 2:
        messages.error(request, "查看明文须写明理由(如:与证件核对)。")
        return redirect("desk:person", pk=pk)
    audit.looked(f"查看明文:{REVEALED[name]}", found, reason=reason)
    return render(
        request,
        "applications/revealed.html",
        {"person": found, "title": REVEALED[name], "value": getattr(found, name)},
    )


@require_POST
@desk_page(CASE_STAFF)
def check_tail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whether the last four characters are these, without showing the number."""
    found = visible_person(request, pk)
    _compare_tail(request, found, "")
    return redirect("desk:person", pk=pk)


@require_POST
@desk_page(CASE_STAFF)
def check_member_tail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same for any member of a case, chosen on its page."""
    application = visible_case(request, pk)
    members = {str(one.pk): one for one in application.members.select_related("person")}
    chosen = members.get(request.POST.get("member", ""))
    if chosen is None:
        messages.error(request, "请选择要核对的人。")
    else:
        _compare_tail(request, chosen.person, f"{chosen.person}的")
    return redirect("desk:case", pk=pk)


def _compare_tail(request: HttpRequest, found: Person, whose: str) -> None:
    tail = identity.fold(request.POST.get("tail", ""))
    audit.looked("核对末四位", found)
    if len(tail) == 4 and found.number_tail == tail_digest(tail):
        messages.success(request, f"{whose}末四位相符。")
    else:
        messages.error(request, f"{whose}末四位不相符,请与证件核对。")
