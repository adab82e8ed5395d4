"""The tenant in process: its state, its record of requests, and ways to look inside that HTTP does not give."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from reconciler.emulator.call import Call, Reply
from reconciler.emulator.entities.attributes import ATTRIBUTES, built_in_attributes
from reconciler.emulator.entities.policies import POLICIES, SWITCH, initial_switch
from reconciler.emulator.entities.providers import PROVIDERS, built_in_providers
from reconciler.emulator.options import parse
from reconciler.emulator.profile import Profile
from reconciler.emulator.routing import READS, perform
from reconciler.emulator.store import PRESENT, Doc, State, Store

ROOT = "https://graph.microsoft.com"


class Tenant:
    """One emulated tenant, in memory or in a file; several processes may have the same file open.

    ``clock`` gives seconds since the epoch. A file that exists keeps its own profile unless one is given.
    """

    def __init__(
        self,
        state: str | Path = ":memory:",
        profile: Profile | None = None,
        clock: Callable[[], float] = time.time,
    ):
        self.clock = clock
        self._store = Store(state)
        with self._store.write(clock()) as fresh:
            kept = self._store.setting("profile")
            if kept is None or profile is not None:
                self._store.set_setting("profile", (profile or Profile()).to_json())
            if kept is None:
                _furnish(fresh, self.profile)

    @property
    def profile(self) -> Profile:
        """The settings, as last written by any process."""
        return Profile(**(self._store.setting("profile") or {}))

    def change_profile(self, changes: Mapping[str, Any]) -> Profile:
        """Change settings; ``self_service_sign_up`` turns the policy's switch. ValueError for what cannot be."""
        with self._store.write(self.clock()) as state:
            profile = self.profile.changed(dict(changes))
            self._store.set_setting("profile", profile.to_json())
            policy = state.get(POLICIES, SWITCH)
            if policy is not None and "self_service_sign_up" in changes:
                switch = {"isEnabled": profile.self_service_sign_up}
                state.put(POLICIES, {**policy, "selfServiceSignUp": switch})
        return profile

    def perform(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        version: str = "v1.0",
        root: str = ROOT,
        lag: float = 0.0,
    ) -> Reply:
        """Carry out one request: a write is all or nothing, a read may look ``lag`` seconds back.

        GraphError for every refusal. Not recorded, and no fault strikes it.
        """
        now, reads = self.clock(), method in READS
        opened = self._store.read(now, now - lag if lag else PRESENT) if reads else self._store.write(now)
        with opened as state:
            call = Call(
                state=state,
                profile=self.profile,
                now=now,
                root=f"{root}/{version}",
                version=version,
                path=path,
                options=parse(query, version),
                body=body,
            )
            return perform(call, method)

    def create(self, path: str, body: Mapping[str, Any]) -> str:
        """Create an entity in a collection such as ``identity/apiConnectors`` and return its id.

        Everything is checked as over HTTP; GraphError for a refusal.
        """
        return str(self.perform("POST", path, dict(body)).body["id"])

    def seed(self, contents: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, list[str]]:
        """Create many entities, collection by collection in the order given, and return their ids."""
        return {path: [self.create(path, body) for body in bodies] for path, bodies in contents.items()}

    def dump(self) -> Doc:
        """Everything in the tenant as JSON, the same for the same contents.

        WARNING: secrets are in it, in the clear. It is for comparing and moving state inside tests only.
        """
        with self._store.read(self.clock()) as state:
            return {"profile": self.profile.to_json(), "collections": state.everything()}

    def load(self, dump: Mapping[str, Any]) -> None:
        """Replace everything in the tenant by a dump; its past is forgotten, the record of requests is kept."""
        profile = Profile(**dump["profile"])
        with self._store.write(self.clock()) as state:
            state.clear()
            self._store.set_setting("profile", profile.to_json())
            for collection, docs in dump["collections"].items():
                for doc in docs:
                    state.put(collection, doc)

    def reset(self) -> None:
        """Make the tenant as it was at first, and forget the recorded requests."""
        with self._store.write(self.clock()) as state:
            state.clear()
            _furnish(state, self.profile)
            self._store.clear_requests()

    def requests(self) -> list[Doc]:
        """The recorded requests, oldest first; secrets in their bodies are masked."""
        return self._store.requests()

    def clear_requests(self) -> None:
        """Forget the recorded requests; the request limit starts afresh too."""
        self._store.clear_requests()

    def record(self, entry: Doc, *, counted: bool) -> None:
        """Add a request to the record; ``counted`` ones use up the request limit."""
        self._store.record(self.clock(), entry, counted=counted)

    def wait(self) -> int | None:
        """Seconds until the request limit lets another in, or None if it does now."""
        limit, now = self.profile.limit, self.clock()
        if limit is None:
            return None
        times = self._store.request_times(now - 60.0)
        return None if len(times) < limit else max(1, math.ceil(times[-limit] + 60.0 - now))

    def close(self) -> None:
        """Close the state file."""
        self._store.close()


def _furnish(state: State, profile: Profile) -> None:
    """What a tenant has before anybody touches it."""
    for provider in built_in_providers(profile.kind):
        state.put(PROVIDERS, provider)
    for attribute in built_in_attributes():
        state.put(ATTRIBUTES, attribute)
    state.put(POLICIES, initial_switch(profile))
