"""Names for objects and places: an object's address, an id that does not exist yet, a position in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Address(NamedTuple):
    """What people call an object: its kind and its `metadata.name`. The same before, during and after a run.

    A tuple: no other value is hashed and compared as often.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class IdOf:
    """Stands in a request body for the Graph id of an object, which may be created earlier in the same run."""

    address: Address

    def __str__(self) -> str:
        return self.address.name


class Span(NamedTuple):
    """A position in a file: 1-based line and column, the file as the user would type it. A tuple, as there are many."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
