"""The vocabulary in which entity sets are described: kinds of value, properties, types, sets, navigations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from reconciler.emulator.errors import GraphError
from reconciler.emulator.profile import CLOUDS, Profile
from reconciler.emulator.store import Doc

if TYPE_CHECKING:
    from reconciler.emulator.call import Call, Place, Reply

V1 = frozenset({"v1.0", "beta"})
BETA = frozenset({"beta"})
NAMESPACES = ("microsoft.graph.", "graph.")


@dataclass(frozen=True)
class Scalar:
    """A plain JSON value of one of these Python types; Booleans are not numbers."""

    types: tuple[type, ...]


@dataclass(frozen=True)
class Enum:
    """One of these names, in any case; others are refused, blaming the property or what is ``blamed`` instead."""

    members: tuple[str, ...]
    blamed: str | None = None


@dataclass(frozen=True)
class Many:
    """A list of values of one kind."""

    of: "Kind"


@dataclass(frozen=True)
class Complex:
    """An object of one of these shapes; with several, or if ``typed``, ``@odata.type`` says which."""

    shapes: tuple["Shape", ...]
    typed: bool = False


@dataclass(frozen=True)
class Reference:
    """Another entity, written as ``{"id": …}`` or ``{"@odata.id": …}``; never shown and never stored.

    ``key`` is the property that names it.
    """

    key: str = "id"


Kind = Scalar | Enum | Many | Complex | Reference

STRING = Scalar((str,))
BOOLEAN = Scalar((bool,))
INTEGER = Scalar((int,))
NUMBER = Scalar((int, float))


@dataclass(frozen=True)
class Prop:
    """One property: its kind, when a client may write it, and how it is shown.

    ``writes`` is ``always``, ``once`` (on create) or ``never`` (set by the service). A ``secret`` is shown as
    asterisks. ``versions`` are the API versions that show it.
    """

    name: str
    kind: Kind = STRING
    required: bool = False
    writes: Literal["always", "once", "never"] = "always"
    secret: bool = False
    default: Any = None
    versions: frozenset[str] = V1


@dataclass(frozen=True)
class Shape:
    """A named list of properties; a shape that is not ``writable`` only ever appears in answers."""

    name: str
    props: tuple[Prop, ...]
    writable: bool = True

    @property
    def annotation(self) -> str:
        """The value of ``@odata.type``."""
        return f"#microsoft.graph.{self.name}"

    def find(self, name: str) -> Prop | None:
        """The property of that name in any case: public tooling writes PascalCase and Graph takes it."""
        return next((prop for prop in self.props if prop.name.lower() == name.lower()), None)


def random_id(call: "Call", _doc: Doc) -> str:
    """A new GUID, as the service gives most objects."""
    return call.new_id()


@dataclass(frozen=True)
class EntityType(Shape):
    """The type of an entity: a shape, and how a new one gets its id.

    An update of one that ``states_type`` must carry ``@odata.type``. ``clouds`` and ``versions`` have the type.
    """

    identify: Callable[["Call", Doc], str] = random_id
    states_type: bool = False
    versions: frozenset[str] = V1
    clouds: frozenset[str] = CLOUDS


@dataclass(frozen=True)
class Contained:
    """A navigation to entities that live inside their parent."""

    name: str
    entities: "EntitySet"
    versions: frozenset[str] = V1


@dataclass(frozen=True)
class Links:
    """A navigation to many entities of another set, changed through ``$ref``.

    Two navigations with one ``stored`` name are two views of the same links. ``view`` reshapes what is shown.
    ``attached`` acts after a link was added and sees owner and target; ``empty`` answers a list without links.
    """

    name: str
    entities: "EntitySet"
    stored: str
    view: Callable[["Call", Doc], Doc] | None = None
    context: str | None = None
    attached: Callable[["Call", Doc, Doc], None] | None = None
    empty: Callable[[], GraphError] | None = None
    versions: frozenset[str] = V1


@dataclass(frozen=True)
class Slot:
    """A navigation to at most one entity of another set, changed through ``$ref``.

    ``prepare`` acts before it is filled, sees owner and target, and may refuse.
    """

    name: str
    entities: "EntitySet"
    prepare: Callable[["Call", Doc, Doc], None] | None = None
    versions: frozenset[str] = V1


@dataclass(frozen=True)
class Holder:
    """A complex property whose only content is slots."""

    name: str
    slots: tuple[Slot, ...]
    versions: frozenset[str] = V1


@dataclass(frozen=True)
class Pointer:
    """A navigation, fixed at creation, to the entity of another set that has the same id."""

    name: str
    entities: "EntitySet"
    versions: frozenset[str] = V1


@dataclass(frozen=True)
class Part:
    """A complex property with navigations inside; casts on the way to them are allowed."""

    name: str
    navigations: tuple["Navigation", ...]
    versions: frozenset[str] = V1


Navigation = Contained | Links | Slot | Holder | Pointer | Part


@dataclass(frozen=True)
class Operation:
    """A function (GET) or action (POST) bound to an entity, or to a set: then the document is empty."""

    name: str
    method: Literal["GET", "POST"]
    run: Callable[["Call", "Place", Doc], "Reply"]


@dataclass(frozen=True)
class Hooks:
    """The odd cases, by name.

    ``gate`` refuses every request at a place while something is off; ``fill`` completes and checks a new
    document; ``created`` acts after a create and sees what the client sent; ``merge`` combines a document and a
    change and ``changed`` acts afterwards; ``changeable`` refuses an update, ``removable`` a delete; ``show``
    changes a document before it is shown; ``whole`` adds what navigations lead to, told whether it was just made.
    """

    gate: Callable[["Call", "Place"], None] | None = None
    fill: Callable[["Call", Doc], Doc] | None = None
    created: Callable[["Call", "Place", Doc, Doc], None] | None = None
    merge: Callable[[Doc, Doc], Doc] | None = None
    changed: Callable[["Call", "Place", Doc, Doc], None] | None = None
    changeable: Callable[[Doc], None] | None = None
    removable: Callable[[Doc], None] | None = None
    show: Callable[["Call", Doc], Doc] | None = None
    whole: Callable[["Call", "Place", Doc, Doc, bool], Doc] | None = None


@dataclass(frozen=True)
class EntitySet:
    """A collection of entities: its types and what may be done with it.

    ``allows`` is a set of list, create, get, update, replace, upsert, delete, content, and store (the last two
    for the content of stream entities). ``fixed`` are documents every such set has without storing them and
    ``derived`` gives those that follow from others. ``unique`` are properties no two entities may share.
    ``context`` replaces the address in ``@odata.context``. ``refers`` gives the address a document refers to.
    ``keys`` are the ids that stored content may have. A set that is ``typed`` has one type but may have more.
    ``location`` answers a create with one, in key syntax if it ``keys_location``. One that is ``wrapped`` shows
    an entity inside ``value`` where the profile says so. ``cast`` sets can be cast. ``add`` answers ``POST $ref``.
    A set in another guise has a ``view`` of what is stored, and ``translate`` turns what is written, given the
    document to change if there is one, into what the types describe.
    """

    name: str
    types: tuple[EntityType, ...]
    allows: frozenset[str] = frozenset({"list", "create", "get", "update", "delete"})
    navigations: tuple[Navigation, ...] = ()
    set_operations: tuple[Operation, ...] = ()
    entity_operations: tuple[Operation, ...] = ()
    fixed: tuple[Mapping[str, Any], ...] = ()
    derived: Callable[["Call"], list[Doc]] | None = None
    unique: tuple[str, ...] = ()
    filterable: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()
    limit: int | None = None
    location: bool = False
    keys_location: bool = False
    typed: bool = False
    wrapped: bool = False
    cast: bool = False
    add: Callable[["Call"], "Reply"] | None = None
    context: str | None = None
    address: str | None = None
    view: Callable[["Call", Doc], Doc] | None = None
    translate: Callable[["Call", Any, Doc | None], Any] | None = None
    refers: Callable[[Doc], str] | None = None
    expanded_type: Callable[[Doc], str] | None = None
    versions: frozenset[str] = V1
    clouds: frozenset[str] = CLOUDS
    hooks: Hooks = field(default_factory=Hooks)

    @property
    def shows_type(self) -> bool:
        """Whether entities say what they are."""
        return self.typed or len(self.types) > 1

    def offered(self, call: "Call") -> tuple[EntityType, ...]:
        """The types that the request's version and the tenant's cloud have."""
        cloud = call.profile.cloud
        return tuple(each for each in self.types if call.version in each.versions and cloud in each.clouds)

    def type_of(self, call: "Call", doc: Doc) -> EntityType:
        """The type of a stored document, as the tenant's cloud has it."""
        named = [entity for entity in self.types if entity.annotation == doc.get("@odata.type")]
        here = (entity for entity in named if call.profile.cloud in entity.clouds)
        return next(here, (*named, *self.types)[0])


@dataclass(frozen=True)
class Singleton:
    """One entity that always exists, such as a tenant policy; only read and updated. ``gate`` may refuse both."""

    name: str
    shape: Shape
    initial: Callable[[Profile], Doc]
    context: str | None = None
    gate: Callable[["Call", "Place"], None] | None = None
    versions: frozenset[str] = V1
    clouds: frozenset[str] = CLOUDS


@dataclass(frozen=True)
class Container:
    """A path segment under which sets and singletons are found; not itself readable."""

    name: str
    members: tuple["EntitySet | Singleton | Container", ...]
