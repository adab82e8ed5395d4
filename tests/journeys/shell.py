"""A repository in a folder, and the command line run in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from reconciler.emulator import Tenant

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRETS = {"GOOGLE_CLIENT_SECRET": "s3cret-of-google", "CONNECTOR_PASSWORD": "s3cret-of-connectors"}
OTHER_SECRETS = {"FABRIKAM_CLIENT_SECRET": "s3cret-of-fabrikam", "FACEBOOK_CLIENT_SECRET": "s3cret-of-facebook"}


@dataclass
class Shell:
    """One folder with a copy of the example, the environment's secrets set, and what the last command said."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    said: list[str] = field(default_factory=list)
    out: str = ""
    err: str = ""

    def run(self, *words: str) -> int:
        """The exit code of `reconciler WORDS…`; what it printed is in `out` and `err`."""
        self.capture.readouterr()
        code = main(list(words))
        self.out, self.err = self.capture.readouterr()
        self.said += [self.out, self.err]
        return code

    def json(self, *words: str) -> dict[str, Any]:
        """What `reconciler WORDS… --format json` prints, with its exit code as `exit`."""
        code = self.run(*words, "--format", "json")
        found: dict[str, Any] = json.loads(self.out)
        return {**found, "exit": code}

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def tenant(self, name: str = "local") -> Tenant:
        """An embedded tenant's own view, as somebody in the portal has it."""
        return Tenant(self.folder / ".reconciler" / f"{name}.db")


def open_shell(
    folder: Path, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, example: str = "contoso"
) -> Shell:
    shutil.copytree(EXAMPLES / example, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".reconciler"))
    monkeypatch.chdir(folder)
    for name, value in (SECRETS | OTHER_SECRETS).items():
        monkeypatch.setenv(name, value)
    return Shell(folder, capture)
