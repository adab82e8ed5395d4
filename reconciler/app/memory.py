"""What earlier runs left behind for this one."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.addresses import Address
from reconciler.model.kinds import Kind, Kinds
from reconciler.model.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Memory:
    """What was last written, ids of what was made, and creates whose end nobody saw.

    `complete` is whether everything is known that was ever written.
    """

    receipts: Receipts
    made: dict[Address, str]
    open_creates: tuple[Address, ...] = ()
    complete: bool = True

    def unfinished(self, kinds: Kinds) -> dict[Address, str]:
        """What an earlier apply made and did not bring to its end, with ids: of it, no more than secrets is known."""
        known = {address: paths.keys() for address, paths in self.receipts.entries.items()}
        return {
            address: made
            for address, made in self.made.items()
            if self.complete and address.kind in kinds and not known.get(address, set()) - _secrets(kinds[address.kind])
        }


def _secrets(kind: Kind) -> set[str]:
    return {known.path for known in kind.properties if known.secret}
