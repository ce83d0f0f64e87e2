"""`manage.py work`: the worker where there is no Redis."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from kaili_hukou.celery import app
from kaili_hukou.checks import refuse_demonstration_accounts
from kaili_hukou.jobs import enqueue_due, run_next

PAUSE = 2.0


class Command(BaseCommand):
    help = "没有 Redis 时的后台工作进程:按日程和任务表办理,Ctrl+C 结束。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="办完现有任务即退出")

    def handle(self, *, once: bool, **_: Any) -> None:
        if settings.REDIS_URL and not once:
            raise CommandError("设置了 REDIS_URL:请运行 celery -A kaili_hukou.celery worker -B。")
        refuse_demonstration_accounts()
        app.loader.import_default_modules()
        while True:
            enqueue_due(timezone.now())
            while run_next(timezone.now()):
                pass
            if once:
                return
            close_old_connections()
            time.sleep(PAUSE)
