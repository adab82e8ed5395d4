"""What earlier runs left behind for this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.addresses import Address
from reconciler.model.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Memory:
    """What was last written, ids of what was made, those of it that no apply has finished, and creates whose end nobody
    saw."""

    receipts: Receipts
    made: dict[Address, str]
    open_creates: tuple[Address, ...] = ()
    unfinished: Mapping[Address, str] = field(default_factory=dict)
