"""The project file: what is found, what it means, and what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.model.errors import InvalidManifestsError, SignInError, UsageError
from reconciler.model.policy import Limit
from reconciler.model.secrets import Secret
from reconciler.settings import (
    Limits,
    auth_certificate,
    auth_secret,
    choose_tenant,
    find_project,
    load_project,
)

HEAD = "apiVersion: reconciler/v1\nkind: Project\n"
TENANTS = """\
tenants:
  local: {graph: embedded}
  prod:
    graph: Global
    tenantId: contoso.onmicrosoft.com
    type: workforce
    auth: {method: client-secret, clientId: "42", clientSecret: {fromEnv: PROD_SECRET}}
    limits: {requestsPerMinute: 60}
    variables: {apiHost: https://api.contoso.com}
  token:
    graph: http://127.0.0.1:8787
    auth: {method: token, token: {fromFile: secrets/token.txt}}
  file:
    graph: usgov
    auth: {method: client-certificate, clientId: "42", certificate: {fromFile: app.pfx}, password: {fromEnv: PFX}}
  pem:
    graph: china
    auth: {method: client-certificate, clientId: "42", certificate: {fromEnv: PEM}}
  cloud:
    graph: usgov-dod
    auth: {method: managed-identity}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "reconciler.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidManifestsError) as caught:
        load_project(write(folder, text))
    return [
        f"{problem.span.line if problem.span else 0}: {problem.message} | {problem.fix}"
        for problem in caught.value.problems
    ]


def test_the_nearest_project_file_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is run in a subfolder works on the project around it."""
    outer, inner = write(tmp_path, ""), tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_project(inner) == outer
    nearer = write(tmp_path / "a", "")
    monkeypatch.chdir(inner)
    assert find_project(Path()) == nearer


def test_a_folder_without_a_project_file_has_no_project(tmp_path: Path) -> None:
    """Nothing is guessed where no project file is; a folder of that name is none."""
    (tmp_path / "reconciler.yaml").mkdir()
    assert find_project(tmp_path) is None


def test_a_project_file_that_says_nothing_has_the_defaults(tmp_path: Path) -> None:
    """Manifests are in `manifests`, and the guards are on."""
    project = load_project(write(tmp_path, ""))
    assert project.manifests == (project.root / "manifests",)
    assert (project.guards.max_deletes, project.guards.max_updates) == (Limit(30, True), Limit(50, True))
    assert (project.guards.protect, project.ignore, dict(project.tenants)) == ((), (), {})


def test_everything_that_is_written_arrives(tmp_path: Path) -> None:
    """Guards, ignored fields, manifests and the default tenant mean what they say."""
    text = """\
manifests: [one, two/three.yaml]
defaultTenant: prod
guards: {maxDeletes: 5, maxUpdates: 10%, protect: [B2xUserFlow/Partner, "*/Legacy"]}
ignore:
  - {object: ApiConnector/legacy, field: targetUrl, reason: theirs, until: 2027-03-31}
  - {object: ApiConnector/legacy, field: displayName, reason: theirs}
"""
    project = load_project(write(tmp_path, text + TENANTS))
    assert project.manifests == (project.root / "one", project.root / "two/three.yaml")
    assert (project.guards.max_deletes, project.guards.max_updates) == (Limit(5), Limit(10, True))
    assert project.guards.protect == ("B2xUserFlow/Partner", "*/Legacy")
    assert [rule.until for rule in project.ignore] == [date(2027, 3, 31), None]
    prod = choose_tenant(project, None)
    assert (prod.name, prod.graph, prod.tenant_id, prod.type) == (
        "prod",
        "global",
        "contoso.onmicrosoft.com",
        "workforce",
    )
    assert prod.variables == {"apiHost": "https://api.contoso.com"}
    assert prod.limits == Limits(60, 8)


def test_the_embedded_tenant_is_not_paced_unless_asked(tmp_path: Path) -> None:
    """Nobody waits for a quota that a tenant in the same process does not have."""
    project = load_project(write(tmp_path, TENANTS))
    assert choose_tenant(project, "local").limits.requests_per_minute is None
    assert choose_tenant(project, "token").limits == Limits(180, 8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "defaultTenant: prd\ntenants: {prod: {graph: global}}\n",
            "3: there is no tenant 'prd' | did you mean 'prod'?",
        ),
        ("defaultTenant: x\ntenants: {prod: {graph: global}}\n", "3: there is no tenant 'x' | use 'prod'"),
        ("defaultTenant: x\n", "3: there is no tenant 'x' | add it to 'tenants'"),
        ("guards: {protect: [ApiConector/a]}\n", "3: there is no kind 'ApiConector' | did you mean 'ApiConnector'?"),
        (
            "ignore: [{object: B2xUserflow/a, field: a, reason: a}]\n",
            "3: there is no kind 'B2xUserflow' | did you mean 'B2xUserFlow'?",
        ),
        (
            "ignore: [{object: '*/a', field: a, reason: a, until: 2027-02-30}]\n",
            "3: the calendar has no '2027-02-30' | write the last day that still counts",
        ),
        ("---\nkind: Other\n", "4: a project file has one document | remove what follows the second '---'"),
    ],
)
def test_what_names_nothing_is_a_fault(tmp_path: Path, text: str, expected: str) -> None:
    """A rule or a default that could never apply is refused at its place, with the likely meaning."""
    assert faults(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tenants: {a: {graph: http://graph.example.com}}\n", "http is for loopback"),
        ("tenants: {a: {graph: moon}}\n", "expected embedded, global"),
        ("tenants: {a: {graph: global, limits: {concurrency: 0}}}\n", "at least 1"),
        ("tenants: {a: {graph: global, auth: {method: token}}}\n", "token"),
        ("tenants: {a: {graph: global, auth: {method: token, token: s3cr3t}}}\n", "fromEnv"),
        ("guards: {maxDeletes: many}\n", "percentage"),
        ("guards: {protect: [Partner]}\n", "KIND/NAME"),
        ("tennants: {}\n", "did you mean 'tenants'?"),
        ("a: b: c\n", "not YAML"),
    ],
)
def test_every_fault_has_a_place_and_words(tmp_path: Path, text: str, part: str) -> None:
    """What a schema can see is refused too, and a secret that was written down is not repeated."""
    (found,) = faults(tmp_path, text)
    assert found.startswith("3: ")
    assert part in found
    assert "s3cr3t" not in found


def test_an_empty_project_file_says_how_to_begin(tmp_path: Path) -> None:
    """An empty file is a fault with the first two lines as its fix."""
    path = tmp_path / "reconciler.yaml"
    path.touch()
    with pytest.raises(InvalidManifestsError) as caught:
        load_project(path)
    assert caught.value.problems[0].message == "reconciler.yaml is empty"


def test_a_project_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """Naming a missing file is a fault with its path."""
    with pytest.raises(InvalidManifestsError) as caught:
        load_project(tmp_path / "nowhere.yaml")
    assert "cannot read the file" in caught.value.problems[0].message


@pytest.mark.parametrize(
    ("text", "name", "message", "fix"),
    [
        ("", None, "no tenant named", "add one to 'tenants' in reconciler.yaml"),
        (
            "tenants: {a: {graph: global}, b: {graph: global}}\n",
            None,
            "no tenant named",
            "add --tenant with 'a' or 'b', or set 'defaultTenant' in reconciler.yaml",
        ),
        ("tenants: {prod: {graph: global}}\n", "prd", "there is no tenant 'prd'", "did you mean 'prod'?"),
        (
            "tenants: {prod: {graph: global}}\n",
            "x",
            "there is no tenant 'x'",
            "add --tenant with 'prod', or set 'defaultTenant' in reconciler.yaml",
        ),
    ],
)
def test_no_tenant_is_ever_guessed(tmp_path: Path, text: str, name: str | None, message: str, fix: str) -> None:
    """Without a name that exists, a command stops as wrong usage and lists what there is."""
    with pytest.raises(UsageError) as caught:
        choose_tenant(load_project(write(tmp_path, text)), name)
    assert (caught.value.message, caught.value.fix, caught.value.exit_code) == (message, fix, 64)


def test_secrets_are_read_when_they_are_needed(tmp_path: Path) -> None:
    """Loading a project reads no secret; signing in reads the one of its tenant, relative to the project file."""
    project = load_project(write(tmp_path, TENANTS))
    (project.root / "secrets").mkdir()
    (project.root / "secrets/token.txt").write_text("eyJ0\r\n", encoding="utf-8")
    tokens = auth_secret(project.tenants["token"], {})
    assert tokens == Secret("eyJ0")
    assert auth_secret(project.tenants["prod"], {"PROD_SECRET": "s"}) == Secret("s")
    assert auth_secret(project.tenants["cloud"], {}) is None
    assert auth_certificate(project.tenants["cloud"], {}) is None


def test_a_certificate_is_a_file_or_a_variable(tmp_path: Path) -> None:
    """A certificate file may be binary and is handed on as a path; its password is the secret."""
    project = load_project(write(tmp_path, TENANTS))
    assert auth_certificate(project.tenants["file"], {}) == project.root / "app.pfx"
    assert auth_secret(project.tenants["file"], {"PFX": "p"}) == Secret("p")
    assert auth_certificate(project.tenants["pem"], {"PEM": "-----BEGIN"}) == Secret("-----BEGIN")
    assert auth_secret(project.tenants["pem"], {}) is None


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_gives_a_secret_without_a_value(tmp_path: Path, value: str | None) -> None:
    """Whoever needs the value can say which variable to set; an empty one is not set."""
    project = load_project(write(tmp_path, TENANTS))
    secret = auth_secret(project.tenants["prod"], {} if value is None else {"PROD_SECRET": value})
    assert secret is not None
    assert (secret.is_set, secret.source) == (False, "environment variable PROD_SECRET")


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), (b"\xff\xfe", "not UTF-8")])
def test_a_secret_file_that_cannot_be_read_is_no_sign_in(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """The file is named and its content is not."""
    project = load_project(write(tmp_path, TENANTS))
    if content is not None:
        (project.root / "secrets").mkdir()
        (project.root / "secrets/token.txt").write_bytes(content)
    with pytest.raises(SignInError, match=reason):
        auth_secret(project.tenants["token"], {})


def test_a_tenant_without_sign_in_says_what_to_add(tmp_path: Path) -> None:
    """A tenant on the network cannot be reached without 'auth', and that is wrong usage."""
    project = load_project(write(tmp_path, "tenants: {prod: {graph: global}}\n"))
    with pytest.raises(UsageError, match="has no 'auth'"):
        auth_secret(project.tenants["prod"], {})
