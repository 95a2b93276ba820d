"""The dialog in which images are chosen, used with a pointer; sets are fetched from a server of our own."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.data.sources import torchvision_sets
from explorer.data.sources.download import RemoteFile
from explorer.session.session import Session
from explorer.ui.views.data.data_dialog import DataDialog
from explorer.ui.widgets.pictures.picture_grid import PictureGrid

SOON = 30_000
FASHION = "FashionMNIST/raw"


@pytest.fixture
def dialog(qtbot: QtBot, session: Session) -> DataDialog:
    made = DataDialog(session)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: session.data_choice.looked is not None, timeout=SOON)
    return made


def text(dialog: DataDialog, name: str) -> str:
    label = dialog.findChild(QLabel, f"data.{name}")
    assert label is not None
    return label.text() if label.isVisible() else ""


def press(qtbot: QtBot, dialog: DataDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, f"data.{name}")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def pick(qtbot: QtBot, dialog: DataDialog, title: str) -> None:
    sets = dialog.findChild(QListWidget, "data.sets")
    assert sets is not None
    (item,) = [sets.item(n) for n in range(sets.count()) if sets.item(n).text().startswith(title)]
    sets.scrollToItem(item)
    qtbot.mouseClick(sets.viewport(), Qt.MouseButton.LeftButton, pos=sets.visualItemRect(item).center())


def images(dialog: DataDialog) -> int:
    grid = dialog.findChild(PictureGrid, "data.grid")
    assert grid is not None
    return grid.count


def idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes(), mtime=0)


def fashion_files() -> dict[str, bytes]:
    """The four files of Fashion-MNIST, with twenty pictures in each part."""
    rng = np.random.default_rng(0)
    pictures, labels = rng.integers(0, 255, (20, 28, 28)), np.arange(20) % 10
    files = {}
    for prefix in ("train", "t10k"):
        files[f"{prefix}-images-idx3-ubyte.gz"] = idx(pictures)
        files[f"{prefix}-labels-idx1-ubyte.gz"] = idx(labels)
    return files


class Server(ThreadingHTTPServer):
    """Gives the files, the last of them only once `may_go_on` is set."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.may_go_on = files, threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.strip("/")
        content = self.server.files[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:10])
        if name == list(self.server.files)[-1]:
            self.server.may_go_on.wait(20)
        self.wfile.write(content[10:])

    def log_message(self, *words: object) -> None:
        """Quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The addresses that torchvision knows lead to this computer."""
    files = fashion_files()
    made = Server(files)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    address = f"http://127.0.0.1:{made.server_port}"

    checksums = {file: hashlib.md5(content).hexdigest() for file, content in files.items()}

    def remote_files(name: str, root: Path) -> tuple[RemoteFile, ...]:
        return tuple(
            RemoteFile((f"{address}/{file}",), root / FASHION / file, checksum)
            for file, checksum in checksums.items()
        )

    monkeypatch.setattr(torchvision_sets, "remote_files", remote_files)
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    yield made
    made.may_go_on.set()
    made.shutdown()
    thread.join()
    made.server_close()


def test_it_opens_with_the_present_choice_and_its_first_images(dialog: DataDialog) -> None:
    assert images(dialog) == 32
    assert "60,000 images to learn from and 10,000 held out" in text(dialog, "words")
    assert "28 × 28 pixels, grey; 10 classes" in text(dialog, "words")
    assert not dialog.isModal()
    assert not dialog.grab().isNull()


def test_a_folder_is_looked_at_and_taken(
    qtbot: QtBot, dialog: DataDialog, session: Session, tiny_data: Path
) -> None:
    dialog.open_data(tiny_data)
    qtbot.waitUntil(lambda: "held out" in text(dialog, "words") and images(dialog) == 32, timeout=SOON)
    qtbot.waitUntil(lambda: "12 × 12" in text(dialog, "words"), timeout=SOON)
    press(qtbot, dialog, "use")
    assert not dialog.isVisible()
    choice = session.data_choice
    assert (choice.origin, choice.framing.side) == (str(tiny_data), 12)
    assert choice.title == "bars"
    dialog.show()
    path = dialog.findChild(QLineEdit, "data.path")
    assert path is not None
    assert path.text() == str(tiny_data)


def test_cancelling_leaves_the_choice_as_it_was(
    qtbot: QtBot, dialog: DataDialog, session: Session, tiny_data: Path
) -> None:
    dialog.open_data(tiny_data)
    qtbot.waitUntil(lambda: "12 × 12" in text(dialog, "words"), timeout=SOON)
    press(qtbot, dialog, "cancel")
    assert session.data_choice.origin == "mnist"
    assert session.data_choice.looked is None


def test_a_path_is_typed(qtbot: QtBot, dialog: DataDialog, session: Session, tiny_data: Path) -> None:
    path = dialog.findChild(QLineEdit, "data.path")
    assert path is not None
    path.setFocus()
    qtbot.keyClicks(path, str(tiny_data))
    qtbot.keyClick(path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "12 × 12" in text(dialog, "words"), timeout=SOON)
    assert dialog.isVisible()


def test_what_can_not_be_used_is_said_in_one_sentence_in_place(
    qtbot: QtBot, dialog: DataDialog, tmp_path: Path
) -> None:
    dialog.open_data(tmp_path / "nowhere")
    qtbot.waitUntil(lambda: "There is no data set or file" in text(dialog, "fault"), timeout=SOON)
    use = dialog.findChild(QPushButton, "data.use")
    assert use is not None
    assert not use.isEnabled()
    assert "No images" in use.toolTip()


def test_what_was_skipped_is_told(qtbot: QtBot, dialog: DataDialog, tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(5):
        Image.new("L", (16, 16), number * 40).save(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"no picture")
    dialog.open_data(folder)
    qtbot.waitUntil(lambda: "broken.png" in text(dialog, "notes"), timeout=SOON)
    assert images(dialog) == 4


def test_the_side_is_chosen_and_a_wrong_one_refused(
    qtbot: QtBot, dialog: DataDialog, tiny_data: Path
) -> None:
    dialog.open_data(tiny_data)
    qtbot.waitUntil(lambda: "12 × 12" in text(dialog, "words"), timeout=SOON)
    side = dialog.findChild(QComboBox, "data.side")
    assert side is not None
    side.setCurrentText("32")
    qtbot.waitUntil(lambda: "32 × 32" in text(dialog, "words"), timeout=SOON)
    side.setCurrentText("30")
    qtbot.waitUntil(lambda: "multiple of 4" in text(dialog, "fault"), timeout=SOON)
    side.setCurrentText("many")
    qtbot.waitUntil(lambda: "many" in text(dialog, "fault"), timeout=SOON)


def test_a_set_on_disk_is_found(qtbot: QtBot, session: Session) -> None:
    folder = paths.data_sets() / FASHION
    folder.mkdir(parents=True)
    for name, content in fashion_files().items():
        (folder / name).write_bytes(content)
    dialog = DataDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    pick(qtbot, dialog, "Fashion-MNIST\non this computer")
    qtbot.waitUntil(lambda: "20 images to learn from" in text(dialog, "words"), timeout=SOON)


def test_nothing_is_fetched_before_it_was_asked(qtbot: QtBot, dialog: DataDialog, session: Session) -> None:
    pick(qtbot, dialog, "Fashion-MNIST\n31 MB to fetch")
    qtbot.waitUntil(lambda: "Fetch 31 MB" in text(dialog, "question"), timeout=SOON)
    assert str(paths.data_sets()) in text(dialog, "question")
    assert session.data_choice.progress is None


def test_a_set_is_fetched_with_progress_and_then_shown(
    qtbot: QtBot, dialog: DataDialog, server: Server
) -> None:
    pick(qtbot, dialog, "Fashion-MNIST")
    qtbot.waitUntil(lambda: bool(text(dialog, "question")), timeout=SOON)
    press(qtbot, dialog, "fetch")
    qtbot.waitUntil(lambda: " MB" in text(dialog, "doing"), timeout=SOON)
    assert dialog.findChild(QProgressBar) is not None
    server.may_go_on.set()
    qtbot.waitUntil(lambda: "20 images to learn from" in text(dialog, "words"), timeout=SOON)
    sets = dialog.findChild(QListWidget, "data.sets")
    assert sets is not None
    assert sets.item(1).text().endswith("on this computer")


def test_fetching_can_be_stopped(qtbot: QtBot, dialog: DataDialog, session: Session, server: Server) -> None:
    pick(qtbot, dialog, "Fashion-MNIST")
    qtbot.waitUntil(lambda: bool(text(dialog, "question")), timeout=SOON)
    press(qtbot, dialog, "fetch")
    qtbot.waitUntil(lambda: "t10k-images" in text(dialog, "doing"), timeout=SOON)
    press(qtbot, dialog, "stop")
    assert "Stopped" in text(dialog, "fault")
    assert session.data_choice.progress is None
    server.may_go_on.set()
    last = paths.data_sets() / FASHION / "t10k-labels-idx1-ubyte.gz"
    session.data_choice.look("mnist", session.data_choice.asked)
    qtbot.waitUntil(lambda: "60,000" in text(dialog, "words"), timeout=SOON)
    assert not last.exists()


def test_a_wrong_checksum_is_one_sentence_and_nothing_of_it_is_kept(
    qtbot: QtBot, dialog: DataDialog, server: Server
) -> None:
    server.may_go_on.set()
    server.files["train-images-idx3-ubyte.gz"] = idx(np.ones((20, 28, 28)))[:-1] + b"!"
    pick(qtbot, dialog, "Fashion-MNIST")
    qtbot.waitUntil(lambda: bool(text(dialog, "question")), timeout=SOON)
    press(qtbot, dialog, "fetch")
    qtbot.waitUntil(lambda: bool(text(dialog, "fault")), timeout=SOON)
    assert "checksum" in text(dialog, "fault")
    assert not (paths.data_sets() / FASHION / "train-images-idx3-ubyte.gz").exists()


def test_a_folder_that_is_dropped_is_looked_at(qtbot: QtBot, dialog: DataDialog, tiny_data: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tiny_data))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(dialog, QDragEnterEvent(QPoint(50, 50), copy, mime, left, none))
    QApplication.sendEvent(dialog, QDropEvent(QPointF(50, 50), copy, mime, left, none))
    qtbot.waitUntil(lambda: "12 × 12" in text(dialog, "words"), timeout=SOON)
