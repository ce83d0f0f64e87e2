"""The page where the police's own cells of 公业58表 are entered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from reports.access import GATHERERS, of_year, today
from reports.actions.entering import Entered, enter, entered_of
from reports.yearly_tables import ENTERED

MOST_PEOPLE = 99_999_999


class PoliceForm(forms.Form):
    """A field for each column; an empty one is left as it is."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for column, title in ENTERED.items():
            self.fields[f"column{column}"] = forms.IntegerField(
                label=f"{column} {title}", min_value=0, max_value=MOST_PEOPLE, required=False
            )
        self.fields["source"] = forms.CharField(
            label="数据来源", max_length=100, help_text="如:公安年报、人口信息系统。"
        )
        self.fields["as_of"] = DayField(label="数据日期", required=True)

    def told(self, year: int) -> Entered:
        data = self.cleaned_data
        cells = {column: data[f"column{column}"] for column in ENTERED}
        known = {column: value for column, value in cells.items() if value is not None}
        return Entered(year, known, data["source"], data["as_of"])


@desk_page(GATHERERS)
@of_year
def police_form(request: HttpRequest, year: int) -> HttpResponse:
    known = entered_of(year)
    initial = {f"column{column}": row.value for column, row in known.items()}
    form = PoliceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            number = enter(form.told(year), request.user, today())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已录入 {number} 栏。" if number else "没有变动的栏。")
            return redirect(f"{reverse('reports:figures')}?year={year}&table=police_58")
    context = {
        "section": "reports",
        "tab": "figures",
        "form": form,
        "year": year,
        "known": [(ENTERED[column], row) for column, row in sorted(known.items())],
    }
    return render(request, "reports/police_form.html", context)
