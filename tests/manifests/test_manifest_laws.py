"""Laws of loading and compiling: nothing a file can hold stops the tool, and order means nothing."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.kinds import load_kinds
from reconciler.manifests import load
from reconciler.manifests.compile import Surroundings, compile_documents
from reconciler.manifests.documents import Document, Loaded
from reconciler.manifests.load import load_file, load_text

CASES = sorted((Path(__file__).parent.parent / "cases" / "validation").iterdir())
# What YAML takes literally between double quotes, as JSON writes it.
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff"))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)
YAMLISH = st.text(st.sampled_from("ab:-?[]{}&*!|>'\"%@,# \n\t~<0.\\"), max_size=60)


def in_folder(case: Path) -> list[Document]:
    return [each for file in sorted((case / "manifests").glob("*.yaml")) for each in load_file(file, case).documents]


@settings(deadline=None)
@example('a: &k "<<"\n*k : 1\n')
@given(st.one_of(st.text(), YAMLISH, YAMLISH.map(lambda text: f"---\n{text}\n---\n{text}")))
@example("\ud800")
@example("a: &a [*a]")
@example("[" * 3000)
def test_no_text_stops_the_loader(text: str) -> None:
    """A broken file is reported with a place inside it; there is never a traceback."""
    loaded = load_text(text)
    lines = text.splitlines() or [""]
    for problem in loaded.problems:
        assert problem.span is not None
        assert 1 <= problem.span.line <= len(lines) + 1
        assert problem.span.column >= 1
        assert problem.fix
    for document in loaded.documents:
        assert document.spans[()] == document.span
        json.dumps(document.data, allow_nan=False)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_no_bytes_stop_the_loader(tmp_path: Path, raw: bytes) -> None:
    """A file that is not text at all is reported like any other fault."""
    file = tmp_path / "a.yaml"
    file.write_bytes(raw)
    loaded = load_file(file, tmp_path)
    assert all(problem.span and problem.span.file == "a.yaml" for problem in loaded.problems)


@settings(deadline=None)
@given(DATA)
def test_what_was_written_is_what_is_read(data: Any) -> None:
    """Plain data survives the way through JSON text, which is YAML too."""
    loaded = load_text(json.dumps(data, ensure_ascii=False))
    assert loaded.problems == ()
    assert [document.data for document in loaded.documents] == ([] if data is None else [data])


@settings(deadline=None)
@given(DATA)
def test_every_value_has_a_place_in_the_text(data: Any) -> None:
    """Whatever a fault is about, there is a line and a column to point to."""
    for document in load_text(yaml.safe_dump(data, default_style='"')).documents:
        paths = list(document.spans)
        assert len(paths) == len(set(paths)) == len(document.spans)
        for path in paths:
            value = document.data
            for step in path:
                value = value[step]
            assert document.spans[path].line >= 1
            assert document.key_spans[path] <= document.spans[path]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_order_of_documents_means_nothing(case: Path) -> None:
    """Whichever way the files are listed, the same faults are named and the same objects are wanted."""
    documents = in_folder(case)
    around = Surroundings(offline=True, root=case)
    wanted = compile_documents(Loaded(tuple(documents)), load_kinds(), around)
    for order in (documents[::-1], documents[1:] + documents[:1]):
        assert compile_documents(Loaded(tuple(order)), load_kinds(), around) == wanted


@settings(deadline=None)
@given(st.sampled_from(CASES), DATA, st.data())
def test_no_data_stops_the_compiler(case: Path, odd: Any, data: st.DataObject) -> None:
    """A value of any type in any place of a manifest is reported, and changes nothing in what was loaded."""
    documents = in_folder(case)
    victim = data.draw(st.integers(0, len(documents) - 1))
    path = data.draw(st.sampled_from([(), *documents[victim].spans]))
    changed = replace(documents[victim], data=_with(documents[victim].data, path, odd))
    documents[victim] = changed
    before = json.dumps([each.data for each in documents])
    found = compile_documents(Loaded(tuple(documents)), load_kinds(), Surroundings(offline=True, root=case))
    assert all(problem.span and problem.message for problem in found.problems)
    assert json.dumps([each.data for each in documents]) == before


def _with(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(data, dict):
        return {name: _with(item, path[1:], value) if name == path[0] else item for name, item in data.items()}
    return [_with(item, path[1:], value) if at == path[0] else item for at, item in enumerate(data)]


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML was built without its C library, manifests mean the same."""
    fast = [in_folder(case) for case in CASES]
    monkeypatch.setattr(load, "_LOADER", yaml.BaseLoader)
    slow = [in_folder(case) for case in CASES]
    assert [[each.data for each in one] for one in slow] == [[each.data for each in one] for one in fast]
    assert [[each.place for each in one] for one in slow] == [[each.place for each in one] for one in fast]


def test_undecodable_file_names_can_be_shown(tmp_path: Path) -> None:
    """A file name that is not text is shown with marks in the place of what cannot be shown."""
    file = Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff.yaml"))
    file.write_text("a: [\n")
    (problem,) = load_file(file, tmp_path).problems
    assert str(problem.span).encode("utf-8").decode("utf-8") == "\ufffd.yaml:2:1"


def test_a_place_that_was_not_written_has_no_position() -> None:
    """A fault in something that is left out points at the nearest thing that is there."""
    (document,) = load_text("a: [1]\n").documents
    for path in (("b",), ("a", 1), ("a", 0, "c"), ("a", "b")):
        assert path not in document.spans
    assert str(document.spans.nearest(("a", 0, "c"))) == "<text>:1:5"
    assert str(document.key_spans.nearest(("a", "b"))) == "<text>:1:1"
