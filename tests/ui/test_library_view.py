"""The library dock, used with a pointer, on real models made of a few small pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.data.sources import catalogue
from explorer.runs.library import Library
from explorer.runs.recorder import record
from explorer.runs.run import new
from explorer.session.message import Message
from explorer.session.session import Session
from explorer.ui.views.library.library_view import LibraryView
from explorer.ui.views.map.map_view import MapView
from explorer.ui.views.picture.picture_view import PictureView
from explorer.ui.window.bridge import Bridge
from explorer.ui.window.status import Status
from tests.on_thread import OnThread
from tests.shapes import write_npz

SOON = 60_000


def make(folder: Path, data: Path, family: str, *, stop: bool = False, **settings: object) -> Path:
    pictures = catalogue.load(str(data))
    run = new(folder, family, {"latent_size": 2, **settings}, pictures, seed=0)
    trainer = run.trainer(pictures)
    # However fast the machine is, the first event comes after the first step.
    trainer.interval = 0.0
    events = record(run, trainer, pictures)
    for _ in events:
        if stop:
            break
    events.close()
    return folder


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One shipped model; of the user's own a whole one and a stopped one."""
    folder = tmp_path_factory.mktemp("originals")
    data = write_npz(folder / "bars.npz")
    make(folder / "shipped" / "pca-shipped", data, "pca")
    make(folder / "own" / "mine", data, "pca")
    make(folder / "own" / "stopped", data, "ae", stop=True, network="linear", epochs=50)
    return folder


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path, originals: Path) -> Iterator[Session]:
    """The same, for a test to spoil."""
    library = Library(tmp_path / "shipped", paths.library())
    shutil.copytree(originals / "shipped", library.shipped)
    shutil.copytree(originals / "own", library.own)
    bridge = Bridge()
    made = Session(library, bridge.wake, trainers=OnThread())
    bridge.connect_to(made.mailbox.collect)
    yield made
    bridge.connect_to(None)
    assert made.close()


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> LibraryView:
    made = LibraryView(session)
    qtbot.addWidget(made)
    made.resize(340, 700)
    made.show()
    qtbot.waitUntil(lambda: session.shelf.cards is not None, timeout=SOON)
    return made


def shelf(view: LibraryView) -> QListView:
    found = view.findChild(QListView, "library.list")
    assert found is not None
    return found


def names(view: LibraryView) -> list[str]:
    model = shelf(view).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def place(view: LibraryView, name: str) -> QPoint:
    model = shelf(view).model()
    return shelf(view).visualRect(model.index(names(view).index(name), 0)).center()


def press(qtbot: QtBot, view: LibraryView, name: str) -> None:
    qtbot.mouseClick(shelf(view).viewport(), Qt.MouseButton.LeftButton, pos=place(view, name))


def action(view: LibraryView, name: str) -> QAction:
    found = view.findChild(QAction, f"library.{name}")
    assert found is not None
    return found


def do(qtbot: QtBot, view: LibraryView, name: str) -> None:
    found = view.findChild(QToolButton, f"library.{name}.button")
    assert found is not None
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def words(view: LibraryView, name: str) -> str:
    model = shelf(view).model()
    index = model.index(names(view).index(name), 0)
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole))


def fault(view: LibraryView) -> str:
    label = view.findChild(QLabel, "library.fault")
    assert label is not None
    return label.text() if label.isVisible() else ""


def test_cards_name_family_data_size_and_state(view: LibraryView) -> None:
    assert names(view) == ["mine", "stopped", "pca-shipped"]
    assert "2 numbers" in words(view, "mine")
    assert "bars" in words(view, "mine")
    assert "MB" in words(view, "mine")
    assert "stopped at step" in words(view, "stopped")
    assert not shelf(view).grab().isNull()


def test_families_are_in_words_as_soon_as_they_are_known(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    session.training.ask_families()
    qtbot.waitUntil(lambda: "Principal components" in words(view, "mine"), timeout=SOON)


def test_a_double_click_or_enter_opens_a_model(qtbot: QtBot, view: LibraryView, session: Session) -> None:
    press(qtbot, view, "mine")
    qtbot.mouseDClick(shelf(view).viewport(), Qt.MouseButton.LeftButton, pos=place(view, "mine"))
    assert session.main.model is not None
    assert session.main.model.run.name == "mine"
    press(qtbot, view, "pca-shipped")
    qtbot.keyClick(shelf(view), Qt.Key.Key_Return)
    assert session.main.model.run.name == "pca-shipped"


def test_the_button_opens_it_too_and_without_a_choice_says_why_not(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    assert not action(view, "open").isEnabled()
    assert "Choose a model" in action(view, "open").toolTip()
    press(qtbot, view, "mine")
    do(qtbot, view, "open")
    assert session.main.model is not None
    assert session.main.model.run.name == "mine"


def test_a_damaged_model_is_listed_with_its_sentence_and_can_not_be_opened(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    (session.library.own / "mine" / "weights.safetensors").unlink()
    session.library_changed()
    qtbot.waitUntil(lambda: "is missing" in words(view, "mine"), timeout=SOON)
    press(qtbot, view, "mine")
    assert not action(view, "open").isEnabled()
    assert "is missing" in action(view, "open").toolTip()
    qtbot.keyClick(shelf(view), Qt.Key.Key_Return)
    assert session.main.model is None


def test_deleting_asks_first_and_moves_to_the_trash(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    press(qtbot, view, "mine")
    do(qtbot, view, "trash")
    keep, go = (view.findChild(QPushButton, f"library.ask.{word}") for word in ("no", "yes"))
    assert keep is not None
    assert go is not None
    qtbot.mouseClick(keep, Qt.MouseButton.LeftButton)
    assert (session.library.own / "mine").is_dir()
    qtbot.keyClick(shelf(view), Qt.Key.Key_Delete)
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(view) == ["stopped", "pca-shipped"], timeout=SOON)
    assert not (session.library.own / "mine").exists()


def test_deleting_the_open_model_closes_it_everywhere_and_can_be_undone(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    said: list[Message] = []
    session.said.connect(said.append)
    mine = session.library.own / "mine"
    maps = [MapView(session, side, side.name) for side in session.sides]
    for shown in maps:
        qtbot.addWidget(shown)
    for side in session.sides:
        side.open(mine)
    session.samples.choose(0, mine)
    session.samples.reconstructions.add(mine)
    qtbot.waitUntil(lambda: all(side.ready is not None for side in session.sides), timeout=SOON)
    (card,) = [card for card in session.shelf.cards or () if card.entry.name == "mine"]
    session.shelf.trash(card)
    assert session.main.model is not None
    assert session.main.model.run.name == "pca-shipped", "what ships is still there"
    assert session.beside.model is None
    assert not session.beside.present
    assert session.samples.pair[0] is None
    assert not session.samples.reconstructions.added
    left = " ".join(label.text() for label in maps[1].findChildren(QLabel))
    assert not left.strip(), "nothing is said of what is gone"
    assert not maps[1].cloud.items_at(maps[1].cloud.rect().center().toPointF())
    assert session.shelf.resume_refusal(card) == "mine is not in the library any more."
    session.shelf.resume(card)
    assert not session.training.active
    assert session.shelf.fault == "mine is not in the library any more."
    assert "mine goes to the trash" in said[-1].text
    assert said[-1].action is not None
    word, undo = said[-1].action
    assert word == "Undo"
    undo()
    assert [side.model.run.name if side.model else None for side in session.sides] == ["mine", "mine"]
    qtbot.waitUntil(lambda: names(view) == ["mine", "stopped", "pca-shipped"], timeout=SOON)
    qtbot.waitUntil(lambda: all(side.ready is not None for side in session.sides), timeout=SOON)
    assert session.library.find("mine").folder == mine
    undo()
    assert "could not be put back" in said[-1].text


def test_undoing_leaves_what_was_opened_meanwhile(qtbot: QtBot, view: LibraryView, session: Session) -> None:
    said: list[Message] = []
    session.said.connect(said.append)
    session.main.open(session.library.own / "mine")
    (card,) = [card for card in session.shelf.cards or () if card.entry.name == "mine"]
    session.shelf.trash(card)
    undo = said[-1].action
    assert undo is not None
    session.main.open(session.library.own / "stopped")
    undo[1]()
    assert session.main.model is not None
    assert session.main.model.run.name == "stopped"
    assert (session.library.own / "mine").is_dir()


def test_with_nothing_that_ships_the_map_is_empty_after_its_model_was_deleted(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    shutil.rmtree(session.library.shipped)
    shown, picture = MapView(session, session.main, "map"), PictureView(session)
    for widget in (shown, picture):
        qtbot.addWidget(widget)
    session.main.open(session.library.own / "mine")
    session.main.select(3)
    qtbot.waitUntil(lambda: session.main.cursor.neighbours is not None, timeout=SOON)
    (card,) = [card for card in session.shelf.cards or () if card.entry.name == "mine"]
    session.shelf.trash(card)
    assert session.main.model is None
    assert session.main.look.code is None
    assert shown.cloud.placeholder.startswith("Open a model")
    qtbot.waitUntil(
        lambda: all(box.picture() is None or box.isHidden() for box in picture._near._views), timeout=SOON
    )
    assert picture.decoded.picture() is None


def test_what_was_deleted_goes_to_the_trash_at_the_end(view: LibraryView, session: Session) -> None:
    card = next(card for card in session.shelf.cards or () if card.entry.name == "mine")
    session.shelf.trash(card)
    (aside,) = session.library.own.glob(".aside/*/mine")
    assert (aside / "manifest.json").is_file()
    session.shelf.close()
    assert not list(session.library.own.glob(".aside"))
    assert not (session.library.own / "mine").exists()


def test_choosing_another_card_withdraws_the_question(qtbot: QtBot, view: LibraryView) -> None:
    press(qtbot, view, "mine")
    do(qtbot, view, "trash")
    press(qtbot, view, "stopped")
    go = view.findChild(QPushButton, "library.ask.yes")
    assert go is not None
    assert not go.isVisible()


def test_shipped_models_stay_as_they_are_and_say_so(qtbot: QtBot, view: LibraryView) -> None:
    press(qtbot, view, "pca-shipped")
    for name in ("rename", "trash"):
        assert not action(view, name).isEnabled()
        assert "ships with" in action(view, name).toolTip()
    qtbot.keyClick(shelf(view), Qt.Key.Key_F2)
    assert view.findChild(QLineEdit) is None


def test_an_own_model_is_renamed_in_its_card(qtbot: QtBot, view: LibraryView, session: Session) -> None:
    press(qtbot, view, "mine")
    do(qtbot, view, "open")
    qtbot.keyClick(shelf(view), Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "Bars, first try")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "bars-first-try" in names(view), timeout=SOON)
    assert session.main.model is not None
    assert session.main.model.run.name == "bars-first-try"


def test_a_model_that_is_renamed_has_its_new_name_in_the_status_and_in_captions(
    qtbot: QtBot, view: LibraryView, session: Session
) -> None:
    status, picture = Status(session), PictureView(session)
    for widget in (status, picture):
        qtbot.addWidget(widget)
        widget.show()
    for side in session.sides:
        side.open(session.library.own / "mine")
    qtbot.waitUntil(lambda: all(side.ready is not None for side in session.sides), timeout=SOON)
    session.main.select(3)
    qtbot.waitUntil(lambda: picture.decoded.picture() is not None, timeout=SOON)

    def said() -> str:
        captions = [image._caption for image in (picture.decoded, picture.beside)]
        return " ".join([*captions, *(label.text() for label in status.findChildren(QLabel))])

    assert said().count("mine") == 3
    (card,) = [card for card in session.shelf.cards or () if card.entry.name == "mine"]
    session.shelf.rename(card, "yours")
    assert said().count("yours") == 3
    assert "mine" not in said()


def test_what_is_dropped_and_opened_is_said_to_be_in_the_library(
    qtbot: QtBot, view: LibraryView, session: Session, tmp_path: Path
) -> None:
    said: list[Message] = []
    session.said.connect(said.append)
    foreign = Path(shutil.copytree(session.library.own / "mine", tmp_path / "from-a-friend"))
    session.shelf.add(foreign)
    qtbot.waitUntil(lambda: session.main.model is not None, timeout=SOON)
    (message,) = [one for one in said if one.text == "from-a-friend is in the library now."]
    assert message.holds is None, "what is opened next does not take it away"


def test_a_name_that_is_taken_is_refused_in_place(qtbot: QtBot, view: LibraryView) -> None:
    press(qtbot, view, "mine")
    qtbot.keyClick(shelf(view), Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "stopped")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "already" in fault(view), timeout=SOON)
    assert "mine" in names(view)


def test_only_a_stopped_model_can_be_resumed(qtbot: QtBot, view: LibraryView, session: Session) -> None:
    press(qtbot, view, "mine")
    assert not action(view, "resume").isEnabled()
    press(qtbot, view, "stopped")
    do(qtbot, view, "resume")
    assert session.training.active
    assert not action(view, "resume").isEnabled()
    assert "being trained now" in action(view, "resume").toolTip()
    qtbot.waitUntil(lambda: not session.training.active, timeout=SOON)
    assert session.training.fault is None
    assert session.training.progress is not None
    assert session.training.progress.step == 50
    qtbot.waitUntil(lambda: "stopped at" not in words(view, "stopped"), timeout=SOON)


class Files(QObject):
    """What a desktop's file manager would be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.asked.append(url.toLocalFile())


def test_its_folder_is_shown_in_the_file_manager(qtbot: QtBot, view: LibraryView, session: Session) -> None:
    files = Files()
    QDesktopServices.setUrlHandler("file", files, "open")
    press(qtbot, view, "mine")
    do(qtbot, view, "folder")
    QDesktopServices.unsetUrlHandler("file")
    assert [Path(asked) for asked in files.asked] == [session.library.own / "mine"]


def drop(view: LibraryView, path: Path) -> bool:
    """Drag a path onto the view and let go; tells whether it was taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, left, none)
    QApplication.sendEvent(view, enter)
    if enter.isAccepted():
        QApplication.sendEvent(view, QDropEvent(QPointF(50, 50), copy, mime, left, none))
    return enter.isAccepted()


def test_a_models_folder_that_is_dropped_is_copied_in_and_opened(
    qtbot: QtBot, view: LibraryView, session: Session, tmp_path: Path
) -> None:
    foreign = Path(shutil.copytree(session.library.own / "mine", tmp_path / "from-a-friend"))
    assert drop(view, foreign)
    qtbot.waitUntil(lambda: "from-a-friend" in names(view), timeout=SOON)
    assert session.main.model is not None
    assert session.main.model.run.folder == session.library.own / "from-a-friend"
    assert foreign.is_dir()


def test_a_damaged_folder_that_is_dropped_is_refused_in_place(
    qtbot: QtBot, view: LibraryView, session: Session, tmp_path: Path
) -> None:
    foreign = Path(shutil.copytree(session.library.own / "mine", tmp_path / "damaged"))
    weights = foreign / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-5] + b"12345")
    assert drop(view, foreign)
    qtbot.waitUntil(lambda: "damaged" in fault(view), timeout=SOON)
    assert names(view) == ["mine", "stopped", "pca-shipped"]


def test_what_is_no_model_is_left_to_the_window(view: LibraryView, tmp_path: Path) -> None:
    assert not drop(view, tmp_path)


def test_an_empty_library_says_what_to_do_next(qtbot: QtBot, view: LibraryView, session: Session) -> None:
    for root in (session.library.own, session.library.shipped):
        shutil.rmtree(root)
    session.library_changed()
    qtbot.waitUntil(lambda: not shelf(view).isVisible(), timeout=SOON)
    texts = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert any("Watch one learn" in text for text in texts)
