"""One run's state, and the ways in which its steps speak to the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.execution.journal import Journal
from reconciler.execution.links import Attached, attached
from reconciler.execution.patience import Brake, CutOffError, Patience
from reconciler.execution.requests import id_of, named, write_for
from reconciler.execution.results import InterruptedStepError
from reconciler.model.addresses import Address
from reconciler.model.errors import GraphError, LostAnswerError, RejectedError, UnreachableError
from reconciler.model.kinds import Kind, Kinds, Link, Shape
from reconciler.model.live import Absent, Answers, Need, Present, Unknown
from reconciler.model.paths import demand, link_need, object_need, shown
from reconciler.model.plans import AnyAction, Attach, Detach, Reorder, Update
from reconciler.model.shapes import is_none, tree, unwrapped
from reconciler.model.tenant import Clock, Reply, Tenant, Write

T = TypeVar("T")

Linked = Attach | Detach | Reorder | Update
Entries = dict[str, Attached]


@dataclass(slots=True)
class Run:
    """What the steps of a run share.

    `ids` are known ids, `made` says when this run made what it made, `changed` when it last changed an object,
    `seen` is the last look at each link, `detached` what this run took out of it. `halt` is why no write may begin.
    """

    kinds: Kinds
    tenant: Tenant
    root: str
    clock: Clock
    brake: Brake
    patience: Patience
    journal: Journal
    ids: dict[Address, str]
    made: dict[Address, float] = field(default_factory=dict)
    changed: dict[Address, float] = field(default_factory=dict)
    seen: dict[tuple[Address, str], Entries] = field(default_factory=dict)
    detached: dict[tuple[Address, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    halt: str = ""

    @property
    def stopping(self) -> str:
        """Why no write may begin; empty while one may."""
        return "interrupted" if self.brake.pulled else self.halt

    def kind(self, action: AnyAction) -> Kind:
        """The kind of the object an action is about."""
        return self.kinds[action.address.kind]

    def link(self, action: Linked) -> Link:
        """The link an action is about."""
        return self.kind(action).link(action.link)

    def adopt(self, address: Address, made: str) -> None:
        """From now on the object has this id, and is one that this run has made."""
        self.ids[address] = made
        self.made[address] = self.clock.now()

    async def read(self, *needs: Need) -> Answers:
        """What Graph says; unknown where it does not, or not before the run has to end."""
        try:
            answers = await self.brake.within(self.tenant.read(needs))
        except CutOffError:
            return dict.fromkeys(needs, Unknown("interrupted"))
        except GraphError as error:
            return dict.fromkeys(needs, Unknown(error.message))
        return answers

    async def write(self, write: Write) -> Reply:
        """Graph's reply. Raises GraphError, and InterruptedStepError when the run has to stop."""
        if self.stopping:
            raise InterruptedStepError(self.stopping)
        try:
            return await self.brake.within(self.tenant.write(write))
        except CutOffError:
            raise InterruptedStepError("interrupted", started=True) from None
        except UnreachableError:
            if self.stopping:
                raise InterruptedStepError(self.stopping) from None
            raise

    async def carry_out(self, action: AnyAction, write: Write | None = None) -> Reply:
        """Send an action's write, again where Graph refuses it only because it does not see yet what this run made."""
        write = write or write_for(action, self.kinds, self.ids, self.root)
        delays = self.patience.delays()
        while True:
            try:
                return await self.write(write)
            except RejectedError as refusal:
                if not await self._lag_explains(action, refusal, next(delays)):
                    self._explain(action, refusal)
                    raise

    def _explain(self, action: AnyAction, refusal: RejectedError) -> None:
        """A refusal for lack of a permission says which one the write takes."""
        kind = self.kind(action)
        if refusal.status == 403 and not kind.is_lacking(403, refusal.message):
            links = {link.name: link for link in kind.links}
            wanted = demand(kind, links.get(getattr(action, "link", "")), writing=True)
            refusal.fix = "; ".join(filter(None, [refusal.fix, wanted]))

    async def heed(self, lost: LostAnswerError) -> None:
        """Leave Graph alone for as long as it asked, before anything is looked for or repeated.

        Raises the error when that is longer than the run may wait, InterruptedStepError when the run is to stop.
        """
        seconds = lost.retry_after or 0.0
        if seconds > self.patience.ceiling:
            raise lost
        if seconds and not await self.brake.pause(seconds):
            raise InterruptedStepError(self.stopping)

    async def poll(self, look: Callable[[], Awaitable[T | None]], until: float) -> T | None:
        """What a look finds, looking again and again until that time.

        Raises InterruptedStepError when the run is to stop before there is anything to be seen.
        """
        delays = self.patience.delays()
        while (found := await look()) is None:
            left = until - self.clock.now()
            if left <= 0:
                return None
            if not await self.brake.pause(min(next(delays), left)):
                raise InterruptedStepError(self.stopping)
        return found

    async def look_at(self, owner: Address, *links: Link) -> dict[str, Entries | Unknown]:
        """What is attached now to links of one object that one read shows, by link."""
        kind = self.kinds[owner.kind]
        id = id_of(kind, self.ids, owner)
        if links[0].shape is Shape.HANDLER:
            return {link.name: await self._called(kind, owner, id, link) for link in links}
        need = link_need(kind, id, links[0])
        match (await self.read(need))[need]:
            case Present(body=body):
                found = {link.name: attached(link, body, id) for link in links}
                self.seen.update({(owner, name): entries for name, entries in found.items()})
                return {**found}
            case Absent():
                return dict.fromkeys((link.name for link in links), Unknown(f"{owner} is not there"))
            case Unknown() as gap if all(is_none(link, gap) for link in links):
                self.seen.update({(owner, link.name): {} for link in links})
                return {link.name: {} for link in links}
            case unknown:
                return dict.fromkeys((link.name for link in links), unknown)

    async def _called(self, kind: Kind, owner: Address, id: str, link: Link) -> Entries | Unknown:
        """What a handler inside an object calls: as the object tells it, or where it does not, as the handler does."""
        need = object_need(kind, id)
        match (await self.read(need))[need]:
            case Present(body=body):
                properties = tree(unwrapped(body))
            case Absent():
                return Unknown(f"{owner} is not there")
            case unknown:
                return unknown
        told = shown(link, properties)
        if told is not None:
            return attached(link, told[0], id) if told else {}
        need = link_need(kind, id, link, properties)
        match (await self.read(need))[need]:
            case Present(body=body):
                return attached(link, body, id)
            case Absent():
                return {}
            case unknown:
                return unknown

    async def entries(self, owner: Address, link: Link) -> Entries | Unknown:
        """What is attached to a link now."""
        return (await self.look_at(owner, link))[link.name]

    async def seeds(self, owner: Address, link: Link) -> Entries | Unknown:
        """What was attached to a link when it was last read, waiting for an object that this run has only just made."""
        if (owner, link.name) in self.seen:
            return self.seen[owner, link.name]
        last: Entries | Unknown = Unknown("it was not read")

        async def look() -> Entries | None:
            nonlocal last
            last = await self.entries(owner, link)
            return None if isinstance(last, Unknown) else last

        await self.poll(look, self.visible_by([owner]))
        return last

    def visible_by(self, addresses: Iterable[Address]) -> float:
        """By when Graph should show what this run made of these."""
        return max((self.made[each] + self.patience.lag for each in addresses if each in self.made), default=0.0)

    async def _lag_explains(self, action: AnyAction, refusal: RejectedError, delay: float) -> bool:
        """Whether a refused write is worth repeating now: what it names was made by this run and is seen since."""
        if self._gate_lags(action, refusal):
            return await self.brake.pause(delay)
        fresh = [each for each in named(action) if self._recent(self.made.get(each))]
        if refusal.status not in (400, 404) or not fresh:
            return False
        if await self._visible(fresh):
            return refusal.status == 404 and await self.brake.pause(delay)
        return await self.poll(lambda: self._visible(fresh), self.visible_by(fresh)) is not None

    async def _visible(self, addresses: list[Address]) -> bool | None:
        pairs = [(self.kinds[each.kind], each) for each in addresses]
        needs = [object_need(kind, id_of(kind, self.ids, each)) for kind, each in pairs]
        answers = await self.read(*needs)
        return True if all(isinstance(answers[need], Present) for need in needs) else None

    def _gate_lags(self, action: AnyAction, refusal: RejectedError) -> bool:
        """Whether Graph refuses for a switch that this run has only just turned on."""
        gate = self.kind(action).gate
        if gate is None or refusal.code != gate.code:
            return False
        return any(address.kind == gate.kind and self._recent(when) for address, when in self.changed.items())

    def _recent(self, when: float | None) -> bool:
        return when is not None and self.clock.now() - when < self.patience.lag
