"""Towns, police stations, villages and bureaus, with the days between which they exist."""

from django.core.validators import RegexValidator
from django.db import models

from kaili_hukou.models.seeded import Seeded


class Town(Seeded):
    """A 镇 or 街道 of Kaili. Its address is only for what towns do; people go to the station."""

    class Kind(models.TextChoices):
        TOWN = "town", "镇"
        SUBDISTRICT = "subdistrict", "街道"

    code = models.CharField(
        "区划代码",
        max_length=9,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{9}$", "镇(街道)代码应为 9 位数字。")],
    )
    name = models.CharField("名称", max_length=50, unique=True)
    kind = models.CharField("类别", max_length=11, choices=Kind)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    former_names = models.CharField("曾用名", max_length=200, blank=True)
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "镇(街道)"
        verbose_name_plural = "镇(街道)"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PoliceStation(Seeded):
    """A station or hall that takes applications. Which villages it serves stands in `Village`."""

    class Kind(models.TextChoices):
        STATION = "station", "派出所"
        HALL = "hall", "办证大厅"

    code = models.CharField(
        "编号代码",
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2,6}$", "代码应为 2 至 6 个大写字母,印在受理编号上。")],
    )
    name = models.CharField("名称", max_length=50, unique=True)
    kind = models.CharField("类别", max_length=8, choices=Kind, default=Kind.STATION)
    town = models.ForeignKey(
        Town,
        verbose_name="所在镇(街道)",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stations",
    )
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    hours = models.CharField("办公时间", max_length=100, blank=True)
    provisional = models.BooleanField("待核实", default=False)
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "派出所"
        verbose_name_plural = "派出所"
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """As lists show it: 大十字 for 大十字派出所."""
        return self.name.removesuffix("派出所") or self.name


class Village(Seeded):
    """A village or community: it belongs to one town, and one station serves it."""

    code = models.CharField(
        "区划代码",
        max_length=12,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{12}$", "村(社区)代码应为 12 位数字。")],
    )
    name = models.CharField("名称", max_length=50, db_index=True)
    town = models.ForeignKey(
        Town, verbose_name="镇(街道)", on_delete=models.PROTECT, related_name="villages"
    )
    station = models.ForeignKey(
        PoliceStation,
        verbose_name="派出所",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="villages",
    )

    class Meta:
        verbose_name = "村(社区)"
        verbose_name_plural = "村(社区)"
        ordering = ["town", "code", "name"]

    def __str__(self) -> str:
        return self.name


class Bureau(Seeded):
    """A unit that the plan names. What a unit hands down to its successor is seen by both."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", "部门"
        REFORM_OFFICE = "reform_office", "户改办"
        GOVERNMENT = "government", "市人民政府"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60, unique=True)
    kind = models.CharField("类别", max_length=13, choices=Kind, default=Kind.BUREAU)
    valid_from = models.DateField("设立日期", null=True, blank=True)
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        verbose_name="承接部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "部门"
        verbose_name_plural = "部门"
        ordering = ["kind", "pk"]

    def __str__(self) -> str:
        return self.name


class BureauName(Seeded):
    """Another name under which papers of a bureau, or of a duty that it had, are found."""

    bureau = models.ForeignKey(
        Bureau, verbose_name="部门", on_delete=models.CASCADE, related_name="names"
    )
    name = models.CharField("名称", max_length=60, db_index=True)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "部门曾用名"
        verbose_name_plural = "部门曾用名"
        ordering = ["bureau", "name"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "name"], name="one_name_of_a_bureau")
        ]

    def __str__(self) -> str:
        return self.name
