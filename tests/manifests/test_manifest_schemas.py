"""The JSON Schemas: sound by themselves, usable by any editor, and agreeing with what this tool accepts."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.kinds import load_kinds
from reconciler.manifests import schemas
from reconciler.manifests.accept import accepts, check_of
from reconciler.manifests.load import load_text
from reconciler.manifests.validate import checked, faults

FILES = sorted(schemas.folder().glob("*.schema.json"))
KINDS = sorted(load_kinds())
CHECKED = [*KINDS, "Project"]

REGISTRY: Registry[Any] = Registry().with_resources(
    (path.name, Resource.from_contents(json.loads(path.read_text()))) for path in FILES
)


def nodes(schema: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with its pointer."""
    if not isinstance(schema, dict):
        return
    yield pointer, schema
    for group in ("properties", "$defs"):
        for name, inner in schema.get(group, {}).items():
            yield from nodes(inner, f"{pointer}/{group}/{name}")
    for group in ("allOf", "anyOf"):
        for at, inner in enumerate(schema.get(group, ())):
            yield from nodes(inner, f"{pointer}/{group}/{at}")
    for name in ("items", "then", "else", "not", "contains", "additionalProperties", "propertyNames"):
        yield from nodes(schema.get(name), f"{pointer}/{name}")


EXAMPLES = [
    pytest.param(path.name, pointer, example, id=f"{path.name}#{pointer}-{at}")
    for path in FILES
    for pointer, schema in nodes(json.loads(path.read_text()))
    for at, example in enumerate(schema.get("examples", ()))
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_schema_is_a_schema(path: Path) -> None:
    """An editor refuses a schema that breaks the rules of JSON Schema itself."""
    Draft202012Validator.check_schema(json.loads(path.read_text()))
    assert json.loads(path.read_text())["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize(("file", "pointer", "example"), EXAMPLES)
def test_every_example_is_valid(file: str, pointer: str, example: Any) -> None:
    """What an editor offers as an example can be written as it is."""
    validator = Draft202012Validator({"$ref": f"{file}#{pointer}"}, registry=REGISTRY)
    assert [error.message for error in validator.iter_errors(example)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_property_is_explained(path: Path) -> None:
    """Whoever hovers over a property reads what it is, and sees an example."""
    bare = []
    for pointer, schema in nodes(json.loads(path.read_text())):
        is_property = pointer.split("/")[-2:-1] == ["properties"]
        if is_property and "$ref" not in schema:
            partial = (
                "/else/" in pointer or "/contains/" in pointer or "/then/properties/userAttributeValues" in pointer
            )
            hidden = schema.get("doNotSuggest", False)
            if not partial and not hidden and not {"title", "description"} <= schema.keys():
                bare.append(pointer)
    assert bare == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_fault_is_left_to_the_words_of_a_library(path: Path) -> None:
    """A keyword that only the schema's author understands brings its own words, a fault and a fix."""
    for pointer, schema in nodes(json.loads(path.read_text())):
        obscure = {"pattern", "not", "contains", "maxItems"} & schema.keys() or (
            "anyOf" in schema and {"$ref": "common.schema.json#/$defs/variable"} not in schema["anyOf"]
        )
        if obscure and "/anyOf/" not in pointer and not pointer.endswith("/not"):
            assert ". " in schema.get("errorMessage", ""), pointer


def test_the_schema_of_all_kinds_names_every_kind(rewrite: bool) -> None:
    """One schema serves an editor for every manifest, also after a kind was added (`--rewrite-cases` writes it)."""
    file = schemas.folder() / "manifest.schema.json"
    wanted = json.dumps(schemas.combined(KINDS), indent=2) + "\n"
    if rewrite:
        file.write_text(wanted)
    assert file.read_text() == wanted
    assert list(schemas.names()) == KINDS


@pytest.mark.parametrize("name", [*CHECKED, None])
def test_a_printed_schema_needs_no_other_file(name: str | None) -> None:
    """What `reconciler schema` prints works wherever it is saved."""
    printed = json.loads(schemas.schema_text(name))
    Draft202012Validator.check_schema(printed)
    validator = Draft202012Validator(printed)
    for kind in KINDS if name is None else [name]:
        for example in schemas.load_schema(kind)["examples"]:
            assert [error.message for error in validator.iter_errors(example)] == []
            assert not validator.is_valid({**example, "surprise": 1})


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_of_the_schema_is_a_secret_of_the_kind(kind: str) -> None:
    """What may not be written out in a manifest is also never compared and never shown."""
    spec = schemas.flat_schema(kind)["properties"]["spec"]
    written = {dotted(pointer) for pointer, schema in nodes(spec) if schema.get("writeOnly")}
    assert written == {known.path for known in load_kinds()[kind].properties if known.secret}


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_of_a_kind_can_be_written(kind: str) -> None:
    """The schema and the kind speak of the same properties and links."""
    known = load_kinds()[kind]
    spec = schemas.flat_schema(kind)["properties"]["spec"]
    written = {dotted(pointer) for pointer, _ in nodes(spec)}
    told = {each.path for each in known.properties if not each.read_only}
    assert told | {link.key for link in known.links} | {part.name for part in known.parts} <= written


def dotted(pointer: str) -> str:
    """The path of a property in a manifest, from its place in a schema."""
    words = {"properties", "then", "allOf", "anyOf"}
    return ".".join(step for step in pointer.split("/")[1:] if step not in words and not step.isdigit())


def slips(value: Any) -> st.SearchStrategy[Any]:
    """The value with something in it changed, taken out or put in."""
    odd = st.sampled_from([None, True, 0, 1, 1.0, 1.5, "", "x", "present", "signuporsignin", [], {}, [1], {"a": 1}])
    if isinstance(value, dict):
        return st.fixed_dictionaries(
            {},
            optional={
                **{name: st.one_of(st.just(item), st.just(item), slips(item)) for name, item in value.items()},
                "odd": odd,
            },
        )
    if isinstance(value, list):
        return st.lists(
            st.one_of(odd, *[st.just(item) for item in value], *[slips(item) for item in value]), max_size=3
        )
    return odd


@pytest.mark.parametrize("name", CHECKED)
def test_the_quick_answer_is_the_thorough_one(name: str) -> None:
    """The quick check never lets pass what the JSON Schema library refuses, and never refuses what it accepts."""
    examples = schemas.load_schema(name)["examples"]
    quick = accepts(name)

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(*map(slips, examples), *map(st.just, examples)))
    def agree(data: Any) -> None:
        before = copy.deepcopy(data)
        thorough = not list(faults(name, data))
        assert quick(data) == thorough or (thorough and "1.0" in json.dumps(data))
        assert data == before

    agree()


def test_a_keyword_that_the_quick_check_does_not_know_is_left_to_the_thorough_one() -> None:
    """A schema that uses a new keyword is checked slowly, never wrongly."""
    assert check_of({"multipleOf": 2})(4) is False
    assert check_of(False)(4) is False
    assert check_of(True)(4) is True


PROJECT = """
apiVersion: reconciler/v1
kind: Project
tenants:
  prod:
    graph: http://example.com
    auth: {method: client-secret, clientSecret: hunter2}
    limits: {requestsPerMinute: 0, concurrency: 1000}
    variables: {"a b": x, c: 1}
guards: {maxDeletes: 300%, protect: [Partner]}
ignore:
  - {object: ApiConnector/x, field: a, until: tomorrow}
"""


def test_a_project_file_is_checked_in_the_same_words() -> None:
    """A fault in the project file reads like one in a manifest."""
    (document,) = load_text(PROJECT).documents
    assert [f"{each.span}: {each.message}: {each.fix}" for each in checked(document, "Project")[1]] == [
        "<text>:6:12: expected embedded, global, usgov, usgov-dod, china or an https address: "
        "http is for loopback addresses only, such as http://127.0.0.1:8080",
        "<text>:7:5: 'clientId' is missing: add clientId: 11111111-2222-3333-4444-555555555555",
        "<text>:7:49: a secret is never written here: write {fromEnv: NAME} or {fromFile: PATH}",
        "<text>:8:33: expected at least 1: raise it",
        "<text>:8:49: expected at most 64: lower it",
        "<text>:9:17: a variable's name has letters, digits, '_', '-' and '.': begin it with a letter",
        "<text>:9:30: expected a string, found a number: put it in quotes",
        "<text>:10:22: expected a number of objects, or a percentage such as 30%: write 5 or 30%",
        "<text>:10:38: expected KIND/NAME: write for example B2xUserFlow/Partner",
        "<text>:12:5: 'reason' is missing: add reason: owned by team Y",
        "<text>:12:47: expected a date: write it as 2027-03-31",
    ]


@pytest.mark.parametrize("example", schemas.load_schema("Project")["examples"])
@pytest.mark.parametrize(
    "graph", ["embedded", "china", "https://graph.example/", "http://127.0.0.1:8080", "http://[::1]/"]
)
def test_a_project_file_that_is_in_order_is_accepted(example: Any, graph: str) -> None:
    """Every cloud, any https address, and http on loopback can be named."""
    text = json.dumps({**example, "tenants": {"prod": {**example["tenants"]["prod"], "graph": graph}}})
    assert checked(load_text(text).documents[0], "Project")[1] == ()
