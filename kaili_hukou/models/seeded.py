"""Rows of the registers that were loaded from `data/` and remember with which values."""

from django.db import models


class Seeded(models.Model):
    """`seed` holds the values as they were loaded; None: an officer entered the row.

    A row whose values are no longer those of its seed was changed by an officer and stays.
    """

    source = models.CharField("来源", max_length=200, blank=True)
    seed = models.JSONField("装载时的值", null=True, blank=True, editable=False)
    changed_at = models.DateTimeField("更新时间", auto_now=True, db_index=True)

    class Meta:
        abstract = True
