"""The README shows what the commands really print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SESSION = re.compile(r"(?<=<!-- demo:begin -->\n)(.*)(?=<!-- demo:end -->)", re.DOTALL)


def test_the_session_in_the_readme_is_what_the_demo_prints(rewrite: bool) -> None:
    """`make demo` prints what the README shows, line by line."""
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "examples/demo.sh"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    session = f"\n```console{done.stdout.rstrip()}\n```\n\n"
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    if rewrite:
        readme.write_text(SESSION.sub(lambda _: session, text), encoding="utf-8")
        return
    found = SESSION.search(text)
    assert found is not None
    assert found[0] == session


def test_the_manifests_in_the_readme_are_valid(tmp_path: Path) -> None:
    """The manifests that the README shows pass `validate`."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    envelope = "apiVersion: userflow/v1\nkind: IdentityProvider\nmetadata: {name: Google}\n"
    google = f"{envelope}spec: {{type: socialIdentityProvider}}\n"
    for number, block in enumerate(blocks):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
    (tmp_path / "google.yaml").write_text(google, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "reconciler",
        "validate",
        str(tmp_path),
        "--var",
        "apiHost=https://api.contoso.com",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
