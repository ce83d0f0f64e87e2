"""`python -m tests.clause_table > docs/clauses.md` writes the table clause → rule → test anew."""

from __future__ import annotations

import sys

from applications.policy.routes import ROUTES
from kaili_hukou.clauses import CLAUSES

COVERAGE = {"rule": "规则", "invariant": "不变式", "register": "登记", "planned": "计划中"}


def table() -> str:
    lines = [
        "# 条款对照表",
        "",
        "由 `python -m tests.clause_table > docs/clauses.md` 生成,不要手改。",
        "",
        "| 条款 | 标题 | 牵头单位 | 方式 | 位置 | 用例 |",
        "|---|---|---|---|---|---|",
    ]
    for clause in CLAUSES.values():
        cases = "、".join(
            f"`tests/applications/cases/{route.code}.yaml`"
            for route in ROUTES.values()
            if clause.code in (route.clause, route.clause_in_guizhou)
        )
        bureaus = "、".join(clause.lead)
        lines.append(
            f"| {clause.code} | {clause.title} | {bureaus} | {COVERAGE[clause.coverage]} "
            f"| `{clause.where}` | {cases} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table())
