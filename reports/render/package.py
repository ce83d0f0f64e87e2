"""The ZIP of a report: its files, what each unit returned, the list of evidence, all digests.

Made of the snapshot and of the rendered files alone: the same report, the same bytes.
"""

import csv
import datetime
import hashlib
import io
import zipfile
from collections.abc import Mapping

from reports.figures import Figures
from reports.render import official
from reports.render.official import Block, Heading, Official, Paragraph, Table
from reports.texts import OUR_NAME, in_chinese
from reports.words import ItemWords, UnitWords, words_of

ZIP_DAY = (1980, 1, 1, 0, 0, 0)
EVIDENCE, SUMS = "佐证材料清单.csv", "SHA256SUMS.txt"
FOLDER = "各单位年度报告"
# Signs that a file name may not hold on one system or another.
UNSAFE = '\\/:*?"<>|'


def packed(files: Mapping[str, bytes], figures: Figures) -> bytes:
    whole = dict(files) | _returns(figures) | {EVIDENCE: _evidence(words_of(figures).units)}
    sums = "".join(f"{hashlib.sha256(whole[name]).hexdigest()}  {name}\n" for name in sorted(whole))
    whole[SUMS] = sums.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(whole):
            told = zipfile.ZipInfo(name, ZIP_DAY)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.external_attr = 0o600 << 16
            archive.writestr(told, whole[name])
    return out.getvalue()


def _returns(figures: Figures) -> dict[str, bytes]:
    day = datetime.datetime.fromisoformat(figures.built_at).date()
    return {
        f"{FOLDER}/{number:02d}_{_safe(unit.name)}.docx": official.render(
            _return(unit, figures, day)
        )
        for number, unit in enumerate(words_of(figures).units, start=1)
    }


def _safe(name: str) -> str:
    return "".join("_" if sign in UNSAFE or not sign.isprintable() else sign for sign in name)


def _return(unit: UnitWords, figures: Figures, day: datetime.date) -> Official:
    """What a unit returned, measure by measure, as it stood when the report was built."""
    blocks: list[Block] = []
    for number, item in enumerate(unit.items, start=1):
        blocks.append(Heading(1, f"{in_chinese(number)}、{item.title}({item.clause},{item.part})"))
        blocks += _item(item)
    if unit.suggestions:
        blocks += [Heading(1, f"{in_chinese(len(unit.items) + 1)}、意见建议")]
        blocks += _paragraphs(unit.suggestions)
    return Official(
        title=f"关于{figures.year}年度贯彻落实情况的报告",
        addressee=OUR_NAME,
        blocks=blocks,
        signature=unit.name,
        day=day,
        contact="按报送内容打印,盖章件见佐证材料清单",
    )


def _item(item: ItemWords) -> list[Block]:
    told = (
        ("进展", item.progress),
        ("数据", item.figures),
        ("问题", item.problems),
        ("下一步打算", item.next_steps),
    )
    blocks: list[Block] = []
    for title, text in told:
        blocks += _paragraphs(f"{title}:{text}") if text.strip() else []
    if item.cost_estimated or item.cost_spent:
        rows = [(item.cost_estimated or "—", item.cost_spent or "—")]
        blocks.append(Table(("经费测算(元)", "实际支出(元)"), rows))
    return blocks


def _paragraphs(text: str) -> list[Block]:
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def _evidence(units: tuple[UnitWords, ...]) -> bytes:
    """Which papers came with the returns, each by its digest; without names of files."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("单位", "用途", "条款", "类型", "字节数", "SHA-256"))
    for unit in units:
        for file in unit.files:
            row = (unit.name, file.purpose, file.clause, file.kind, file.size, file.sha256)
            table.writerow([_plain(str(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula stays text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
