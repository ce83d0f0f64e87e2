"""`restore FILE`: a backup, verified, into an empty place."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kaili_hukou.backups import NoBackup, restore
from kaili_hukou.sealed_stream import NotReadable
from kaili_hukou.sealing import verify


class Command(BaseCommand):
    help = "把备份恢复到空的数据库和空的文件目录,逐项核对后输出一个 JSON 对象。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            manifest = restore(file)
        except (NoBackup, NotReadable, OSError) as fault:
            raise CommandError(str(fault)) from None
        rows = sum(part.get("rows", 0) for part in manifest["parts"].values())
        told = {"rows": rows, "parts": len(manifest["parts"]), "record": verify().as_json()}
        self.stdout.write(json.dumps(told, ensure_ascii=False))
