"""Between what a client writes, what is stored and what is shown: checking, spelling and masking of values."""

import copy
import re
from typing import Any, TypeVar

from reconciler.emulator.errors import invalid, invalid_field
from reconciler.emulator.schema import Complex, Enum, Kind, Many, Prop, Reference, Scalar, Shape
from reconciler.emulator.store import Doc

MASK = "******"
S = TypeVar("S", bound=Shape)
_OLD_NAMESPACE = "microsoft.cpim.api.datamodels."  # Graph docs: Create userFlows
_MASKED = re.compile(r"\*+")


def accept(shape: Shape, body: Any, *, creating: bool) -> Doc:
    """Check a written object against its shape and spell names and enumeration members as Graph does.

    On create every property gets a value: the one given, its default or null. On update only those given are
    returned. GraphError 400 names the property that is unknown, read-only, missing, masked or of the wrong kind.
    """
    if not isinstance(body, dict):
        raise invalid(f"A '{shape.name}' must be a JSON object.")
    given: Doc = {}
    for written, value in _properties(body):
        prop = _writable(shape, written, creating=creating)
        given[prop.name] = _value(prop, value)
    if not creating:
        return given
    absent = [prop.name for prop in shape.props if prop.required and prop.name not in given]
    if absent:
        raise invalid(f"The property '{absent[0]}' is required on '{shape.annotation[1:]}'.")
    return {prop.name: given.get(prop.name, _default(prop)) for prop in shape.props}


def _default(prop: Prop) -> Any:
    """A fresh copy, so that no document shares another's list or object."""
    return copy.deepcopy(prop.default)


def _properties(body: Doc) -> list[tuple[str, Any]]:
    """Members that are no annotations; ``x@odata.bind`` stands for a reference in ``x``."""
    found = []
    for name, value in body.items():
        owner, at, annotation = name.partition("@")
        if not at:
            found.append((name, value))
        elif owner and annotation == "odata.bind":
            found.append((owner, {"@odata.id": value}))
    return found


def _writable(shape: Shape, name: str, *, creating: bool) -> Prop:
    prop = shape.find(name)
    if prop is None:
        raise invalid(f"The property '{name}' does not exist on type '{shape.annotation[1:]}'.")
    if prop.writes == "never" or (prop.writes == "once" and not creating):
        raise invalid(f"The property '{prop.name}' of '{shape.annotation[1:]}' is read-only and cannot be set.")
    return prop


def _value(prop: Prop, value: Any) -> Any:
    if value is None:
        if prop.required or prop.default is not None:
            raise invalid(f"The property '{prop.name}' cannot be null.")
        return None
    if prop.secret and isinstance(value, str) and _MASKED.fullmatch(value):
        raise invalid(f"The property '{prop.name}' holds a masked secret; send the secret itself.")
    return _convert(prop.kind, value, prop.name)


def _convert(kind: Kind, value: Any, name: str) -> Any:
    match kind:
        case Scalar(types):
            return _scalar(types, value, name)
        case Enum(members, blamed):
            return _member(members, value, blamed or name)
        case Many(of):
            if not isinstance(value, list):
                raise invalid_field(name)
            return [_convert(of, item, name) for item in value]
        case Complex():
            return _complex(kind, value, name)
        case Reference():
            return reference(value, name, kind.key)


def _scalar(types: tuple[type, ...], value: Any, name: str) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise invalid_field(name)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _member(members: tuple[str, ...], value: Any, name: str) -> str:
    spelled = {member.lower(): member for member in members}
    if not isinstance(value, str) or value.lower() not in spelled:
        raise invalid_field(name)
    return spelled[value.lower()]


def _complex(kind: Complex, value: Any, name: str) -> Doc:
    if not isinstance(value, dict):
        raise invalid_field(name)
    if len(kind.shapes) == 1 and not kind.typed:
        return accept(kind.shapes[0], value, creating=True)
    shape = choose(kind.shapes, value, name)
    return {"@odata.type": shape.annotation, **accept(shape, value, creating=True)}


def choose(shapes: tuple[S, ...], body: Doc, name: str) -> S:
    """The shape that ``@odata.type`` names, whatever its case and with or without ``#``."""
    written = body.get("@odata.type")
    if not isinstance(written, str):
        raise invalid(f"'{name}' must state its '@odata.type'.")
    found = named(shapes, written)
    if found is None or not found.writable:
        raise invalid(f"'{written}' is not a type that '{name}' can be given.")
    return found


def named(shapes: tuple[S, ...], written: str) -> S | None:
    """The shape of that type name: samples in Graph docs differ in case and in the leading ``#``."""
    wanted = written.lower().removeprefix("#")
    wanted = wanted.replace(_OLD_NAMESPACE, "microsoft.graph.")
    return next((shape for shape in shapes if shape.annotation[1:].lower() == wanted), None)


def reference(value: Any, name: str, key: str = "id") -> str:
    """The id in ``{"id": …}`` or at the end of the URL in ``{"@odata.id": …}``, whatever its host and version."""
    members = {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}
    url, identifier = members.get("@odata.id"), members.get(key.lower())
    if isinstance(url, str):
        last = url.rstrip("/").rpartition("/")[2]
        keyed = re.fullmatch(r"[^()]*\('(.*)'\)", last)
        identifier = keyed[1] if keyed else last
    if not isinstance(identifier, str) or not identifier:
        raise invalid_field(name)
    return identifier


def stored(shape: Shape, accepted: Doc) -> Doc:
    """What is kept of an accepted object: references become links elsewhere."""
    found = ((name, value, shape.find(name)) for name, value in accepted.items())
    return {
        name: value if prop is None else _kept(prop.kind, value) for name, value, prop in found if not _refers(prop)
    }


def _kept(kind: Kind, value: Any) -> Any:
    if not isinstance(kind, Complex) or not isinstance(value, dict):
        return value
    several = len(kind.shapes) > 1 or kind.typed
    shape = named(kind.shapes, value["@odata.type"]) if several else kind.shapes[0]
    return stored(shape or kind.shapes[0], value)


def _refers(prop: Prop | None) -> bool:
    return prop is not None and isinstance(prop.kind.of if isinstance(prop.kind, Many) else prop.kind, Reference)


def show(shape: Shape, doc: Doc, version: str) -> Doc:
    """A stored object as an answer shows it: properties of that API version, secrets masked."""
    return {
        prop.name: _shown(prop, doc.get(prop.name), version)
        for prop in shape.props
        if version in prop.versions and not _refers(prop)
    }


def _shown(prop: Prop, value: Any, version: str) -> Any:
    if prop.secret and value is not None:
        return MASK
    return _shown_kind(prop.kind, value, version)


def _shown_kind(kind: Kind, value: Any, version: str) -> Any:
    if isinstance(kind, Many) and isinstance(value, list):
        return [_shown_kind(kind.of, item, version) for item in value]
    if not isinstance(kind, Complex) or not isinstance(value, dict):
        return value
    if len(kind.shapes) == 1 and not kind.typed:
        return show(kind.shapes[0], value, version)
    shape = named(kind.shapes, value["@odata.type"]) or kind.shapes[0]
    return {"@odata.type": shape.annotation, **show(shape, value, version)}
