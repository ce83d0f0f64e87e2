"""移交清单: a quarter's follow-ups go to a bureau once, and its answers come back into them."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value

from applications.handing_sheets import LONGEST_NOTE, WORDS, Line, Sheet, day_of
from applications.models import FollowUp, FollowUpList
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.dates import quarter_span
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.wording import described

State = FollowUp.State
CHUNK = 500


@transaction.atomic
def hand_over(
    bureau: Bureau,
    quarter: tuple[int, int],
    officer: Officer,
    *,
    on: datetime.date,
    ground: str,
) -> FollowUpList:
    """The bureau's open follow-ups up to the quarter's end, once; later ones wait for the next."""
    year, number = quarter
    _, last = quarter_span(year, number)
    if last >= on:
        raise Refused(f"{year} 年第 {number} 季度还没有结束({last} 止),请在季度结束以后移交。")
    if not ground.strip():
        raise Refused("请写明移交依据(文件、条款)。")
    try:
        with transaction.atomic():
            made = FollowUpList.objects.create(
                bureau=bureau,
                year=year,
                quarter=number,
                made_on=on,
                made_by=officer,
                ground=ground.strip(),
            )
    except IntegrityError:
        raise Refused(
            f"{bureau}这一季度的清单已经移交过,没有再移交一次。后来登记的列入下一季度。"
        ) from None
    taken = FollowUp.objects.to_hand_over(bureau, last).update(state=State.HANDED, handed_in=made)
    if not taken:
        raise Refused(f"{bureau}到 {last} 没有待移交的事项,没有生成清单。")
    audit.record("移交新落户人员清单", made, reason=ground, count=taken)
    return made


@dataclass(frozen=True, slots=True)
class Answer:
    """What one row of a sheet changes: from what was seen to what it says."""

    code: str
    seen: str
    state: str
    day: str
    note: str

    def plain(self) -> list[str]:
        return [self.code, self.seen, self.state, self.day, self.note]


@dataclass(slots=True)
class Preview:
    """What a sheet would do; nothing is written yet. `faults`: (row of the sheet, sentence)."""

    answers: list[Answer] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    same: int = 0
    blank: int = 0

    @property
    def counted(self) -> list[tuple[str, int]]:
        counts = Counter(answer.state for answer in self.answers)
        return [(State(state).label, number) for state, number in counts.items()]


class _Fault(Exception):
    """What is wrong with one row."""


def compared(handed: FollowUpList, sheet: Sheet, on: datetime.date) -> Preview:
    """The sheet beside the list as it stands: two queries, however many rows."""
    if sheet.list_code and sheet.list_code != handed.code:
        raise Refused(
            f"这个文件的清单编号是 {sheet.list_code[:20]},本清单是 {handed.code}({handed})。"
            "请打开与文件相符的清单再上传。"
        )
    rows = {row.code: row for row in handed.rows.all()}
    preview, seen = Preview(), {}
    for line in sheet.lines:
        try:
            answer = _answer(line, rows, seen, on)
        except _Fault as fault:
            preview.faults.append((line.number, str(fault)))
            continue
        if answer is None:
            preview.blank += 1
        elif _changes(rows[line.code], answer):
            preview.answers.append(answer)
        else:
            preview.same += 1
    if not sheet.lines or (preview.faults and not set(rows) & {line.code for line in sheet.lines}):
        raise Refused(f"文件里没有本清单({handed})的任何一行。请核对是不是这份清单。")
    return preview


def _answer(
    line: Line, rows: dict[str, FollowUp], seen: dict[str, Line], on: datetime.date
) -> Answer | None:
    if line.formula:
        raise _Fault(f"「{line.formula}」是公式,没有读取。请改成直接填写的文字。")
    row = rows.get(line.code)
    if row is None:
        raise _Fault(f"清单行号{described(line.code)}不在本清单里。请不要改动行号,也不要加行。")
    if line.code in seen:
        raise _Fault(f"与第 {seen[line.code].number} 行的清单行号相同。请只留一行。")
    seen[line.code] = line
    if not line.state:
        if line.note or line.day:
            raise _Fault(f"填了日期或备注,没有填办理情况。应为:{'、'.join(WORDS)}之一。")
        return None
    if row.state == State.CANCELLED:
        raise _Fault("这个人的落户已撤销,这一行不用再办。")
    if line.state not in WORDS:
        raise _Fault(f"办理情况是{described(line.state)},应为:{'、'.join(WORDS)}之一。请改正。")
    day = _day(line, row, on)
    if len(line.note) > LONGEST_NOTE:
        raise _Fault(f"备注有 {len(line.note)} 个字,上限 {LONGEST_NOTE} 个。请缩短。")
    return Answer(line.code, row.state, WORDS[line.state], day.isoformat(), line.note)


def _day(line: Line, row: FollowUp, on: datetime.date) -> datetime.date:
    """Without a day: as it was told before, else the day on which the sheet is read."""
    try:
        told = day_of(line.day)
    except ValueError:
        raise _Fault(f"办理日期是{described(str(line.day))},应写成 2026-05-10。请改正。") from None
    if told is None:
        unchanged = row.state == WORDS[line.state] and row.answered_on
        return row.answered_on if unchanged else on
    if told > on:
        raise _Fault(f"办理日期 {told} 在今天以后,请核对。")
    if told < row.since:
        raise _Fault(f"办理日期 {told} 早于落户日期 {row.since},请核对。")
    return told


def _changes(row: FollowUp, answer: Answer) -> bool:
    return (row.state, str(row.answered_on or ""), row.note) != (
        answer.state,
        answer.day,
        answer.note,
    )


def answers_of(plain: Any) -> list[Answer]:
    """Those of a preview as its page kept them."""
    return [Answer(*row) for row in plain]


@transaction.atomic
def take_answers(
    handed: FollowUpList, answers: Iterable[Answer], officer: Officer, on: datetime.date
) -> tuple[int, int]:
    """Writes a preview's answers; rows that changed since it was shown stay as they are.

    How many were written, and how many had changed meanwhile.
    """
    FollowUpList.objects.select_for_update().get(pk=handed.pk)
    rows = {row.code: row for row in handed.rows.select_for_update()}
    told = list(answers)
    still = [answer for answer in told if _as_seen(rows.get(answer.code), answer)]
    changed = [(rows[answer.code], answer) for answer in still]
    FollowUp.objects.bulk_update(
        list(_filled(changed)), ["state", "answered_on", "note"], batch_size=CHUNK
    )
    if still:
        FollowUpList.objects.filter(pk=handed.pk).update(returned_on=on)
        audit.record("读入移交清单反馈", handed, count=len(still))
    return len(still), len(told) - len(still)


def _as_seen(row: FollowUp | None, answer: Answer) -> bool:
    return row is not None and row.state == answer.seen and _changes(row, answer)


def _filled(changed: list[tuple[FollowUp, Answer]]) -> Iterator[FollowUp]:
    note = FollowUp._meta.get_field("note")
    for row, answer in changed:
        row.state, row.answered_on = answer.state, datetime.date.fromisoformat(answer.day)
        row.note = Value(note.seal(answer.note, row.pk), output_field=note)
        yield row
