"""配套政策: what each bureau owes since the plan's issue, with its state and its file."""

import uuid
from collections import Counter

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from reports import due_days
from reports.access import FILLERS, READERS, today
from reports.actions.filing import Filing, attach_rule
from reports.actions.ruling import add_owed, keeps_rules_of, note_rule
from reports.forms import RuleForm
from reports.models import ReturnFile, SupportingRule
from reports.views.returns import version_of

COLOURS = {"not_begun": "red", "drafting": "amber", "issued": "green", "not_needed": "grey"}


@require_GET
@desk_page(READERS)
def overview(request: HttpRequest) -> HttpResponse:
    """A row for each rule that is owed; a clerk sees the own bureau's."""
    add_owed(today())
    rows = list(
        SupportingRule.objects.visible_to(request.user)
        .select_related("bureau")
        .prefetch_related("files")
        .order_by("bureau", "clause")
    )
    counts = Counter(row.state for row in rows)
    context = {
        "rows": [(row, COLOURS[row.state]) for row in rows],
        "tiles": [
            (label, counts[state], COLOURS[state]) for state, label in SupportingRule.State.choices
        ],
        "due": due_days.rules_due_on(),
        "issued_on": due_days.PLAN_ISSUED_ON,
        "is_over": today() > due_days.rules_due_on(),
        "section": "reports",
    }
    return render(request, "reports/rules.html", context)


@desk_page(READERS)
def one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    rows = SupportingRule.objects.visible_to(request.user).select_related("bureau", "changed_by")
    rule = get_object_or_404(rows, pk=pk)
    form = None
    if request.user.role in FILLERS and keeps_rules_of(rule.bureau, request.user):
        form = RuleForm(request.POST or None, request.FILES or None, initial=vars(rule))
        if request.method == "POST" and form.is_valid() and _note(request, rule, form):
            return redirect("reports:rule", pk=pk)
    audit.looked("查看配套政策", rule)
    context = {
        "rule": rule,
        "form": form,
        "colour": COLOURS[rule.state],
        "files": rule.files.kept(),
        "section": "reports",
    }
    return render(request, "reports/rule.html", context)


def _note(request: HttpRequest, rule: SupportingRule, form: RuleForm) -> bool:
    came = form.cleaned_data["file"]
    try:
        with transaction.atomic():
            version = version_of(request)
            note_rule(rule, form.told(), request.user, version=version, on=today())
            if came:
                filing = Filing(came[0], came[1], ReturnFile.Purpose.RULE)
                attach_rule(rule, filing, request.user)
    except Refused as fault:
        form.add_error(None, str(fault))
        rule.refresh_from_db()
        return False
    messages.success(request, "已保存。")
    return True
