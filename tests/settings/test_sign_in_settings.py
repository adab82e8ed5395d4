"""What a project file says of signing in, and what it cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.errors import InvalidManifestsError
from reconciler.settings import auth_of, load_project

HEAD = "apiVersion: reconciler/v1\nkind: Project\n"


def write(folder: Path, auth: str) -> Path:
    path = folder / "reconciler.yaml"
    path.write_text(f"{HEAD}tenants: {{prod: {{graph: global, auth: {{{auth}}}}}}}\n", encoding="utf-8")
    return path


def test_a_workload_may_say_where_its_federated_token_is(tmp_path: Path) -> None:
    """The file is relative to the project file; the authority is as it was written."""
    text = "method: workload-identity, clientId: '1', tokenFile: run/token, serviceConnectionId: '2'"
    auth = auth_of(load_project(write(tmp_path, f"{text}, authority: 'https://login.example:8443'")).tenants["prod"])
    assert (auth.method, auth.client_id) == ("workload-identity", "1")
    assert (auth.token_file, auth.service_connection) == (tmp_path / "run/token", "2")
    assert auth.authority == "https://login.example:8443"


@pytest.mark.parametrize("method", ["workload-identity", "managed-identity", "device-code"])
def test_what_the_environment_says_need_not_be_written(tmp_path: Path, method: str) -> None:
    """These methods have no secret, and a project file need not say more than the method."""
    auth = auth_of(load_project(write(tmp_path, f"method: {method}")).tenants["prod"])
    assert (auth.client_id, auth.token_file, auth.service_connection, auth.authority) == ("", None, "", "")


@pytest.mark.parametrize(
    ("auth", "part"),
    [
        ("method: workload-identity, token: {fromEnv: T}", "'token'"),
        ("method: managed-identity, tokenFile: x", "'tokenFile'"),
        ("method: managed-identity, authority: 'https://login.example'", "'authority'"),
        ("method: token, token: {fromEnv: T}, authority: 'https://login.example'", "'authority'"),
        ("method: device-code, authority: 'http://login.example'", "expected an https URL"),
        ("method: device-code, authority: 'https://login.example/tenant'", "expected an https URL"),
        ("method: device-code, authority: 'https://user@login.example'", "expected an https URL"),
        ("method: workload-identity, tokenFile: ''", "an empty string"),
    ],
)
def test_a_setting_of_another_method_is_a_fault(tmp_path: Path, auth: str, part: str) -> None:
    """Each method has its own settings, and an authority is a host."""
    with pytest.raises(InvalidManifestsError) as caught:
        load_project(write(tmp_path, auth))
    (problem,) = caught.value.problems
    assert part in f"{problem.message} {problem.fix} {problem.span}"
