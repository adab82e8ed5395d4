"""Everything a plan follows from, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.addresses import Address
from reconciler.model.identity import is_built_in
from reconciler.model.kinds import Kind, Kinds
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.receipts import Receipts
from reconciler.model.resources import Resource
from reconciler.model.values import get
from reconciler.planning.match import Matches
from reconciler.planning.needs import pruned_kinds
from reconciler.planning.options import Options


@dataclass(frozen=True, slots=True)
class Situation:
    """What is wanted, what is there, what was last written, and what was asked for.

    `wanted` has every manifest, `selected` those that take part in the plan. `unfinished` are the ids of objects that
    an earlier apply made and did not bring to its end.
    """

    wanted: Mapping[Address, Resource]
    selected: tuple[Resource, ...]
    kinds: Kinds
    snapshot: Snapshot
    matches: Matches
    receipts: Receipts
    options: Options
    unfinished: Mapping[Address, str]

    @property
    def declared(self) -> frozenset[str]:
        """The kinds of which something is selected."""
        return frozenset(resource.address.kind for resource in self.selected)

    @property
    def pruned(self) -> frozenset[str]:
        """The kinds of which everything goes that nobody declares."""
        return pruned_kinds(self.options, self.declared)

    def kind(self, resource: Resource) -> Kind:
        """The kind of a wanted object."""
        return self.kinds[resource.address.kind]

    def called(self, live: LiveObject) -> Address:
        """The address of a live object."""
        return self.matches.called(self.kinds[live.kind], live.id)

    def is_built_in(self, live: LiveObject) -> bool:
        """Whether Graph made the object."""
        return is_built_in(self.kinds[live.kind], live)

    def is_free(self, live: LiveObject) -> bool:
        """Whether nobody, neither a manifest nor Graph, has a claim on the object, as far as can be known."""
        claims = {(live.kind, live.id), (self.kinds[live.kind].twin, live.id)}
        return not (claims & self.matches.claimed) and not self.is_built_in(live) and not live.unknown

    def twin(self, live: LiveObject) -> Resource | None:
        """The manifest that wants the same object to be there, as one of another kind."""
        kind = self.kinds[live.kind].twin
        owners = (address for address, found in self.matches.live.items() if (found.kind, found.id) == (kind, live.id))
        return next((self.wanted[address] for address in owners if self.wanted[address].present), None)

    def has_changed(self, resource: Resource, path: str) -> bool:
        """Whether a secret is known not to be what was last sent; without a receipt nobody can say."""
        sent = self.receipts.of(resource.address, path)
        return sent is not None and sent != self.receipts.fingerprint(get(resource.properties, path))
