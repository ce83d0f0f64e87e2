"""`backup OUT`: database and media in one encrypted file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kaili_hukou.backups import NoBackup, backup


class Command(BaseCommand):
    help = "把数据库和文件写成一个加密文件(口令取自 BACKUP_KEY;字段密钥不在其中,须另行保管)。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT")

    def handle(self, *, out: Path, **_: Any) -> None:
        try:
            if out.exists():
                raise NoBackup(f"{out} 已存在,没有覆盖。请换一个文件名。")
            manifest = backup(out)
        except (NoBackup, OSError) as fault:
            raise CommandError(str(fault)) from None
        rows = sum(part.get("rows", 0) for part in manifest["parts"].values())
        told = {"file": str(out), "bytes": out.stat().st_size, "rows": rows}
        self.stdout.write(json.dumps(told | {"parts": len(manifest["parts"])}, ensure_ascii=False))
