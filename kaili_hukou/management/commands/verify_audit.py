"""`verify_audit`: the chain of the record, looked through; exit status 1 where it is broken."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from kaili_hukou.sealing import verify


class Command(BaseCommand):
    help = "核对操作记录的封存链和外部存证,输出一个 JSON 对象;断裂时退出码为 1。"

    def handle(self, **_: Any) -> None:
        verdict = verify()
        self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False))
        if not verdict.ok:
            sys.exit(1)
