"""The grounds that the law lists, as they stand on the pages and papers. Pure data."""

from typing import Final

# 行政许可法 第四十五条: what does not count into the term; and what nobody can help.
PAUSE_GROUNDS: Final = {
    "appraisal": "依法需要鉴定、检验、检测",
    "hearing": "依法需要听证",
    "experts": "依法需要专家评审",
    "force_majeure": "不可抗力",
}
# 行政许可法 第四十二条: working days, once, by the head of the organ, with the reason told.
LONGEST_EXTENSION: Final = 10

# Missing papers are no ground: they are asked for by 一次性告知.
NOT_ACCEPTED_GROUNDS: Final = {
    "not_ours": "不属于本机关职权范围",
    "no_application_needed": "依法不需要申请(如市内迁移,当场办理)",
    "duplicate": "同一事项已在办理",
    "not_by_right": "不是本人或有权代为申请的人",
}

# 告知承诺: what a unit can answer for later; never who somebody is, nor the application itself.
PROMISABLE: Final = frozenset(
    {
        "no_home_proof",
        "employment_proof",
        "enrolment_proof",
        "graduation_proof",
        "insurance_proof",
        "premises_proof",
        "kinship_proof",
    }
)
# 行政许可法 第四十四条: working days from the decision to its delivery.
DELIVERY_DAYS: Final = 10
