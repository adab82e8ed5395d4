"""Applies of every sort of action that is no plain link of a workforce flow: what is there before, and what is wanted.

Each story is told in manifests. `before` is applied first, then `behind` is done to the tenant, then `after` is what
the test is about.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.emulator import Profile
from reconciler.model.resources import Resource
from tests.execution.manifests import (
    CLAIMS,
    HOBBY,
    MORE,
    ONE,
    OTHER,
    RETIRED,
    START,
    SUBMIT,
    THREE,
    TWO,
    asked,
    b2c,
    b2x,
    connector,
    events,
    federation,
    listener,
    page,
)
from tests.execution.world import World
from tests.laws.worlds import Document, compiled

WORKFORCE, B2C, EXTERNAL = Profile(), Profile(kind="b2c"), Profile(kind="external")
CERTIFICATES = Path(__file__).parents[1] / "certificates"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Story:
    """A tenant, what is applied first, what somebody then does, and what is applied at last."""

    profile: Profile
    before: tuple[Document, ...]
    after: tuple[Document, ...]
    behind: Callable[[World], None] = field(default=lambda _world: None)

    async def begin(self, there: World, folder: Path) -> tuple[Resource, ...]:
        """Everything up to the apply that the test is about; the resources it wants."""
        if self.before:
            await there.apply(*resources(self.before, folder))
        self.behind(there)
        await asyncio.sleep(60)  # whatever was made until now is old
        there.tenant.writes.clear()
        there.tenant.reads.clear()
        return resources(self.after, folder)


def resources(documents: tuple[Document, ...], folder: Path) -> tuple[Resource, ...]:
    """Compiled from a file, with the certificates beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in CERTIFICATES.glob("*.pfx"):
        (folder / each.name).write_bytes(each.read_bytes())
    return compiled(list(documents), folder)


def contents(there: World) -> list[str]:
    """Everything in the tenant with names in the place of ids, so that it can be compared with another one's."""
    collections: dict[str, list[dict[str, Any]]] = there.app.tenant.dump()["collections"]
    named = {
        item["id"]: f"<{item['displayName']}>"
        for items in collections.values()
        for item in items
        if _GUID.fullmatch(str(item["id"])) and item.get("displayName")
    }
    told = [f"{name} {json.dumps(item, sort_keys=True)}" for name, items in collections.items() for item in items]
    for id, name in named.items():
        told = [line.replace(id, name) for line in told]
    # Of an input that nobody describes Graph's own pattern is there or none: that depends on what wrote it last.
    told = [line.replace('"validationRegEx": null', '"validationRegEx": "^.*"') for line in told]
    kept = (ONE, TWO, THREE)
    return sorted(_GUID.sub(lambda found: found[0] if found[0] in kept else "<id>", line) for line in told)


def two_in_one(there: World) -> None:
    """One listener that ties a flow to two applications, as the portal may make it."""
    body = {
        "@odata.type": "#microsoft.graph.invokeUserFlowListener",
        "priority": 101,
        "sourceFilter": {"includeApplications": [ONE, TWO]},
        "userFlow": {"id": "B2X_1_Partner"},
    }
    there.app.tenant.perform("POST", "identity/events/onSignupStart", body, version="beta")


def configured(there: World) -> None:
    """A handler with settings of its own, which the manifests do not mention."""
    collection = "identity/authenticationEventsFlows"
    flow = there.get(collection)["value"][0]["id"]
    handler = {
        "@odata.type": "#microsoft.graph.onAttributeCollectionStartCustomExtensionHandler",
        "configuration": {
            "behaviorOnError": {"@odata.type": "#microsoft.graph.customExtensionBehaviorOnError"},
            "clientConfiguration": {"timeoutInMilliseconds": 500, "maximumRetries": 0},
        },
    }
    kind = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow"
    body = {"@odata.type": kind, "onAttributeCollectionStart": handler}
    there.app.tenant.perform("PATCH", f"{collection}/{flow}", body)


STORIES: dict[str, Story] = {
    "a language and its page": Story(
        B2C,
        (b2c(),),
        (
            b2c(
                {
                    "es-ES": {"isEnabled": True, "overridesPages": {"selfasserted1_1": page("¿Seguro?")}},
                    "en": {"overridesPages": {"selfasserted1_1": page("Sure?", "Go"), "idpselections": page("Sure?")}},
                }
            ),
        ),
    ),
    "a new flow with a language and a page": Story(
        B2C,
        (),
        (b2c({"es-ES": {"isEnabled": True}, "en": {"overridesPages": {"selfasserted1_1": page("Sure?")}}}),),
    ),
    "a page that changes and loses a text": Story(
        B2C,
        (b2c({"en": {"overridesPages": {"selfasserted1_1": page("Sure?", "Go")}}, "es-ES": {"isEnabled": True}}),),
        (b2c({"en": {"overridesPages": {"selfasserted1_1": page("Really?")}}, "es-ES": {"isEnabled": False}}),),
    ),
    "a page and a language that go": Story(
        B2C,
        (b2c({"en": {"overridesPages": {"selfasserted1_1": page("Sure?")}}, "es-ES": {"isEnabled": True}}),),
        (b2c({"en": {"overridesPages": {"selfasserted1_1": None}}, "es-ES": None}),),
    ),
    "pages of a workforce flow": Story(
        WORKFORCE,
        (b2x(languages={"en": {"overridesPages": {"selfasserted1_1": page("Sure?")}}}),),
        (
            b2x(
                languages={
                    "en": {"overridesPages": {"selfasserted1_1": None}},
                    "de": {"overridesPages": {"selfasserted1_1": page("Sicher?")}},
                }
            ),
        ),
    ),
    "a certificate that is renewed": Story(WORKFORCE, (connector("first"),), (connector("second"),)),
    "a flow that is added by reference": Story(
        Profile(adopts_user_flows=True),
        (),
        (RETIRED, b2x("Customer", userFlow="Customer", identityProviders=["AADSignup-OAUTH"])),
    ),
    "applications of a workforce flow": Story(
        WORKFORCE, (b2x(applications=[ONE]),), (b2x(applications=[TWO, THREE]), b2x("Guests", applications=[ONE]))
    ),
    "an application out of a listener with two": Story(WORKFORCE, (b2x(),), (b2x(applications=[TWO]),), two_in_one),
    "both applications out of a listener with two": Story(WORKFORCE, (b2x(),), (b2x(applications=[]),), two_in_one),
    "applications that change flows": Story(
        EXTERNAL,
        (events("A", applications=[ONE, TWO]), events("B", applications=[THREE])),
        (events("A", applications=[TWO, THREE]), events("B", applications=[ONE])),
    ),
    "handlers that come": Story(
        EXTERNAL,
        (START, SUBMIT, events(inputs=[asked("email")])),
        (
            START,
            SUBMIT,
            events(inputs=[asked("email")], onAttributeCollectionStart="prefill", onAttributeCollectionSubmit="check"),
        ),
    ),
    "handlers that change and go": Story(
        EXTERNAL,
        (
            START,
            SUBMIT,
            OTHER,
            events(onAttributeCollectionStart="prefill", onAttributeCollectionSubmit="check"),
        ),
        (START, SUBMIT, OTHER, events(onAttributeCollectionStart="greet", onAttributeCollectionSubmit=None)),
    ),
    "a configured handler that changes what it calls": Story(
        EXTERNAL,
        (START, OTHER, events(onAttributeCollectionStart="prefill")),
        (START, OTHER, events(onAttributeCollectionStart="greet")),
        configured,
    ),
    "a listener that changes what it calls and for whom": Story(
        EXTERNAL, (CLAIMS, MORE, listener(ONE)), (CLAIMS, MORE, listener(TWO, calls="more"))
    ),
    "everything of an external tenant at once": Story(
        EXTERNAL,
        (),
        (
            HOBBY,
            START,
            SUBMIT,
            CLAIMS,
            listener(ONE, TWO),
            events(
                inputs=[asked("email"), asked("Hobby")],
                identityProviders=["EmailPassword-OAUTH", "EmailOtpSignup-OAUTH"],
                applications=[ONE, TWO],
                onAttributeCollectionStart="prefill",
                onAttributeCollectionSubmit="check",
            ),
        ),
    ),
    "lists of an events flow": Story(
        EXTERNAL,
        (HOBBY, events(inputs=[asked("email"), asked("city")])),
        (HOBBY, events(inputs=[asked("Hobby"), asked("email")], identityProviders=["EmailOtpSignup-OAUTH"])),
    ),
    "a list of attributes that gains and loses": Story(
        EXTERNAL,
        (HOBBY, events(inputs=[asked("email"), asked("city")])),
        (HOBBY, events(onAttributeCollection={"attributes": ["email", "Hobby"]})),
    ),
    "a federation and its domains": Story(
        WORKFORCE, (federation("fabrikam.com"),), (federation("fabrikam.com", "fabrikam.example"),)
    ),
}
