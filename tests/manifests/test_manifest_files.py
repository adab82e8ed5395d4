"""Which files are read as manifests, and what they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.kinds import load_kinds
from reconciler.manifests.compile import Surroundings, compile_manifests
from reconciler.manifests.files import find, shown
from reconciler.manifests.load import load_file


def names(paths: list[str], root: Path) -> list[str]:
    return [shown(file, root) for file in find([Path(path) for path in paths], root)[0]]


def test_a_file_is_read_once_however_often_it_is_named(tmp_path: Path) -> None:
    """A folder and a file in it can be given together; a link to a file is that file."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "b.yaml").write_text("")
    (tmp_path / "m" / "c.yaml").symlink_to("b.yaml")
    assert names(["m/b.yaml", "m", str(tmp_path / "m" / "b.yaml")], tmp_path) == ["m/b.yaml"]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    """Only what is found in a folder is chosen by its ending."""
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "flow.txt").write_text("")
    assert names([".hidden/flow.txt", ".hidden"], tmp_path) == [".hidden/flow.txt"]


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    """A folder that contains a link to itself is read once."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.yaml").write_text("")
    (tmp_path / "m" / "again").symlink_to(tmp_path / "m", target_is_directory=True)
    assert names(["m"], tmp_path) == ["m/a.yaml"]


def test_what_is_no_file_is_passed_over_and_a_broken_link_is_not(tmp_path: Path) -> None:
    """A pipe in a folder would be waited for without end; a link to nothing is a fault that somebody wants to know."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    found = compile_manifests([tmp_path], load_kinds(), Surroundings(root=tmp_path))
    assert [f"{each.span}: {each.message}" for each in found.problems] == [
        "gone.yaml:1:1: cannot read the file: No such file or directory"
    ]


@pytest.mark.parametrize(("path", "why"), [("missing", "No such file or directory"), ("a\0b", "not a file name")])
def test_a_path_that_leads_nowhere_is_a_fault(tmp_path: Path, path: str, why: str) -> None:
    """A misspelt folder must not pass for an empty one."""
    found = compile_manifests([Path(path)], load_kinds(), Surroundings(root=tmp_path))
    assert [f"{each.message}; {each.fix}" for each in found.problems] == [
        f"cannot read the file: {why}; check the path"
    ]
    assert found.documents == 0


def test_a_folder_that_may_not_be_listed_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Manifests that cannot be seen are not taken for deleted."""

    (tmp_path / "m").mkdir()

    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    files, problems = find([Path("m")], tmp_path)
    assert files == ()
    assert [f"{each.span}: {each.message}" for each in problems] == ["m:1:1: cannot list the folder: Permission denied"]


def test_files_are_called_as_a_person_would_type_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the working folder and close to it by the short way, elsewhere in full."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("a: [\n")
    assert [str(each.span) for each in load_file(tmp_path / "bad.yaml").problems] == ["bad.yaml:2:1"]
    assert shown(Path("m/../n/./a.yaml"), tmp_path) == "n/a.yaml"
    assert shown(Path("../x.yaml"), Path("/a/b")) == "../x.yaml"
    assert shown(Path("/a/m/x.yaml"), Path("/a/b/c")) == "../../m/x.yaml"
    assert shown(Path("/x.yaml"), Path("/a/b")) == "/x.yaml"
    assert shown(Path("/a/x.yaml"), Path("/a/b/c/d")) == "/a/x.yaml"
    assert shown(Path("/a/bc/x.yaml"), Path("/a/b")) == "../bc/x.yaml"
