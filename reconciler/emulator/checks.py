"""What is asked of a path segment or a body before it is acted upon: names, casts, types, duplicates."""

from reconciler.emulator import links, values
from reconciler.emulator.call import Call
from reconciler.emulator.errors import invalid
from reconciler.emulator.schema import NAMESPACES, Complex, EntitySet, EntityType, Operation, Shape
from reconciler.emulator.store import Doc


def operation(operations: tuple[Operation, ...], segment: str) -> Operation | None:
    """An operation by name: with or without namespace and parentheses, as samples and SDKs write it."""
    name = segment.lower().removesuffix("()")
    for namespace in NAMESPACES:
        name = name.removeprefix(namespace)
    return next((each for each in operations if each.name.lower() == name), None)


def is_cast(segment: str) -> bool:
    """Whether a path segment names a type; the namespace may be spelled short, as the SDKs do."""
    return segment.lower().startswith(NAMESPACES)


def casts(shapes: tuple[Shape, ...], segment: str) -> bool:
    """Whether a path segment is a cast to one of these."""
    return is_cast(segment) and values.named(shapes, f"microsoft.graph.{segment.rpartition('.')[2]}") is not None


def shapes_in(shapes: tuple[Shape, ...], name: str) -> tuple[Shape, ...]:
    """The shapes that a property of these can have."""
    kinds = (prop.kind for shape in shapes if (prop := shape.find(name)) is not None)
    return tuple(inner for kind in kinds if isinstance(kind, Complex) for inner in kind.shapes)


def check_type(entities: EntitySet, body: object, entity: EntityType | None = None) -> None:
    """Refuse an ``@odata.type`` that is no type of this set, or none where the entity's must be stated.

    A sibling's type passes: Graph docs update an Apple provider as a social one.
    """
    written = body.get("@odata.type") if isinstance(body, dict) else None
    if written is None and entity is not None and entity.states_type:
        raise invalid(f"'{entities.name}' must state its '@odata.type'.")
    if written is not None and (not isinstance(written, str) or values.named(entities.types, written) is None):
        raise invalid(f"'{written}' is not a type of '{entities.name}'.")


def refuse_duplicate(call: Call, entities: EntitySet, doc: Doc, others: list[Doc]) -> None:
    """Refuse an id or unique property that another entity of the set has, in any case."""
    for name in ("id", *entities.unique):
        value = str(doc.get(name)).lower()
        if any(str(other.get(name)).lower() == value for other in others):
            raise links.duplicate(call, f"An object whose '{name}' is '{doc.get(name)}' already exists.")
