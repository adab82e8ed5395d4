"""The words in which one member of an object is described: what Graph wants of it, and how it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.values import Value


@dataclass(frozen=True, slots=True)
class Mentions:
    """References to other objects inside a list: to the targets of a link of the same object.

    `steps` lead from the list to each name: the key of a mapping, or `*` for every item of a list. The items that
    mention something are gone when the target is detached. What a new item does not say it takes from its target
    (`borrows`: its own member -> the target's property) or from `fills`.
    """

    link: str
    steps: tuple[str, ...]
    borrows: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, Value] = field(default_factory=dict)

    @property
    def member(self) -> str:
        """The member of an item that holds the name."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that Graph takes as PKCS #12 and shows as a list of what it took.

    `password` is the path of the file's password, which Graph wants even where there is none. `shown` is the path of
    the list, `upload` the operation of the object that adds to it.
    """

    password: str
    shown: str
    upload: str


@dataclass(frozen=True, slots=True)
class Property:
    """One member of a `spec`, by its dotted Graph name, and what Graph does with it.

    `of` names the types (see `Kind.types`) that have it; empty means all of them.
    """

    path: str
    of: tuple[str, ...] = ()
    required: bool = False  # Graph refuses a create without it
    default: Value = None  # what a create sends when the manifest is silent
    from_target: str = ""  # of an entry: a create sends this property of the target when the manifest is silent
    immutable: bool = False  # Graph refuses to change it afterwards
    secret: bool = False  # write-only: never compared with what Graph answers
    whole: bool = False  # Graph replaces it as a whole: one changed member sends all of it, undeclared ones as they are
    folded: bool = False  # Graph answers in varying case: compared without it
    odata_type: bool = False  # stands for `@odata.type` of the object around it
    by_type: Mapping[str, str] = field(default_factory=dict)  # what a write says when the manifest is silent, by type
    type_name: str = ""  # the `@odata.type` that the mapping at this path always has
    reads_as: Mapping[str, str] = field(default_factory=dict)  # what Graph answers -> what was written
    read_only: bool = False  # Graph shows it and does not take it
    born: bool = False  # Graph refuses to set it where the object was made without it
    folds: tuple[str, ...] = ()  # members of what is nested that are compared without case
    unordered: bool = False  # a list of objects whose order means nothing
    keyed: str = ""  # of a list that is replaced: the member by which two items are the same one
    mentions: Mentions | None = None
    certificate: Certificate | None = None
