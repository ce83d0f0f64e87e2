"""The .docx is an official document as GB/T 9704—2012 has it: measured in the file itself."""

import datetime
import io
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from reports.render.official import Annex, Heading, Official, Paragraph, Table, render

DAY = datetime.date(2026, 12, 9)
TABLE = Table(["镇(街道)", "人数"], [["炉山镇", "1,234"]])


def official(**told):
    blocks = [
        Heading(1, "一、落户情况"),
        Heading(2, "(一)总体"),
        Heading(3, "1.按渠道"),
        Paragraph("截至2026年11月30日。"),
    ]
    given = {
        "title": "凯里市2026年非户籍人口落户情况报告",
        "addressee": "凯里市人民政府",
        "blocks": blocks,
        "signature": "凯里市户改办",
        "day": DAY,
        "annexes": [Annex("落户统计表", [TABLE], landscape=True), Annex("未报名单", [])],
    }
    return Official(**(given | told))


def opened(document):
    return docx.Document(io.BytesIO(render(document)))


def test_the_type_area_is_156_by_225_millimetres():
    section = opened(official()).sections[0]
    wide = section.page_width.mm - section.left_margin.mm - section.right_margin.mm
    high = section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm
    assert (round(wide, 1), round(high, 1)) == (156, 225)
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)


def test_twenty_two_lines_of_twenty_eight_characters_fit():
    line = next(one for one in opened(official()).paragraphs if one.text.startswith("截至"))
    pitch = line.paragraph_format.line_spacing.pt
    assert 22 * pitch <= Mm(225).pt < 23 * pitch
    run = line.runs[0]
    tighter = int(run._r.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    wide = run.font.size.pt + tighter
    assert 28 * wide <= Mm(156).pt < 29 * wide


@pytest.mark.parametrize(
    ("begins", "font", "size"),
    [
        ("凯里市2026", "方正小标宋简体", 22),
        ("凯里市人民", "仿宋_GB2312", 16),
        ("一、", "黑体", 16),
        ("(一)", "楷体_GB2312", 16),
        ("1.按", "仿宋_GB2312", 16),
        ("附件1", "黑体", 16),
    ],
)
def test_each_part_names_its_font(begins, font, size):
    found = [one for one in opened(official()).paragraphs if one.text.startswith(begins)]
    run = found[0].runs[0]
    assert run._r.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert run.font.size.pt == size


def test_pages_are_numbered_outside():
    made = opened(official())
    assert made.settings.odd_and_even_pages_header_footer
    odd, even = (
        made.sections[0].footer.paragraphs[0],
        made.sections[0].even_page_footer.paragraphs[0],
    )
    assert (odd.alignment, even.alignment) == (2, 0)
    for line in (odd, even):
        assert [text.text for text in line._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert line.text.startswith("— ")
        assert line.text.endswith(" —")


def test_the_day_is_written_without_noughts_four_characters_from_the_edge():
    made = opened(official())
    lines = [one.text for one in made.paragraphs]
    day = made.paragraphs[lines.index("2026年12月9日")]
    name = made.paragraphs[lines.index("2026年12月9日") - 1]
    assert name.text == "凯里市户改办"
    assert day.paragraph_format.right_indent.pt == 64
    # Its middle stands over the middle of the day: 6 characters over 7.5 - 0.5 × digits.
    assert name.paragraph_format.right_indent.pt == 64 + (3 + 7 * 0.5 - 6) / 2 * 16


def test_a_name_longer_than_the_day_stands_four_characters_from_the_edge():
    made = opened(official(signature="凯里市户籍制度改革领导小组办公室"))
    lines = [one.text for one in made.paragraphs]
    at = lines.index("2026年12月9日")
    indents = [made.paragraphs[place].paragraph_format.right_indent.pt for place in (at - 1, at)]
    assert indents[0] == 64 < indents[1]


def test_annexes_are_listed_without_a_mark_and_begin_a_page_each():
    made = opened(official())
    lines = [one.text for one in made.paragraphs]
    assert "附件:1.落户统计表" in lines
    assert "   2.未报名单" in lines
    assert len(made.sections) == 3
    assert made.sections[1].page_width > made.sections[1].page_height
    assert made.tables[0].cell(1, 1).text == "1,234"


def test_the_same_document_gives_the_same_bytes():
    first = render(official())
    assert first == render(official())
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "odd", ["坏\x00字\x1b", "反\u202e转", "半\ud800个", "<w:p/>&\"'", "𠀋生僻"]
)
def test_whatever_is_typed_stays_a_document(odd):
    text = "\n".join(one.text for one in opened(official(blocks=[Paragraph(odd)])).paragraphs)
    assert not set(text) & set("\x00\x1b\u202e\ud800")
    assert odd[0] in text
