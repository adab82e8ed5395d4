"""The words in which attachments are described: how Graph keeps a link, and what is inside an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from reconciler.model.properties import Property
from reconciler.model.values import Tree


class Version(StrEnum):
    """The two service roots of Graph."""

    V1 = "v1.0"
    BETA = "beta"


@dataclass(frozen=True, slots=True)
class Permissions:
    """The least privileged Graph permissions by name, and the Entra roles of which a person needs one beside them.

    Who may write may read, unless `write_reads` says that no page lists the one for the other.
    """

    read: str
    write: str
    roles: tuple[str, ...] = ()
    write_reads: bool = True

    @property
    def reading(self) -> tuple[str, ...]:
        """Each of the permissions that lets read, the least privileged first."""
        return (self.read, self.write) if self.write_reads and self.write != self.read else (self.read,)


class Shape(Enum):
    """How a link is kept in Graph."""

    SET = "set"  # `POST …/$ref`, `DELETE …/{id}/$ref`
    SLOT = "slot"  # `PUT …/$ref`; an empty body clears
    ENTRIES = "entries"  # objects of their own: POST, PATCH, DELETE, keyed by the target's id
    NAMES = "names"  # nothing but the target's name: POST, DELETE
    HANDLER = "handler"  # a member of the owner's own body: PATCH of the owner; null clears
    LISTENERS = "listeners"  # objects of another collection that name the owner and its targets
    ADOPTION = "adoption"  # `POST {collection}/$ref` makes the target one of the kind's objects


@dataclass(frozen=True, slots=True)
class Read:
    """A sub-resource to be read, relative to its object, or to the service root where it is `shared` by all objects.

    `{name}` in the path stands for a member of the object. `none` is the status with which Graph says that there is
    nothing, unless it comes with one of the codes `fails`.
    """

    path: str
    version: Version = Version.V1
    shared: bool = False
    none: int = 0
    fails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Where the order of entries is read and written, relative to the object."""

    read: Read
    write: str


@dataclass(frozen=True, slots=True)
class Listener:
    """How an object of another collection ties an owner to its targets: the paths of both."""

    owner: str
    targets: str


@dataclass(frozen=True, slots=True)
class Link:
    """An attachment of one object to another, as actions of its own.

    `key` is the dotted key in `spec`, by which the link goes unless it has a `name` of its own. `member` is where the
    read body holds the target: for a slot its key, for entries the expanded navigation property, for names the name.
    `seeded` links are filled by Graph when the object is created. `within` is the path in the owner's own body where
    Graph takes the targets on create, each with what `carries` names of it, and may show them when it is read.

    `expand` is the navigation that shows the targets in a listing of the owners, where Graph lets it.

    The target of a `foreign` link is no kind of ours (an application): its id is its name. An `exclusive` one belongs
    to one owner only. `fixed` links can only grow; without a `required` one Graph creates no owner. `unproven` says
    what to do where Graph has no such path. `takes` is the type that a target must have, by the owner's type (or by
    nothing, for an owner that has none). `prefix` is what the ids of adopted targets begin with. `body` is what
    every attach says. `permissions` are those of a link that Graph guards otherwise than its owner.
    """

    key: str
    target: str
    shape: Shape
    path: str
    read: Read
    name: str = ""
    version: Version = Version.V1
    member: str = ""
    type_name: str = ""
    properties: tuple[Property, ...] = ()
    order: Order | None = None
    seeded: bool = False
    within: str = ""
    expand: str = ""
    carries: tuple[str, ...] = ()
    foreign: bool = False
    exclusive: bool = False
    fixed: bool = False
    required: bool = False
    takes: Mapping[str, str] = field(default_factory=dict)
    listener: Listener | None = None
    body: Tree = field(default_factory=dict)
    prefix: str = ""
    unproven: str = ""
    permissions: Permissions | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.key)

    @property
    def slotted(self) -> bool:
        """Whether there is room for one target only."""
        return self.shape in (Shape.SLOT, Shape.HANDLER, Shape.ADOPTION)


@dataclass(frozen=True, slots=True)
class Part:
    """Things inside an object under names of their own, each written whole: its languages, and the pages of these.

    `name` is the key in `spec` and the segment of the path. A part with `content` is a document, told apart in its
    lists by `keys`; another is an entity, read from the listing of all. `switch` is the property of the object without
    which Graph neither shows nor takes them. `reference` names the part beside it that has Graph's own documents,
    `lasting` says what to do about one that Graph does not delete. One that is `made` by writing it is written before
    what is inside it, where it is known not to be there; `mark` is the member that is true of what was written over
    Graph's own.
    """

    name: str
    version: Version = Version.V1
    content: bool = False
    keys: tuple[str, ...] = ()
    switch: str = ""
    reference: str = ""
    lasting: str = ""
    made: bool = False
    mark: str = ""
    parts: tuple[Part, ...] = ()
