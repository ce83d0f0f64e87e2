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

# Before a decision in somebody's favour is undone: he is told, and heard where he asks for it.
HEARINGS: Final = {
    "offered": "已告知陈述、申辩和听证权利,当事人未提出",
    "waived": "当事人书面放弃陈述、申辩和听证",
    "held": "已听取陈述、申辩或举行听证",
}
REVOKING_CLAUSES: Final = {
    "license": "行政许可法 第六十九条第二款(以欺骗等不正当手段取得)",
    "false": "户口登记条例 第二十条(假报户口,伪造、冒用证件)",
}
# On what a case is taken up again.
REOPENING_GROUNDS: Final = {
    "review": "行政复议决定",
    "court": "人民法院裁判",
    "own": "本机关自行纠正",
}
# 行政许可法 第四十四条: working days from the decision to its delivery.
DELIVERY_DAYS: Final = 10
