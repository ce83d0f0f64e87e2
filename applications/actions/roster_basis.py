"""Looking again at a case whose roster was withdrawn."""

import datetime

from django.db import transaction

from applications.actions.changing import NotAllowed, keeps_out
from applications.actions.drafting import refresh
from applications.facts import cited_of
from applications.models import Application
from applications.roster_basis import has_fallen
from applications.workflow import OPEN
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer


@transaction.atomic
def look_again(application: Application, officer: Officer, on: datetime.date) -> None:
    """The case stands on what counts today, or on no roster; its papers and opinion follow."""
    shut = keeps_out(application, officer)
    if shut:
        raise NotAllowed(shut)
    if application.state not in OPEN or application.judged:
        raise Refused("办件已有决定,依据以决定时为准,不用重新核实。")
    before = application.roster_entry
    if not has_fallen(application, cited_of("", application.applicant, on)):
        raise Refused("花名册依据没有撤回,不用重新核实。请刷新后再看。")
    same = Application.objects.filter(pk=application.pk, roster_entry=before)
    if not same.update(roster_entry=None):
        raise Refused("这份办件的花名册依据已由别人核实过,请刷新后再看。")
    application.roster_entry = None
    refresh(application, on)
    audit.record(
        "重新核实花名册依据", application, changes={"roster_entry": (str(before.pk), None)}
    )
