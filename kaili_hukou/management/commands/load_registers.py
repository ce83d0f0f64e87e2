"""`manage.py load_registers`: towns, stations, bureaus, divisions, codes and the calendar."""

from typing import Any

from django.core.management.base import BaseCommand

from kaili_hukou.seeding import Outcome, load


class Command(BaseCommand):
    help = "装载镇街、派出所、部门、区划、代码和工作日历;可重复执行,工作人员改过的行保留不动。"

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = load()
        for outcome in outcomes:
            self.stdout.write(_summary(outcome))
        kept = [line for outcome in outcomes for line in outcome.kept]
        if kept:
            self.stdout.write(f"与装载文件不同、保留现值的有 {len(kept)} 处:")
            self.stdout.write("\n".join(f"  {line}" for line in kept))


def _summary(outcome: Outcome) -> str:
    unchanged = outcome.rows - outcome.added - outcome.updated
    return (
        f"{outcome.title}:文件 {outcome.rows} 行,新增 {outcome.added},"
        f"更新 {outcome.updated},未动 {unchanged}"
    )
