"""What a `spec` says of things inside an object: languages, and the pages of these, each by its path."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.kinds import Part
from reconciler.model.resources import PartPath
from reconciler.model.values import Tree


def documents(parts: tuple[Part, ...], tree: Tree, above: PartPath = ()) -> Iterator[tuple[PartPath, Tree | None]]:
    """Every declared part with what is wanted of it, None where it is to be cleared.

    A part of which only inner parts are declared is not managed itself, but has to be there for them where it can be
    made: nothing is wanted of it but that.
    """
    for part in parts:
        for name, value in (tree.get(part.name) or {}).items():
            path = (*above, part.name, str(name))
            inner = {each.name for each in part.parts}
            own = value if value is None else {key: said for key, said in value.items() if key not in inner}
            within = dict(documents(part.parts, value, path)) if value is not None else {}
            needed = part.made and any(wanted is not None for wanted in within.values())
            if own is None or own or needed:
                yield path, own
            yield from within.items()
