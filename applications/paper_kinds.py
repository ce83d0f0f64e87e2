"""Which papers a case may have: the moves that each tells of, and how long its words may change.

The order is that of a file: what is asked for first, then what was decided, then the file itself.
"""

from dataclasses import dataclass
from enum import StrEnum

ONLY_ENTERPRISE = frozenset({"collective"})
ONLY_GOING_BACK = frozenset({"pupil_return"})


class Lasting(StrEnum):
    """From when on a paper is printed again with the very words that it had."""

    FIRST = "first"  # from the first printing on
    SIGNED = "signed"  # from the decision on, as last printed: that is what was signed
    FILE = "file"  # from the day on which the case is filed
    RECORD = "record"  # never kept: made of rows that do not change


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper. Without `moves` it may be printed at any time.

    `each`: a sheet for each such thing of the case (`documents.SUBJECTS`), none without one.
    `decides`: a decision, to be delivered within the term. `version` is that of its template.
    """

    name: str
    title: str
    moves: tuple[str, ...] = ()
    lasting: Lasting = Lasting.FIRST
    each: str = ""
    decides: bool = False
    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    version: str = "2026-11"

    @property
    def template(self) -> str:
        return f"applications/papers/{self.name}.html"

    @property
    def is_notice(self) -> bool:
        """It goes to the person; the others are forms and sheets of the file."""
        return self.lasting is Lasting.FIRST and self.name not in FILED

    def fits(self, route: str) -> bool:
        return route not in self.never and (not self.only or route in self.only)


# First printings that stay in the file.
FILED = frozenset({"check-record", "admission-data"})
_NOBODY_MOVES_IN = ONLY_ENTERPRISE | ONLY_GOING_BACK
_SIGNED, _FILE = Lasting.SIGNED, Lasting.FILE

PAPERS = {
    paper.name: paper
    for paper in (
        Paper("cover", "卷宗封面", ("accept", "not_accept"), _FILE),
        Paper("contents", "卷内目录", ("accept", "not_accept"), _FILE),
        Paper("application-form", "落户申请表", lasting=_SIGNED),
        Paper("privacy", "个人信息处理告知书", lasting=_SIGNED),
        Paper("guardian-consent", "监护人同意书", lasting=_SIGNED, each="under_14"),
        Paper("mandate", "授权委托书", lasting=_SIGNED),
        Paper("promise", "告知承诺书", lasting=_SIGNED, each="promised"),
        Paper("evidence-list", "材料清单", lasting=_FILE),
        Paper("land-rights", "三权权益告知书", lasting=_SIGNED, each="rural"),
        Paper("received", "收件凭证", ("receive",)),
        Paper("supplement", "一次性告知书", ("ask_supplement",)),
        Paper("receipt", "受理回执", ("accept",)),
        Paper("not-accepted", "不予受理决定书", ("not_accept",), decides=True),
        Paper("inquiry", "花名册核实函", each="roster"),
        Paper("route-changed", "变更落户渠道通知书", ("take_route",)),
        Paper("paused", "暂停计时告知书", ("pause",)),
        Paper("extended", "延长办理期限告知书", ("extend",)),
        Paper("check-record", "核查记录", ("check",)),
        Paper("approval-sheet", "落户审批表", ("accept", "not_accept"), _FILE),
        Paper("refused", "不予批准决定书", ("refuse",), decides=True),
        Paper("not-admitted", "不准随迁通知书", ("approve",), each="refused", decides=True),
        Paper("admission-data", "准予迁入证明数据表", ("approve",), each="transfers"),
        Paper("exchange", "迁移证件换发补发登记表", ("approve",), _FILE, each="exchanged"),
        Paper(
            "settled",
            "准予落户通知书(领取凭证)",
            ("register", "register_part"),
            decides=True,
            never=_NOBODY_MOVES_IN,
        ),
        Paper(
            "established", "准予设立集体户通知书", ("register",), decides=True, only=ONLY_ENTERPRISE
        ),
        Paper(
            "moved-back", "准予迁回原籍通知书", ("register",), decides=True, only=ONLY_GOING_BACK
        ),
        Paper(
            "public-household",
            "公共户登记告知书",
            ("register", "register_part"),
            each="public",
            never=_NOBODY_MOVES_IN,
        ),
        Paper("withdrawn", "撤回申请确认书", ("withdraw",)),
        Paper("terminated", "终止办理通知书", ("terminate",), decides=True),
        Paper("corrected", "更正通知书", ("correct",), decides=True),
        Paper("annulled", "依职权撤销决定书", ("annul",), decides=True),
        Paper("revoked", "撤销落户决定书", ("revoke",), decides=True),
        Paper("reopened", "恢复办理通知书", ("reopen", "retake")),
        Paper("delivery", "送达回证", lasting=Lasting.RECORD, each="issued"),
    )
}
DECISIONS = tuple(name for name, paper in PAPERS.items() if paper.decides)


def printed_at_once(move: str, route: str) -> str:
    """The notice that a move brings forth on this route; empty where there is none."""
    found = (paper for paper in PAPERS.values() if move in paper.moves and paper.fits(route))
    return next((paper.name for paper in found if paper.is_notice), "")
