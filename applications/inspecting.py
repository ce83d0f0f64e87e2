"""抽查: which cases a seed draws, and what the form of a case asks. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

# What whoever inspects a case looks at, by the code that is kept where it was found wanting.
POINTS: Final = (
    ("evidence", "材料齐全、与清单一致"),
    ("terms", "在法定、承诺时限内办结"),
    ("comparison", "有人口信息比对记录"),
    ("signatures", "申请人、经办人、审核审批人签名齐全"),
    ("second_officer", "受理、核查、审核、审批由不同的人办理"),
    ("delivery", "告知书、决定书依法送达"),
    ("household", "落户户别的理由写明"),
    ("grounds", "符合或不符合的依据与事实一致"),
    ("dates", "日期、编号、人数前后一致"),
)
MOST_CASES: Final = 200


def sample(ids: Iterable[str], size: int, seed: int) -> list[str]:
    """The same ids and seed give the same cases in the same order, in whatever order ids come."""
    return sorted(set(ids), key=lambda one: (_rank(seed, one), one))[:size]


def _rank(seed: int, one: str) -> str:
    return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest()
