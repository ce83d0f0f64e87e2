"""The house rules that a program can see: direction of imports, purity, size, names, templates."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# reports → applications → (rosters, residence_permits) → kaili_hukou; the two in brackets do not
# know each other. Each folder may import itself and what stands here.
MAY_IMPORT = {
    "reports": {"applications", "rosters", "residence_permits", "kaili_hukou"},
    "applications": {"rosters", "residence_permits", "kaili_hukou"},
    "rosters": {"kaili_hukou"},
    "residence_permits": {"kaili_hukou"},
    "kaili_hukou": set(),
}
FIRST_PARTY = frozenset(MAY_IMPORT)

# ◆: no query, no settings, no clock, no file.
PURE = (
    *(
        f"kaili_hukou/{name}.py"
        for name in (
            "identity",
            "enterprise",
            "receipts",
            "divisions",
            "dates",
            "workdays",
            "clauses",
            "masking",
            "names",
            "cells",
            "wording",
            "lockout",
        )
    ),
    "residence_permits/terms.py",
    "residence_permits/flow.py",
    "residence_permits/conditions.py",
    "residence_permits/serials.py",
    "rosters/kinds.py",
    "rosters/cells.py",
    "rosters/advice.py",
    "rosters/columns.py",
    "rosters/header.py",
    "rosters/rows.py",
    "rosters/questions.py",
    "rosters/kinship.py",
    "rosters/households.py",
    "rosters/seen.py",
    "applications/policy/*.py",
    "applications/workflow.py",
    "applications/deadlines.py",
    "applications/duties_after.py",
    "applications/grounds.py",
    "applications/evidence_rules.py",
    "applications/schooling.py",
    "applications/signing.py",
    "applications/statistics.py",
    "applications/channels.py",
    "applications/inspecting.py",
    "reports/return_flow.py",
    "reports/due_days.py",
    "reports/period.py",
    "reports/keys.py",
    "reports/counts.py",
    "reports/classes.py",
    "reports/tables.py",
    "reports/settled_tables.py",
    "reports/yearly_tables.py",
    "reports/work_tables.py",
    "reports/rates.py",
    "reports/figures.py",
    "reports/curve.py",
    "reports/trend.py",
    "reports/charts.py",
    "reports/texts.py",
    "reports/words.py",
    "reports/findings.py",
    "applications/household_plans.py",
)
# What a ◆ module may import besides: a library that is itself pure, with the reason.
PURE_LIBRARIES = {
    "stdnum": "check characters of GB 32100 and ISO 7064: functions from text to text",
}

# A first-party import inside a function, with its reason.
LOCAL_IMPORTS = {
    "kaili_hukou/apps.py": "ready(): importing the module registers its checks",
}

# Longer than 400 lines because it is one table.
TABLES: dict[str, str] = {}
LONGEST_FILE = 400
LONGEST_FUNCTION = 50

VAGUE = ("utils", "util", "helpers", "helper", "common", "service", "services", "manager", "misc")
# Hosts of package registries are put together here so that this file does not name them.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("proxy", "golang", "org"),
        ("index", "crates", "io"),
        ("mirrors", "aliyun", "com"),
        ("tuna", "tsinghua", "edu"),
        ("pypi", "tuna"),
        ("registry", "npmmirror", "com"),
    )
)
WORKPLACES = tuple(f"/{folder}/" for folder in ("work", "home", "root", "Users", "workspace"))


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the project: tracked, or new and not ignored."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0 and done.stdout.strip():
        return tuple(path for line in done.stdout.splitlines() if (path := ROOT / line).is_file())
    # An unpacked copy without its history: everything but what tools leave behind.
    left_behind = {".venv", ".git", "__pycache__", "staticfiles", "media", ".run", ".hypothesis"}
    return tuple(
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and not left_behind & set(path.relative_to(ROOT).parts)
        and not any(part.endswith("_cache") for part in path.relative_to(ROOT).parts)
        and path.suffix not in {".sqlite3", ".pyc"}
        and path.name != ".env"
    )


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def sources() -> tuple[Path, ...]:
    """Our Python, without tests and migrations."""
    return tuple(
        path
        for path in tracked()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in FIRST_PARTY
        and "migrations" not in path.parts
    )


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), shown(path))


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports name their module in full"
        yield node.module or ""
        # `from kaili_hukou import identity` imports a module, too.
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(path: Path) -> set[str]:
    return {name for node in ast.walk(tree_of(path)) for name in imported(node)}


def pure_files() -> tuple[Path, ...]:
    found = [path for pattern in PURE for path in sorted(ROOT.glob(pattern))]
    return tuple(path for path in found if path.name != "__init__.py")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_is_something_to_read():
    assert len(sources()) > 60
    assert len(pure_files()) > 20


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_imports_go_one_way(app):
    wrong = {
        f"{shown(path)} imports {name}"
        for path in sources()
        if path.relative_to(ROOT).parts[0] == app
        for name in imports_of(path)
        if (top := name.split(".")[0]) in FIRST_PARTY and top != app and top not in MAY_IMPORT[app]
    }
    assert not wrong


def test_the_pure_modules_are_all_there():
    for pattern in PURE:
        assert list(ROOT.glob(pattern)), pattern


@pytest.mark.parametrize("path", pure_files(), ids=shown)
def test_a_pure_module_imports_the_standard_library_and_pure_modules_only(path):
    pure = {module_name(file) for file in pure_files()}
    packages = {name.rpartition(".")[0] for name in pure}
    for name in imports_of(path):
        top = name.split(".")[0]
        if top in FIRST_PARTY:
            owner = name.rpartition(".")[0]
            assert name in pure | packages or owner in pure, f"{shown(path)} imports {name}"
        else:
            assert top in sys.stdlib_module_names or top in PURE_LIBRARIES, name


@pytest.mark.parametrize("path", pure_files(), ids=shown)
def test_a_pure_module_asks_neither_the_clock_nor_a_file(path):
    banned = {"now", "today", "utcnow", "open", "read_text", "getenv", "environ", "localdate"}
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
    }
    assert not called & banned


def test_mypy_reads_the_pure_modules():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(settings["tool"]["mypy"]["files"]) == {name.removesuffix("/*.py") for name in PURE}


def test_pure_modules_load_neither_django_nor_celery():
    names = [module_name(path) for path in pure_files()]
    code = (
        f"import sys; [__import__(name) for name in {names!r}];"
        "print([name for name in ('django', 'celery', 'environ') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.stdout.strip() == "[]"


def test_no_import_of_ours_hides_in_a_function():
    hidden = {
        f"{shown(path)}:{node.lineno}"
        for path in sources()
        if shown(path) not in LOCAL_IMPORTS
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {name.split(".")[0] for name in imported(node)} & FIRST_PARTY
    }
    assert not hidden


def test_an_exception_for_a_hidden_import_is_still_needed():
    for name in LOCAL_IMPORTS:
        nodes = [node for function in functions(ROOT / name) for node in ast.walk(function)]
        assert any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes), name


def test_init_files_are_empty_but_for_the_models_that_re_export():
    for path in sources():
        if path.name != "__init__.py":
            continue
        if path.parent.name != "models":
            assert not path.read_text(encoding="utf-8").strip(), shown(path)
            continue
        for node in tree_of(path).body:
            is_all = isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
            assert is_all or isinstance(node, ast.ImportFrom), f"{shown(path)}:{node.lineno}"


def test_there_are_no_signals():
    words = ("django.dispatch", "django.db.models.signals", "django.core.signals")
    for path in sources():
        used = {name for name in imports_of(path) if name.startswith(words)}
        assert not used, shown(path)
        assert not any(
            isinstance(node, ast.Name | ast.Attribute)
            and (getattr(node, "id", "") or getattr(node, "attr", "")) == "receiver"
            for node in ast.walk(tree_of(path))
        ), shown(path)


def test_a_file_is_a_page_or_a_few():
    long = {
        shown(path): lines
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert set(long) == set(TABLES), long


def test_a_function_fits_a_screen():
    long = {
        f"{shown(path)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in sources()
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert not long


def test_every_function_says_what_it_returns():
    silent = {
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in functions(path)
        if node.returns is None
    }
    assert not silent


def test_file_names_are_notions_of_the_domain():
    vague = {
        shown(path)
        for path in tracked()
        if path.suffix == ".py"
        for word in re.split(r"[^a-z]+", shown(path).removesuffix(".py"))
        if word in VAGUE
    }
    assert not vague


def test_nothing_is_left_to_do_in_the_code():
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    for path in sources():
        assert not marks.search(path.read_text(encoding="utf-8")), shown(path)


# Which files hold models with a column `state` of their own, and may set it.
OTHER_STATES = {
    "rosters/actions/confirming.py": "Roster.state",
    "rosters/actions/uploads.py": "RosterUpload.state",
    "rosters/actions/withdrawing.py": "Roster.state",
    "rosters/writing.py": "ImportRun.state, and Roster.state of an import that was cancelled",
    "kaili_hukou/jobs.py": "Job.state",
    "applications/actions/evidence.py": "EvidenceItem.state",
    "applications/actions/parameters.py": "ParameterChange.state",
    "applications/actions/prospecting.py": "Prospect.state",
    "residence_permits/actions/requests.py": "PermitRequest.state",
    "residence_permits/actions/producing.py": "Card.state",
    "residence_permits/actions/cancelling.py": "Card.state",
    "applications/actions/amending.py": "Amendment.state",
    "applications/actions/transferring.py": "Certificate.state",
    "applications/actions/following_up.py": "FollowUp.state",
    "applications/actions/opening_households.py": "BulkOpening.state",
    "rosters/actions/courses.py": "Course.state",
    "applications/actions/handing_lists.py": "FollowUp.state",
    "kaili_hukou/identity_acts.py": "PersonAct.state",
    "reports/actions/evaluating.py": "Finding.state",
    "reports/actions/changing.py": "UnitReturn.state",
    "reports/actions/ruling.py": "SupportingRule.state",
    "reports/actions/building.py": "ReportBuild.state",
}


def sets_state(node: ast.AST) -> bool:
    """`x.state = …`, `setattr(x, "state", …)`, `.update(state=…)`, `.create(state=…)`."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        flat = [part for target in targets for part in ast.walk(target)]
        return any(isinstance(part, ast.Attribute) and part.attr == "state" for part in flat)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        writes = name in {"update", "create", "update_or_create", "Application", "bulk_update"}
        by_name = any(keyword.arg == "state" for keyword in node.keywords)
        by_text = name == "setattr" and any(
            isinstance(part, ast.Constant) and part.value == "state" for part in node.args
        )
        return writes and by_name or by_text
    return False


def test_the_state_of_a_case_changes_in_one_place():
    elsewhere = {
        f"{shown(path)}:{node.lineno}"
        for path in sources()
        if shown(path) not in {"applications/actions/changing.py", *OTHER_STATES}
        for node in ast.walk(tree_of(path))
        if sets_state(node)
    }
    assert not elsewhere


def test_the_one_place_compares_before_it_sets():
    text = (ROOT / "applications/actions/changing.py").read_text(encoding="utf-8")
    assert "state=application.state, version=version" in text
    assert "compare_and_set(application, version=act.version, state=after" in text


TEXTS = frozenset(
    {".py", ".md", ".html", ".js", ".css", ".toml", ".txt", ".csv", ".yaml", ".yml", ".json"}
    | {".svg", ".sh", ".cfg", ".ini", ".example"}
)


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.suffix in TEXTS or not path.suffix:
            yield path, path.read_text(encoding="utf-8")


def test_no_file_names_a_package_registry():
    naming = {shown(path) for path, text in texts() for host in REGISTRIES if host in text}
    assert not naming


def test_no_file_holds_the_path_of_a_workplace():
    found = {
        f"{shown(path)}: {match[0]}"
        for path, text in texts()
        for folder in WORKPLACES
        for match in re.finditer(rf"(?<![\w}}\])>'/.-]){re.escape(folder)}[\w.-]*", text)
        if not served(match[0])
    }
    assert not found


def served(found: str) -> bool:
    """`/work/` in a template or test may be an address of the desk, not a folder."""
    return found in {"/work/"}


TEMPLATES = tuple(path for path in tracked() if path.suffix == ".html")


def without_comments(text: str) -> str:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.S)
    return re.sub(r"{#.*?#}", "", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_a_template_holds_no_style_no_script_and_no_handler(path):
    text = without_comments(path.read_text(encoding="utf-8"))
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_a_template_names_no_other_host(path):
    text = without_comments(path.read_text(encoding="utf-8"))
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text)


# Latin words that a Chinese page may show.
LATIN_WORDS = frozenset(
    {"Ctrl", "Enter", "Esc", "Tab", "Alt", "Shift", "A4", "QR", "PDF", "JPEG", "PNG", "CSV"}
    | {"Excel", *(f"F{number}" for number in range(1, 13))}
)


def visible(text: str) -> Iterator[str]:
    """Text between tags and in the attributes that people read, without template syntax."""
    text = re.sub(r"{% block body_?class %}.*?{% endblock %}", "", without_comments(text))
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    attributes = r"(?:placeholder|title|aria-label|alt|value|label)=\"([^\"]*)\""
    yield from re.findall(attributes, text)
    yield from re.findall(r">([^<>]+)<", f">{text}<")


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_a_template_speaks_chinese(path):
    for piece in visible(path.read_text(encoding="utf-8")):
        words = re.findall(r"[A-Za-z][A-Za-z0-9]+", piece)
        strange = [word for word in words if word not in LATIN_WORDS]
        assert len(strange) < 2, f"{shown(path)}: {piece.strip()[:80]}"


SHEETS = tuple(path for path in tracked() if path.suffix in {".css", ".js", ".svg"})


@pytest.mark.parametrize("path", SHEETS, ids=shown)
def test_a_static_file_fetches_nothing_from_outside(path):
    text = re.sub(r"http://www\.w3\.org/[\w/]+", "", path.read_text(encoding="utf-8"))
    assert not re.findall(r"https?://|url\(\s*['\"]?//", text)
    assert "eval(" not in text
