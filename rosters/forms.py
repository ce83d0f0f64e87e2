"""Forms of the bureaus: a file with its document, and what the columns of a sheet are."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.scans import read_scan
from rosters.access import ENTERING_FOR_OTHERS
from rosters.actions.uploads import Sending
from rosters.cells import letter
from rosters.columns import BY_NAME, REQUIRED
from rosters.header import keys
from rosters.kinds import KINDS
from rosters.models import Roster
from rosters.questions import Question
from rosters.suppliers import kinds_of, suppliers_of

MEGABYTE = 1024 * 1024
LATER = "日期不能晚于今天,请核对。"
FILE_HELP = (
    "原来的表就可以,不必改格式:.xlsx、.xls、.xlsm、.ods、.csv,最大 {most} MB、{rows:,} 行。"
    "先核对给您看,您同意后才导入。"
)
SCAN_HELP = "PDF、JPEG 或 PNG。"


class UploadForm(forms.Form):
    """A bureau uploads its own; the household section and 市户改办 for a bureau, by its letter."""

    file = forms.FileField(
        label="花名册文件",
        error_messages={
            "required": "请选择花名册文件。",
            "empty": "这个文件是空的。请打开原表确认有内容,保存后再上传。",
        },
    )
    kind = forms.ChoiceField(label="种类", error_messages={"required": "请选择种类。"})
    supplier = forms.ModelChoiceField(
        label="提供部门",
        queryset=Bureau.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择提供部门。"},
    )
    reference = forms.CharField(
        label="文号",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "如 凯移民发〔2026〕12号"}),
        error_messages={"required": "请填写文号。"},
    )
    document_on = DayField(label="文件日期")
    received_on = DayField(label="来函收到日期", help_text="按这一天计算是否按时报送。")
    letter = forms.FileField(
        label="文件扫描件",
        required=False,
        help_text=SCAN_HELP,
        error_messages={"empty": "扫描件是空的。请重新扫描后上传。"},
    )
    strict = forms.BooleanField(
        label="全部正确才导入",
        required=False,
        help_text="不选:正确的行导入,有错误的行退回给您改。选中:只要有一行退回,就一行也不导入。",
    )

    def __init__(self, officer: Officer, on: datetime.date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._on, self._officer = on, officer
        self.for_others = officer.role in ENTERING_FOR_OTHERS
        self.fields["file"].help_text = FILE_HELP.format(
            most=settings.ROSTER_MAX_BYTES // MEGABYTE, rows=settings.ROSTER_MAX_ROWS
        )
        self.fields["document_on"].required = True
        self.fields["document_on"].error_messages["required"] = "请填写文件日期。"
        kinds = list(KINDS.values()) if self.for_others else kinds_of(officer.bureau, on)
        choices = [(kind.code, kind.title) for kind in kinds]
        self.fields["kind"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]
        if self.for_others:
            self._ask_for_the_letter(on)
        else:
            del self.fields["supplier"], self.fields["received_on"]

    def _ask_for_the_letter(self, on: datetime.date) -> None:
        suppliers = {bureau.pk for kind in KINDS.values() for bureau in suppliers_of(kind, on)}
        self.fields["supplier"].queryset = Bureau.objects.filter(pk__in=suppliers)
        letter_field, received = self.fields["letter"], self.fields["received_on"]
        letter_field.label, letter_field.required = "来函扫描件", True
        letter_field.error_messages["required"] = "替部门录入,须附来函扫描件。"
        received.required = True
        received.error_messages["required"] = "请填写收到来函的日期。"

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        most = settings.ROSTER_MAX_BYTES
        if file.size > most:
            raise forms.ValidationError(
                f"文件有 {file.size / MEGABYTE:.1f} MB,上限是 {most // MEGABYTE} MB。"
                "请删去多余的工作表和图片,或分成几个文件上传。"
            )
        return file

    def clean_letter(self) -> UploadedFile | None:
        scan = self.cleaned_data["letter"]
        if scan:
            try:
                read_scan(scan.read())
            except Refused as fault:
                raise forms.ValidationError(str(fault)) from None
        return scan

    def clean_document_on(self) -> datetime.date:
        return self._until_today("document_on")

    def clean_received_on(self) -> datetime.date:
        return self._until_today("received_on")

    def _until_today(self, name: str) -> datetime.date:
        day = self.cleaned_data[name]
        if day > self._on:
            raise forms.ValidationError(LATER)
        return day

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        kind, supplier = told.get("kind"), told.get("supplier")
        if kind and supplier and supplier not in suppliers_of(KINDS[kind], self._on):
            names = "、".join(bureau.name for bureau in suppliers_of(KINDS[kind], self._on))
            self.add_error(
                "supplier", f"{KINDS[kind].title}由{names or '别的部门'}提供,请核对种类和部门。"
            )
        written, received = told.get("document_on"), told.get("received_on")
        if written and received and received < written:
            self.add_error("received_on", "收到日期早于文件日期,请核对两个日期。")
        return told

    @property
    def sending(self) -> Sending:
        told = self.cleaned_data
        scan, supplier = told["letter"], told.get("supplier") or self._officer.bureau
        return Sending(
            kind=told["kind"],
            supplier=supplier,
            reference=told["reference"],
            document_on=told["document_on"],
            file_name=_plain(told["file"].name),
            received_on=told.get("received_on"),
            letter_name=_plain(scan.name) if scan else "",
            strict=told["strict"],
            continues=self._awaiting(supplier),
        )

    def _awaiting(self, supplier: Bureau) -> Roster | None:
        """The roster of the same document that nobody has confirmed yet."""
        told = {name: self.cleaned_data[name] for name in ("kind", "reference", "document_on")}
        rows = Roster.objects.filter(supplier=supplier, state=Roster.State.ENTERED, **told)
        return rows.filter(run__state="done").order_by("entered_at").first()

    @property
    def content(self) -> bytes:
        return _bytes_of(self.cleaned_data["file"])

    @property
    def scan(self) -> bytes:
        letter_file = self.cleaned_data["letter"]
        return _bytes_of(letter_file) if letter_file else b""


def _bytes_of(file: UploadedFile) -> bytes:
    file.seek(0)
    return file.read()


def _plain(name: str) -> str:
    """The end of a name is what tells the kind of file."""
    return "".join(mark for mark in name if mark.isprintable())[-200:]


NOT_KEPT = ("", "不保存")
MOST_COLUMNS = 300


class ColumnsForm(forms.Form):
    """For columns of a sheet what each is; `now` gives by column how it is read so far.

    `asked` limits it to some columns, with what each could be.
    """

    def __init__(
        self,
        words: dict[int, str],
        now: dict[str, int],
        *args: Any,
        asked: Sequence[Question] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._words, self._now = words, {at: name for name, at in now.items()}
        names = {at: tuple(BY_NAME) for at in sorted(words)[:MOST_COLUMNS]}
        if asked:
            names = {question.at: question.choices for question in asked}
        for at, choices in names.items():
            self.fields[f"column-{at}"] = forms.ChoiceField(
                label=f"{letter(at)} 列「{words[at]}」",
                choices=[*((name, name) for name in choices), NOT_KEPT],
                initial=self._now.get(at, ""),
                required=False,
                error_messages={"invalid_choice": "请从列出的名称中选择。"},
            )

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        chosen = self._chosen(told)
        for name in REQUIRED:
            if name not in chosen.values():
                raise forms.ValidationError(
                    f"没有一列是「{name}」。姓名和公民身份号码两列必须有,请指定。"
                )
        for name in BY_NAME:
            columns = [letter(at) for at in sorted(chosen) if chosen[at] == name]
            if len(columns) > 1:
                raise forms.ValidationError(
                    f"{'、'.join(columns)} 列都选了「{name}」。每个名称只能用一次,其余请改选。"
                )
        return told

    def _chosen(self, told: dict[str, Any]) -> dict[int, str]:
        return {at: told.get(f"column-{at}", self._now.get(at, "")) for at in self._words}

    @property
    def reading(self) -> dict[str, str]:
        """By what a word is remembered, the name of its column; empty: not to be kept."""
        told = keys(self._words)
        return {told[at]: name for at, name in self._chosen(self.cleaned_data).items()}

    @property
    def changes_nothing(self) -> bool:
        chosen = self._chosen(self.cleaned_data)
        return all(self._now.get(at, "") == name for at, name in chosen.items())
