"""Sign-in from the project file to the report: the command line, a Graph on a port, the sign-in service on another."""

from __future__ import annotations

import io
import re
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.emulator.server import HOST, server
from tests.msgraph.sign_in_place import CLIENT, CLUSTER, POD, PUBLIC, SECRET, TENANT, Place

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
defaultTenant: prod
tenants:
  prod:
    graph: {graph}
    tenantId: {tenant}
    type: workforce
    auth: {{{auth}, authority: "{authority}"}}
"""


@pytest.fixture
def graph(place: Place) -> Iterator[str]:
    """The Graph of the same tenant, without TLS."""
    running = server(place.app)
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://{HOST}:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(10)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "attribute.yaml").write_text(
        "apiVersion: userflow/v1\nkind: UserFlowAttribute\nmetadata: {name: Size}\nspec: {dataType: string}\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, place: Place, graph: str, auth: str) -> None:
    text = PROJECT.format(graph=graph, tenant=TENANT, auth=auth, authority=place.url)
    (folder / "reconciler.yaml").write_text(text, encoding="utf-8")


def test_a_plan_signs_in_as_the_project_says(
    folder: Path, place: Place, graph: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a secret from the environment, and with a federated token in a file beside the project."""
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    (folder / "token").write_text(place.service.federated(CLUSTER, POD))
    for granted, auth in enumerate(
        (
            f"method: client-secret, clientId: {CLIENT}, clientSecret: {{fromEnv: CLIENT_SECRET}}",
            f"method: workload-identity, clientId: {CLIENT}, tokenFile: token",
        ),
        start=1,
    ):
        write(folder, place, graph, auth)
        assert main(["plan"]) == 0
        assert "UserFlowAttribute/Size" in capsys.readouterr().out
        assert place.service.granted == granted


def test_a_plan_without_a_token_names_the_setting(
    folder: Path, place: Place, graph: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error and its fix are printed, and the secret is not."""
    monkeypatch.setenv("CLIENT_SECRET", "wr0ng-s3cret")
    write(folder, place, graph, f"method: client-secret, clientId: {CLIENT}, clientSecret: {{fromEnv: CLIENT_SECRET}}")
    assert main(["plan"]) == 1
    told = capsys.readouterr()
    assert "AADSTS7000215" in told.err
    assert "'clientSecret'" in told.err
    assert "wr0ng-s3cret" not in told.out + told.err


class Terminal(io.StringIO):
    """Standard error as a person sees it, who enters the code that is shown."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        found = re.search(r"enter the code (\w+)", text)
        if found:
            self.place.service.grants.decide(found[1], "approved")
        return super().write(text)


def test_a_person_at_a_terminal_is_shown_the_code(
    folder: Path, place: Place, graph: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, so that a report can be piped on; where that is no terminal, there is no code."""
    write(folder, place, graph, f"method: device-code, clientId: {PUBLIC}")
    monkeypatch.setenv("CI", "true")
    assert main(["plan"]) == 1
    assert place.service.granted == 0
    monkeypatch.setattr(sys, "stderr", Terminal(place))
    assert main(["plan"]) == 0
    assert place.service.granted == 1
