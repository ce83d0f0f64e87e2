"""`permit_timeline`: permits as JSON lines in, how each stands on its day out; no database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from kaili_hukou.dates import parse_day
from kaili_hukou.jsonlines import LineError, run
from kaili_hukou.wording import described
from residence_permits.terms import TermsError, timeline


class Command(BaseCommand):
    help = "逐行读取居住证的发放和签注日期(JSON),输出其状态、签注期和连续计算起点。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", help="JSON 行文件;不写则读标准输入")

    def handle(self, *_args: object, **options: Any) -> None:
        status = run(
            options["files"],
            answer,
            stdin=sys.stdin.buffer,
            stdout=sys.stdout.buffer,
            stderr=sys.stderr,
        )
        if status:
            sys.exit(status)


def answer(permit: dict[str, Any]) -> str:
    """The members of the answer to one permit (居住证暂行条例 第十条)."""
    issued_on = _day(permit.get("issued_on"), "issued_on")
    as_of = _day(permit.get("as_of"), "as_of")
    endorsed_on = permit.get("endorsed_on")
    if endorsed_on is None:
        endorsed_on = []
    if not isinstance(endorsed_on, list):
        raise LineError(f"endorsed_on 是{described(endorsed_on)},应为日期的列表,请用方括号列出。")
    days = [_day(value, "endorsed_on") for value in endorsed_on]
    try:
        return json.dumps(timeline(issued_on, days, as_of).to_json(), ensure_ascii=False)[1:-1]
    except TermsError as error:
        raise LineError(str(error)) from error


def _day(value: object, name: str) -> date:
    try:
        return parse_day(value)
    except ValueError as error:
        raise LineError(
            f"{name} 是{described(value)},应为实际存在的日期 YYYY-MM-DD,请改正后重报。"
        ) from error
