"""自查: anybody's facts in, the opinion out; nothing is kept, nobody is named."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from applications.facts import Known, Told, case_json, verdict_of
from applications.forms import FactsForm
from applications.person_forms import UNKNOWN_KIND
from applications.policy.routes import ROUTES
from applications.referrals import other_doors
from kaili_hukou.forms import DayField, DivisionField


class SelfForm(forms.Form):
    """What the routes need to know of a person; no number, no name."""

    birth_date = DayField(label="出生日期")
    division = DivisionField()
    hukou_kind = forms.ChoiceField(label="户籍地城乡", choices=UNKNOWN_KIND, required=False)


@never_cache
def routes(request: HttpRequest) -> HttpResponse:
    return render(request, "applications/self_check.html", {"routes": ROUTES.values()})


@never_cache
def self_check(request: HttpRequest, route: str) -> HttpResponse:
    """The opinion on one route, by what is typed here alone."""
    if route not in ROUTES:
        raise Http404("没有这个渠道")
    data = request.POST if request.method == "POST" else None
    person, facts = SelfForm(data, prefix="person"), FactsForm(route, data, prefix="facts")
    context: dict[str, Any] = {"route": ROUTES[route], "person": person, "facts": facts}
    if data is not None and all([person.is_valid(), facts.is_valid()]):  # noqa: C419 - ask both
        told = Told(answers=facts.cleaned_data, **person.cleaned_data)
        known = Known(on=timezone.localdate())
        context["verdict"] = verdict_of(case_json(route, told, known))
        context["elsewhere"] = other_doors(told.division, route)
    return render(request, "applications/self_check.html", context)
