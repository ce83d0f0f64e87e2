"""Background work as rows: what is to run, what ran, what failed."""

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One call of one task with ids as arguments; safe to run twice."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    task = models.CharField("任务", max_length=120)
    arguments = models.JSONField("参数", default=list)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("何时起", default=timezone.now)
    started_at = models.DateTimeField("开始", null=True, blank=True)
    # The worker's sign of life while it runs, and how many workers have begun it.
    seen_at = models.DateTimeField("最近动静", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("接手次数", default=0)
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    fault = models.TextField("失败原因", blank=True)

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        ordering = ["-due_at"]
        indexes = [models.Index(fields=["state", "due_at"], name="job_queue")]

    def __str__(self) -> str:
        return f"{self.task} {self.get_state_display()}"
