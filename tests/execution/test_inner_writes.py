"""Documents, languages, certificates and adoptions: written whole, and believed only when they are seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Profile
from reconciler.execution.results import LOST
from reconciler.model.kinds import Version
from reconciler.model.live import Absent, Answer, Present, Unknown
from reconciler.model.outcomes import Outcome, Status
from reconciler.model.plans import Certify, Plan, Step
from reconciler.model.tenant import Reply, Write
from tests.execution.manifests import RETIRED, b2c, b2x, connector, page
from tests.execution.spoils import Spoil, lost_after, lost_before, rejected, swallowed
from tests.execution.stories import B2C, WORKFORCE, resources
from tests.execution.world import World, world

FLOW = "identity/b2cUserFlows/B2C_1_Customer"
PAGE = "languages.en.overridesPages.selfasserted1_1"
UPLOAD = f"upload B2cUserFlow/Customer {PAGE}"
SPANISH = "upload B2cUserFlow/Customer languages.es-ES"
CERTIFY = "upload ApiConnector/approval"
ADOPT = "attach B2xUserFlow/Customer userFlow Customer"
SECOND = "A3A2674111F926A271418FD73D290AEEC6225323"


def overridden(*texts: str) -> Any:
    return b2c({"en": {"overridesPages": {"selfasserted1_1": page(*texts)}}})


async def one(w: World, folder: Path, wanted: Any, *others: Any) -> dict[str, Outcome]:
    return await w.apply(*resources((*others, wanted), folder / "manifests"))


def merging(w: World) -> Spoil:
    """Graph keeps what is there beside what is written."""

    async def spoil(write: Write, _send: Callable[[], Awaitable[Reply]]) -> Reply:
        there = w.get(write.path, version=write.version)["LocalizedStrings"]
        assert write.body is not None
        wanted: Any = write.body["LocalizedStrings"]
        told = {each["StringId"]: each for each in [*there, *wanted]}
        body = {"LocalizedStrings": list(told.values())}
        w.app.tenant.perform("PUT", write.path, body, version=write.version.value)
        return Reply(204, {}, "r-3")

    return spoil


async def test_a_page_that_graph_merges_is_a_failure_that_says_what_to_do(folder: Path) -> None:
    """A text that should be gone and is not makes the upload fail, with the way out; clearing first then works."""
    async with world(folder, B2C) as w:
        await one(w, folder, overridden("Sure?", "Go"))
        w.tenant.spoil(f"PUT {FLOW}/languages", merging(w))
        outcome = (await one(w, folder, overridden("Really?")))[UPLOAD]
        assert (outcome.status, outcome.http_status, outcome.request_id) == (Status.FAILED, 204, "r-3")
        said = "Graph answered 204, but Graph shows something else; clear it first (null), then write it"
        assert outcome.detail == said
        await one(w, folder, b2c({"en": {"overridesPages": {"selfasserted1_1": None}}}))
        assert (await one(w, folder, overridden("Really?")))[UPLOAD].status is Status.DONE


async def test_a_page_that_graph_accepted_and_forgot_is_a_failure(folder: Path) -> None:
    """204 and nothing written: that is not called done, and the next plan has it again."""
    async with world(folder, B2C) as w:
        await one(w, folder, b2c())
        w.tenant.spoil(f"PUT {FLOW}/languages", swallowed(204))
        outcome = (await one(w, folder, overridden("Sure?")))[UPLOAD]
        assert (outcome.status, outcome.detail) == (Status.FAILED, "Graph answered 204, but it is not there")
        assert await w.left(*resources((overridden("Sure?"),), folder / "manifests")) == [UPLOAD]


@pytest.mark.parametrize(
    ("languages", "step"),
    [
        ({"en": {"overridesPages": {"selfasserted1_1": page("Sure?")}}}, UPLOAD),
        ({"es-ES": {"isEnabled": True}}, SPANISH),
    ],
    ids=["page", "language"],
)
@pytest.mark.parametrize("wraps", [False, True])
async def test_a_lost_upload_is_settled_by_reading_it(folder: Path, languages: Any, step: str, wraps: bool) -> None:
    """What was carried out is found, whichever way Graph shows a single entity; what was not is a failure."""
    async with world(folder, replace(B2C, wraps_entities=wraps)) as w:
        await one(w, folder, b2c())
        w.tenant.spoil(f"PUT {FLOW}/languages", lost_before())
        outcome = (await one(w, folder, b2c(languages)))[step]
        assert outcome.status is Status.FAILED
        assert outcome.detail.startswith(f"{LOST}; ")
        w.tenant.spoil(f"PUT {FLOW}/languages", lost_after())
        outcome = (await one(w, folder, b2c(languages)))[step]
        assert (outcome.status, outcome.detail) == (Status.DONE, "the answer was lost; found")
        assert len([sent for sent in w.tenant.sent if sent.startswith("PUT")]) == 2


async def test_a_refused_language_keeps_its_page_from_being_tried(folder: Path) -> None:
    """The language's refusal is reported as Graph put it; its page says what it waited for."""
    wanted = b2c({"es-ES": {"isEnabled": True, "overridesPages": {"selfasserted1_1": page("¿Seguro?")}}})
    async with world(folder, B2C) as w:
        await one(w, folder, b2c())
        w.tenant.spoil(f"PUT {FLOW}/languages", rejected(403))
        outcomes = await one(w, folder, wanted)
        assert (outcomes[SPANISH].status, outcomes[SPANISH].http_status) == (Status.FAILED, 403)
        skipped = outcomes["upload B2cUserFlow/Customer languages.es-ES.overridesPages.selfasserted1_1"]
        assert (skipped.status, skipped.detail) == (Status.SKIPPED, f"not tried: it needs '{SPANISH}', which failed")


async def test_what_is_cleared_and_gone_already_is_done(folder: Path) -> None:
    """Somebody was faster: the page is as wanted."""
    async with world(folder, B2C) as w:
        await one(w, folder, overridden("Sure?"))
        plan = await w.plan(*resources((b2c({"en": {"overridesPages": {"selfasserted1_1": None}}}),), folder / "m"))
        (step,) = plan.steps
        w.app.tenant.perform("DELETE", f"{FLOW}/{'languages/en/overridesPages/selfasserted1_1/$value'}", version="beta")
        w.tenant.spoil("DELETE", rejected(404))
        assert step.id == f"detach B2cUserFlow/Customer {PAGE}"
        assert (await w.perform(plan))[0].detail == "was already gone"


def thumbprints(w: World) -> list[str]:
    (found,) = w.get("identity/apiConnectors")["value"]
    return [each["thumbprint"] for each in found["authenticationConfiguration"]["certificateList"]]


@pytest.mark.parametrize(("fault", "posts"), [(lost_after, 1), (lost_before, 2)])
async def test_a_certificate_whose_upload_was_lost_is_there_once(
    folder: Path, fault: Callable[[], Spoil], posts: int
) -> None:
    """The list is looked at before anything is sent again: one certificate more, whatever became of the answer."""
    async with world(folder) as w:
        await one(w, folder, connector("first"))
        w.tenant.writes.clear()
        w.tenant.spoil("uploadClientCertificate", fault())
        outcome = (await one(w, folder, connector("second")))[CERTIFY]
        assert outcome.status is Status.DONE
        assert len([sent for sent in w.tenant.sent if sent.endswith("uploadClientCertificate")]) == posts
        assert len(w.tenant.sent) == posts
        assert thumbprints(w)[1:] == [SECOND]


async def test_a_certificate_that_is_lost_every_time_or_forgotten_is_a_failure(folder: Path) -> None:
    """Nobody knows after three lost answers; an answer without the certificate in the list is not believed."""
    async with world(folder) as w:
        await one(w, folder, connector("first"))
        w.tenant.spoil("uploadClientCertificate", lost_before(), times=3)
        assert (await one(w, folder, connector("second")))[CERTIFY].detail == LOST
        w.tenant.spoil("uploadClientCertificate", swallowed(200))
        outcome = (await one(w, folder, connector("second")))[CERTIFY]
        assert (outcome.status, outcome.http_status) == (Status.FAILED, 200)
        assert outcome.detail.startswith("Graph answered 200, but ")
        assert len(thumbprints(w)) == 1


async def test_a_certificate_that_nobody_here_can_open_is_sent_and_believed(folder: Path) -> None:
    """Without a thumbprint there is nothing to look for: Graph's answer decides."""
    async with world(folder) as w:
        await one(w, folder, connector("first"))
        plan = await w.plan(*resources((connector("second"),), folder / "manifests"))
        (step,) = plan.steps
        assert isinstance(step.action, Certify)
        blind = Plan((Step(replace(step.action, thumbprint="")),), plan.ids)
        assert (await w.perform(blind))[0].status is Status.DONE
        assert thumbprints(w)[1:] == [SECOND]


ADOPTING = Profile(adopts_user_flows=True)
ADDED = b2x("Customer", userFlow="Customer")


async def test_an_adoption_whose_answer_was_lost_is_found_in_the_listing(folder: Path) -> None:
    """The flow is added once, and what follows is done to it."""
    wanted = b2x("Customer", userFlow="Customer", identityProviders=["EmailOtpSignup-OAUTH"])
    async with world(folder, ADOPTING) as w:
        w.tenant.spoil("b2xUserFlows/$ref", lost_after())
        outcomes = await one(w, folder, wanted, RETIRED)
        assert {each.status for each in outcomes.values()} == {Status.DONE}
        assert len([sent for sent in w.tenant.sent if sent.endswith("b2xUserFlows/$ref")]) == 1
        path = "identity/b2xUserFlows/B2C_1_Customer/userFlowIdentityProviders"
        assert [each["id"] for each in w.get(path, version=Version.BETA)["value"]] == ["EmailOtpSignup-OAUTH"]


async def test_an_adoption_that_nobody_saw_end_says_so(folder: Path) -> None:
    """Lost and not listed, or answered and not listed: both are failures, and told apart."""
    async with world(folder, ADOPTING) as w:
        w.tenant.spoil("b2xUserFlows/$ref", lost_before())
        outcome = (await one(w, folder, ADDED, RETIRED))[ADOPT]
        assert (outcome.status, outcome.detail) == (Status.FAILED, f"{LOST}; it is not listed")
        w.tenant.spoil("b2xUserFlows/$ref", swallowed(204))
        outcome = (await one(w, folder, ADDED, RETIRED))[ADOPT]
        assert (outcome.status, outcome.detail) == (Status.FAILED, "Graph answered 204, but it is not listed")
        plan = await w.plan(*resources((RETIRED, ADDED), folder / "manifests"))
        w.tenant.hide("identity/b2xUserFlows", 100, Unknown("403 no"))
        assert (await w.perform(plan))[0].detail == "Graph answered 204, but it is not listed"


@pytest.mark.parametrize("status", [404, 405])
async def test_an_adoption_that_graph_does_not_have_comes_with_advice(folder: Path, status: int) -> None:
    """Where the operation is missing the words say what to do instead."""
    async with world(folder, ADOPTING) as w:
        await one(w, folder, RETIRED)
        w.tenant.spoil("b2xUserFlows/$ref", rejected(status), times=100)
        outcome = (await one(w, folder, ADDED, RETIRED))[ADOPT]
        assert (outcome.http_status, outcome.request_id) == (status, "r-1")
        advice = "it has no such operation here; leave userFlow out, and apply creates the flow instead"
        assert outcome.detail == f"Graph answered {status}, {advice}"


async def test_an_adoption_that_is_refused_is_reported_as_graph_put_it(folder: Path) -> None:
    """A refusal for other reasons has its own words, and names the permission that it takes."""
    async with world(folder, ADOPTING) as w:
        w.tenant.spoil("b2xUserFlows/$ref", rejected(403))
        outcome = (await one(w, folder, ADDED, RETIRED))[ADOPT]
        takes = "writing userFlow of identity/b2xUserFlows takes IdentityUserFlow.ReadWrite.All"
        assert (outcome.status, outcome.detail) == (Status.FAILED, f"403 no; ask nicely; {takes}")


async def test_an_adoption_that_somebody_else_made_is_found(folder: Path) -> None:
    """Graph refuses to add the flow a second time: it is the one that is listed."""
    async with world(folder, ADOPTING) as w:
        await one(w, folder, RETIRED)
        plan = await w.plan(*resources((RETIRED, ADDED), folder / "manifests"))
        body = {"@odata.id": "https://graph.microsoft.com/beta/identity/userFlows/B2C_1_Customer"}
        w.app.tenant.perform("POST", "identity/b2xUserFlows/$ref", body, version="beta")
        (outcome,) = await w.perform(plan)
        assert (outcome.status, outcome.detail) == (Status.DONE, "it was there as B2C_1_Customer")


async def test_a_provider_that_the_tenant_does_not_offer_says_which_it_does(folder: Path) -> None:
    """Graph's refusal comes with the types that can be had; a refusal for other reasons does not."""
    twitter = {
        "type": "socialIdentityProvider",
        "identityProviderType": "Twitter",
        "clientId": "x",
        "clientSecret": {"fromEnv": "SECRET"},
    }
    document = {"apiVersion": "userflow/v1", "kind": "IdentityProvider", "metadata": {"name": "Twitter"}}
    answers: list[tuple[Answer | None, bool]] = [(None, True), (Absent(), False), (Present({"value": 1}), False)]
    for number, (answer, told) in enumerate(answers):
        async with world(folder / str(number), WORKFORCE) as w:
            if answer:
                w.tenant.hide("availableProviderTypes", 100, answer)
            outcome = (await one(w, folder, {**document, "spec": twitter}))["create IdentityProvider/Twitter"]
            assert outcome.http_status == 400
            assert ("this tenant offers MicrosoftAccount, EmailOTP, Facebook, Google" in outcome.detail) is told
