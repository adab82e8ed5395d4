"""How far a run may go: limits on deletes and updates, what is never deleted, what is left alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from reconciler.model.addresses import Address

PERCENT_BINDS_FROM = 10
"""A percentage of fewer live objects than this says nothing: one of two would already be half."""

_LIMIT = re.compile(r"(\d+(?:\.\d+)?)(%?)")


@dataclass(frozen=True, slots=True)
class Limit:
    """How many objects of a kind may be touched: a plain number, or a percentage of its live objects."""

    number: float
    percent: bool = False

    @classmethod
    def parse(cls, written: str | float) -> Limit:
        """The limit as people write it. Raises ValueError for anything but a count or a percentage.

        >>> Limit.parse("30%"), Limit.parse(5)
        (Limit(number=30, percent=True), Limit(number=5, percent=False))
        """
        found = None if isinstance(written, bool) else _LIMIT.fullmatch(str(written).strip())
        if found is None:
            raise ValueError(f"{written!r} is neither a number nor a percentage")
        number, percent = float(found[1]), bool(found[2])
        if percent and number > 100:
            raise ValueError(f"{written} is more than all")
        if not percent and not number.is_integer():
            raise ValueError(f"{written} is not a whole number")
        return cls(int(number) if number.is_integer() else number, percent)

    def allows(self, count: int, live: int) -> bool:
        """Whether `count` objects may be touched in a tenant that has `live` of the kind.

        A plain number always binds; a percentage does from ten live objects upward.
        """
        if not self.percent:
            return count <= self.number
        return live < PERCENT_BINDS_FROM or count * 100 <= self.number * live

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


@dataclass(frozen=True, slots=True)
class Guards:
    """What a plan may do without being refused; `protect` holds objects that are never deleted."""

    max_deletes: Limit = Limit(30, percent=True)
    max_updates: Limit = Limit(50, percent=True)
    protect: tuple[str, ...] = ()

    def protects(self, address: Address) -> bool:
        """Whether the object may never be deleted; `protect` holds `Kind/Name` globs, in any case."""
        return any(fnmatchcase(str(address).casefold(), entry.casefold()) for entry in self.protect)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A field that is left as it is for a reason, on the objects that a `Kind/Name` glob matches."""

    object: str
    field: str
    reason: str
    until: date | None = None

    def covers(self, address: Address, path: str, today: date) -> bool:
        """Whether a dotted path of an object is to be left alone: the field itself, or anything inside it."""
        inside = path == self.field or path.startswith(f"{self.field}.")
        return inside and not self.expired(today) and fnmatchcase(str(address), self.object)

    def expired(self, today: date) -> bool:
        """Whether the last day of the rule, which still counts, is over."""
        return self.until is not None and today > self.until
