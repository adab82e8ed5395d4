"""The house's own rules: who may import whom, what every kind has, who prints, how large a room may grow."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from reconciler.kinds import load_kinds

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "reconciler").rglob("*.py"))
KINDS = sorted(load_kinds())

LARGEST_MODULE = 300
LARGEST_FUNCTION = 50


def documents(folder: Path) -> Iterator[dict[str, object]]:
    for path in sorted(folder.rglob("*.yaml")):
        yield from (each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if isinstance(each, dict))


def test_who_may_import_whom() -> None:
    """The import contracts hold: the shell wires, the rooms are blind to each other, each library has one door."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_complete(kind: str) -> None:
    """Every kind has a schema of its name, an example, and a row in the README."""
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["kind"]["const"] == kind
    assert kind in {each.get("kind") for each in documents(ROOT / "examples")}
    assert re.search(rf"^\| `{kind}` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_cases(kind: str) -> None:
    """Every kind takes part in planning cases."""
    assert kind in {each.get("kind") for each in documents(ROOT / "tests" / "cases" / "planning")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_stay_small_and_quiet(path: Path) -> None:
    """No module over 300 lines, no function over 50, no printing below the command line, a first sentence in each."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    large = [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > LARGEST_FUNCTION]
    printing = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "print"]
    assert text.count("\n") <= LARGEST_MODULE
    assert large == []
    assert ast.get_docstring(tree)
    assert not printing or "cli" in path.relative_to(ROOT / "reconciler").parts[0]


def test_starting_up_is_quick() -> None:
    """`--version` loads neither the sign-in library, nor HTTP, nor YAML, nor the embedded tenant."""
    program = (
        "import sys\n"
        "from reconciler.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "heavy = {'msal', 'httpx', 'yaml', 'starlette', 'deepdiff', 'rich', 'reconciler.emulator'} & set(sys.modules)\n"
        "sys.exit(repr(sorted(heavy)) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_dependency_has_a_lower_bound_and_a_pin() -> None:
    """What the project needs says from which version on, and CI installs one known version of it."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pinned = {line.split("==")[0].casefold() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert [each for each in wanted if ">=" not in each] == []
    assert [each for each in wanted if each.split(">=")[0].casefold() not in pinned] == []
