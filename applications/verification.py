"""How far the answers of other units and the promises of a case bear a decision on it."""

import datetime

from applications.models import Application, EvidenceItem, Inquiry


def unproved(application: Application) -> list[str]:
    """Documents on which nothing may be approved yet, each with why: asked, false, or broken."""
    found = []
    items = application.evidence.filter(state__in=("verified", "promised"))
    for item in items.prefetch_related("inquiries"):
        if item.state == EvidenceItem.State.PROMISED:
            reason = "承诺经核查不属实" if item.kept == EvidenceItem.Kept.FALSE else ""
        else:
            reason = _why_unverified(list(item.inquiries.all()))
        if reason:
            found.append(f"{item.title}({reason})")
    return found


def _why_unverified(letters: list[Inquiry]) -> str:
    last = letters[-1] if letters else None
    if last is None or not last.answer:
        return "部门核验尚未答复"
    return {"true": "", "false": "部门核验不属实", "none": "部门核验逾期未复"}[last.answer]


def rechecks(application: Application) -> list[Inquiry]:
    """The letters about a talent's qualification, in the order in which they were sent."""
    if application.route != "talent":
        return []
    letters = application.inquiries.filter(kind=Inquiry.Kind.RECHECK)
    return list(letters.select_related("bureau", "answered_by"))


def found_false(letters: list[Inquiry]) -> bool:
    """Whether a unit has said no. Silence, and a letter that waits, never say it."""
    return any(letter.answer == Inquiry.Answer.FALSE for letter in letters)


def standing_of(letters: list[Inquiry], on: datetime.date) -> str:
    """The re-check in one line, for whoever decides."""
    if not letters:
        return "人才资格复核:没有发函。"
    parts = []
    for letter in letters:
        _, words = letter.standing(on)
        note = f"({letter.answer_note})" if letter.answer_note else ""
        parts.append(f"{letter.addressee}:{words}{note}")
    return "人才资格复核 " + ";".join(parts) + "。"
