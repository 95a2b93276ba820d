"""Saving the picture that is shown, to places of all kinds."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer import files
from explorer.session.session import Session
from explorer.ui.window import commands
from explorer.ui.window.main_window import MainWindow

Save = Callable[[str], str]


@pytest.fixture
def save(window: MainWindow, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Save:
    """Saves under a name, as if it had been typed into the dialog; gives what the message bar says."""
    qtbot.waitUntil(lambda: session.main.cursor.picture is not None)
    window.map.cloud.setFocus()

    def typed(name: str) -> str:
        monkeypatch.setattr(
            commands.QFileDialog, "getSaveFileName", staticmethod(lambda *args: (name, "PNG (*.png)"))
        )
        window.messages.hide()
        window.actions_by_name["Save the picture …"].trigger()
        return window.messages.text if window.messages.isVisible() else ""

    return typed


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("picture.png", "picture.png"),
        ("picture", "picture.png"),
        ("scan 1.5", "scan 1.5.png"),
        ("A.PNG", "A.PNG"),
        ("ü ∑ %s #1.png", "ü ∑ %s #1.png"),
    ],
)
def test_the_picture_comes_back_pixel_by_pixel_under_its_name(
    save: Save, session: Session, tmp_path: Path, typed: str, named: str
) -> None:
    assert save(str(tmp_path / typed)) == f"Saved {named}."
    assert inside(tmp_path) == [named]
    assert session.main.cursor.picture is not None
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / named)), session.main.cursor.picture[..., 0]
    )


def test_a_dialog_that_is_left_saves_nothing(save: Save, tmp_path: Path) -> None:
    assert save("") == ""
    assert inside(tmp_path) == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (errno.ENOSPC, "the disk is full (needs 1 MB)"),
        (errno.EROFS, "writing is not allowed"),
        (errno.EIO, "choose another folder"),
    ],
)
def test_a_disk_that_refuses_is_said_and_the_old_file_stays_whole(
    save: Save, tmp_path: Path, error: int, says: str
) -> None:
    (tmp_path / "picture.png").write_bytes(b"the old one")

    def refuse(*arguments: object) -> int:
        raise OSError(error, os.strerror(error))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.os, "write", refuse)
        said = save(str(tmp_path / "picture.png"))
    assert said.startswith("Could not save ")
    assert "picture.png" in said
    assert says in said
    assert inside(tmp_path) == ["picture.png"]
    assert (tmp_path / "picture.png").read_bytes() == b"the old one"


def test_a_place_that_can_not_be_written_is_said_and_nothing_is_left(save: Save, tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("in the way")
    before = inside(tmp_path)
    for name in ("folder.png", "file/below.png", "gone/below.png", "n" * 300 + ".png"):
        assert save(str(tmp_path / name)).startswith("Could not save ")
        assert inside(tmp_path) == before


def test_through_a_link_nothing_is_written_and_it_is_said(save: Save, tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    for name, target in (("link.png", precious), ("dangling.png", tmp_path / "nowhere")):
        (tmp_path / name).symlink_to(target)
        said = save(str(tmp_path / name))
        assert said.startswith("Could not save ")
        assert "it is a link" in said
        assert (tmp_path / name).is_symlink()
    assert precious.read_text() == "mine"
    assert inside(tmp_path) == ["dangling.png", "link.png", "precious.txt"]
