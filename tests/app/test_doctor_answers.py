"""What was found out and what `doctor` answers to it: every check in both directions, without a tenant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.app.checkup.diagnosis import diagnose
from reconciler.app.checkup.examination import probed
from reconciler.app.checkup.facts import Facts
from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.checkups import Check, Checkup, Grant, RoleNeed, Standing
from reconciler.model.errors import SignInError
from reconciler.model.live import Absent, Answer, Present, Unknown
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import Resource
from reconciler.model.secrets import Secret
from reconciler.msgraph.probe import Probe
from reconciler.msgraph.tokens import Claims
from reconciler.planning.permissions import IDS
from reconciler.reports import as_json, doctor_text
from reconciler.reports.terminal import Palette
from reconciler.settings import Auth, TenantSettings
from tests.app.unsigned import APP, TENANT

HERE = Span("manifests.yaml", 1, 1)
NOW = 1_795_000_000.0
GLOBAL = "https://graph.microsoft.com"
THERE = Present({"value": []})
NOT_B2C = Unknown("403 AADB2C: 'contoso' is not an Azure AD B2C directory.", "AADB2C", 403)
NO_EVENTS = Unknown("403: requires feature: 'EnableMsGraphAuthenticationEventListener'", "AADB2C", 403)
SHUT = Unknown("400 AADB2C99039: off", "AADB2C99039", 400)
FORBIDDEN = Unknown("403 Forbidden: No.", "AADB2C", 403)
APP_ONLY = Claims(frozenset({"APIConnectors.ReadWrite.All"}), True, APP, TENANT, GLOBAL, int(NOW) + 3600)
PERSON = replace(APP_ONLY, app_only=False)
ALLOWED = Grant("APIConnectors.ReadWrite.All", ("reading ApiConnector",), True, IDS["APIConnectors.ReadWrite.All"])
DENIED = Grant("IdentityUserFlow.ReadWrite.All", ("writing X",), False, IDS["IdentityUserFlow.ReadWrite.All"])


def tenant(graph: str = "global", method: str = "client-secret", **more: Any) -> TenantSettings:
    return TenantSettings("prod", graph, auth=Auth(method, APP), **{"tenant_id": TENANT, "type": "workforce", **more})


def declared(kind: str, **properties: Any) -> Resource:
    return Resource(Address(kind, "it"), HERE, properties=properties)


HEALTHY = Facts(
    tenant=tenant(),
    root=GLOBAL,
    kinds=load_kinds(),
    now=NOW,
    listed=("ApiConnector",),
    resources=(declared("ApiConnector"),),
    documents=1,
    files=1,
    claims=APP_ONLY,
    reached=Probe(THERE, 200, 2.0),
    answers={"ApiConnector": THERE, "B2cUserFlow": NOT_B2C, "AuthenticationEventsFlow": NO_EVENTS},
    plan=(ALLOWED,),
    apply=(ALLOWED,),
)


def check(facts: Facts, name: str) -> Check:
    (found,) = [each for each in diagnose(facts) if each.name == name]
    return found


def answered(facts: Facts, **answers: Answer) -> Facts:
    return replace(facts, answers={**facts.answers, **answers})


def test_a_healthy_tenant_has_nothing_but_good_answers() -> None:
    """Every check that applies is there, in a stable order, and each of them is ok."""
    found = tuple(diagnose(HEALTHY))
    assert [each.name for each in found] == [
        "manifests",
        "token",
        "audience",
        "tenant-id",
        "reachability",
        "clock",
        "cloud",
        "tenant-type",
        "self-service-sign-up",
        "access",
        "permissions-plan",
        "permissions-apply",
    ]
    assert [(each.name, each.detail) for each in found if each.status is not Standing.OK] == []
    assert Checkup(checks=found).exit_code == 0


@pytest.mark.parametrize(
    ("status", "code"), [(Standing.MISSING, 1), (Standing.UNKNOWN, 1), (Standing.WARNING, 0), (Standing.OK, 0)]
)
def test_what_is_missing_or_unknown_is_an_error_and_a_warning_is_none(status: Standing, code: int) -> None:
    """The exit code; an error in a manifest is one too."""
    assert Checkup(checks=(Check("clock", status, "so it is"),)).exit_code == code
    assert Checkup(problems=(Problem("wrong"),)).exit_code == 1
    assert Checkup(problems=(Problem("odd", severity=Severity.WARNING),)).exit_code == 0
    assert Checkup(stopped=64).exit_code == 64


@pytest.mark.parametrize(
    ("name", "facts", "status", "part"),
    [
        ("manifests", {"problems": (Problem("no"),)}, "missing", "1 manifest in 1 file: 1 error"),
        ("manifests", {"problems": (Problem("no", severity=Severity.WARNING),) * 2}, "warning", "2 warnings"),
        ("token", {"refused": SignInError("no token: AADSTS1", "do so"), "claims": None}, "missing", "AADSTS1"),
        ("token", {"claims": None}, "warning", "not a JSON web token"),
        ("token", {"claims": replace(APP_ONLY, ends=int(NOW) - 1)}, "missing", "it ended 2026-11-18 11:06:39 UTC"),
        ("token", {"claims": replace(APP_ONLY, ends=None)}, "ok", f"app-only, of the application {APP}"),
        ("token", {"claims": replace(PERSON, application="")}, "ok", "delegated, good until"),
        (
            "token",
            {"claims": replace(APP_ONLY, ends=int(NOW) + 60), "tenant": tenant(method="token")},
            "warning",
            "good until 2026-11-18 11:07:40 UTC only",
        ),
        ("token", {"claims": replace(APP_ONLY, ends=int(NOW) + 60)}, "ok", "good until"),
        ("audience", {"claims": replace(APP_ONLY, audience=f"{GLOBAL}/")}, "ok", "this Graph"),
        (
            "audience",
            {"claims": replace(APP_ONLY, audience="00000003-0000-0000-c000-000000000000")},
            "ok",
            "this Graph",
        ),
        (
            "audience",
            {"claims": replace(APP_ONLY, audience="https://graph.microsoft.us")},
            "missing",
            "graph.microsoft.us",
        ),
        (
            "audience",
            {"root": "http://127.0.0.1:1", "tenant": tenant("http://127.0.0.1:1")},
            "warning",
            "not for http://127.0.0.1:1",
        ),
        ("audience", {"claims": replace(APP_ONLY, audience="")}, "warning", "does not say"),
        ("tenant-id", {"tenant": tenant(tenant_id=APP)}, "missing", f"the project file says {APP}"),
        ("tenant-id", {"tenant": tenant(tenant_id=TENANT.upper())}, "ok", "as the project file says"),
        (
            "tenant-id",
            {"tenant": tenant(tenant_id="contoso.onmicrosoft.com")},
            "ok",
            "contoso.onmicrosoft.com is a name",
        ),
        ("tenant-id", {"tenant": tenant(tenant_id="")}, "ok", "names none"),
        ("tenant-id", {"claims": replace(APP_ONLY, tenant="")}, "warning", "does not say"),
        ("reachability", {"reached": None}, "unknown", "not asked"),
        ("reachability", {"reached": Probe(Unknown("no connection: x"))}, "missing", "no connection: x"),
        ("reachability", {"reached": Probe(Unknown("401 no", status=401), 401)}, "missing", "401 no"),
        ("reachability", {"reached": Probe(Unknown("429 slow", status=429), 429)}, "unknown", "429 slow"),
        ("reachability", {"reached": Probe(Unknown("503 down", status=503), 503)}, "unknown", "503 down"),
        ("reachability", {"reached": Probe(FORBIDDEN, 403)}, "ok", "answers"),
        ("clock", {"reached": None}, "unknown", "has not told"),
        ("clock", {"reached": Probe(THERE, 200)}, "warning", "no date"),
        ("clock", {"reached": Probe(THERE, 200, 299.0)}, "ok", "less than 5 minutes"),
        ("clock", {"reached": Probe(THERE, 200, 3600.0)}, "warning", "60 minutes ahead of"),
        ("clock", {"reached": Probe(THERE, 200, -400.0)}, "warning", "7 minutes behind"),
        ("cloud", {"tenant": tenant("usgov")}, "missing", "usgov has no ApiConnector"),
        (
            "cloud",
            {
                "tenant": tenant("usgov"),
                "resources": (),
                "problems": (Problem("no", about=Address("ApiConnector", "x")),),
            },
            "missing",
            "usgov has no ApiConnector",
        ),
        ("cloud", {"tenant": tenant("china")}, "ok", "china has every kind"),
        ("cloud", {"tenant": tenant("https://graph.example.com")}, "warning", "an address of its own"),
        ("cloud", {"tenant": tenant("embedded")}, "ok", "embedded"),
        ("permissions-plan", {"plan": ()}, "ok", "need none"),
        ("permissions-plan", {"tenant": tenant("embedded")}, "ok", "the embedded tenant asks for none"),
        ("permissions-plan", {"refused": SignInError("no")}, "unknown", "no token to look into"),
        ("permissions-plan", {"claims": None}, "warning", "does not tell"),
        ("permissions-plan", {"plan": (ALLOWED, DENIED)}, "missing", "lacks IdentityUserFlow.ReadWrite.All"),
        ("permissions-apply", {"apply": (ALLOWED,)}, "ok", "the token has APIConnectors.ReadWrite.All"),
    ],
)
def test_each_question_has_its_answer(name: str, facts: dict[str, Any], status: str, part: str) -> None:
    """What is found out decides the status, and the words say it."""
    found = check(replace(HEALTHY, **facts), name)
    assert (found.status, part in found.detail, found.detail) == (status, True, found.detail)


@pytest.mark.parametrize(
    ("stated", "kinds", "b2c", "events", "status", "part"),
    [
        ("workforce", ["B2xUserFlow"], NOT_B2C, NO_EVENTS, "ok", "workforce, as the project file says"),
        (None, ["B2xUserFlow"], NOT_B2C, NO_EVENTS, "ok", "workforce, by the way Graph answers"),
        (None, ["AuthenticationEventsFlow"], NOT_B2C, THERE, "ok", "external, by the way"),
        (None, ["B2cUserFlow"], THERE, NO_EVENTS, "ok", "b2c, by the way"),
        (
            "b2c",
            ["B2cUserFlow"],
            NOT_B2C,
            NO_EVENTS,
            "missing",
            "says b2c, and Graph answers as a tenant of the type workforce",
        ),
        ("workforce", ["B2xUserFlow"], THERE, NO_EVENTS, "missing", "of the type b2c"),
        ("external", [], NOT_B2C, NO_EVENTS, "warning", "says external"),
        (None, ["B2cUserFlow"], NOT_B2C, NO_EVENTS, "missing", "of the type workforce has no B2cUserFlow"),
        ("workforce", ["AuthenticationEventsFlow"], NOT_B2C, NO_EVENTS, "missing", "has no AuthenticationEventsFlow"),
        ("external", ["B2xUserFlow"], NOT_B2C, THERE, "missing", "of the type external has no B2xUserFlow"),
        (None, ["B2xUserFlow"], FORBIDDEN, FORBIDDEN, "warning", "cannot be told"),
        (None, ["B2xUserFlow"], NOT_B2C, FORBIDDEN, "warning", "cannot be told"),
        (None, ["ApiConnector"], FORBIDDEN, FORBIDDEN, "ok", "every type of tenant"),
        (None, ["B2cUserFlow"], Absent(), Absent(), "warning", "cannot be told"),
    ],
)
def test_the_type_of_the_tenant_is_what_graph_answers_like(
    stated: str | None, kinds: list[str], b2c: Answer, events: Answer, status: str, part: str
) -> None:
    """The refusal of B2C flows is certain, that of events flows tells the other two apart."""
    facts = replace(HEALTHY, tenant=tenant(type=stated), resources=tuple(declared(kind) for kind in kinds))
    found = check(answered(facts, B2cUserFlow=b2c, AuthenticationEventsFlow=events), "tenant-type")
    assert (found.status, part in found.detail, found.detail) == (status, True, found.detail)


@pytest.mark.parametrize(
    ("answers", "turns_on", "status", "part"),
    [
        ({"ApiConnector": THERE}, False, "ok", "it is on"),
        ({"ApiConnector": SHUT}, False, "missing", "it is off, which hides ApiConnector"),
        ({"ApiConnector": SHUT}, True, "ok", "these manifests turn it on"),
        ({"ApiConnector": FORBIDDEN}, False, "unknown", "403 Forbidden: No."),
        (
            {
                "ApiConnector": FORBIDDEN,
                "AuthenticationFlowsPolicy": Present({"selfServiceSignUp": {"isEnabled": True}}),
            },
            False,
            "ok",
            "it is on",
        ),
        (
            {
                "ApiConnector": FORBIDDEN,
                "AuthenticationFlowsPolicy": Present({"selfServiceSignUp": {"isEnabled": False}}),
            },
            False,
            "missing",
            "it is off",
        ),
        ({}, False, "unknown", "not asked"),
    ],
)
def test_the_switch_shows_in_what_stands_behind_it(
    answers: dict[str, Answer], turns_on: bool, status: str, part: str
) -> None:
    """Graph's refusal of what it hides tells that it is off; else the policy itself does, where it was read."""
    policy = declared("AuthenticationFlowsPolicy", selfServiceSignUp={"isEnabled": True})
    resources = (declared("ApiConnector"), *([policy] if turns_on else []))
    found = check(replace(HEALTHY, answers=answers, resources=resources), "self-service-sign-up")
    assert (found.status, part in found.detail, found.detail) == (status, True, found.detail)


def test_without_anything_behind_it_nobody_asks_about_the_switch() -> None:
    """A listener does not need it."""
    facts = replace(HEALTHY, listed=("AuthenticationEventListener",))
    assert "self-service-sign-up" not in [each.name for each in diagnose(facts)]


@pytest.mark.parametrize(
    ("answer", "held", "status", "part"),
    [
        (FORBIDDEN, None, "missing", "ApiConnector: 403 Forbidden: No."),
        (FORBIDDEN, frozenset({"APIConnectors.ReadWrite.All"}), "missing", "ApiConnector: 403"),
        (FORBIDDEN, frozenset[str](), "ok", "nothing to add"),
        (Absent(), None, "missing", "404: Graph has no identity/apiConnectors"),
        (Unknown("503 down", status=503), None, "unknown", "503 down"),
        (SHUT, None, "ok", "nothing to add"),
    ],
)
def test_what_graph_really_lets_be_listed_is_said(
    answer: Answer, held: frozenset[str] | None, status: str, part: str
) -> None:
    """A refusal that no other check explains is missing; one that nobody understands is unknown."""
    claims = None if held is None else replace(APP_ONLY, permissions=held)
    found = check(answered(replace(HEALTHY, claims=claims), ApiConnector=answer), "access")
    assert (found.status, part in found.detail, found.detail) == (status, True, found.detail)
    assert ("it takes APIConnectors.ReadWrite.All" in found.fix) == (answer is FORBIDDEN and status == "missing")


def test_nothing_asked_is_nothing_known() -> None:
    """Without a token nothing can be said of what may be listed; without manifests there is nothing to say."""
    assert check(replace(HEALTHY, answers={}), "access").status == "unknown"
    assert check(replace(HEALTHY, listed=()), "access").status == "ok"


@pytest.mark.parametrize(
    ("facts", "fix"),
    [
        (
            {},
            "add them, then sign in again (a token keeps what it was given):"
            f" az ad app permission add --id {APP} --api 00000003-0000-0000-c000-000000000000 --api-permissions"
            " 1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171=Role 65319a09-a2be-469d-8782-f6b07debf789=Role"
            f" && az ad app permission admin-consent --id {APP}",
        ),
        (
            {"claims": PERSON},
            "add them, then sign in again (a token keeps what it was given):"
            f" az ad app permission add --id {APP} --api 00000003-0000-0000-c000-000000000000 --api-permissions"
            " c67b52c5-7c69-48b6-9d48-7b3af3ded914=Scope 281892cc-4dbf-4e3a-b6cc-b21029bb4e82=Scope"
            f" && az ad app permission admin-consent --id {APP}",
        ),
        ({"tenant": tenant("usgov")}, "add the application permissions APIConnectors.ReadWrite.All and Ident"),
        ({"tenant": tenant(method="managed-identity")}, "assign these app roles of Microsoft Graph to the managed"),
        (
            {"claims": replace(PERSON, application="04b07795-8ddb-461a-bbee-02f9e1bf7b46")},
            "sign in with an app registration of your own that has APIConnectors.ReadWrite.All and",
        ),
    ],
)
def test_what_is_lacking_comes_with_the_way_to_it(facts: dict[str, Any], fix: str) -> None:
    """One line for the public cloud; words where ids or app registrations are no help."""
    lacking = replace(HEALTHY, **facts, apply=(replace(ALLOWED, granted=False), DENIED))
    assert check(lacking, "permissions-apply").fix.startswith(fix)


def test_a_person_is_told_of_the_roles() -> None:
    """Only where somebody signed in; a role that the token does not show is worth a warning, not an error."""
    role = RoleNeed(("External ID User Flow Administrator",), ("writing B2xUserFlow",), None)
    silent = check(replace(HEALTHY, claims=PERSON, roles=(role,)), "entra-roles")
    assert (silent.status, silent.detail) == ("warning", "the token does not show External ID User Flow Administrator")
    shown = replace(PERSON, roles=frozenset({"other"}))
    without = check(replace(HEALTHY, claims=shown, roles=(replace(role, held=False),)), "entra-roles")
    assert without.detail == "the token shows no External ID User Flow Administrator"
    assert check(replace(HEALTHY, claims=PERSON, roles=(replace(role, held=True),)), "entra-roles").status == "ok"


def test_a_handful_of_reads_is_enough() -> None:
    """One for each permission, one behind the switch, and two that tell the type; fewer where these are no use."""
    kinds = load_kinds()
    everything = tuple(sorted(kinds))
    assert len(probed(everything, kinds, "global", None)) == 6
    contoso = ("ApiConnector", "AuthenticationFlowsPolicy", "B2xUserFlow", "IdentityProvider", "UserFlowAttribute")
    found = probed(contoso, kinds, "global", None)
    assert found[:4] == ("ApiConnector", "AuthenticationFlowsPolicy", "IdentityProvider", "UserFlowAttribute")
    assert found[4:] == ("B2cUserFlow", "AuthenticationEventsFlow")
    assert probed(contoso, kinds, "china", None) == found[:4]
    assert probed(("B2xUserFlow",), kinds, "global", frozenset({"IdentityUserFlow.ReadWrite.All"})) == (
        "B2xUserFlow",
        "B2cUserFlow",
    )
    assert probed((), kinds, "usgov", frozenset()) == ("AuthenticationFlowsPolicy",)


def test_the_report_says_everything_once_and_safely() -> None:
    """What a tenant or a token says cannot move the cursor; colours change nothing but colours."""
    role = RoleNeed(("A", "B"), ("reading X",), None)
    found = Checkup(
        checks=(Check("clock", Standing.WARNING, "odd\x1b[2J", "mend it"),),
        plan=(ALLOWED, replace(DENIED, needed_for=("reading X", "reading Y", "writing X", "writing Z"))),
        apply=(replace(ALLOWED, granted=None, ids=None),),
        roles=(role,),
        problems=(Problem("wrong", "right", HERE), Problem("odd", severity=Severity.WARNING)),
    )
    text = doctor_text.render(found)
    assert "\x1b" not in text
    assert "warning  clock  odd\\x1b[2J" in text
    assert "fix: mend it" in text
    assert "no   IdentityUserFlow.ReadWrite.All  281892cc-4dbf-4e3a-b6cc-b21029bb4e82" in text
    assert "for reading and writing X\n       for reading Y\n       for writing Z\n" in text
    assert "?    A or B\n       for reading X" in text
    assert "manifests.yaml:1:1: error: wrong\n  fix: right\nwarning: odd\n" in text
    assert text.endswith("Doctor: 1 to be aware of. 0 Graph requests in 0 HTTP calls.\n")
    assert "\x1b[33mwarning\x1b[0m" in doctor_text.render(found, Palette(True))
    assert doctor_text.render(Checkup(stopped=1)).endswith("Nothing was examined.\n")
    assert doctor_text.render(Checkup()) == "Everything is there. 0 Graph requests in 0 HTTP calls.\n"
    assert as_json.checkup_document(found)["roles"] == [{"anyOf": ["A", "B"], "neededFor": ["reading X"], "held": None}]


def test_a_secret_that_stands_in_facts_does_not_show() -> None:
    """Nothing of the token is kept: claims have no room for it."""
    assert "s3cret" not in repr(HEALTHY) + repr(Secret("s3cret"))
