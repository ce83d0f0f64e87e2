"""`sweep_permits`: the nightly sweep by hand; prints what it has newly recorded."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kaili_hukou.dates import parse_day
from residence_permits.actions.sweeping import sweep


class Command(BaseCommand):
    help = "夜间核对居住证:记录已开始的签注期和已中止的证。可重复运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="按哪一天核对;不写则为今天")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            on = parse_day(options["on"]) if options["on"] else timezone.localdate()
        except ValueError:
            raise CommandError(
                f"--on 的日期「{options['on']}」认不出,应为实际存在的日期 YYYY-MM-DD。"
            ) from None
        self.stdout.write(json.dumps(sweep(on)))
