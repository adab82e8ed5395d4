"""Federated tokens: what a pipeline or a cluster vouches for a workload with, fetched anew whenever it is needed.

Sources: Microsoft identity platform docs: workload identity federation (audiences: `api://AzureADTokenExchange`, in
Azure Government `…USGov`, in China `…China`); AKS docs: workload identity (`AZURE_FEDERATED_TOKEN_FILE`, rotated and so
read again); GitHub docs: OpenID Connect reference; Azure Pipelines docs: sprint 240 (`SYSTEM_OIDCREQUESTURI`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from reconciler.model.errors import SignInError
from reconciler.msgraph.auth_http import SignInHttp, said_by
from reconciler.msgraph.clouds import CLOUDS, LOOPBACK

TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"
GITHUB_URL, GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
DEVOPS_URL, DEVOPS_TOKEN = "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"
DEVOPS_CONNECTION = (
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"  # what AzureCLI@2 and AzurePowerShell@5 tell their scripts
)
AUDIENCE = "api://AzureADTokenExchange"
_SUFFIXES = {"usgov": "USGov", "usgov-dod": "USGov", "china": "China"}

IN_GITHUB = "in GitHub Actions give the job 'permissions: id-token: write' (not to be had for pull requests of forks)"
IN_DEVOPS = (
    "in Azure DevOps set 'auth.serviceConnectionId' and pass the job's token on with"
    " 'env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)'"
)
ON_AKS = "on AKS label the pod 'azure.workload.identity/use: \"true\"', which sets AZURE_FEDERATED_TOKEN_FILE"


@dataclass(frozen=True, slots=True)
class Federation:
    """What the project file says of federated tokens: a file, or the service connection of Azure DevOps."""

    token_file: Path | None = None
    service_connection: str = ""


def audience_of(root: str) -> str:
    """The audience that Entra wants in a federated token, by the cloud of Graph's root."""
    name = next((name for name, cloud in CLOUDS.items() if cloud.root == root), "")
    return AUDIENCE + _SUFFIXES.get(name, "")


def federated(
    told: Federation, audience: str, environ: Mapping[str, str], http: Callable[[], SignInHttp]
) -> Callable[[], str]:
    """What fetches the federated token: from the file of the project, else from what the environment offers.

    Order: `tokenFile`, `AZURE_FEDERATED_TOKEN_FILE`, GitHub, Azure DevOps. What is fetched raises SignInError, and so
    does an environment that offers nothing, each saying what to set.
    """

    def fetch() -> str:
        if told.token_file is not None:
            return _from_file(told.token_file, "'auth.tokenFile'")
        if environ.get(TOKEN_FILE):
            return _from_file(Path(environ[TOKEN_FILE]), TOKEN_FILE)
        if environ.get(GITHUB_URL):
            return _from_github(audience, environ, http())
        if environ.get(DEVOPS_URL):
            return _from_azure_devops(told.service_connection, environ, http())
        raise _nowhere(environ)

    return fetch


def _from_file(path: Path, named: str) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        fix = f"check {named}; {ON_AKS}"
        raise SignInError(f"no token: the federated token in {path} cannot be read: {reason}", fix) from None
    if not text:
        raise SignInError(f"no token: the federated token in {path} is empty", f"check {named}")
    return text


def _from_github(audience: str, environ: Mapping[str, str], http: SignInHttp) -> str:
    """GitHub's token for this job; the address has a query already, to which the audience is added."""
    token = environ.get(GITHUB_TOKEN, "")
    if not token:
        raise SignInError(f"no token: {GITHUB_URL} is set and {GITHUB_TOKEN} is not", IN_GITHUB)
    url = str(httpx.URL(_safe(environ[GITHUB_URL], GITHUB_URL)).copy_merge_params({"audience": audience}))
    answer = http.get(url, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    return _token_in(answer, "value", "GitHub", IN_GITHUB)


def _from_azure_devops(connection: str, environ: Mapping[str, str], http: SignInHttp) -> str:
    """Azure DevOps' token for a service connection; `X-TFS-FedAuthRedirect` asks for a 401, not a sign-in page."""
    token, connection = environ.get(DEVOPS_TOKEN, ""), connection or environ.get(DEVOPS_CONNECTION, "")
    if not token:
        raise SignInError(f"no token: {DEVOPS_URL} is set and {DEVOPS_TOKEN} is not", IN_DEVOPS)
    if not connection:
        raise SignInError("no token: Azure DevOps wants to know the service connection", IN_DEVOPS)
    asked = {"api-version": "7.1", "serviceConnectionId": connection}
    url = str(httpx.URL(_safe(environ[DEVOPS_URL], DEVOPS_URL)).copy_merge_params(asked))
    headers = {"Authorization": f"Bearer {token}", "X-TFS-FedAuthRedirect": "Suppress", "Accept": "application/json"}
    return _token_in(http.post(url, headers=headers), "oidcToken", "Azure DevOps", IN_DEVOPS)


def _token_in(answer: httpx.Response, member: str, who: str, fix: str) -> str:
    """The federated token in an answer; what else it says is not repeated, because it may be a token too."""
    token = said_by(answer).get(member)
    if answer.status_code != 200 or not isinstance(token, str) or not token:
        raise SignInError(f"no token: {who} gave no federated token (HTTP {answer.status_code})", fix)
    return token


def _safe(url: str, named: str) -> str:
    """An address that a request token may be sent to. Raises SignInError for any other."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise SignInError(f"no token: {named} is not a URL", f"leave {named} as the pipeline sets it") from None
    if parts.scheme == "https" or (parts.scheme == "http" and parts.host in LOOPBACK):
        return url
    raise SignInError(f"no token: {named} is not an https URL", f"leave {named} as the pipeline sets it")


def _nowhere(environ: Mapping[str, str]) -> SignInError:
    if environ.get("GITHUB_ACTIONS"):
        fix = IN_GITHUB
    elif environ.get("TF_BUILD"):
        fix = f"{IN_DEVOPS}; the agent sets {DEVOPS_URL}"
    elif environ.get("KUBERNETES_SERVICE_HOST"):
        fix = ON_AKS
    else:
        fix = f"{IN_GITHUB}; {IN_DEVOPS}; {ON_AKS}; elsewhere name the file with the token in 'auth.tokenFile'"
    return SignInError("no token: there is no federated token to sign in with here", fix)
