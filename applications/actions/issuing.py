"""A paper goes out: the words of its printing are kept, and a later printing shows them again."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import F

from applications.models import Application, IssuedPaper, StateChange
from applications.paper_kinds import PAPERS, Lasting, Paper
from applications.workflow import OPEN, State
from kaili_hukou import audit
from kaili_hukou.models import Officer

UNDECIDED = OPEN - {State.APPROVED}
Compose = Callable[[], list[str]]


@transaction.atomic
def issue(
    application: Application,
    kind: Paper,
    change: StateChange | None,
    officer: Officer,
    compose: Compose,
) -> IssuedPaper:
    """The paper with its words: as kept, or composed now and kept; one more copy is counted."""
    told_of, anew = _kept_with(application, kind, change)
    found = _find(application, kind, told_of)
    if found is None:
        issued = _first(application, kind, told_of, officer, compose)
    elif anew:
        issued = found
        issued.version = kind.version
        issued.sheets = compose()
        issued.save(update_fields=["version", "text"])
    else:
        issued = found
    if found is not None:
        _count(issued)
    audit.record(f"打印{kind.title}", application)
    return issued


@transaction.atomic
def print_again(issued: IssuedPaper) -> IssuedPaper:
    """An earlier paper of a case once more, in its own words."""
    _count(issued)
    audit.record(f"打印{PAPERS[issued.name].title}", issued.application)
    return issued


def _kept_with(
    application: Application, kind: Paper, change: StateChange | None
) -> tuple[StateChange | None, bool]:
    """The move whose row keeps the words (None: the case itself), and whether they change yet."""
    if kind.lasting is Lasting.SIGNED:
        return None, application.state in UNDECIDED
    if kind.lasting is Lasting.FILE:
        if application.state != State.ARCHIVED:
            return None, True
        return application.history.filter(move="archive").order_by("-at").first(), False
    return (change if kind.moves else None), False


def _find(application: Application, kind: Paper, change: StateChange | None) -> IssuedPaper | None:
    return application.papers.filter(name=kind.name, change=change).first()


def _first(
    application: Application,
    kind: Paper,
    change: StateChange | None,
    officer: Officer,
    compose: Compose,
) -> IssuedPaper:
    """The first printing; where two press at once, the words of the one that was first."""
    made = IssuedPaper(
        application=application,
        change=change,
        name=kind.name,
        version=kind.version,
        printed_by=officer,
    )
    made.sheets = compose()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        made = application.papers.get(name=kind.name, change=change)
        _count(made)
    return made


def _count(issued: IssuedPaper) -> None:
    IssuedPaper.objects.filter(pk=issued.pk).update(copies=F("copies") + 1)
    issued.copies += 1
