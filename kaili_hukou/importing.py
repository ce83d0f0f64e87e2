"""The upload page of a spreadsheet: previewed, confirmed once, all or nothing, never a 500."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import openpyxl
import tablib
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from import_export.admin import ImportMixin
from import_export.formats.base_formats import XLSX
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from kaili_hukou.cells import header_of, text_of
from kaili_hukou.sealed_uploads import Gone, SealedUpload

MOST_ROWS = 20_000
MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024
MOST_COLUMNS = 100
# Where the header is looked for, and how many blank rows end a sheet.
HEADER_ROWS = 20
GAP = 1000
ROW = "行号"
# What the header row of a list of people names.
NAMED = frozenset({"公民身份号码", "姓名"})
_FOOT = ("合计", "小计", "总计", "共计", "填表", "注", "说明", "制表", "审核", "负责人")
_SAME = {
    "身份证号": "公民身份号码",
    "身份证号码": "公民身份号码",
    "公民身份证号码": "公民身份号码",
    "证件号码": "公民身份号码",
    "号码": "公民身份号码",
}


class SheetError(ValueError):
    """The file as a whole cannot be read; the message is a Chinese sentence."""


class HeadedSheet(XLSX):
    """An .xlsx with a header row that names certain columns; each row keeps the sheet's own row
    number."""

    named: frozenset[str] = frozenset()

    def create_dataset(self, in_stream: bytes, **_: Any) -> tablib.Dataset:
        rows = _rows(in_stream)
        header, titles = _header(rows, self.named)
        dataset = tablib.Dataset(headers=[ROW, *titles])
        for number, cells in _filled(rows, header):
            if len(dataset) >= MOST_ROWS:
                raise SheetError(f"一个文件最多 {MOST_ROWS} 行,请分成几个文件导入。")
            padded = [*cells, *[None] * len(titles)]
            dataset.append([number, *padded[: len(titles)]])
        if not len(dataset):
            raise SheetError("表头下面没有一行数据,没有可导入的内容。")
        return dataset


class PeopleSheet(HeadedSheet):
    named = NAMED


def _rows(content: bytes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The first sheet that is not hidden, row by row; formulas by their stored results."""
    _check_package(content)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        sheet = next(
            one
            for one in book.worksheets
            if one.sheet_state == "visible" and isinstance(one, ReadOnlyWorksheet)
        )
        sheet.reset_dimensions()
        cells = sheet.iter_rows(values_only=True)
        yield from enumerate((row[:MOST_COLUMNS] for row in cells), start=1)
    except SheetError:
        raise
    except StopIteration:
        raise SheetError("文件里没有可读的工作表,请核对。") from None
    except Exception as fault:  # noqa: BLE001 - whatever a damaged package raises is one sentence
        raise SheetError("文件已损坏,无法读取。请用表格软件另存为 .xlsx 后再上传。") from fault


def _check_package(content: bytes) -> None:
    """By its content, not its name: a zip with a workbook inside, of a bearable size."""
    if not content:
        raise SheetError("文件是空的,请核对后重新选择。")
    if len(content) > MOST_BYTES:
        raise SheetError(f"文件超过 {MOST_BYTES // 1048576} MB,请分成几个文件导入。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except zipfile.BadZipFile:
        raise SheetError(
            "这不是 .xlsx 表格(按内容判断,与文件名无关)。请用表格软件另存为 .xlsx 后再上传。"
        ) from None
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise SheetError("这个文件不是 .xlsx 表格。请用表格软件另存为 .xlsx 后再上传。")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SheetError("文件展开后太大,请只保留需要的列,或分成几个文件导入。")


def _header(
    rows: Iterator[tuple[int, tuple[Any, ...]]], wanted: frozenset[str]
) -> tuple[tuple[str, ...], list[str]]:
    """The header row among the first rows; what stands above it is a title."""
    for _, cells in islice(rows, HEADER_ROWS):
        titles = [_SAME.get(title, title) for title in map(header_of, cells)]
        if set(titles) >= wanted:
            twice = sorted({one for one in titles if one and titles.count(one) > 1})
            if twice:
                raise SheetError(f"表头里「{twice[0]}」出现了两次,请只保留一列。")
            named = [one or f"列{place}" for place, one in enumerate(titles, start=1)]
            return tuple(map(text_of, cells)), named
    raise SheetError(
        f"前 {HEADER_ROWS} 行里没有找到表头:须有「{'」「'.join(sorted(wanted))}」这些列。"
        "请按本页列出的列名填写。"
    )


def _filled(
    rows: Iterable[tuple[int, tuple[Any, ...]]], header: tuple[str, ...]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Rows that hold something and are no sum, note or repeated header."""
    blank = 0
    for number, cells in rows:
        told = [text for text in map(text_of, cells) if text]
        blank = 0 if told else blank + 1
        if blank >= GAP:
            return
        foot = told and "".join(told[0].split()).startswith(_FOOT)
        if told and not foot and tuple(map(text_of, cells)) != header:
            yield number, cells


GONE = "这份预览已确认过或已过期,没有再次导入。请核对后重新上传。"


class SafeImport(ImportMixin):
    """Between its two pages the file is kept sealed; what cannot be read is one sentence."""

    def import_action(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """A file with nothing to confirm is not kept."""
        try:
            response = super().import_action(request, **options)
        except BaseException:
            self._forget(request)
            raise
        if "confirm_form" not in (getattr(response, "context_data", None) or {}):
            self._forget(request)
        return response

    def _forget(self, request: HttpRequest) -> None:
        name = getattr(request.FILES.get("import_file"), "tmp_storage_name", "")
        if name:
            SealedUpload(name=name).remove()

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        told = "文件无法读取,请核对格式(.xlsx;文本文件须为 UTF-8)后重新上传。"
        form.add_error("import_file", str(e) if isinstance(e, SheetError) else told)

    def get_import_data_kwargs(self, **options: Any) -> dict[str, Any]:
        told = super().get_import_data_kwargs(**options)
        return told | {"use_transactions": True, "rollback_on_validation_errors": True}

    def process_import(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Of two presses one imports; the other, and whoever comes too late, is told so."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return super().process_import(request, **options)
        upload = SealedUpload(name=request.POST.get("import_file_name", ""))
        if not self._known_choice(request):
            return self._again(request, "请从上传页面重新开始。")
        try:
            upload.take()
        except Gone:
            # Whoever comes second leaves the file to the one who has taken it.
            return self._again(request, GONE)
        try:
            with transaction.atomic():
                return super().process_import(request, **options)
        except Gone:
            return self._again(request, GONE)
        finally:
            self._drop(upload)

    def _known_choice(self, request: HttpRequest) -> bool:
        """The hidden fields of our own preview: which format, which kind."""
        numbers = (request.POST.get("format", ""), request.POST.get("resource", "") or "0")
        most = (len(self.get_import_formats()), len(self.get_import_resource_classes(request)))
        return all(
            text.isascii() and text.isdigit() and len(text) < 4 and int(text) < limit
            for text, limit in zip(numbers, most, strict=True)
        )

    def _drop(self, upload: SealedUpload) -> None:
        try:
            upload.remove()
        except Gone:
            return

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """What went wrong since the preview is said; nothing of the file was written then."""
        if result.has_errors() or result.has_validation_errors():
            faults = [str(one.error) for one in result.base_errors]
            told = faults[0] if faults else "有的行在预览以后已不能导入。"
            return self._again(request, f"{told}整个文件没有导入,请重新上传并看预览。")
        return super().process_result(result, request)

    def _again(self, request: HttpRequest, sentence: str) -> HttpResponse:
        messages.error(request, sentence)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
