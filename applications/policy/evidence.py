"""The papers that a route may ask for.

Never among them: what the police hold themselves (registration, residence registration, residence
permit, identity card), and anything about the three rights of those who settle (三(三)4).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from applications.policy.case import RELATIONSHIPS
from kaili_hukou.clauses import cite
from kaili_hukou.divisions import is_guizhou


class Evidence(NamedTuple):
    """One paper to bring, and the clause that lets us ask for it."""

    code: str
    title: str
    copies: int
    clause: str

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "title": self.title,
            "copies": self.copies,
            "clause": self.clause,
        }


EvidenceList = tuple[Evidence, ...]


def _application(clause: str, title: str = "落户申请书(本人签名)") -> Evidence:
    return Evidence("application_form", title, 1, cite(clause))


def _home(clause: str) -> EvidenceList:
    title = "购房合同(已备案)或不动产权证书,载明签订日期"
    if clause == FROM_ANOTHER_PROVINCE:
        title += "和建筑面积"
    return _application(clause), Evidence("home_proof", title, 1, cite(clause))


FROM_ANOTHER_PROVINCE: Final = cite("三(一)1(4)")
FROM_GUIZHOU: Final = cite("三(一)6(4)")
_HOME_OUTSIDE: Final = _home(FROM_ANOTHER_PROVINCE)
_HOME_GUIZHOU: Final = _home(FROM_GUIZHOU)

_REQUIRED: Final = MappingProxyType(
    {
        "schooling": (
            _application("三(一)1(1)"),
            Evidence("enrolment_proof", "三年连续学籍证明(学校或教育部门出具)", 1, "三(一)1(1)"),
        ),
        "education": (
            _application("三(一)1(2)"),
            Evidence(
                "degree_proof",
                "学历证明:教育部学历证书电子注册备案表,或学历认证报告",
                1,
                "三(一)1(2)",
            ),
        ),
        "residence": (
            _application("三(一)1(3)"),
            Evidence("insurance_proof", "社会保险参保缴费证明(连续六个月)", 1, "三(一)1(3)"),
        ),
        "home_purchase": _HOME_OUTSIDE,
        "in_province": (
            _application("三(一)2", "落户申请书(本人签名,载明在凯无投靠对象)"),
            Evidence("no_home_proof", "无房证明(房产部门出具)", 1, "三(一)2"),
        ),
        "talent": (
            _application("三(一)3"),
            Evidence(
                "talent_certificate",
                "组织人事部门出具的人才引进证明(已列入人才引进花名册的免交)",
                1,
                "三(一)3",
            ),
        ),
        "public_payroll": (
            _application("三(一)4"),
            Evidence("employment_proof", "所在单位出具的工作证明(载明工作地点)", 1, "三(一)4"),
        ),
        "relocation": (_application("三(一)6(1)", "自愿落户申请书(本人签名)"),),
        "veteran": (
            _application("三(一)6(2)"),
            Evidence("placement_document", "军人转业安置文件", 1, "三(一)6(2)"),
        ),
        "bravery": (
            _application("三(一)6"),
            Evidence("bravery_certificate", "见义勇为认定文件(县级以上)", 1, "三(一)6"),
        ),
        "collective": (
            _application("三(一)7", "设立集体户申请书(单位盖章)"),
            Evidence("business_licence", "营业执照", 1, "三(一)7"),
            Evidence("premises_proof", "固定经营场所的产权证明或租赁合同", 1, "三(一)7"),
            Evidence("collective_keeper", "集体户协管人员指定书", 1, "三(一)7"),
        ),
        "pupil": (
            _application("三(一)8", "自愿落户申请书(监护人签名)"),
            Evidence("enrolment_proof", "在校就读证明(学校出具)", 1, "三(一)8"),
        ),
        "pupil_return": (
            _application("三(一)8", "自愿迁回原籍申请书(本人或监护人签名)"),
            Evidence("graduation_proof", "毕业证书或毕业证明", 1, "三(一)8"),
        ),
    }
)

_KINSHIP: Final = "亲属关系证明材料(户口登记已能证明的免交)"
_COMPANION_TITLES: Final = {
    "spouse": ("marriage_certificate", "结婚证"),
    "child": ("birth_certificate", "出生医学证明或收养登记证(户口登记已能证明的免交)"),
}


def required(route_code: str, division: str | None = None) -> EvidenceList:
    """What to bring for a route; a home bought by somebody of Guizhou goes by 三(一)6(4)."""
    if route_code == "home_purchase" and division is not None and is_guizhou(division):
        return _HOME_GUIZHOU
    return _REQUIRED[route_code]


def companion_evidence(relationship: str | None) -> EvidenceList:
    """What shows that somebody who comes along is the relative that he or she is said to be."""
    code, title = _COMPANION_TITLES.get(relationship or "", ("kinship_proof", _KINSHIP))
    return (Evidence(code, title, 1, cite("三(一)")),)


def everything_asked_for() -> tuple[Evidence, ...]:
    """Every paper that any route or companion may be asked for."""
    routes = (item for items in (*_REQUIRED.values(), _HOME_GUIZHOU) for item in items)
    companions = (item for kind in RELATIONSHIPS for item in companion_evidence(kind))
    return (*routes, *companions)
