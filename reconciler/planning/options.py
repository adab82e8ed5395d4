"""What a person asked of a plan beside the manifests: selection, pruning, secrets, guards, ignored fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from reconciler.model.addresses import Address
from reconciler.model.policy import Guards, Ignore


@dataclass(frozen=True, slots=True)
class Options:
    """`prune` and `send_secrets` are None when they were not asked for, and empty when asked for everything."""

    today: date
    select: tuple[str, ...] = ()
    prune: frozenset[str] | None = None
    send_secrets: frozenset[str] | None = None
    unmanaged_all: bool = False
    guards: Guards = field(default_factory=Guards)
    ignore: tuple[Ignore, ...] = ()

    def selects(self, address: Address) -> bool:
        """Whether the object takes part in the plan."""
        return not self.select or any(fnmatchcase(str(address), glob) for glob in self.select)

    def sends_secrets_of(self, address: Address) -> bool:
        """Whether the object's secrets are to be sent although nothing says that they differ."""
        if self.send_secrets is None:
            return False
        return not self.send_secrets or any(fnmatchcase(str(address), glob) for glob in self.send_secrets)

    def ignores(self, address: Address, path: str) -> bool:
        """Whether a field's difference is somebody else's business today."""
        return any(rule.covers(address, path, self.today) for rule in self.ignore)
