"""Actions as requests and answers as attachments, without anybody to send them to."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from reconciler.execution.changes import in_order
from reconciler.execution.creates import meant
from reconciler.execution.links import attached, differing
from reconciler.execution.requests import filled, named, write_for
from reconciler.execution.results import StepError
from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, IdOf
from reconciler.model.kinds import Version
from reconciler.model.plans import DEFAULTS, AnyAction, Attach, Create, Delete, Detach, Reorder, Update
from reconciler.model.secrets import Secret
from reconciler.model.tenant import Write
from reconciler.model.values import Tree, Value

KINDS = load_kinds()
ROOT = "https://graph.microsoft.com"
FLOW = Address("B2xUserFlow", "Partner")
GOOGLE = Address("IdentityProvider", "Google")
HOBBY = Address("UserFlowAttribute", "Hobby")
SIZE = Address("UserFlowAttribute", "Size")
APPROVAL = Address("ApiConnector", "approval")
POLICY = Address("AuthenticationFlowsPolicy", "AuthenticationFlowsPolicy")
IDS = {FLOW: "B2X_1_Partner", GOOGLE: "Google-OAUTH", HOBBY: "extension_1_Hobby", SIZE: "a/b ?#", APPROVAL: "c-1"}
OBJECT = "identity/b2xUserFlows/B2X_1_Partner"
ASSIGNMENTS = f"{OBJECT}/userAttributeAssignments"
SLOT = "apiConnectorConfiguration.postFederationSignup"

WRITES: list[tuple[AnyAction, Write]] = [
    (Create(address=FLOW, body={"id": "Partner"}), Write("POST", "identity/b2xUserFlows", body={"id": "Partner"})),
    (
        Create(address=APPROVAL, body={"a": (IdOf(FLOW), {"b": [IdOf(GOOGLE)]}), "c": None}),
        Write("POST", "identity/apiConnectors", body={"a": ["B2X_1_Partner", {"b": ["Google-OAUTH"]}], "c": None}),
    ),
    (Update(address=APPROVAL, body={"a": 1}), Write("PATCH", "identity/apiConnectors/c-1", body={"a": 1})),
    (Update(address=POLICY, body={"a": 1}), Write("PATCH", "policies/authenticationFlowsPolicy", body={"a": 1})),
    (
        Update(address=FLOW, link="userAttributeAssignments", target=SIZE, body={"isOptional": True}),
        Write("PATCH", f"{ASSIGNMENTS}/a%2Fb%20%3F%23", body={"isOptional": True}),
    ),
    (Delete(address=SIZE), Write("DELETE", "identity/userFlowAttributes/a%2Fb%20%3F%23")),
    (
        Attach(address=FLOW, link="identityProviders", target=GOOGLE),
        Write(
            "POST",
            f"{OBJECT}/userFlowIdentityProviders/$ref",
            Version.BETA,
            {"@odata.id": f"{ROOT}/beta/identity/identityProviders/Google-OAUTH"},
        ),
    ),
    (
        Attach(address=FLOW, link=SLOT, target=APPROVAL),
        Write(
            "PUT",
            f"{OBJECT}/apiConnectorConfiguration/postFederationSignup/$ref",
            body={"@odata.id": f"{ROOT}/v1.0/identity/apiConnectors/c-1"},
        ),
    ),
    (
        Attach(address=FLOW, link="userAttributeAssignments", target=HOBBY, body={"isOptional": True}),
        Write("POST", ASSIGNMENTS, body={"isOptional": True, "userAttribute": {"id": "extension_1_Hobby"}}),
    ),
    (
        Detach(address=FLOW, link="identityProviders", target=GOOGLE),
        Write("DELETE", f"{OBJECT}/userFlowIdentityProviders/Google-OAUTH/$ref", Version.BETA),
    ),
    (
        Detach(address=FLOW, link=SLOT, target=Address("ApiConnector", "nobody knows its id")),
        Write("PUT", f"{OBJECT}/apiConnectorConfiguration/postFederationSignup/$ref", body={}),
    ),
    (
        Detach(address=FLOW, link="userAttributeAssignments", target=HOBBY),
        Write("DELETE", f"{ASSIGNMENTS}/extension_1_Hobby"),
    ),
    (
        Reorder(address=FLOW, link="userAttributeAssignments", order=(SIZE, HOBBY)),
        Write(
            "POST",
            f"{ASSIGNMENTS}/setOrder",
            body={"newAssignmentOrder": {"order": ["a/b ?#", "extension_1_Hobby"]}},
        ),
    ),
]


@pytest.mark.parametrize(("action", "write"), WRITES, ids=lambda each: getattr(each, "method", None))
def test_each_action_is_the_request_that_graph_documents(action: AnyAction, write: Write) -> None:
    """Method, path, version and body are those of the reference; ids are escaped, references are whole URLs."""
    assert write_for(action, KINDS, IDS, ROOT) == write


def test_a_body_is_not_changed_by_being_filled() -> None:
    """A plan can be carried out twice: rendering leaves it as it was, and secrets stay secrets."""
    secret = Secret("x", "environment variable X")
    body: Tree = MappingProxyType[str, Value]({"a": MappingProxyType[str, Value]({"b": IdOf(FLOW)}), "s": secret})
    assert filled(body, IDS) == {"a": {"b": "B2X_1_Partner"}, "s": secret}
    assert body["a"]["b"] == IdOf(FLOW)


def test_an_unknown_id_and_an_unset_secret_are_said_before_anything_is_sent() -> None:
    """The words name the object, and the variable."""
    with pytest.raises(StepError, match="no id is known for ApiConnector/x"):
        filled({"a": [IdOf(Address("ApiConnector", "x"))]}, IDS)
    with pytest.raises(StepError) as error:
        filled({"a": [Secret(None, "environment variable X")]}, IDS)
    assert error.value.detail == "the secret from environment variable X is not set"


def test_an_action_names_what_must_be_there_for_it() -> None:
    """Its object, its target and every id in its body; a create does not need itself."""
    assert named(Create(address=FLOW, body={"a": [IdOf(GOOGLE), {"b": IdOf(HOBBY)}], "c": 1})) == (GOOGLE, HOBBY)
    assert named(Attach(address=FLOW, link=SLOT, target=APPROVAL)) == (FLOW, APPROVAL)
    assert named(Detach(address=FLOW, link=SLOT, target=Address("ApiConnector", DEFAULTS))) == (FLOW,)
    assert named(Reorder(address=FLOW, link="x", order=(HOBBY, SIZE))) == (FLOW, HOBBY, SIZE)


def test_what_is_attached_is_told_by_ids_in_any_case() -> None:
    """Graph spells ids as it likes; an item without one, and a slot that is empty, attach nothing."""
    kind = KINDS["B2xUserFlow"]
    providers = attached(kind.link("identityProviders"), [{"id": "Facebook-OAuth"}, {"displayName": "no id"}, None])
    assert {name: each.id for name, each in providers.items()} == {"facebook-oauth": "Facebook-OAuth"}
    entries = [{"id": "Old", "userAttribute": {"id": "City"}}, {"id": "Email"}]
    assert list(attached(kind.link("userAttributeAssignments"), entries)) == ["city", "email"]
    slot = kind.link(SLOT)
    empty: list[object] = [{}, {"postFederationSignup": None}, [], None, {"value": {"postFederationSignup": None}}]
    for body in empty:
        assert attached(slot, body) == {}
    assert list(attached(slot, {"value": {"postFederationSignup": {"id": "C-1"}}})) == ["c-1"]


@pytest.mark.parametrize(
    ("wanted", "item", "differs"),
    [
        ({"userInputType": "textBox"}, {"userInputType": "TextBox"}, False),
        ({"userAttributeValues": []}, {}, False),
        ({"userAttributeValues": ()}, {"userAttributeValues": None}, False),
        ({"displayName": "a"}, {"displayName": "A"}, True),
        ({"isOptional": False}, {"isOptional": True}, True),
        ({"isOptional": False}, {}, True),
        (
            {"userAttributeValues": [{"name": "a", "isDefault": False}]},
            {"userAttributeValues": [{"@odata.type": "x", "name": "a", "isDefault": False}]},
            False,
        ),
        ({"userAttributeValues": [{"name": "a"}]}, {"userAttributeValues": [{"name": "b"}]}, True),
        ({"more": "a"}, {"more": "A"}, True),
    ],
)
def test_an_entry_differs_only_where_graph_would_notice(
    wanted: dict[str, object], item: dict[str, object], differs: bool
) -> None:
    """Spellings of one word, and the ways of saying nothing, are the same."""
    link = KINDS["B2xUserFlow"].link("userAttributeAssignments")
    assert differing(link, wanted, item) == (wanted if differs else {})


def test_what_nobody_manages_stays_behind_in_its_present_order() -> None:
    """An order says where the listed ones go, and nothing about the others."""
    assert in_order(["b", "A"], ["x", "a", "y", "b"]) == ["b", "A", "x", "y"]


def test_a_lost_create_is_recognised_by_what_it_was_to_be_called() -> None:
    """By name; a provider also by its type; never an object that Graph made itself."""
    google = Create(address=GOOGLE, body={"displayName": "Google", "identityProviderType": "Google"})
    live = {"id": "Google-OAUTH", "identityProviderType": "google", "@odata.type": "#microsoft.graph.x"}
    assert [each.id for each in meant(KINDS["IdentityProvider"], google, [live, {"no": "id"}])] == ["Google-OAUTH"]
    hobby = Create(address=HOBBY, body={"displayName": "Hobby"})
    items = [
        {"id": "extension_1_Hobby", "displayName": "Hobby", "userFlowAttributeType": "custom"},
        {"id": "x", "displayName": "Hobby", "userFlowAttributeType": "builtIn"},
    ]
    assert [each.id for each in meant(KINDS["UserFlowAttribute"], hobby, items)] == ["extension_1_Hobby"]
    assert meant(KINDS["UserFlowAttribute"], hobby, {"value": items[0]})[0].properties["displayName"] == "Hobby"
    flow = Create(address=FLOW, body={"id": "Partner"})
    assert [each.id for each in meant(KINDS["B2xUserFlow"], flow, [{"id": "b2x_1_partner"}])] == ["b2x_1_partner"]
