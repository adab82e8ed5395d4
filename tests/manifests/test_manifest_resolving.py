"""Resources: what a valid manifest comes to mean."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from reconciler.kinds import load_kinds
from reconciler.manifests.compile import Manifests, Surroundings, compile_manifests
from reconciler.model.addresses import Address, Span
from reconciler.model.resources import PublicPart, Resource
from reconciler.model.secrets import Secret
from tests.emulator.embedded import pfx

HEAD = "apiVersion: userflow/v1\nkind: {}\nmetadata: {}\n"


def compiled(folder: Path, *texts: str, **around: Any) -> Manifests:
    for at, text in enumerate(texts):
        (folder / f"{at}.yaml").write_text(text)
    return compile_manifests([folder], load_kinds(), Surroundings(root=folder, **around))


def wanted(folder: Path, *texts: str, **around: Any) -> Resource:
    found = compiled(folder, *texts, **around)
    assert found.problems == ()
    return found.resources[0]


def manifest(kind: str, name: str, spec: str, more: str = "") -> str:
    return HEAD.format(kind, f"{{name: {name}}}") + more + f"spec:\n{spec}"


def test_attachments_are_apart_from_properties(tmp_path: Path) -> None:
    """An attachment is an action of its own, so it is kept apart and in the order of the page."""
    resource = wanted(
        tmp_path,
        manifest(
            "B2xUserFlow",
            "b2x_1_Partner",
            """\
  userFlowType: signuporsignin
  identityProviders: [Google, MSASignup-OAUTH]
  apiConnectorConfiguration:
    postFederationSignup: null
  userAttributeAssignments:
    - userAttribute: Shoe
      isOptional: true
    - userAttribute: email
""",
        ),
        manifest("IdentityProvider", "Google", "  type: socialIdentityProvider\n"),
    )
    assert resource.address == Address("B2xUserFlow", "Partner")
    assert resource.properties == {"userFlowType": "signUpOrSignIn"}
    assert {name: [entry.target.name for entry in entries] for name, entries in resource.links.items()} == {
        "identityProviders": ["Google", "MSASignup-OAUTH"],
        "apiConnectorConfiguration.postFederationSignup": [],
        "userAttributeAssignments": ["Shoe", "email"],
    }
    assert resource.links["userAttributeAssignments"][0].properties == {"isOptional": True}
    assert resource.links["userAttributeAssignments"][1].span == Span("0.yaml", 12, 7)


def test_a_change_points_at_the_key_that_asks_for_it(tmp_path: Path) -> None:
    """A plan names the line and column of the property in the manifest."""
    resource = wanted(tmp_path, manifest("ApiConnector", "approval", "  targetUrl: https://a.example\n"))
    assert resource.where("targetUrl") == Span("0.yaml", 5, 3)
    assert resource.where("authenticationConfiguration.username") == resource.span == Span("0.yaml", 1, 1)
    assert dict(resource.spans) == {("targetUrl",): Span("0.yaml", 5, 3)}


@pytest.mark.parametrize(
    ("kind", "name", "spec", "expected"),
    [
        ("ApiConnector", "approval", "  {}\n", "approval"),
        ("ApiConnector", "approval", "  displayName: Other\n", "Other"),
        ("UserFlowAttribute", "Shoe", "  {}\n", "Shoe"),
        ("UserFlowAttribute", "Email", "  {}\n", None),
        ("IdentityProvider", "Mail", "  type: BuiltInIdentityProvider\n", None),
        ("B2xUserFlow", "Partner", "  {}\n", None),
        ("AuthenticationFlowsPolicy", "policy", "  {}\n", None),
    ],
)
def test_an_object_is_called_what_its_manifest_is_called(
    tmp_path: Path, kind: str, name: str, spec: str, expected: str | None
) -> None:
    """Without a display name the manifest's own is used, except for what Graph has already named."""
    resource = wanted(tmp_path, manifest(kind, name, spec))
    assert resource.properties.get("displayName") == expected
    assert (("displayName",) in resource.spans) == ("displayName" in spec)


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("approval", "approval"),
        ("Approval of guests", "approval"),
        ("11111111-2222-3333-4444-55555555555A", "approval"),
        ("22222222-2222-3333-4444-555555555555", "22222222-2222-3333-4444-555555555555"),
        ("Approval", "Approval"),
    ],
)
def test_a_reference_means_a_manifest_before_anything_live(tmp_path: Path, reference: str, target: str) -> None:
    """By its name, its pinned id or its display name; what none of them bears is left for the tenant to know."""
    resource = wanted(
        tmp_path,
        manifest("B2xUserFlow", "P", f"  apiConnectorConfiguration: {{postFederationSignup: {reference}}}\n"),
        HEAD.format("ApiConnector", "{name: approval, id: 11111111-2222-3333-4444-55555555555a}")
        + "spec: {displayName: Approval of guests}\n",
    )
    (entry,) = resource.links["apiConnectorConfiguration.postFederationSignup"]
    assert entry.target == Address("ApiConnector", target)


def test_a_key_that_is_left_out_is_not_managed(tmp_path: Path) -> None:
    """`{}` says nothing, `[]` empties a list, and what is not written is nowhere in the resource."""
    resource = wanted(
        tmp_path, manifest("B2xUserFlow", "P", "  apiConnectorConfiguration: {}\n  identityProviders: []\n")
    )
    assert resource.properties == {}
    assert dict(resource.links) == {"identityProviders": ()}


CERTIFICATES = Path(__file__).parent.parent / "certificates"
LOCKED = (CERTIFICATES / "locked.pfx").read_bytes()


def secret(resource: Resource, name: str) -> Secret:
    found = resource.properties["authenticationConfiguration"][name]
    assert isinstance(found, Secret)
    return found


def connector(auth: str) -> str:
    return manifest("ApiConnector", "a", f"  authenticationConfiguration: {auth}\n")


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    """A file beside the manifest loses one newline; a certificate is read raw and travels in base64."""
    (tmp_path / "password.txt").write_bytes(b"hunter2\r\n")
    (tmp_path / "a.pfx").write_bytes(LOCKED)
    basic = "{type: basicAuthentication, username: u, password: {fromFile: password.txt}}"
    assert secret(wanted(tmp_path, connector(basic)), "password").reveal() == "hunter2"
    certificate = "{type: pkcs12Certificate, pkcs12Value: {fromFile: a.pfx}, password: {fromEnv: P}}"
    resource = wanted(tmp_path, connector(certificate), environ={"P": "open sesame"})
    assert base64.b64decode(secret(resource, "pkcs12Value").reveal()) == LOCKED
    assert secret(resource, "password").reveal() == "open sesame"
    assert secret(resource, "password").source == "environment variable P"
    assert "open sesame" not in repr(resource)
    thumbprint = "DF12573DAAD4B653BA17378EAAB06F5DC9AA8BA7"
    known = {"authenticationConfiguration.pkcs12Value": PublicPart(thumbprint, 1767225600, 2398377600)}
    assert resource.certificates == known


@pytest.mark.parametrize("words", ["cannot be opened", "holds no certificate"])
def test_a_certificate_that_cannot_be_used_is_named_before_it_is_sent(tmp_path: Path, words: str) -> None:
    """A wrong password and a file without a certificate are found here, and nothing of them is repeated."""
    content = LOCKED if words == "cannot be opened" else pfx(bare=True)
    (tmp_path / "a.pfx").write_bytes(content if isinstance(content, bytes) else base64.b64decode(content))
    auth = connector("{type: pkcs12Certificate, pkcs12Value: {fromFile: a.pfx}}")
    (problem,) = compiled(tmp_path, auth).problems
    assert words in problem.message
    assert "file a.pfx" in problem.message
    assert problem.span is not None
    assert problem.fix


def test_a_certificate_without_a_password_is_sent_with_an_empty_one(tmp_path: Path) -> None:
    """Graph wants a password with every certificate, and an empty one where there is none."""
    value = base64.b64encode((CERTIFICATES / "first.pfx").read_bytes()).decode()
    auth = "{type: PKCS12Certificate, pkcs12Value: {fromEnv: PFX}}"
    resource = wanted(tmp_path, connector(auth), environ={"PFX": value}, secrets="require")
    assert secret(resource, "password").reveal() == ""
    assert secret(resource, "pkcs12Value").reveal() == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff", "is not UTF-8 text"),
        (b"****\n", "holds what Graph shows in the place of a secret"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_secret_file_that_is_of_no_use_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    """Whoever applies learns which file is at fault and not what is in it."""
    if content is not None:
        (tmp_path / "s.txt").write_bytes(content)
    auth = connector("{type: basicAuthentication, username: u, password: {fromFile: s.txt}}")
    found = compiled(tmp_path, auth, secrets="require")
    assert [problem.message for problem in found.problems] == [f"the file 's.txt' {words}"]
    assert not secret(found.resources[0], "password").is_set
    assert compiled(tmp_path, auth, secrets="ignore").problems == ()


def test_a_file_name_that_cannot_be_one_is_a_fault(tmp_path: Path) -> None:
    """A null character in a path is reported like a missing file."""
    auth = 'authenticationConfiguration: {type: basicAuthentication, username: u, password: {fromFile: "a\\0b"}}'
    found = compiled(tmp_path, manifest("ApiConnector", "a", f"  {auth}\n"), secrets="require")
    assert [problem.message for problem in found.problems] == ["the file 'a\\x00b' cannot be read: not a file name"]


def test_what_should_be_gone_needs_no_secrets_and_no_targets(tmp_path: Path) -> None:
    """To delete an object, nobody has to supply its password or declare what it was attached to."""
    auth = "  authenticationConfiguration: {type: basicAuthentication, username: u, password: {fromEnv: UNSET}}\n"
    resource = wanted(tmp_path, manifest("ApiConnector", "a", auth, "ensure: absent\n"), secrets="require")
    assert not resource.present
    assert not secret(resource, "password").is_set
    flow = wanted(
        tmp_path, manifest("B2xUserFlow", "P", "  identityProviders: [x]\n", "ensure: absent\n"), offline=True
    )
    assert flow.links == {}


def test_a_variable_is_put_in_once(tmp_path: Path) -> None:
    """What a variable brings is text and nothing more, and a doubled `$` is a way to write one literally."""
    text = manifest(
        "UserFlowAttribute", "${var.a}-attribute", "  description: a ${var.a} $${var.a} ${var.b}\n"
    ).replace("{name: ${var.a}-attribute}", '{name: "${var.a}-attribute"}')
    resource = wanted(tmp_path, text, variables={"a": "${var.b}", "b": "x"})
    assert resource.address.name == "${var.b}-attribute"
    assert resource.properties["description"] == "a ${var.b} ${var.a} x"


def test_a_pinned_object_keeps_its_pin(tmp_path: Path) -> None:
    """The pin is how an adopted or renamed object is found."""
    text = HEAD.format("ApiConnector", "{name: a, id: abc}") + "spec: {}\n"
    assert wanted(tmp_path, text).pin == "abc"


def test_a_faulty_document_does_not_hide_the_good_ones(tmp_path: Path) -> None:
    """Every resource that can be made is made, beside every fault."""
    found = compiled(tmp_path, "a: [\n", manifest("ApiConnector", "a", "  {}\n"), "kind: Project\n")
    assert [str(each.address) for each in found.resources] == ["ApiConnector/a"]
    assert (found.documents, len(found.problems)) == (1, 1)
    twice = HEAD.format("ApiConnector", "{name: a, name: b}") + "spec: {}\n"
    assert compiled(tmp_path, twice, "---", "---").resources == ()
