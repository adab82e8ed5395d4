"""Cases as files: manifests, and what must be said about them or read from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.kinds import load_kinds
from reconciler.manifests.compile import Surroundings, compile_manifests
from reconciler.manifests.files import find
from reconciler.manifests.load import load_file
from reconciler.model.problems import Problem

CASES = Path(__file__).parent.parent / "cases"


def cases(topic: str) -> list[Any]:
    return [pytest.param(path, id=path.name) for path in sorted((CASES / topic).iterdir())]


def in_words(problems: tuple[Problem, ...]) -> str:
    return "".join(f"{each.span}: {each.severity}: {each.message}\n  fix: {each.fix}\n" for each in problems)


def expect(file: Path, found: str, rewrite: bool) -> None:
    if rewrite:
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


@pytest.mark.parametrize("case", cases("validation"))
def test_every_fault_is_named_with_its_place_and_its_fix(case: Path, rewrite: bool) -> None:
    """Whoever validates manifests reads every fault of every file, where it is and what to do."""
    options = case / "options.yaml"
    given = {"offline": True, **(yaml.safe_load(options.read_text()) if options.exists() else {})}
    found = compile_manifests([Path("manifests")], load_kinds(), Surroundings(root=case, **given))
    expect(case / "problems.txt", in_words(found.problems), rewrite)


@pytest.mark.parametrize("case", cases("loading"))
def test_text_is_read_as_yaml_1_2_without_surprises(case: Path, rewrite: bool) -> None:
    """A file means the same to this tool as to a careful reader, or is refused where it could mean two things."""
    files, problems = find([Path("manifests")], case)
    loaded = [load_file(file, case) for file in files]
    said = sorted((*problems, *(each for one in loaded for each in one.problems)), key=lambda each: each.sort_key)
    expect(case / "problems.txt", in_words(tuple(said)), rewrite)
    read = [{"at": str(each.span), "data": each.data} for one in loaded for each in one.documents]
    expect(case / "documents.json", json.dumps(read, indent=1, allow_nan=False) + "\n", rewrite)


def test_no_word_about_a_secret_repeats_it() -> None:
    """A secret that was written by mistake must not be printed into a build log as well."""
    said = "".join(path.read_text() for path in CASES.glob("*ing/*/problems.txt"))
    assert "hunter2" not in said
    assert "123456" not in said
