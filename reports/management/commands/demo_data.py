"""`manage.py demo_data`: synthetic people, accounts and cases in every route and state."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kaili_hukou.models import Officer
from reports.demonstration.building import build


class Command(BaseCommand):
    help = "生成演示数据(人物均为虚构)。正式环境不能运行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--scale", type=int, default=1, help="约 N 乘以一千人")

    def handle(self, *, seed: int, scale: int, **_: Any) -> None:
        if not (settings.DEBUG or settings.ALLOW_DEMO):
            raise CommandError("DEBUG 已关闭:正式环境不能生成演示数据。")
        if Officer.objects.filter(is_demo=True).exists():
            raise CommandError("数据库里已有演示数据。请换一个空的数据库。")
        done = build(seed, scale, timezone.localdate())
        self.stdout.write(json.dumps(done, ensure_ascii=False))
