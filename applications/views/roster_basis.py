"""花名册依据: the roster on which a case stands, and the press that looks at it again."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import CASE_STAFF, desk_page, visible_case
from applications.actions.roster_basis import look_again
from applications.models import Application
from applications.panels import Panel
from applications.roster_basis import FALLEN, basis_of
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer


def panel(application: Application, officer: Officer) -> Panel | None:
    basis = basis_of(application, timezone.localdate())
    if basis is None:
        return None
    asks = not basis.stands and application.is_alive and officer.role in CASE_STAFF
    shown = {"basis": basis, "asks": asks, "fallen": FALLEN}
    return Panel("applications/panels/roster.html", shown, aside=True, is_next=asks)


@require_POST
@desk_page(CASE_STAFF)
def look(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    application = visible_case(request, pk)
    try:
        look_again(application, request.user, timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已按今天的花名册重新核实,初审意见和材料已更新,请核对。")
    return redirect("desk:case", pk=pk)
