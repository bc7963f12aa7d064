"""The documents say what is true: what they name exists, what they list is complete, what they show happens."""

import ast
import importlib
import json
import os
import re
import shlex
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands, load_command_class

from authorizations.enums import Reason
from brands.enums import Role
from campaigns.demo import load_demo, new_logins
from campaigns.importers import Field
from campaigns.importers.columns import map_columns
from campaigns.importers.messages import Problem
from campaigns.phrases import HEADINGS
from tests.test_workbench import ROOT, tracked_files
from tests.world import NOW

DOCS = sorted(path for path in tracked_files("*.md") if "node_modules" not in path.parts)
NAMES = [str(path.relative_to(ROOT)) for path in DOCS]

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
# Made when the product runs, a date, an example, or named because it is not there.
_NOT_IN_THE_REPOSITORY = re.compile(
    r"^(var|\.venv|media|secrets)(/|$)|^\.env$|[<>*…]|^/|^[\d/]+$|^FILE|^(plan.jsonl|uv.lock|pylock.toml)$"
)
_OURS = ("sparktrack", "brands", "creators", "posts", "authorizations", "campaigns", "tests", "docs", "bin")
_ROOM = re.compile(r"[\w/.-]+\.(py|md|toml|csv|jsonl|in|html|css|js)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return _FENCE.sub("", text)


def blocks(text: str) -> list[str]:
    """The blocks of code, without indentation."""
    return [
        "\n".join(line.removeprefix(found[1]) for line in found[3].split("\n"))
        for found in _FENCE.finditer(text)
    ]


def inline_code(text: str) -> Iterator[str]:
    for found in _CODE.finditer(prose(text)):
        yield " ".join(found[1].split())


def slug(heading: str) -> str:
    """The anchor that a heading gets on the usual hosts."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def first_cells(text: str) -> list[str]:
    """The code in the first cell of every row of the tables."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of the same level."""
    level = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert level, title
    return re.split(rf"^{level[1]} ", text[level.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def command_lines(text: str) -> list[str]:
    """Everything that is run: lines of blocks and inline code."""
    lines = [line.partition("  #")[0].strip() for block in blocks(text) for line in block.split("\n")]
    return [*lines, *inline_code(text)]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name):
    text = read(name)
    for target in _LINK.findall(prose(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert linked.exists(), target
        if anchor:
            anchors = {slug(heading) for heading in _HEADING.findall(prose(linked.read_text()))}
            assert anchor in anchors, target


@pytest.mark.parametrize("name", NAMES)
def test_every_file_and_module_that_is_named_exists(name):
    files = tracked_files()
    for word in inline_code(read(name)):
        path = word.rstrip("/")
        if _NOT_IN_THE_REPOSITORY.search(word):
            continue
        if re.fullmatch(rf"({'|'.join(_OURS)})(\.\w+)+", word) and not _ROOM.fullmatch(word):
            assert resolves(word), word
        elif "/" in word and re.fullmatch(r"[\w./-]+", word):
            assert (ROOT / path).exists() or any(f"/{path}" in str(file) for file in files), word
        elif _ROOM.fullmatch(word):
            assert any(file.name == word for file in files), word


def resolves(dotted: str) -> bool:
    """Whether ``package.module.name`` can be imported."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_is_named_exists(name):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for line in command_lines(read(name)):
        for target in re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z-]+)", line):
            assert target in targets, line


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_is_named_exists_with_its_options(name):
    known = get_commands()
    for line in command_lines(read(name)):
        found = re.search(r"manage\.py ([a-z_]+)(.*)", line)
        if not found:
            continue
        command, rest = found.groups()
        assert command in known, line
        app = known[command]
        parser = (load_command_class(app, command) if isinstance(app, str) else app).create_parser(
            "manage.py", command
        )
        options = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"(?<![\w-])--[a-z_-]+", rest)) <= options, line


def test_the_list_of_commands_in_the_documents_is_complete():
    ours = {
        name
        for name, app in get_commands().items()
        if app in {"sparktrack.core", "brands", "creators", "posts", "authorizations", "campaigns"}
    }
    named = {word for name in NAMES for word in re.findall(r"[a-z_]+", read(name))}
    assert ours <= named


def variables_read() -> set[str]:
    """The names of all variables that the product reads: through ``environment``, or from ``os.environ`` itself."""
    names: set[str] = set()
    for path in tracked_files("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                function = ast.unparse(node.func)
                reads = function.startswith("environment.") or function in {"os.environ.get", "os.getenv"}
                if reads or (path.name == "environment.py" and isinstance(node.func, ast.Name)):
                    names.add(str(node.args[0].value))
    return {name for name in names if re.fullmatch(r"[A-Z][A-Z_]+", name)}


def test_the_table_of_variables_is_what_the_product_reads():
    table = first_cells(section(read("docs/operations.md"), "Environment variables"))
    assert len(table) == len(set(table))
    assert set(table) == variables_read()


def test_the_guide_knows_every_reason_section_and_to_do():
    guide = read("docs/guide.md")
    assert set(first_cells(section(guide, "The reasons"))) == set(Reason)
    board = section(guide, "The board")
    assert re.findall(r"^\| \*\*(.+?)\*\* \|", board, re.MULTILINE) == [
        heading.title for heading in HEADINGS.values()
    ]
    titles = {
        node.args[0].value
        for node in ast.walk(ast.parse(read("campaigns/todos.py")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Todo"
    }
    assert set(re.findall(r"^\| ([A-Z][^|]+?) \| ", section(guide, "To-dos"), re.MULTILINE)) == titles


def test_the_guide_knows_every_column_and_every_message_of_an_import():
    guide = section(read("docs/guide.md"), "Import a sheet")
    assert set(first_cells(section(guide, "Columns"))) == set(Field)
    report = section(guide, "What the report says")
    tables = dict(
        re.findall(r"^\| (error|skipped|warning) \|.*\n\|[-|]+\|\n((?:\|.*\n?)+)", report, re.MULTILINE)
    )
    errors = {problem for problem in Problem if problem.is_error}
    assert set(first_cells(tables["error"])) == errors
    assert set(first_cells(tables["skipped"])) == {Problem.OTHER_PLATFORM}
    assert set(first_cells(tables["warning"])) == set(Problem) - errors - {Problem.OTHER_PLATFORM}


def test_every_name_of_a_column_in_the_guide_is_understood():
    columns = section(section(read("docs/guide.md"), "Import a sheet"), "Columns")
    for field, names in re.findall(r"^\| `(\w+)` \| ([^|]+) \|", columns, re.MULTILINE):
        for name in names.split(", "):
            others = [] if field == Field.VERDICT else ["verdict"]
            assert map_columns([name.strip(), *others], {})[0] == field, name


def test_the_guide_knows_every_option_of_the_import():
    table = first_cells(section(read("docs/guide.md"), "Import a sheet"))
    parser = load_command_class("campaigns", "import_tracker").create_parser("manage.py", "import_tracker")
    inherited = load_command_class("brands", "add_brand").create_parser("manage.py", "add_brand")
    own = {option for action in parser._actions for option in action.option_strings} - {
        option for action in inherited._actions for option in action.option_strings
    }
    assert {cell.split()[0] for cell in table if cell.startswith("--")} == own - {"--brand"}


def test_the_guide_names_the_roles_in_their_order():
    roles = section(read("docs/guide.md"), "Roles")
    assert re.findall(r"^\| (\w+) \|", roles, re.MULTILINE)[1:] == list(Role)


def test_the_planner_answers_as_the_guide_shows(tmp_path, capsys):
    case, _, shown = blocks(section(read("docs/guide.md"), "Ask the planner"))
    (tmp_path / "plan.jsonl").write_text(case)
    call_command("plan_coverage", str(tmp_path / "plan.jsonl"))
    assert json.loads(capsys.readouterr().out) == json.loads(shown)


@pytest.mark.django_db
def test_proof_import_and_export_answer_as_the_documents_show(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    load_demo(logins=new_logins(), now=NOW)
    proof, result = blocks(section(read("docs/operations.md"), "Proving the gaps"))
    assert run(proof) == result
    shown = blocks(section(read("README.md"), "Import your own sheet"))
    preview, answer = shown[0], shown[1]
    assert run(preview) == answer
    assert "Applied." in run(f"{preview.strip()} --apply")
    again = run(preview)
    assert all(line.split()[-3:-1] == ["0", "0"] for line in again.split("\n") if re.search(r"\d +\d", line))
    sheet = tmp_path / "northbeam.xlsx"
    assert "rows" in run(shown[-1].replace("northbeam.xlsx", str(sheet)))
    back = run(f".venv/bin/python manage.py import_tracker {sheet} --brand northbeam")
    assert "Errors" not in back


@pytest.mark.django_db
def test_the_brand_of_the_readme_can_be_made():
    (line,) = [line for line in command_lines(read("README.md")) if "add_brand" in line]
    assert "/invitations/inv_" in run(line)


def run(line: str) -> str:
    """The output of a line such as ``.venv/bin/python manage.py import_tracker …``."""
    _, _, arguments = line.partition("manage.py ")
    out = StringIO()
    call_command(*shlex.split(arguments), stdout=out)
    return out.getvalue()


def test_no_document_names_a_machine():
    home = re.compile(rf"/(work|tmp|home|root)/|{re.escape(os.environ.get('HOSTNAME') or 'no-such-host')}")
    for name in NAMES:
        assert not home.search(read(name)), name


def test_decisions_are_numbered_without_gaps_and_listed():
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:3]) for name in records] == list(range(1, len(records) + 1))
    listed = re.findall(r"\]\(([^)]+)\)", Path(folder / "README.md").read_text())
    assert listed == records
    referred = {
        number
        for path in tracked_files("*.py", "*.md")
        for number in re.findall(r"docs/decisions/(\d{3})", path.read_text())
    }
    assert referred <= {name[:3] for name in records}
