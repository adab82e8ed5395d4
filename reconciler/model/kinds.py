"""The words in which a kind of Graph object is described: properties, links, reads, gates.

A kind is data. What a person may write about it stands in its JSON Schema; how Graph treats it stands in a `Kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from reconciler.model.values import Tree, Value, get


class Version(StrEnum):
    """The two service roots of Graph."""

    V1 = "v1.0"
    BETA = "beta"


class Shape(Enum):
    """How a link is kept in Graph."""

    SET = "set"  # `POST …/$ref`, `DELETE …/{id}/$ref`
    SLOT = "slot"  # `PUT …/$ref`; an empty body clears
    ENTRIES = "entries"  # objects of their own: POST, PATCH, DELETE, keyed by the target's id


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
    whole: bool = False  # Graph replaces it as a whole: one changed member sends all declared ones
    folded: bool = False  # Graph answers in varying case: compared without it
    odata_type: bool = False  # stands for `@odata.type` of the object around it
    reads_as: Mapping[str, str] = field(default_factory=dict)  # what Graph answers -> what was written


@dataclass(frozen=True, slots=True)
class Read:
    """A sub-resource to be read, relative to its object (or absolute for a collection)."""

    path: str
    version: Version = Version.V1


@dataclass(frozen=True, slots=True)
class Order:
    """Where the order of entries is read and written, relative to the object."""

    read: Read
    write: str


@dataclass(frozen=True, slots=True)
class Link:
    """An attachment of one object to another, as actions of its own.

    `name` is the dotted key in `spec`. `member` is where the read body holds the target: for a slot its key,
    for entries the expanded navigation property. `seeded` links are filled by Graph when the object is created.
    """

    name: str
    target: str
    shape: Shape
    path: str
    read: Read
    version: Version = Version.V1
    member: str = ""
    properties: tuple[Property, ...] = ()
    order: Order | None = None
    seeded: bool = False

    @property
    def slotted(self) -> bool:
        """Whether there is room for one target only."""
        return self.shape is Shape.SLOT


@dataclass(frozen=True, slots=True)
class Permissions:
    """The least privileged Graph permissions, by name."""

    read: str
    write: str


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """How to tell an object that Graph made: a property with one of these values (any case)."""

    path: str
    values: tuple[str, ...]

    def holds(self, properties: Tree) -> bool:
        """Whether these properties are those of an object made by Graph."""
        found = str(get(properties, self.path, "")).casefold()
        return found in {value.casefold() for value in self.values}


@dataclass(frozen=True, slots=True)
class Gate:
    """A tenant switch that must be on for a kind to work: a Boolean property of a singleton kind."""

    kind: str
    path: str
    code: str  # the error code with which Graph refuses while the switch is off


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Graph object that manifests can declare.

    `key` is the property people name it by; `prefix` is what Graph puts before a written id; `also` are further
    properties of which a tenant has one object each (a social provider's type). `well_known` are ids that every
    tenant of the right sort has, so that a reference to one can be checked offline. A `singleton` is neither
    created nor deleted. `serial` kinds are written one at a time.
    """

    name: str
    collection: str
    permissions: Permissions
    key: str = "displayName"
    prefix: str = ""
    also: tuple[str, ...] = ()
    version: Version = Version.V1
    singleton: bool = False
    serial: bool = False
    typed_updates: bool = False  # `@odata.type` is wanted on PATCH too
    built_in: BuiltIn | None = None
    gate: Gate | None = None
    well_known: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
    links: tuple[Link, ...] = ()

    def member(self, path: str) -> Property | None:
        """The property at a dotted path, if the kind has one."""
        return next((known for known in self.properties if known.path == path), None)

    def link(self, name: str) -> Link:
        """The link of that name. Raises KeyError when the kind has none."""
        for link in self.links:
            if link.name == name:
                return link
        raise KeyError(name)

    @property
    def type_property(self) -> Property | None:
        """The property that stands for the object's own `@odata.type`, where the kind is polymorphic."""
        return next((known for known in self.properties if known.odata_type and "." not in known.path), None)

    def bare(self, name: str) -> str:
        """The name without Graph's prefix, whichever way it was written.

        >>> # Kind("B2xUserFlow", …, prefix="B2X_1_").bare("B2X_1_Partner") == "Partner"
        """
        prefixed = bool(self.prefix) and name.casefold().startswith(self.prefix.casefold())
        return name[len(self.prefix) :] if prefixed else name


Kinds = Mapping[str, Kind]
