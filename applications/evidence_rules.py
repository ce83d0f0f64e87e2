"""How each document may be met besides being handed in: asked for, promised, used again, brought.

One table by the code of the document; pages, actions and tests read it. Days and choices that no
text of ours settles are placeholders, and say so.
"""

import datetime
from dataclasses import dataclass
from typing import Final

# Placeholders until the city settles them: days to answer a letter, to check a promise.
ANSWER_DAYS: Final = 5
CHECK_DAYS: Final = 30

NEVER: Final = 0
FOR_EVER: Final = -1


@dataclass(frozen=True, slots=True)
class Rule:
    """`keeps`: for how many days a paper on file may stand for a new one (NEVER, FOR_EVER).

    `promise` says why somebody may answer for it with a signature (国办发〔2020〕42号: low in risk,
    and it can be checked later); empty where he may not. `why_not` is told instead.
    """

    keeps: int
    promise: str = ""
    why_not: str = ""
    asked_of_others: bool = True
    late: bool = True

    def valid_on(self, noted_on: datetime.date, on: datetime.date) -> bool:
        """Whether a paper noted on a day may still stand for a new one."""
        if self.keeps == NEVER or noted_on > on:
            return False
        return self.keeps == FOR_EVER or (on - noted_on).days <= self.keeps

    @property
    def validity(self) -> str:
        if self.keeps == NEVER:
            return "每次都要新交"
        return "长期有效(内容没有变化的)" if self.keeps == FOR_EVER else f"{self.keeps} 天内有效"


# The person's own will: nobody else is asked for it, nothing old stands for it, it comes first.
_OWN_WILL = Rule(
    NEVER, why_not="本人的意思表示,须本人签名,不能承诺或后补。", asked_of_others=False, late=False
)
_STANDING = "资格本身须由有权机关认定,不能以承诺代替。"

RULES: Final[dict[str, Rule]] = {
    "application_form": _OWN_WILL,
    # The bureaus of housing keep the record; a purchase is the ground itself.
    "home_proof": Rule(90, why_not="购房是落户的依据,须交合同、证书或由房产部门核验。"),
    # A certificate of today's standing: a school term (placeholder).
    "enrolment_proof": Rule(90, promise="在校就读可向学校或教育部门事后核查。"),
    "degree_proof": Rule(FOR_EVER, why_not="学历须以电子注册备案表或认证报告为准。"),
    # It changes by the month (placeholder).
    "insurance_proof": Rule(30, promise="缴费记录可向社保经办机构事后核查。"),
    "no_home_proof": Rule(30, promise="有无房产可向房产部门事后核查。"),
    "talent_certificate": Rule(FOR_EVER, why_not=_STANDING),
    "employment_proof": Rule(30, promise="工作地点可向所在单位事后核查。"),
    "placement_document": Rule(FOR_EVER, why_not=_STANDING),
    "bravery_certificate": Rule(FOR_EVER, why_not=_STANDING),
    "business_licence": Rule(365, why_not="主体资格须以营业执照或登记机关核验为准。"),
    "premises_proof": Rule(90, promise="经营场所可事后到现场核查。"),
    "collective_keeper": Rule(NEVER, why_not="协管人员由单位指定,须交指定书。", late=False),
    "graduation_proof": Rule(FOR_EVER, promise="毕业情况可向学校或教育部门事后核查。"),
    # Civil status and descent: valid until they change, which the officer asks about.
    "marriage_certificate": Rule(FOR_EVER, why_not="婚姻登记属于身份关系,须交证件或部门核验。"),
    "birth_certificate": Rule(FOR_EVER, why_not="出生、收养属于身份关系,须交证件或部门核验。"),
    # What other papers do not show is told by the family and checked by the community.
    "kinship_proof": Rule(FOR_EVER, promise="亲属关系可向社区、原籍派出所事后核查。"),
}
# A document that this table does not know is taken by hand only.
UNKNOWN: Final = Rule(NEVER, why_not="这种材料只收原件或复印件。", asked_of_others=False)

CONSEQUENCE: Final = (
    "承诺不实的,已批准的落户依法撤销,户口迁回原籍;承诺情况记入档案,今后不再适用告知承诺。"
)


def rule_of(code: str) -> Rule:
    return RULES.get(code, UNKNOWN)


def states_by_hand(code: str) -> tuple[str, ...]:
    """The states that the counter may set by one choice, in the order of the list."""
    states = ("missing", "original", "copy")
    return (*states, "deferred") if rule_of(code).late else states
