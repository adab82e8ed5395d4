"""Every way to sign in, by msal itself, at a sign-in service that checks what it is shown."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from reconciler.emulator import EmbeddedTransport, Profile
from reconciler.model.errors import SignInError, UsageError
from reconciler.model.live import Need, Present
from reconciler.model.secrets import Secret
from reconciler.msgraph import Connection, TokenSource, connect
from reconciler.msgraph.auth_federation import Federation
from reconciler.msgraph.certificates import credential_of
from reconciler.msgraph.clouds import CLOUDS
from tests.msgraph.sign_in_place import (
    CLIENT,
    CLUSTER,
    CONNECTION,
    GITHUB,
    IDENTITY,
    MAIN,
    POD,
    ROOT,
    SECRET,
    Credentials,
    Place,
    canned,
    certificate_of,
    claims,
    get,
    private,
)

FLOWS = Need("identity/b2xUserFlows")


def read(place: Place, source: TokenSource) -> Any:
    """What the tenant's Graph answers to a token of that source."""

    async def conversation() -> Any:
        connection = Connection("http://localhost", source, None)
        async with connect(connection, transport=EmbeddedTransport(place.app)) as graph:
            return (await graph.read([FLOWS]))[FLOWS]

    return asyncio.run(conversation())


def refused(source: TokenSource) -> SignInError:
    """The error of a sign-in that fails, without the secret in it."""
    with pytest.raises(SignInError) as caught:
        get(source)
    assert SECRET not in f"{caught.value} {caught.value.fix}"
    assert caught.value.fix
    return caught.value


def test_a_client_secret_signs_in(place: Place) -> None:
    """The token is for this tenant, app and cloud, has the app's permissions, and Graph takes it."""
    source = place.source("client-secret", secret=Secret(SECRET))
    assert isinstance(read(place, source), Present)
    said = claims(get(source))
    assert (said["aud"], said["appid"], said["tid"]) == (ROOT, CLIENT, place.service.profile.tenant_id)
    assert said["roles"] == ["IdentityUserFlow.ReadWrite.All"]
    assert place.service.granted == 1


@pytest.mark.parametrize(
    ("told", "code", "setting"),
    [
        ({"secret": Secret("its-id-and-not-its-value")}, "AADSTS7000215", "clientSecret"),
        ({"secret": Secret("old-s3cret")}, "AADSTS7000222", "clientSecret"),
        ({"client": "someone-else"}, "AADSTS700016", "clientId"),
        ({"tenant": "fabrikam.onmicrosoft.com"}, "AADSTS90002", "tenantId"),
        ({"root": "https://graph.microsoft.us"}, "AADSTS500011", "graph"),
    ],
)
def test_a_secret_that_does_not_fit_names_the_setting(
    place: Place, told: dict[str, Any], code: str, setting: str
) -> None:
    """Each refusal has Entra's code and the setting to change; an unknown tenant too, of which msal only hints."""
    error = refused(place.source("client-secret", **{"secret": Secret(SECRET), **told}))
    assert error.code == code
    assert f"{code}: " in error.message
    assert f"'{setting}'" in error.fix


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_a_certificate_signs_in_whatever_holds_it(
    place: Place, credentials: Credentials, tmp_path: Path, form: str, locked: bool
) -> None:
    """PEM and PFX, locked or not, in a file or a variable; what it signs is checked with its public part."""
    material = getattr(credentials, form)(b"pw" if locked else b"")
    (tmp_path / form).write_bytes(material)
    text = material.decode() if form == "pem" else base64.b64encode(material).decode()
    for held in (tmp_path / form, Secret(text)):
        source = place.source("client-certificate", certificate=held, secret=Secret("pw") if locked else None)
        assert claims(get(source))["appid"] == CLIENT


def test_a_certificate_that_the_app_does_not_know_is_refused(place: Place, credentials: Credentials) -> None:
    """It is to be uploaded."""
    error = refused(place.source("client-certificate", certificate=Secret(credentials.stranger().decode())))
    assert error.code == "AADSTS700027"
    assert "upload the public part of 'certificate'" in error.fix


def test_a_certificate_under_another_ones_name_is_refused(place: Place, credentials: Credentials) -> None:
    """A signature that the registered certificate does not verify is no proof, whatever the header says."""
    material = credential_of(Secret(credentials.pem().decode()), None)
    material["private_key"] = private(credentials.other).decode()
    from reconciler.msgraph import auth

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "credential_of", lambda *_: material)
        error = refused(place.source("client-certificate", certificate=Secret("-")))
    assert error.code == "AADSTS700027"
    assert "does not match" in error.message


def test_a_key_that_is_not_rsa_is_told_before_anybody_is_asked() -> None:
    """Entra takes no other."""
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(SignInError, match="not an RSA key"):
        credential_of(Secret((private(key) + certificate_of(key).public_bytes(Encoding.PEM)).decode()), None)  # type: ignore[arg-type]


def test_a_clock_that_is_wrong_is_told(place: Place, credentials: Credentials) -> None:
    """An assertion from the past is refused, and the fix is the clock."""
    place.clock.ahead = 3600.0
    error = refused(place.source("client-certificate", certificate=Secret(credentials.pem().decode())))
    assert error.code == "AADSTS700024"
    assert "clock" in error.fix


def test_a_file_with_a_federated_token_signs_in(place: Place, tmp_path: Path) -> None:
    """The file of the project file, read again for each new token: whoever writes it renews it."""
    file = tmp_path / "token"
    file.write_text(place.service.federated(CLUSTER, POD) + "\n")
    environ = {"AZURE_FEDERATED_TOKEN_FILE": "/nowhere", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://nowhere.example"}
    source = place.source("workload-identity", federation=Federation(file), environ=environ)
    first = get(source)
    place.clock.ahead = 400.0
    file.write_text(place.service.federated(CLUSTER, POD))
    assert get(source, rejected=first) != first
    assert isinstance(read(place, source), Present)


def test_a_pod_is_told_everything_by_its_cluster(place: Place, tmp_path: Path) -> None:
    """On AKS the environment names file, app, tenant and authority; a known cloud keeps its own authority."""
    file = tmp_path / "token"
    file.write_text(place.service.federated(CLUSTER, POD))
    environ = {
        "AZURE_FEDERATED_TOKEN_FILE": str(file),
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": place.service.profile.tenant_id,
        "AZURE_AUTHORITY_HOST": f"{place.url}/",
    }
    bare = {"client": "", "tenant": "", "authority": "", "environ": environ}
    assert claims(get(place.source("workload-identity", root="http://127.0.0.1:1", **bare)))["appid"] == CLIENT
    with pytest.raises(UsageError, match="needs 'clientId'"):
        place.source("workload-identity", client="", environ={})


def test_a_github_job_signs_in(place: Place) -> None:
    """Its federated token is asked for with the audience that Entra wants."""
    source = place.source("workload-identity", environ=github(place))
    assert isinstance(read(place, source), Present)


def github(place: Place) -> dict[str, str]:
    url = f"{place.url}/oidc/github?api-version=2.0"
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "github-request"}


@pytest.mark.parametrize(
    ("cloud", "audience"),
    [
        ("global", "api://AzureADTokenExchange"),
        ("usgov", "api://AzureADTokenExchangeUSGov"),
        ("usgov-dod", "api://AzureADTokenExchangeUSGov"),
        ("china", "api://AzureADTokenExchangeChina"),
    ],
)
def test_the_audience_follows_the_cloud(place: Place, cloud: str, audience: str) -> None:
    """GitHub is asked for a token that the cloud's own Entra takes; what else its address asks stays."""
    with canned((200, "application/json", '{"value": "x"}')) as server:
        url = f"{server.url}/token?api-version=2.0"
        environ = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
        refused(place.source("workload-identity", root=CLOUDS[cloud].root, environ=environ))
    ((asked, headers),) = server.asked
    assert asked == f"GET /token?api-version=2.0&audience={audience.replace(':', '%3A').replace('/', '%2F')}"
    assert headers["authorization"] == "Bearer t"


@pytest.mark.parametrize("named", ["setting", "variable"])
def test_an_azure_devops_job_signs_in(place: Place, named: str) -> None:
    """By the service connection of the project file, or that which the Azure tasks tell their scripts."""
    environ = {"SYSTEM_OIDCREQUESTURI": f"{place.url}/oidc/azure-devops", "SYSTEM_ACCESSTOKEN": "devops-request"}
    told = Federation(service_connection=CONNECTION) if named == "setting" else Federation()
    if named == "variable":
        environ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] = CONNECTION
    source = place.source("workload-identity", federation=told, environ=environ)
    assert isinstance(read(place, source), Present)


@pytest.mark.parametrize(
    ("environ", "words", "fix"),
    [
        ({}, "no federated token to sign in with here", "id-token: write"),
        ({}, "no federated token", "SYSTEM_ACCESSTOKEN"),
        ({}, "no federated token", "azure.workload.identity/use"),
        ({}, "no federated token", "'auth.tokenFile'"),
        ({"GITHUB_ACTIONS": "true"}, "no federated token", "id-token: write"),
        ({"TF_BUILD": "True"}, "no federated token", "'auth.serviceConnectionId'"),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "no federated token", "label the pod"),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/nowhere"}, "/nowhere cannot be read: No such file", "_TOKEN_FILE"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x.example"}, "_REQUEST_TOKEN is not", "id-token: write"),
        ({"SYSTEM_OIDCREQUESTURI": "https://x.example"}, "SYSTEM_ACCESSTOKEN is not", "$(System.AccessToken)"),
        (
            {"SYSTEM_OIDCREQUESTURI": "https://x.example", "SYSTEM_ACCESSTOKEN": "t"},
            "wants to know the service connection",
            "'auth.serviceConnectionId'",
        ),
        (
            {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://x.example", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"},
            "not an https URL",
            "as the pipeline sets it",
        ),
        (
            {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://a:b", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"},
            "not a URL",
            "as the pipeline sets it",
        ),
    ],
)
def test_a_workload_without_a_federated_token_hears_what_to_set(
    place: Place, environ: dict[str, str], words: str, fix: str
) -> None:
    """In each of the three places it is something else, and somewhere else all of it is told."""
    error = refused(place.source("workload-identity", environ=environ))
    assert words in error.message
    assert fix in error.fix


def test_a_pipeline_that_gives_no_token_is_told_without_repeating_it(place: Place, tmp_path: Path) -> None:
    """A wrong request token, another connection, an empty file: neither request token nor answer is shown."""
    wrong = github(place) | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "gh-s3cret"}
    error = refused(place.source("workload-identity", environ=wrong))
    assert error.message == "no token: GitHub gave no federated token (HTTP 401)"
    devops = {"SYSTEM_OIDCREQUESTURI": f"{place.url}/oidc/azure-devops", "SYSTEM_ACCESSTOKEN": "devops-request"}
    source = place.source("workload-identity", federation=Federation(service_connection="no"), environ=devops)
    assert "Azure DevOps gave no federated token" in refused(source).message
    with canned((200, "application/json", '{"value": {"hidden": "t0ken"}}')) as server:
        odd = {"ACTIONS_ID_TOKEN_REQUEST_URL": server.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "gh-s3cret"}
        message = refused(place.source("workload-identity", environ=odd)).message
    assert "t0ken" not in message
    assert "gh-s3cret" not in message
    (tmp_path / "empty").write_text("\n")
    assert "is empty" in refused(place.source("workload-identity", federation=Federation(tmp_path / "empty"))).message


@pytest.mark.parametrize(
    ("token", "code", "word"),
    [
        ((GITHUB, "repo:contoso/flows:pull_request"), "AADSTS700213", "subject"),
        ((GITHUB, MAIN.upper()), "AADSTS7002138", "upper and lower case"),
        ((GITHUB, MAIN, "api://elsewhere"), "AADSTS700212", "audience"),
        (("https://gitlab.example", MAIN), "AADSTS700211", "issuer"),
    ],
)
def test_a_federated_token_that_fits_no_credential_says_what_differs(
    place: Place, tmp_path: Path, token: tuple[str, str] | tuple[str, str, str], code: str, word: str
) -> None:
    """Issuer, subject and audience must be those of the federated credential."""
    (tmp_path / "token").write_text(place.service.federated(*token))
    error = refused(place.source("workload-identity", federation=Federation(tmp_path / "token")))
    assert error.code == code
    assert word in error.fix


def test_a_federated_token_must_be_its_issuers_and_in_time(place: Place, tmp_path: Path) -> None:
    """A forged signature and an old token prove nothing."""
    good = place.service.federated(GITHUB, MAIN)
    forged = place.service.federated(CLUSTER, POD).rpartition(".")[2]
    source = place.source("workload-identity", federation=Federation(tmp_path / "token"))
    (tmp_path / "token").write_text(f"{good.rpartition('.')[0]}.{forged}")
    assert refused(source).code == "AADSTS50027"
    (tmp_path / "token").write_text(good)
    place.clock.ahead = 301.0
    assert refused(source).code == "AADSTS700024"


@pytest.mark.parametrize(("client", "appid"), [("", "the-machine"), (IDENTITY, IDENTITY)])
@pytest.mark.parametrize("machine", ["virtual machine", "app service"])
def test_a_managed_identity_signs_in(
    place: Place, monkeypatch: pytest.MonkeyPatch, machine: str, client: str, appid: str
) -> None:
    """The system-assigned one, or the one that is named, on a virtual machine and in App Service."""
    stand_on(machine, place, monkeypatch)
    source = place.source("managed-identity", client=client, tenant="")
    assert isinstance(read(place, source), Present)
    first = get(source)
    assert (claims(first)["appid"], claims(first)["aud"]) == (appid, ROOT)
    assert get(source, rejected=first) != first


def stand_on(machine: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    if machine == "virtual machine":
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", place.url)
    else:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{place.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", place.service.settings.identity_header)


@pytest.mark.parametrize("machine", ["virtual machine", "app service"])
def test_a_managed_identity_that_is_not_assigned_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    """The fix is to assign it, or to name another."""
    stand_on(machine, place, monkeypatch)
    error = refused(place.source("managed-identity", client="unknown"))
    assert "assign the identity to this machine, and check 'auth.clientId'" in error.fix


def test_a_machine_without_managed_identities_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than on Azure nobody answers; no proxy is asked in its stead."""
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    with canned((200, "application/json", "{}")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        error = refused(place.source("managed-identity"))
    assert proxy.asked == []
    assert "this machine has no managed identity" in error.message
    assert "another 'auth.method'" in error.fix


def test_a_managed_identity_endpoint_that_is_down_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hiccup is passed over; a second one is told, with what the endpoint says."""
    issued = place.service.issue(ROOT, "x", {})["access_token"]
    good = (200, "application/json", json.dumps({"access_token": issued, "expires_in": "3599", "resource": ROOT}))
    down = (503, "application/json", '{"error": "server_error", "error_description": "Come back later."}')
    with canned(down, good) as server:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url)
        assert get(place.source("managed-identity")) == issued
    with canned(down) as server:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url)
        error = refused(place.source("managed-identity"))
    assert error.message == "no token: 127.0.0.1 answered 503: Come back later."
    assert error.fix == "run again in a few minutes"


@pytest.mark.parametrize("cloud", ["global", "usgov", "usgov-dod", "china"])
def test_each_cloud_has_its_own_scope(place: Place, cloud: Any) -> None:
    """A token is for the Graph of its cloud, and no other tenant's Graph takes it."""
    place.service.profile = Profile(cloud=cloud)
    token = get(place.source("client-secret", root=CLOUDS[cloud].root, secret=Secret(SECRET)))
    assert claims(token)["aud"] == CLOUDS[cloud].root
    assert place.service.admits(token)
    place.service.profile = Profile(cloud="china" if cloud == "global" else "global")
    assert not place.service.admits(token)
