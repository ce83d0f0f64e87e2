"""三(三)4: no route, form, evidence list, paper or page asks for giving up the three rights."""

import re
from pathlib import Path

import pytest

from applications.fact_fields import FIELDS, NOTED
from applications.models import Application, EvidenceItem, Member
from applications.move_forms import FORMS
from applications.policy.evidence import everything_asked_for
from applications.policy.routes import ROUTES
from applications.workflow import MOVES

ROOT = Path(__file__).resolve().parent.parent
RIGHTS = r"(承包地|承包经营权|宅基地|集体收益|收益分配权|三权)"
GIVING_UP = r"(放弃|退出|交回|收回|转让|注销)"
ASKED = re.compile(f"{GIVING_UP}.{{0,20}}{RIGHTS}|{RIGHTS}.{{0,20}}{GIVING_UP}", re.DOTALL)


def spoken() -> list[tuple[str, str]]:
    """Everything that the desk asks or says: (where, text)."""
    fields = {**FIELDS, **NOTED}
    texts = [
        (f"{fact}.{name}", f"{make().label} {make().help_text}")
        for fact, group in fields.items()
        for name, make in group.items()
    ]
    texts += [(item.code, item.title) for item in everything_asked_for()]
    texts += [(route.code, route.title) for route in ROUTES.values()]
    texts += [
        (condition.code, condition.title)
        for route in ROUTES.values()
        for condition in route.conditions
    ]
    texts += [(move.name, move.title) for move in MOVES.values()]
    texts += [
        (f"{model.__name__}.{field.name}", str(field.verbose_name))
        for model in (Application, Member, EvidenceItem)
        for field in model._meta.fields
    ]
    return texts


def pages() -> list[Path]:
    code = [*ROOT.glob("applications/**/*.py"), *ROOT.glob("rosters/**/*.py")]
    code += [*ROOT.glob("kaili_hukou/forms.py")]
    return [*ROOT.glob("templates/**/*.html"), *code]


@pytest.mark.parametrize(("where", "text"), spoken())
def test_nothing_asked_concerns_giving_up_the_three_rights(where: str, text: str) -> None:
    assert not ASKED.search(text), where


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_or_paper_speaks_of_giving_them_up(path: Path) -> None:
    assert not ASKED.search(path.read_text())


@pytest.mark.parametrize(
    "text", ["须退出承包地", "宅基地自愿交回证明", "放弃农村集体收益分配权承诺书"]
)
def test_the_search_finds_what_it_is_for(text: str) -> None:
    assert ASKED.search(text)


def test_every_form_of_a_move_is_among_the_moves() -> None:
    assert set(FORMS) <= set(MOVES)
