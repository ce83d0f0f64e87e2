"""The conditions of the plan, one function each: met, unmet or unknown on a day.

A condition is unknown where any value that it needs is unknown, even where the known ones would
settle it; `talent_proof` is the one exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from applications.policy.case import HUKOU_KINDS, LEVELS, ROSTERS, STAGES
from applications.policy.condition import (
    Condition,
    Outlook,
    Situation,
    by_division,
    either,
    stated,
)
from applications.policy.verdict import Finding
from kaili_hukou import divisions
from kaili_hukou.dates import first_day, in_words, month_in_words, month_number, term_end
from residence_permits.terms import timeline


def _on_roster(kind: str) -> Condition:
    """A condition that the confirmed roster of a bureau settles."""
    title = f"{ROSTERS[kind]}花名册"
    return stated(
        f"{kind}_roster",
        title,
        lambda facts: None if facts.rosters is None else kind in facts.rosters,
        (f"列入已确认的{title}", f"已列入{title}", f"未列入{title}"),
        facts=("rosters",),
    )


ANOTHER_PROVINCE: Final = by_division(
    "another_province",
    "省外户籍",
    divisions.another_province,
    ("现户籍在贵州省以外", "现户籍在贵州省以外", "现户籍在贵州省内"),
)
ANOTHER_COUNTY: Final = by_division(
    "another_county",
    "省内其他县市户籍",
    divisions.another_county,
    ("现户籍在贵州省内、凯里市以外", "现户籍在省内其他县市", "现户籍不在省内其他县市"),
)
NOT_REGISTERED_HERE: Final = by_division(
    "not_registered_here",
    "户籍不在凯里",
    lambda division: not divisions.is_kaili(division),
    ("现户籍不在凯里市", "现户籍不在凯里市", "现户籍已在凯里市"),
)


def _enrolment_term(situation: Situation) -> Finding:
    """三年以上学籍: reached by the day, and before the enrolment ended; a past one counts."""
    months = situation.values.schooling_months
    required = f"在凯取得学籍满{months}个月"
    enrolment = situation.facts.enrolment
    if enrolment is None or enrolment.from_day is None:
        return Finding("unknown", required, "待核实:取得学籍的日期")
    reached_on = term_end(enrolment.from_day, months)
    actual = f"{in_words(enrolment.from_day)}取得学籍"
    if reached_on is None or (enrolment.to is not None and enrolment.to < reached_on):
        ended = f",{in_words(enrolment.to)}结束" if enrolment.to else ""
        return Finding("unmet", required, f"{actual}{ended},不满{months}个月")
    actual += f",{in_words(reached_on)}满{months}个月"
    return Finding(either(reached_on <= situation.day), required, actual, reached_on)


def _enrolment_turns(outlook: Outlook) -> Iterable[date | None]:
    enrolment = outlook.facts.enrolment
    if enrolment is not None and enrolment.from_day is not None:
        for values in outlook.eras:
            yield term_end(enrolment.from_day, values.schooling_months)


ENROLMENT_TERM: Final = Condition(
    "enrolment_term",
    "连续学籍",
    _enrolment_term,
    ("enrolment",),
    turning_days=_enrolment_turns,
)


def _permit_term(situation: Situation) -> Finding:
    """三年连续居住证: continuous by 居住证暂行条例 第十条, and valid on the day."""
    months = situation.values.permit_months
    required = f"居住证连续满{months}个月,且当日有效"
    permit = situation.facts.permit
    if permit is None or permit.issued_on is None or permit.endorsed_on is None:
        return Finding("unknown", required, "待核实:居住证发放和签注日期")
    if permit.issued_on > situation.day:
        return Finding("unmet", required, f"居住证{in_words(permit.issued_on)}才发放")
    line = timeline(permit.issued_on, permit.endorsed_on, situation.day)
    if not line.is_valid:
        since = "" if line.suspended_from is None else f"自{in_words(line.suspended_from)}起"
        return Finding("unmet", required, f"居住证{since}逾期未签注,使用功能中止")
    reached_on = term_end(line.continuous_since, months)
    actual = f"居住证有效,自{in_words(line.continuous_since)}起连续计算"
    if reached_on is None:
        return Finding("unmet", required, actual)
    met = reached_on <= situation.day
    keeps = line.suspended_from is None or reached_on < line.suspended_from
    actual += f",{in_words(reached_on)}{'' if met else '才'}满{months}个月"
    return Finding(either(met), required, actual, reached_on if keeps else None)


def _permit_turns(outlook: Outlook) -> Iterable[date | None]:
    permit = outlook.facts.permit
    if permit is not None and permit.issued_on is not None:
        made = [day for day in permit.endorsed_on or () if day <= outlook.as_of]
        line = timeline(permit.issued_on, made, max(outlook.as_of, permit.issued_on))
        for values in outlook.eras:
            yield term_end(line.continuous_since, values.permit_months)


PERMIT_TERM: Final = Condition(
    "permit_term", "连续居住证", _permit_term, ("permit",), turning_days=_permit_turns
)


def _degree_level(situation: Situation) -> Finding:
    """大专学历以上."""
    degree = situation.facts.degree
    if degree is None or degree.level is None:
        return Finding("unknown", "大专及以上学历", "待核实:学历层次")
    met = degree.level != "secondary"
    return Finding(either(met), "大专及以上学历", f"学历为{LEVELS[degree.level]}")


DEGREE_LEVEL: Final = Condition("degree_level", "大专以上学历", _degree_level, ("degree",))
DEGREE_RECOGNISED: Final = stated(
    "degree_recognised",
    "教育部承认学历",
    lambda facts: facts.degree and facts.degree.recognised,
    ("学历为教育部承认", "学历为教育部承认", "学历未获教育部承认"),
    facts=("degree",),
)


def _residence_term(situation: Situation) -> Finding:
    """居住半年以上: from the registration of residence, reached on the same day six months on."""
    months = situation.values.residence_months
    required = f"在凯居住满{months}个月"
    since = situation.facts.residence_from
    if since is None:
        return Finding("unknown", required, "待核实:居住登记日期")
    reached_on = term_end(since, months)
    if reached_on is None:
        return Finding("unmet", required, f"{in_words(since)}起居住")
    actual = f"{in_words(since)}起居住,{in_words(reached_on)}满{months}个月"
    return Finding(either(reached_on <= situation.day), required, actual, reached_on)


def _residence_turns(outlook: Outlook) -> Iterable[date | None]:
    since = outlook.facts.residence_from
    if since is not None:
        for values in outlook.eras:
            yield term_end(since, values.residence_months)


RESIDENCE_TERM: Final = Condition(
    "residence_term",
    "居住期限",
    _residence_term,
    ("residence_from",),
    turning_days=_residence_turns,
)


def _insured_months(situation: Situation) -> Finding:
    """连续社保半年以上: six months in a row, to the month of the day or the one before it."""
    count = situation.values.insured_months
    required = f"截至当月或上月连续参加社会保险{count}个月"
    paid = situation.facts.insured_months
    if paid is None:
        return Finding("unknown", required, "待核实:社会保险缴费月份")
    this_month = month_number(situation.day)
    runs = [(_months_in_a_row(paid, last, count), last) for last in (this_month, this_month - 1)]
    # The longer run is told; the earlier month wins a tie, for it is over.
    run, last = max(runs, key=lambda pair: (pair[0], -pair[1]))
    if run == count:
        return Finding("met", required, f"截至{month_in_words(last)}已连续缴费{count}个月")
    return Finding("unmet", required, f"截至{month_in_words(last)}连续缴费{run}个月")


def _months_in_a_row(paid: frozenset[int], last: int, most: int) -> int:
    """How many months up to and with the last are paid without a gap, counted up to a most."""
    run = 0
    while run < most and last - run in paid:
        run += 1
    return run


def _insured_turns(outlook: Outlook) -> Iterable[date | None]:
    """If every month from that of `as_of` on is paid, the run goes on from where it stands."""
    paid, this_month = outlook.facts.insured_months, month_number(outlook.as_of)
    if paid is not None:
        for values in outlook.eras:
            run = _months_in_a_row(paid, this_month - 1, values.insured_months - 1)
            yield first_day(this_month - 1 - run + values.insured_months)


INSURED_MONTHS: Final = Condition(
    "insured_months",
    "连续社会保险",
    _insured_months,
    ("insured_months",),
    turning_days=_insured_turns,
)


NO_HOME: Final = stated(
    "no_home",
    "在凯无房",
    lambda facts: facts.owns_home,
    ("在凯里市无合法有效房产", "在凯里市有房产", "在凯里市无房产"),
    facts=("owns_home",),
    met_when=False,
)
NO_RELATIVE_TO_JOIN: Final = stated(
    "no_relative_to_join",
    "在凯无投靠对象",
    lambda facts: facts.relative_to_join,
    ("在凯里市无投靠对象", "在凯里市有投靠对象", "在凯里市无投靠对象"),
    facts=("relative_to_join",),
    met_when=False,
)


def _talent_proof(situation: Situation) -> Finding:
    """人才引进证明(三(一)3)or the roster of 三(一)6(3): one of them settles it."""
    required = "持有人才引进证明,或列入人才引进花名册"
    certificate, rosters = situation.facts.talent_certificate, situation.facts.rosters
    if certificate:
        return Finding("met", required, "持有人才引进证明")
    if rosters is not None and "talent" in rosters:
        return Finding("met", required, "已列入人才引进花名册")
    if certificate is None or rosters is None:
        return Finding("unknown", required, "待核实:人才引进证明或花名册")
    return Finding("unmet", required, "没有人才引进证明,也未列入人才引进花名册")


TALENT_PROOF: Final = Condition(
    "talent_proof", "人才引进证明", _talent_proof, ("talent_certificate", "rosters")
)


def _rural_registration(situation: Situation) -> Finding:
    """户口仍在农村, by the address of the registration."""
    kind = situation.person.hukou_kind
    if kind is None:
        return Finding("unknown", "户口仍在农村", "待核实:户口在农村或城镇")
    return Finding(either(kind == "rural"), "户口仍在农村", f"户口在{HUKOU_KINDS[kind]}")


RURAL_REGISTRATION: Final = Condition(
    "rural_registration", "户口在农村", _rural_registration, person_fields=("hukou_kind",)
)
PUBLIC_PAYROLL_ROSTER: Final = _on_roster("public_payroll")
RELOCATION_ROSTER: Final = _on_roster("relocation")
VETERAN_ROSTER: Final = _on_roster("veteran")
WORKS_IN_TOWN: Final = stated(
    "works_in_town",
    "在城镇就业",
    lambda facts: facts.works_in_town,
    ("在凯里市城镇就业", "在凯里市城镇就业", "就业地不在凯里市城镇"),
)
VOLUNTARY: Final = stated(
    "voluntary",
    "本人自愿",
    lambda facts: facts.voluntary,
    ("本人(监护人)自愿", "自愿", "不自愿"),
)
PLACEMENT_DOCUMENT: Final = stated(
    "placement_document",
    "安置文件",
    lambda facts: facts.placement_document,
    ("持有军人转业安置文件", "有安置文件", "没有安置文件"),
)
BRAVERY_CERTIFICATE: Final = stated(
    "bravery_certificate",
    "见义勇为认定",
    lambda facts: facts.bravery_certificate,
    ("持有见义勇为认定文件", "有认定文件", "没有认定文件"),
)
FOUNDED_BY_OUTSIDER: Final = stated(
    "founded_by_outsider",
    "外来人员创办",
    lambda facts: facts.enterprise and facts.enterprise.founded_by_outsider,
    ("企业由外来人员在凯创办", "由外来人员创办", "不是外来人员创办"),
    facts=("enterprise",),
)
FIXED_PREMISES: Final = stated(
    "fixed_premises",
    "固定经营场所",
    lambda facts: facts.enterprise and facts.enterprise.fixed_premises,
    ("有合法固定经营场所", "有合法固定经营场所", "没有合法固定经营场所"),
    facts=("enterprise",),
)
RULES_MET: Final = stated(
    "rules_met",
    "符合集体户规定",
    lambda facts: facts.enterprise and facts.enterprise.rules_met,
    ("符合集体户办理规定", "符合集体户办理规定", "不符合集体户办理规定"),
    facts=("enterprise",),
)


def _enrolled(situation: Situation) -> Finding:
    """在校: enrolled by the day, and no end of the enrolment is given, whatever its date."""
    enrolment = situation.facts.enrolment
    if enrolment is None or enrolment.from_day is None:
        return Finding("unknown", "当日在校就读", "待核实:取得学籍的日期")
    since = in_words(enrolment.from_day)
    if enrolment.to is not None:
        actual = f"{since}取得学籍,{in_words(enrolment.to)}结束"
        return Finding("unmet", "当日在校就读", actual, enrolment.from_day)
    met = enrolment.from_day <= situation.day
    actual = f"{since}{'起在校' if met else '才入学'}"
    return Finding(either(met), "当日在校就读", actual, enrolment.from_day)


def _enrolled_turns(outlook: Outlook) -> Iterable[date | None]:
    yield outlook.facts.enrolment and outlook.facts.enrolment.from_day


ENROLLED: Final = Condition(
    "enrolled", "在校", _enrolled, ("enrolment",), turning_days=_enrolled_turns
)


def _compulsory_stage(situation: Situation) -> Finding:
    """九年义务教育."""
    enrolment = situation.facts.enrolment
    if enrolment is None or enrolment.stage is None:
        return Finding("unknown", "就读九年义务教育", "待核实:就读阶段")
    met = enrolment.stage == "compulsory"
    return Finding(either(met), "就读九年义务教育", f"就读阶段为{STAGES[enrolment.stage]}")


COMPULSORY_STAGE: Final = Condition(
    "compulsory_stage", "义务教育阶段", _compulsory_stage, ("enrolment",)
)
SETTLED_AS_PUPIL: Final = stated(
    "settled_as_pupil",
    "以在校生身份迁入",
    lambda facts: facts.settled_as_pupil,
    ("户口系以义务教育在校生身份迁入", "系以在校生身份迁入", "不是以在校生身份迁入"),
)


def _graduated(situation: Situation) -> Finding:
    """毕业后."""
    graduated_on = situation.facts.graduated_on
    if graduated_on is None:
        return Finding("unknown", "已毕业", "待核实:毕业日期")
    met = graduated_on <= situation.day
    actual = f"{in_words(graduated_on)}{'' if met else '才'}毕业"
    return Finding(either(met), "已毕业", actual, graduated_on)


def _graduated_turns(outlook: Outlook) -> Iterable[date | None]:
    yield outlook.facts.graduated_on


GRADUATED: Final = Condition(
    "graduated", "已毕业", _graduated, ("graduated_on",), turning_days=_graduated_turns
)
