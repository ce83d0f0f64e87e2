"""`assess`: cases as JSON lines in, verdicts out; no database, no keys, no outside settings."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from applications.policy.assess import assess, assess_all
from applications.policy.case import Case, CaseError
from applications.policy.parameters import SHIPPED, Parameters, ParametersError
from kaili_hukou.jsonlines import NO_SUCH_FILE, Answer, LineError, echoed, run


class Command(BaseCommand):
    help = "逐行读取办件情况(JSON),输出初审意见:是否符合、各项条件、随迁人员和申请材料。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", help="JSON 行文件;不写则读标准输入")
        parser.add_argument("--parameters", metavar="FILE", help="参数页面导出的参数文件")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            parameters = _parameters(options["parameters"])
        except (OSError, ValueError) as error:
            sys.stderr.write(f"无法使用参数文件:{error}\n")
            sys.exit(NO_SUCH_FILE)
        status = run(
            options["files"],
            answering(parameters),
            stdin=sys.stdin.buffer,
            stdout=sys.stdout.buffer,
            stderr=sys.stderr,
        )
        if status:
            sys.exit(status)


def answering(parameters: Parameters = SHIPPED) -> Answer:
    """The function that answers one line by these parameters."""

    def answer(line: dict[str, Any]) -> str:
        try:
            case = Case.from_json(line)
        except CaseError as error:
            raise LineError(str(error)) from error
        if case.route is not None:
            return assess(case, parameters).to_members()
        identifier = echoed(case.id)
        verdicts = [
            f'{{"id": {identifier}, {verdict.to_members()}}}'
            for verdict in assess_all(case, parameters)
        ]
        return f'"routes": [{", ".join(verdicts)}]'

    return answer


def _parameters(path: str | None) -> Parameters:
    if path is None:
        return SHIPPED
    try:
        return Parameters.from_json(json.loads(Path(path).read_text(encoding="utf-8-sig")))
    except json.JSONDecodeError as error:
        raise ParametersError("文件不是有效的 JSON,请从参数页面重新导出。") from error
