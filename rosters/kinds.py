"""The four kinds of roster: clause, title, and the bureau that supplies each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    code: str
    title: str
    clause: str
    supplier: str  # name of the bureau as the plan writes it
    # A file that tells more than may be kept goes once its roster is confirmed.
    keeps_original: bool = True


_KINDS = (
    Kind("relocation", "移民搬迁自愿落户花名册", "三(一)6(1)", "市扶贫办(市生态移民局)"),
    Kind("veteran", "军人转业安置花名册", "三(一)6(2)", "市民政局", keeps_original=False),
    Kind("talent", "人才引进花名册", "三(一)6(3)", "市人力资源社会保障局"),
    Kind("public_payroll", "财政供养人员户口清理花名册", "三(一)4", "市委组织部"),
)
KINDS = {kind.code: kind for kind in _KINDS}
