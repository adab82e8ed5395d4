"""The words in which a kind of Graph object is described: properties, links, parts, gates, clouds.

A kind is data. What a person may write about it stands in its JSON Schema; how Graph treats it stands in a `Kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from reconciler.model.links import Link, Listener, Order, Part, Permissions, Read, Shape, Version
from reconciler.model.properties import Certificate, Mentions, Property
from reconciler.model.values import Tree, get

__all__ = [
    "ALL_CLOUDS",
    "ALL_TENANTS",
    "BuiltIn",
    "Certificate",
    "Gate",
    "Kind",
    "Kinds",
    "Link",
    "Listener",
    "Mentions",
    "Order",
    "Part",
    "Permissions",
    "Property",
    "Read",
    "Shape",
    "Version",
    "folded",
]

ALL_CLOUDS = frozenset({"global", "usgov", "usgov-dod", "china"})
ALL_TENANTS = frozenset({"workforce", "external", "b2c"})


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """How to tell an object that Graph made: a property with one of these values (any case), or with any value."""

    path: str
    values: tuple[str, ...] = ()

    def holds(self, properties: Tree) -> bool:
        """Whether these properties are those of an object made by Graph."""
        found = str(get(properties, self.path) or "").casefold()
        return found in folded(self.values) if self.values else bool(found)


@cache
def folded(names: tuple[str, ...]) -> Mapping[str, str]:
    """The names by themselves without their case."""
    return {name.casefold(): name for name in names}


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
    tenant of the right sort has, so that a reference to one can be checked offline; `id_pattern` is what other ids
    look like. Of a `nameless` kind Graph may not show the key: an object without one is found by its type and by this
    link's targets. A `singleton` is neither created nor deleted. `serial` kinds are written one at a time.

    `cast` is the type to which paths are narrowed: after the collection, and before what is inside an object.
    `type_name` is the `@odata.type` of a kind that has one only and must say it. `twin` is another kind whose
    collection lists the same objects. `offers` is the function that lists what may be created, with the property that
    it is about; `check` the operation that tries out unsaved settings, with the properties that it takes.

    `clouds` are those that have the kind, `type_clouds` those of a type that fewer have; `tenants` are the types of
    tenant that have its objects, `type_tenants` those of a type that fewer have; in those of `beta_in` all of them
    show in beta only. `lacking` are words of Graph's answer where a tenant has none of this kind.
    """

    name: str
    collection: str
    permissions: Permissions
    key: str = "displayName"
    nameless: str = ""
    prefix: str = ""
    also: tuple[str, ...] = ()
    version: Version = Version.V1
    singleton: bool = False
    serial: bool = False
    typed_updates: bool = False  # `@odata.type` is wanted on PATCH too
    type_name: str = ""
    cast: str = ""
    built_in: BuiltIn | None = None
    gate: Gate | None = None
    well_known: tuple[str, ...] = ()
    id_pattern: str = ""
    clouds: frozenset[str] = ALL_CLOUDS
    type_clouds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tenants: frozenset[str] = ALL_TENANTS
    beta_in: frozenset[str] = frozenset()
    lacking: tuple[str, ...] = ()
    unproven: str = ""
    twin: str = ""
    type_tenants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    offers: tuple[str, str] = ("", "")
    check: tuple[str, tuple[str, ...]] = ("", ())
    properties: tuple[Property, ...] = ()
    links: tuple[Link, ...] = ()
    parts: tuple[Part, ...] = ()
    elsewhere: bool = False  # the tenant at hand is of a type that has none of them

    def member(self, path: str) -> Property | None:
        """The property at a dotted path, if the kind has one."""
        return next((known for known in self.properties if known.path == path), None)

    def link(self, name: str) -> Link:
        """The link of that name. Raises KeyError when the kind has none."""
        for link in self.links:
            if link.name == name:
                return link
        raise KeyError(name)

    def guarded(self, link: Link | None = None) -> Permissions:
        """What Graph wants for the paths of an object, or for those of one of its links."""
        return link.permissions if link is not None and link.permissions is not None else self.permissions

    def within(self, tenant: str | None) -> Kind:
        """The kind as a tenant of that type has it; of a tenant whose type nobody said, anything is possible."""
        if tenant is None:
            return self
        version = Version.BETA if tenant in self.beta_in else self.version
        return replace(self, version=version, elsewhere=tenant not in self.tenants)

    def tenants_of(self, type_name: str) -> frozenset[str]:
        """The types of tenant that have objects of this kind and that type."""
        return self.type_tenants.get(type_name, self.tenants)

    def is_lacking(self, status: int, answer: str) -> bool:
        """Whether that is how Graph says that the tenant has nothing of this kind: 404, or words of its own."""
        return status == 404 or any(words in answer for words in self.lacking)

    @property
    def mentions(self) -> list[tuple[Property, Mentions]]:
        """The properties in which other objects are named."""
        return [(known, known.mentions) for known in self.properties if known.mentions is not None]

    @property
    def adoption(self) -> Link | None:
        """The link by which an object comes to be of this kind without being created, if there is one."""
        return next((link for link in self.links if link.shape is Shape.ADOPTION), None)

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
