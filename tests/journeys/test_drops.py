"""What can be dragged over the window and what can lie on the clipboard, as the desktop brings it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.session import Message, Session
from explorer.ui.widgets.pictures.draw_canvas import DrawCanvas
from explorer.ui.window.main_window import MainWindow

COPY, LEFT, NOTHING = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
GIANT = 12_000


def drag(window: MainWindow, onto: QWidget, dragged: QMimeData) -> bool:
    """Drag something over a widget, by way of the desktop's window; tells whether it would be taken."""
    at = onto.mapTo(window, onto.rect().center())
    enter = QDragEnterEvent(QPoint(at), COPY, dragged, LEFT, NOTHING)
    QApplication.sendEvent(window.windowHandle(), enter)
    return enter.isAccepted()


def drop(window: MainWindow, onto: QWidget, dragged: QMimeData) -> bool:
    """The same, and let go of it; tells whether it was taken."""
    would = drag(window, onto, dragged)
    at = onto.mapTo(window, onto.rect().center())
    dropped = QDropEvent(QPointF(at), COPY, dragged, LEFT, NOTHING)
    QApplication.sendEvent(window.windowHandle(), dropped)
    return would and dropped.isAccepted()


def files(*paths: Path | str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def nothing() -> QMimeData:
    return QMimeData()


def text() -> QMimeData:
    data = QMimeData()
    data.setText("/etc/passwd\n" * 1000)
    return data


def giant_picture() -> QMimeData:
    data = QMimeData()
    data.setImageData(QImage(GIANT, GIANT, QImage.Format.Format_Grayscale8))
    return data


def addresses() -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/three.png"), QUrl("data:image/png;base64,AAAA"), QUrl("")])
    return data


def garbage() -> QMimeData:
    data = QMimeData()
    data.setData("text/uri-list", bytes(range(256)))
    data.setData("application/x-qt-image", b"no picture")
    return data


Offer = Callable[[], QMimeData]
FOREIGN: list[Offer] = [nothing, text, giant_picture, addresses, garbage]


@pytest.fixture
def said(session: Session) -> list[Message]:
    messages: list[Message] = []
    session.said.connect(messages.append)
    return messages


@pytest.fixture
def targets(window: MainWindow) -> list[QWidget]:
    """Everything on the window that takes drops, on screen."""
    for dock in window.docks.values():
        dock.show()
    QApplication.processEvents()
    found = [child for child in window.findChildren(QWidget) if child.acceptDrops() and child.isVisible()]
    assert any(isinstance(child, DrawCanvas) for child in window.findChildren(QWidget))
    return [window.map.cloud, *found]


@pytest.mark.parametrize("offer", FOREIGN)
def test_what_is_no_file_is_not_taken_anywhere(
    window: MainWindow, targets: list[QWidget], session: Session, said: list[Message], offer: Offer
) -> None:
    before = session.scene
    for target in targets:
        assert not drag(window, target, offer())
        assert not drop(window, target, offer())
    assert session.scene is before
    assert not said


def test_of_a_thousand_files_the_first_is_taken_and_it_is_said(
    window: MainWindow, session: Session, said: list[Message], tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [tmp_path / f"{n:04}.png" for n in range(1000)]
    canvas = np.zeros((28, 28), np.uint8)
    canvas[4:24, 12:16] = 255
    Image.fromarray(canvas).save(paths[0])
    assert drop(window, window.map.cloud, files(*paths))
    qtbot.waitUntil(lambda: session.scene.glyph is not None)
    (message,) = said
    assert message.text.startswith("Of 1,000 things that were dropped only 0000.png was taken; ")
    assert "drop their folder" in message.text


def test_a_folder_of_pictures_is_looked_at(
    window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(1000):
        Image.fromarray(np.full((8, 8), n % 256, np.uint8)).save(folder / f"{n}.png")
    assert drop(window, window.map.cloud, files(folder))
    qtbot.waitUntil(lambda: session.data_choice.looked is not None, timeout=30_000)
    assert session.data_choice.looked is not None
    assert session.data_choice.looked.title == "many"
    for dialog in window.findChildren(QWidget, "data"):
        dialog.hide()


@pytest.mark.parametrize("kind", ["missing", "long", "text", "bomb", "empty", "pipe"])
def test_a_file_that_can_not_be_used_is_one_sentence(
    window: MainWindow,
    targets: list[QWidget],
    session: Session,
    said: list[Message],
    tmp_path: Path,
    kind: str,
    qtbot: QtBot,
) -> None:
    path = tmp_path / ("n" * 5000 if kind == "long" else f"{kind}.png")
    if kind == "text":
        path.write_text("no picture")
    elif kind == "empty":
        path.touch()
    elif kind == "bomb":
        Image.new("1", (30_000, 30_000)).save(path)
    elif kind == "pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes here")
    elif kind == "pipe":
        os.mkfifo(path)
    before = session.scene
    assert drop(window, window.map.cloud, files(path))
    qtbot.waitUntil(lambda: bool(said))
    assert [message.kind for message in said] == ["error"]
    assert len(said[0].text.splitlines()) == 1
    for target in targets:
        drop(window, target, files(path))
    QApplication.processEvents()
    assert session.scene is before


@pytest.mark.parametrize("offer", [*FOREIGN, lambda: files("/etc/passwd")])
def test_pasting_anything_anywhere_changes_nothing(
    window: MainWindow, session: Session, said: list[Message], offer: Offer
) -> None:
    QGuiApplication.clipboard().setMimeData(offer())
    before = session.scene
    for widget in (window, window.map.cloud, *(dock.widget() for dock in window.docks.values())):
        QTest.keyClick(widget, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert session.scene is before
    assert not said
    window.map.cloud.setFocus()
    window.actions_by_name["Copy the picture"].trigger()
    assert QGuiApplication.clipboard().image().width() == 28


def test_copying_without_a_picture_leaves_the_clipboard(bare_window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("mine")
    bare_window.map.cloud.setFocus()
    bare_window.actions_by_name["Copy the picture"].trigger()
    assert QGuiApplication.clipboard().text() == "mine"
