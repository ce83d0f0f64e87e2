"""Files on their way into rosters: what was uploaded, checked and imported, and how far it is."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedJSONField
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from rosters.kinds import KINDS
from rosters.models.roster import Roster, RosterEntry


class ImportRun(models.Model):
    """The import of one file: what was understood, how far it is, what came of it.

    The checkpoint `last_row` is written with the rows of its chunk; a run whose process died is
    taken up again after it. Where every value came from is told by file, sheet, column map and
    the row of the entry.
    """

    class State(models.TextChoices):
        RUNNING = "running", "导入中"
        DONE = "done", "已导入"
        UNDONE = "undone", "已收回或撤回"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    roster = models.OneToOneField(
        Roster, verbose_name="花名册", on_delete=models.PROTECT, related_name="run"
    )
    kind = models.CharField("种类", max_length=16)
    sha256 = models.CharField("原文件 SHA-256", max_length=64)
    sheet = models.CharField("工作表", blank=True)
    header_row = models.PositiveIntegerField("表头行号")
    columns = models.JSONField("各项所在列", default=dict)
    ignored_columns = models.JSONField("未保存的列", default=list)
    state = models.CharField("状态", max_length=8, choices=State, default=State.RUNNING)
    last_row = models.PositiveIntegerField("已处理到的行", default=0)
    rows = models.PositiveIntegerField("行数", default=0)
    added = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    duplicates = models.PositiveIntegerField("重复", default=0)
    skipped = models.PositiveIntegerField("略过", default=0)
    started_at = models.DateTimeField("开始时间", default=timezone.now)
    changed_at = models.DateTimeField("最近进展", auto_now=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "roster__supplier"}

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"
        ordering = ["-started_at"]
        constraints = [
            # A file whose roster was taken back may come again.
            models.UniqueConstraint(
                fields=["kind", "sha256"],
                condition=~Q(state="undone"),
                name="one_import_of_a_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.roster} {self.get_state_display()}"


class RosterUpload(models.Model):
    """One file of a bureau, from the press that sends it to its roster.

    The work on it is done elsewhere, in chunks; `last_row` and the counts are written with each
    chunk, so that any process can go on where another was stopped. The file lies encrypted on a
    shelf by this row's id until it is imported, refused or cancelled.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待核对"
        CHECKING = "checking", "正在核对"
        CHECKED = "checked", "已核对,待决定"
        QUEUED = "queued", "等待导入"
        IMPORTING = "importing", "正在导入"
        IMPORTED = "imported", "已导入"
        REFUSED = "refused", "文件被退回"
        CANCELLED = "cancelled", "已取消"

    WORKING = frozenset({State.WAITING, State.CHECKING, State.QUEUED, State.IMPORTING})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        "种类", max_length=16, choices=[(kind.code, kind.title) for kind in KINDS.values()]
    )
    supplier = models.ForeignKey(Bureau, verbose_name="提供部门", on_delete=models.PROTECT)
    reference = models.CharField("文号", max_length=100)
    document_on = models.DateField("文件日期")
    # The letter with a disc comes on a day of its own; in time is by that day.
    received_on = models.DateField("来函收到日期", null=True, blank=True)
    letter_name = models.CharField("来函扫描件", max_length=200, blank=True)
    entered_by = models.ForeignKey(
        Officer, verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField("原文件名", max_length=200)
    sha256 = models.CharField("原文件 SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    continues = models.ForeignKey(
        Roster,
        verbose_name="续传自",
        null=True,
        on_delete=models.SET_NULL,
        related_name="continued_by",
    )
    roster = models.OneToOneField(
        Roster,
        verbose_name="花名册",
        null=True,
        on_delete=models.PROTECT,
        related_name="upload",
    )
    strict = models.BooleanField("全部正确才导入", default=False)
    # By header word what its bureau had settled that it is read as, when the check began.
    read_as = models.JSONField("各列的读法", default=dict)
    # {"sheet", "header_row", "columns": {name: letter}, "words": {letter: word}, "ignored": […]}
    understood = models.JSONField("读懂了什么", default=dict)
    state = models.CharField("状态", max_length=9, choices=State, default=State.WAITING)
    cancel_asked = models.BooleanField("要求取消", default=False)
    # Why the file went back; while work is under way: why it was broken off.
    fault = models.CharField("退回原因", blank=True)
    fault_code = models.CharField("退回代码", max_length=20, blank=True)
    last_row = models.PositiveIntegerField("已处理到的行", default=0)
    rows_expected = models.PositiveIntegerField("预计行数", default=0)
    added = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    duplicates = models.PositiveIntegerField("重复", default=0)
    skipped = models.PositiveIntegerField("略过", default=0)
    warnings = models.PositiveIntegerField("提醒", default=0)
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    # Of the present piece of work: when and after which row a worker began it (null: it is in
    # line), and when its last chunk was written.
    began_at = models.DateTimeField("开始时间", null=True)
    began_after = models.PositiveIntegerField("从哪一行接手", default=0)
    changed_at = models.DateTimeField("最近进展", default=timezone.now)
    # How many workers have taken it up since the last chunk was written.
    tries = models.PositiveSmallIntegerField("接手次数", default=0)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "supplier"}

    class Meta:
        verbose_name = "花名册上传"
        verbose_name_plural = "花名册上传"
        ordering = ["-uploaded_at"]
        indexes = [models.Index(fields=["state", "changed_at"], name="roster_upload_work")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    @property
    def rows(self) -> int:
        """As the contract counts: accepted, rejected, duplicates and unchanged."""
        return self.importable + self.sent_back

    @property
    def importable(self) -> int:
        return self.added + self.changed + self.unchanged

    @property
    def sent_back(self) -> int:
        return self.rejected + self.duplicates


class CheckedRow(models.Model):
    """What became of one row of an upload: shown before it is imported.

    Rows that were imported are gone from here; those that went back stay for thirty days.
    """

    class Outcome(models.TextChoices):
        ADDED = "added", "新增"
        CHANGED = "changed", "有变化"
        UNCHANGED = "unchanged", "无变化"
        REJECTED = "rejected", "有错误(退回)"
        DUPLICATE = "duplicate", "表内重复"
        SKIPPED = "skipped", "略过"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(
        RosterUpload, verbose_name="上传", on_delete=models.CASCADE, related_name="checked"
    )
    row = models.PositiveIntegerField("表内行号")
    outcome = models.CharField("结果", max_length=9, choices=Outcome)
    number_digest = models.CharField("号码摘要", max_length=32, blank=True)
    name = models.CharField("姓名", max_length=100, blank=True)
    # {"values": {field: value}} of a valid row, complete with what was there before; {"cells":
    # {known column: text}, "errors": [{"column", "code", "message", "found"}]} of one that goes
    # back; "warnings" like errors, where there are any. Never a cell of a column that is not to be
    # stored; `found` is masked already.
    told = EncryptedJSONField(verbose_name="内容")
    has_warning = models.BooleanField("有提醒", default=False)
    entry = models.ForeignKey(
        RosterEntry, verbose_name="现有的行", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "upload__supplier"}

    class Meta:
        verbose_name = "核对结果"
        verbose_name_plural = "核对结果"
        ordering = ["row"]
        indexes = [
            models.Index(fields=["upload", "outcome", "row"], name="checked_row_page"),
            models.Index(fields=["upload", "number_digest"], name="checked_row_number"),
            models.Index(
                fields=["upload", "row"],
                condition=models.Q(has_warning=True),
                name="checked_row_warned",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["upload", "row"], name="a_row_is_checked_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.row} 行 {self.get_outcome_display()}"


class ColumnChoice(models.Model):
    """How a bureau wants a header word read, once said by hand; empty field: not to be stored."""

    supplier = models.ForeignKey(Bureau, verbose_name="提供部门", on_delete=models.CASCADE)
    kind = models.CharField("种类", max_length=16)
    word = models.CharField("表头", max_length=100)
    column = models.CharField("作为", max_length=20, blank=True)
    chosen_by = models.ForeignKey(
        Officer, verbose_name="指定人", on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField("指定时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "supplier"}

    class Meta:
        verbose_name = "列的读法"
        verbose_name_plural = "列的读法"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "kind", "word"], name="a_word_is_read_one_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.column or '不保存'}"
