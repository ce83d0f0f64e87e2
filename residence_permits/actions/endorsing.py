"""签注 once a year (条例 第十条): endorsed, undone until the day ends, refused with the reason.

An endorsement costs nothing (条例 第二十一条): there is no place here for a fee.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from kaili_hukou.actions import Refused
from kaili_hukou.dates import in_words
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role
from residence_permits.actions.permits import Act, Overtaken, changed, endorsed_days
from residence_permits.finding import within_reach
from residence_permits.models import Basis, Endorsement, Permit, PermitEvent
from residence_permits.terms import TermsError, Timeline, timeline

ENDORSERS = frozenset({Role.WINDOW, Role.STATION_HEAD})
Kind = PermitEvent.Kind

SHOWN = {
    Basis.EMPLOYMENT: ("劳动合同", "营业执照", "用人单位出具的劳动关系证明", "社保缴费记录"),
    Basis.DWELLING: (
        "租赁备案合同",
        "不动产权属证书",
        "购房合同",
        "单位、学校住宿证明",
        "出租人证明",
    ),
    Basis.STUDY: ("学生证", "学校出具的就读证明"),
}


class ToConfirm(Refused):
    """Possible, but the officer is told something first and presses again."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at again: the basis that still holds, and by which document."""

    basis: str
    document: str


@dataclass(frozen=True, slots=True)
class Endorsed:
    endorsement: Endorsement
    before: Timeline
    after: Timeline

    @property
    def late(self) -> bool:
        return not self.before.is_valid

    @property
    def sentence(self) -> str:
        window = self.after.window
        following = (
            f"下次签注:{in_words(window.opens_on)}至{in_words(window.closes_on)}。"
            if window
            else ""
        )
        if not self.late:
            return f"已签注。{following}"
        since = in_words(self.after.continuous_since)
        return f"逾期补办,已恢复使用;居住年限自{since}起连续计算。{following}"


@transaction.atomic
def endorse(permit: Permit, act: Act, looked: Looked, *, confirmed: bool = False) -> Endorsed:
    """One endorsement; Refused with the day on which the window opens, or what stands against it.

    Late, or refused before in this window: the officer is told first (`ToConfirm`).
    """
    if looked.basis not in Basis.values or not looked.document.strip():
        raise Refused("请先选定本次核验的依据(就业、住所或就读)和材料。")
    days = endorsed_days(permit)
    before, after = _standing(permit, act, days)
    warning = _warning(permit, before)
    if warning and not confirmed:
        raise ToConfirm(warning)
    endorsement = Endorsement(
        permit=permit,
        endorsed_on=act.on,
        officer=act.officer,
        basis=looked.basis,
        shown=looked.document.strip()[:200],
    )
    changed(permit, Kind.ENDORSED, act, [*days, act.on], renewed=before.is_valid)
    endorsement.save(force_insert=True)
    return Endorsed(endorsement, before, after)


def _standing(permit: Permit, act: Act, days: list[datetime.date]) -> tuple[Timeline, Timeline]:
    """How the permit stands on the day, without and with the endorsement."""
    reason = why_not(permit, act)
    if reason:
        raise Refused(reason)
    if any(day > act.on for day in days):
        raise Refused(
            f"{in_words(max(days))}已经签注,不能再补记{in_words(act.on)}的签注,请核对日期。"
        )
    try:
        before = timeline(permit.issued_on, days, act.on)
        after = timeline(permit.issued_on, [*days, act.on], act.on)
    except TermsError as fault:
        raise Refused(str(fault)) from None
    if len(after.refused) > len(before.refused):
        raise Refused(after.refused[-1].message)
    return before, after


def why_not(permit: Permit, act: Act) -> str:
    """Why nobody may endorse this permit, or this officer may not, whatever the window."""
    officer = act.officer
    if permit.cancelled_on:
        return (
            f"这张居住证已于{in_words(permit.cancelled_on)}注销"
            f"({permit.get_cancelled_for_display()}),不能签注;仍在本市居住的,请重新申领。"
        )
    if permit.handed_on is None or permit.handed_on > act.on:
        return "这张居住证还没有发放给本人,不能签注;请先办理发放。"
    if act.on > timezone.localdate():
        return f"签注日期{in_words(act.on)}在今天以后,不能提前记录;请在当天办理。"
    if officer is None or officer.role not in ENDORSERS:
        return "签注由派出所民警办理,您的角色不能签注。"
    if not within_reach(permit, officer):
        return "这张居住证不在您的辖区。"
    if officer.own_number_digest and officer.own_number_digest == permit.person.number_digest:
        return "这是您本人的居住证,请由其他同事办理(回避)。"
    return ""


def _warning(permit: Permit, before: Timeline) -> str:
    """What the officer should know before the press counts."""
    refused_on = permit.refused_on
    since = before.window.opens_on if before.window else before.suspended_from
    told = []
    if not before.is_valid and before.suspended_from:
        told.append(
            f"逾期未签注,自{in_words(before.suspended_from)}起使用功能中止。现在补办可以恢复,"
            "但居住年限自今天起重新连续计算。请先告知持证人。"
        )
    if refused_on and since and refused_on >= since:
        told.append(f"{in_words(refused_on)}曾不予签注,请核对这次的材料是否已符合条件。")
    return "".join(told)


@transaction.atomic
def undo(endorsement: Endorsement, act: Act) -> None:
    """Takes an endorsement back on its own day: by whoever made it, or the head of the station."""
    officer, permit = act.officer, endorsement.permit
    if endorsement.endorsed_on != act.on:
        raise Refused(
            f"这次签注是{in_words(endorsement.endorsed_on)}办理的,只能在当天撤回。"
            "确有错误的,请由所领导按更正办理。"
        )
    head = officer is not None and officer.role == Role.STATION_HEAD
    if officer is None or not (endorsement.officer_id == officer.pk or head):
        raise Refused("签注由经办人本人或所领导撤回。")
    if not within_reach(permit, officer):
        raise Refused("这张居住证不在您的辖区。")
    taken = Endorsement.objects.filter(pk=endorsement.pk, undone_at__isnull=True).update(
        undone_at=timezone.now()
    )
    if not taken:
        raise Overtaken("这次签注已经撤回过,不用再撤。")
    changed(permit, Kind.UNDONE, act, endorsed_days(permit))


@transaction.atomic
def refuse_endorsement(permit: Permit, act: Act) -> PermitEvent:
    """Whoever no longer fulfils the conditions is not endorsed: by a person, with the reason."""
    if len(act.reason.strip()) < 2:
        raise Refused("不予签注须写明理由:哪一项条件不再符合、依据什么材料。")
    days = endorsed_days(permit)
    _standing(permit, act, days)
    return changed(permit, Kind.NOT_ENDORSED, act, days, refused_on=act.on)


def may_undo(endorsement: Endorsement, officer: Officer, on: datetime.date) -> bool:
    """Whether the button is shown."""
    mine = endorsement.officer_id == officer.pk or officer.role == Role.STATION_HEAD
    return mine and endorsement.endorsed_on == on and endorsement.undone_at is None
