"""The rules of the house that a program can check."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import typer

from ingest.cli import app
from ingest.config import load, shipped
from ingest.rules import RULES

TOP = Path(__file__).parents[1]
CODE = ("ingest", "parsers", "reports")
MODULES = sorted(path for name in (*CODE, "bench", "tests") for path in (TOP / name).rglob("*.py"))
OURS = [path for path in MODULES if path.relative_to(TOP).parts[0] in CODE]
WRITTEN = [path for path in OURS if "versions" not in path.parts]  # a migration is a record, it is never edited again
PAGES = sorted(path for path in (*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"), *TOP.glob("bench/*.md")))
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 80
SHORT_FUNCTION_LINES = 40

COMMANDS = sorted(typer.main.get_command(app).commands)


def name_of(path):
    return str(path.relative_to(TOP))


def functions(path):
    """Every function of a module with its length in lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1


def calls(path):
    """Every call of a module as (line, dotted name, node)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node


# --- rules


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return load(None, environ={}, cwd=tmp_path_factory.mktemp("house"))


def test_rules_are_those_of_the_config_in_its_order():
    assert [rule.id for rule in RULES] == list(tomllib.loads(shipped())["rules"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_has_a_clause(config, rule):
    assert config.rules.table(rule.id).clause.strip()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_has_a_docstring(rule):
    assert (rule.judge.__doc__ or "").strip()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_has_a_test_file_that_calls_it(rule):
    """tests/ingest/rules/test_video.py tests ingest/rules/video.py, each function by its name.

    Rules that compare works are tested together, through the ledger in which they find each other.
    """
    module = rule.judge.__module__.rpartition(".")[2]
    file = "stages/test_comparing.py" if rule.compares else f"rules/test_{module}.py"
    text = (TOP / "tests" / "ingest" / file).read_text(encoding="utf-8")
    assert re.search(rf"\b{rule.judge.__name__}\b|[\"']{rule.id}[\"']", text)


def test_rules_hold_no_number_of_the_edition(config):
    """The numbers of the notice stand in config.toml alone."""
    numbers = {"1920", "1080", "100_000_000", "100000000", "314_572_800", "314572800", "120", "300"}
    found = {
        f"{name_of(path)}:{node.lineno}"
        for path in (TOP / "ingest" / "rules").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool) and str(node.value) in numbers
    }
    assert found == set()


# --- the command


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_in_the_readme(command):
    assert f"`kepu {command}" in (TOP / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_one_the_readme_explains_in_its_table(command):
    rows = re.findall(r"^\| `kepu ([a-z]+)", (TOP / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert command in rows


def test_readme_explains_no_command_that_is_not_there():
    rows = re.findall(r"^\| `kepu ([a-z]+)", (TOP / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(set(rows) - set(COMMANDS)) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_a_help_in_chinese(command):
    text = typer.main.get_command(app).commands[command].help or ""
    assert re.search(r"[一-鿿]", text)


def test_help_loads_no_heavy_library():
    code = (
        "import sys; from ingest.cli import run\n"
        "try: run(['--help'])\n"
        "finally: print([m for m in ('pandas', 'numpy', 'openpyxl', 'av', 'docx', 'PIL', 'pypdfium2', 'pymediainfo',"
        " 'sqlalchemy', 'alembic', 'lxml', 'pydantic', 'jinja2', 'apscheduler', 'keyring') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TOP)
    assert done.stdout.splitlines()[-1] == "[]"


# --- size and words


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_module_is_not_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


def test_functions_are_not_too_long():
    long = [f"{name_of(p)}:{f.lineno} {f.name} {n}" for p in WRITTEN for f, n in functions(p) if n > MAX_FUNCTION_LINES]
    assert long == []


def test_nine_functions_in_ten_are_short():
    lengths = [length for path in WRITTEN for _, length in functions(path)]
    assert sum(length < SHORT_FUNCTION_LINES for length in lengths) / len(lengths) >= 0.9


def test_no_module_is_a_drawer_for_everything():
    assert [name_of(path) for path in MODULES if path.stem in {"utils", "util", "helpers", "misc", "common"}] == []


def test_tests_are_no_packages():
    assert list((TOP / "tests").rglob("__init__.py")) == []


def test_no_work_is_left_for_later():
    mark = re.compile(r"#\s*(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    found = [
        f"{name_of(path)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if mark.search(line)
    ]
    assert found == []


def test_no_function_is_a_stub():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("NotImplementedError")
    ]
    assert found == []


def test_no_test_is_skipped():
    found = [
        f"{name_of(path)}:{line}"
        for path in MODULES
        for line, name, _ in calls(path)
        if name in {"pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.importorskip", "unittest.skip"}
    ]
    assert found == []


def test_no_time_is_naive():
    """now() without a zone, utcnow(), today() and fromtimestamp() without one."""
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in MODULES
        for line, name, node in calls(path)
        if re.search(r"(datetime|date|dt)\.(utcnow|today|utcfromtimestamp)$", name)
        or (name.endswith("datetime.now") and not node.args and not node.keywords)
        or (name.endswith("datetime.fromtimestamp") and len(node.args) + len(node.keywords) < 2)
    ]
    assert found == []


def test_no_error_is_swallowed_whole():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
    ]
    assert found == []


MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(home|root|tmp|work|Users|opt)/[A-Za-z]")


@pytest.mark.parametrize("path", [*PAGES, *OURS, TOP / "config.toml", TOP / "Makefile"], ids=name_of)
def test_file_names_no_path_of_one_machine(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if MACHINE_PATH.search(line)] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_page_links_to_files_that_are_there(path):
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_top_level_is_the_house_s():
    made = {"build", "demo", "dist", "htmlcov", "kepu-data", "kepu-demo"}  # by commands, ignored by git
    folders = {path.name for path in TOP.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert sorted(folders - made - {"bench", "docs", "examples", "ingest", "parsers", "reports", "tests"}) == []


# --- imports and the package


def test_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=TOP, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names in the wheel, built here without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=TOP,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_holds_the_shipped_config(wheel):
    assert wheel["ingest/config.toml"].decode() == shipped()


def test_wheel_holds_every_file_of_the_packages(wheel):
    files = [path.relative_to(TOP) for name in CODE for path in (TOP / name).rglob("*") if path.is_file()]
    assert sorted({str(path) for path in files if "__pycache__" not in path.parts} - set(wheel)) == []


def test_wheel_holds_no_tests(wheel):
    assert [name for name in wheel if name.startswith(("tests/", "bench/"))] == []
