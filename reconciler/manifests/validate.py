"""Documents against JSON Schemas: a quick yes, or every fault in words.

The one door to the JSON Schema library, which is asked only about what the quick check refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from reconciler.manifests.accept import accepts
from reconciler.manifests.documents import Document
from reconciler.manifests.explain import Fault, explain
from reconciler.manifests.schemas import flat_schema
from reconciler.manifests.spelling import respelled
from reconciler.model.problems import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def checked(document: Document, name: str) -> tuple[Document, tuple[Problem, ...]]:
    """The document with enum values in the schema's spelling, and what is wrong with it."""
    if accepts(name)(document.data):
        return document, ()
    spelled = replace(document, data=respelled(flat_schema(name), document.data))
    return spelled, explain(spelled, faults(name, spelled.data))


def faults(name: str, data: Any) -> Iterator[Fault]:
    """What the JSON Schema library finds wrong, one keyword at a time."""
    for error in _validator(name).iter_errors(data):
        of_key = "propertyNames" in error.schema_path
        path = (*error.absolute_path, error.instance) if of_key else tuple(error.absolute_path)
        yield Fault(path, str(error.validator), error.validator_value, error.schema, error.instance, of_key)


@cache
def _validator(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # late: most runs find no fault and never need it

    return Draft202012Validator(flat_schema(name))
