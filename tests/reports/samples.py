"""Sample runs with names, one for each thing that a reader of reports may meet."""

from __future__ import annotations

from reconciler.model.addresses import Address, Span
from reconciler.model.outcomes import Outcome, Requests, Status
from reconciler.model.plans import (
    DEFAULTS,
    Attach,
    Change,
    Create,
    Delete,
    Detach,
    Difference,
    Plan,
    Refusal,
    Reorder,
    Step,
    Unmanaged,
    Unreadable,
    Update,
)
from reconciler.model.problems import Problem, Severity
from reconciler.model.runs import Run, TenantName
from reconciler.model.secrets import Secret

PASSWORD = "hunter2-Tr0ub4dor"
PROD = TenantName("prod", "global")
HOSTILE = "Part\x1b[2Jner\u202egnp.exe\r\n::set-output name=x::y"
SLOT = "apiConnectorConfiguration.postFederationSignup"

PARTNER = Address("B2xUserFlow", "Partner")
GUESTS = Address("B2xUserFlow", "Guests")
APPROVAL = Address("ApiConnector", "approval")
LEGACY = Address("ApiConnector", "legacy")
GOOGLE = Address("IdentityProvider", "Google")
EMAIL = Address("UserFlowAttribute", "email")
CITY = Address("UserFlowAttribute", "city")
COUNTRY = Address("UserFlowAttribute", "country")


def secret() -> Secret:
    return Secret(PASSWORD, "environment variable APPROVAL_PASSWORD")


def _partner(line: int) -> Span:
    return Span("manifests/partner.yaml", line, 3)


def _rich_steps() -> tuple[Step, ...]:
    made = Create(
        address=GOOGLE,
        source=Span("manifests/google.yaml", 1, 1),
        body={"displayName": "Google", "identityProviderType": "Google", "clientId": "42", "clientSecret": secret()},
    )
    changed = Update(
        address=APPROVAL,
        source=Span("manifests/approval.yaml", 6, 3),
        body={},
        changes=(
            Change("authenticationConfiguration.password", secret(), secret()),
            Change("displayName", None, "approval"),
            Change("targetUrl", "https://old.contoso.com", "https://new.contoso.com"),
        ),
    )
    flow = Create(
        address=PARTNER, source=_partner(1), body={"userFlowType": "signUpOrSignIn", "userFlowTypeVersion": 1}
    )
    created = ("create B2xUserFlow/Partner",)
    entry = {"displayName": "Email Address", "isOptional": False, "userAttributeValues": []}
    providers = "identityProviders"
    attributes = "userAttributeAssignments"
    return (
        Step(made),
        Step(changed),
        Step(flow),
        Step(Detach(address=PARTNER, link=providers, target=Address("IdentityProvider", DEFAULTS)), created),
        Step(Attach(address=PARTNER, source=_partner(9), link=providers, target=GOOGLE), created),
        Step(Attach(address=PARTNER, source=_partner(12), link=attributes, target=EMAIL, body=entry), created),
        Step(Attach(address=PARTNER, source=_partner(14), link=attributes, target=CITY), created),
        Step(
            Attach(
                address=PARTNER,
                link=attributes,
                target=COUNTRY,
                changes=(
                    Change("displayName", None, "Country or region"),
                    Change(
                        "userAttributeValues",
                        None,
                        [{"name": name, "value": name} for name in ("NL", "BE", "DE", "FR")],
                    ),
                ),
            ),
            created,
        ),
        Step(
            Reorder(
                address=PARTNER,
                source=_partner(11),
                link=attributes,
                order=(EMAIL, CITY),
                changes=(Change(attributes, ["city", "email"], ["email", "city"]),),
            ),
            created,
        ),
        Step(
            Attach(
                address=GUESTS,
                source=Span("manifests/guests.yaml", 8, 5),
                link=SLOT,
                target=APPROVAL,
                changes=(Change(SLOT, "legacy", "approval"),),
            )
        ),
        Step(
            Update(
                address=GUESTS,
                link=attributes,
                target=COUNTRY,
                body={"isOptional": True},
                changes=(Change("isOptional", False, True), Change("userAttributeValues", [], [{"name": "NL"}])),
            )
        ),
        Step(Detach(address=GUESTS, link=providers, target=Address("IdentityProvider", "Facebook"))),
        Step(Delete(address=LEGACY, source=Span("manifests/legacy.yaml", 1, 1)), ("attach B2xUserFlow/Guests",)),
    )


def rich_plan() -> Run:
    plan = Plan(
        steps=_rich_steps(),
        unmanaged=(Unmanaged(Address("ApiConnector", "portal-made"), "6b1a7c2e-0000-4000-8000-000000000001"),),
        unknown=(Unreadable(Address("B2xUserFlow", "Staff"), "403 Authorization_RequestDenied"),),
        problems=(
            Problem(
                "the flow is used by no application", "list some under 'applications'", _partner(1), PARTNER,
                Severity.WARNING,
            ),
        ),
        digest="sha256:0123",
    )  # fmt: skip
    return Run("plan", 1, PROD, plan, requests=Requests(14, 2), forecast_writes=12, manifests=5, files=3)


def no_changes() -> Run:
    return Run("plan", 0, TenantName("local", "embedded"), Plan(digest="sha256:0"), requests=Requests(1, 1))


def one_of_each() -> Run:
    step = Step(Update(address=APPROVAL, body={}, changes=(Change("targetUrl", "https://a", "https://b"),)))
    return Run("plan", 2, PROD, Plan(steps=(step,)), requests=Requests(1, 1), forecast_writes=1, manifests=1, files=3)


def refused() -> Run:
    refusal = Refusal(
        "maxDeletes",
        Address("ApiConnector", "*"),
        "12 of 20 live objects would be deleted, and 30% is the limit",
        "raise guards.maxDeletes in the project file",
    )
    protected = Refusal("protect", PARTNER, "it is protected", "")
    plan = Plan(steps=(Step(Delete(address=LEGACY)),), refusals=(refusal, protected))
    return Run("plan", 3, PROD, plan, requests=Requests(3, 1))


def only_unknown() -> Run:
    return Run("plan", 1, PROD, Plan(unknown=(Unreadable(GUESTS, "429 out of patience"),)), requests=Requests(3, 3))


def plan_problems() -> Run:
    problem = Problem("two live objects answer to 'approval': 1 and 2", "pin one with metadata.id", None, APPROVAL)
    return Run("plan", 1, PROD, Plan(problems=(problem,)), requests=Requests(2, 1))


def hostile() -> Run:
    nasty = Address("B2xUserFlow", HOSTILE)
    long = "https://x/" + "a" * 300
    step = Step(
        Update(
            address=nasty,
            body={},
            source=Span("manifests/\x1b]0;owned\x07.yaml", 1, 1),
            changes=(
                Change("displayName", "caf\u00e9 \u6771\u4eac \U0001f469\u200d\U0001f4bb", "\u2066right\u2069\ttab"),
                Change("targetUrl", f"{long}1{long}", f"{long}2{long}"),
                Change("half", "\ud83d", ""),
                Change("type", "true", True),
            ),
        )
    )
    plan = Plan(
        steps=(step,),
        unmanaged=(Unmanaged(nasty, "\x1b[31m"),),
        unknown=(Unreadable(nasty, "\x1b[5m blink\n"),),
        refusals=(Refusal("protect\x1b", nasty, "\x1b[1m", "\x1b[2m"),),
        problems=(Problem("\x9b31m", "\u202e", Span("\x1bfile", 1, 1)),),
    )
    outcome = Outcome(step.id, Status.FAILED, "no\x1b[8m", 400, "id\x07")
    return Run("apply", 1, TenantName("\x1bp", "\x1bg"), plan, (outcome,), requests=Requests(1, 1))


def applied_in_part() -> Run:
    steps = _rich_steps()[2:6]
    outcomes = (
        Outcome(steps[0].id, Status.DONE, "", 201, "0a1b"),
        Outcome(steps[1].id, Status.DONE),
        Outcome(steps[2].id, Status.FAILED, "400 BadRequest: the provider is not there", 400, "2c3d"),
        Outcome(steps[3].id, Status.SKIPPED, f"waits for {steps[2].id}"),
    )
    return Run("apply", 4, PROD, Plan(steps=steps, digest="sha256:4"), outcomes, requests=Requests(20, 9))


def interrupted() -> Run:
    steps = _rich_steps()[:2]
    outcomes = (Outcome(steps[0].id, Status.DONE, "", 201, "0a"), Outcome(steps[1].id, Status.SKIPPED, "interrupted"))
    return Run("apply", 130, PROD, Plan(steps=steps), outcomes, requests=Requests(2, 2), interrupted=True)


def declined() -> Run:
    return Run("apply", 1, PROD, Plan(steps=_rich_steps()[:1]), requests=Requests(5, 1), declined=True)


def drifted() -> Run:
    differences = (
        Difference(
            GOOGLE, "missing", (Change("displayName", None, "Google"),), source=Span("manifests/google.yaml", 1, 1)
        ),
        Difference(
            APPROVAL,
            "changed",
            (
                Change("authenticationConfiguration.password", secret(), secret()),
                Change("targetUrl", "https://portal", "https://git"),
            ),
            direction="tenant",
            source=Span("manifests/approval.yaml", 6, 3),
        ),
        Difference(PARTNER, "extra", link="identityProviders", target="Facebook", direction="both"),
        Difference(PARTNER, "missing", link="identityProviders", target="Google", direction="repository"),
        Difference(PARTNER, "changed", (Change(SLOT, "legacy", "approval"),), link=SLOT, target="approval"),
        Difference(LEGACY, "extra"),
    )
    plan = Plan(differences=differences, unmanaged=(Unmanaged(Address("ApiConnector", "portal-made"), "6b1a"),))
    return Run("drift", 2, PROD, plan, requests=Requests(7, 2))


def no_drift() -> Run:
    return Run("drift", 0, PROD, requests=Requests(7, 2))


def valid() -> Run:
    return Run("validate", 0, manifests=12, files=3)


def invalid() -> Run:
    problems = (
        Problem(
            "unknown property 'dispayName'",
            "did you mean 'displayName'?",
            Span("manifests/partner.yaml", 9, 15),
            PARTNER,
        ),
        Problem("the flow is never used", span=Span("manifests/partner.yaml", 12, 1), severity=Severity.WARNING),
        Problem("nothing was found in manifests"),
    )
    return Run("validate", 1, PROD, problems=problems, manifests=1, files=3)


SAMPLES = {
    made.__name__.replace("_", "-"): made
    for made in (
        rich_plan, no_changes, one_of_each, refused, only_unknown, plan_problems, hostile, applied_in_part,
        interrupted, declined, drifted, no_drift, valid, invalid,
    )
}  # fmt: skip
