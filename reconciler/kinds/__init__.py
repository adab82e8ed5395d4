"""One module for each kind of Graph object: a constant named `KIND` that says how Graph treats it.

Nothing but data belongs here. A module that is added is found by itself; what people may write about the kind
stands in `schemas/`. What several kinds share is in a module whose name begins with `_`. Facts carry their source.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from reconciler.model.kinds import Kind, Kinds


@cache
def load_kinds() -> Kinds:
    """Every kind by name, in alphabetical order."""
    names = [found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")]
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    kinds: list[Kind] = sorted((module.KIND for module in modules), key=lambda kind: kind.name)
    return {kind.name: kind for kind in kinds}
