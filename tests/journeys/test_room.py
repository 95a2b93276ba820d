"""What has how much room: the middle belongs to what a workspace is about, and comes back at a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDockWidget, QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.steady_label import ElidedLabel, SteadyLabel
from explorer.ui.window import app
from explorer.ui.window.main_window import MainWindow
from explorer.ui.window.recalling import choices_to_keep, restore_choices
from explorer.ui.window.room import shared
from explorer.ui.window.workspaces import WORKSPACES

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LOW, HIGH = (1280, 800), (1920, 1080)
TITLES = [space.title for space in WORKSPACES]
SOON = 30_000
T = TypeVar("T", bound=QWidget)


@pytest.fixture
def light() -> Iterator[None]:
    yield
    theme.use("light")


def wait_for_sizes(qtbot: QtBot, window: MainWindow) -> None:
    """All docks have the sizes that they were to get."""
    last: list[list[QRect]] = []

    def still() -> bool:
        QApplication.processEvents()
        last.append([part.geometry() for part in (*window.docks.values(), window.middle)])
        return len(last) > 3 and last[-1] == last[-2] == last[-3] and not window.room.busy

    qtbot.waitUntil(still, timeout=SOON)


def go(qtbot: QtBot, window: MainWindow, title: str, size: tuple[int, int] = LOW) -> None:
    window.resize(*size)
    bar = window.workspaces
    tab = bar.tabRect(TITLES.index(title)).center()
    QTest.mouseClick(bar, LEFT, NOTHING, tab)
    assert window.workspaces.current.title == title
    wait_for_sizes(qtbot, window)
    assert (window.width(), window.height()) == size, "nothing asks for more than the screen has"


def part(window: MainWindow, kind: type[T], name: str) -> T:
    found = window.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def side(picture: ImageView) -> int:
    """Of the picture that is seen, in pixels."""
    return picture._frame().width() if picture.isVisible() else 0


def sizes(window: MainWindow) -> dict[str, tuple[int, int]]:
    return {
        name: (dock.width(), dock.height())
        for name, dock in window.docks.items()
        if dock.widget().isVisible()
    }


@pytest.mark.parametrize(("size", "least"), [(LOW, 380), (HIGH, 560)])
def test_the_maps_have_the_room_in_compare(
    window: MainWindow, qtbot: QtBot, size: tuple[int, int], least: int
) -> None:
    go(qtbot, window, "Compare", size)
    clouds = [part(window, PointCloud, f"{name}.cloud") for name in ("map", "beside")]
    assert all(cloud.isVisible() and cloud.height() >= least for cloud in clouds)
    assert window.docks["strip"].widget().height() < 60, "one line, until an end is set"


def test_the_strip_grows_with_its_ends_and_shrinks_without(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    go(qtbot, window, "Compare")
    strip, clear = window.docks["strip"].widget(), part(window, QAbstractButton, "strip.clear")
    cloud = window.map.cloud
    line, tall = strip.height(), cloud.height()
    assert session.main.model is not None
    cloud.setFocus()
    QTest.keyClick(cloud, Qt.Key.Key_A)
    wait_for_sizes(qtbot, window)
    assert line < strip.height()
    session.main.select(int(session.main.model.middle_of(0) or 0))
    QTest.keyClick(cloud, Qt.Key.Key_B)
    wait_for_sizes(qtbot, window)
    assert strip.height() >= 180
    assert part(window, QWidget, "strip.pixels").isVisible()
    QTest.mouseClick(clear, LEFT)
    wait_for_sizes(qtbot, window)
    assert (strip.height(), cloud.height()) == (line, tall)


@pytest.mark.parametrize(("size", "least"), [(LOW, 300), (HIGH, 420)])
def test_the_pictures_have_the_room_in_diffusion(
    window: MainWindow, qtbot: QtBot, size: tuple[int, int], least: int
) -> None:
    go(qtbot, window, "Diffusion", size)
    for name in ("x_t", "clean"):
        assert side(part(window, ImageView, f"denoising.{name}")) >= least
    cloud = part(window, PointCloud, "map.cloud")
    assert cloud.isVisible()
    assert cloud.width() <= 0.35 * window.width(), "the maps only accompany"
    assert not part(window, QLabel, "map.figures").isVisible()


def test_the_grid_of_codes_has_the_room_in_gan(window: MainWindow, qtbot: QtBot) -> None:
    go(qtbot, window, "GAN")
    grid = part(window, QWidget, "gan.grid")
    assert min(grid.width(), grid.height()) >= 380
    assert part(window, PointCloud, "map.cloud").isVisible()


def test_map_and_reconstructions_are_in_the_middle_while_one_learns(
    window: MainWindow, session: Session, tiny_data: Path, qtbot: QtBot
) -> None:
    go(qtbot, window, "GAN")  # which has the map aside
    go(qtbot, window, "Train")
    tall = window.map.cloud.height()
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 100_000, "batch": 32}
    session.training.start(Plan("vae", knobs, str(tiny_data), name="bars"))
    pairs = part(window, QWidget, "training.pairs")
    qtbot.waitUntil(lambda: pairs.isVisible() and pairs.width() > 200, timeout=60_000)
    assert window.middle.isAncestorOf(pairs)
    assert window.middle.isAncestorOf(window.map)
    assert window.map.isVisible()
    assert window.map.cloud.height() >= tall - 40
    for elsewhere in ("GAN", "Diffusion", "Compare"):
        go(qtbot, window, elsewhere)
        go(qtbot, window, "Train")
        qtbot.waitUntil(lambda: pairs.isVisible() and pairs.width() > 200, timeout=60_000)
    session.training.stop()


def test_the_decoded_picture_grows_with_its_dock(window: MainWindow, qtbot: QtBot) -> None:
    go(qtbot, window, "Compare", LOW)
    picture = part(window, ImageView, "picture.decoded")
    small = side(picture)
    go(qtbot, window, "Compare", HIGH)
    assert small >= 120
    assert side(picture) >= 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LOW, HIGH], ids=["low", "high"])
def test_nothing_overlaps_or_is_cut(
    window: MainWindow, qtbot: QtBot, size: tuple[int, int], scheme: theme.Choice, light: None
) -> None:
    theme.use(scheme)
    for title in TITLES:
        go(qtbot, window, title, size)
        assert not faults(window), title


def faults(window: MainWindow) -> list[str]:
    """What of the window sticks out of its parent, lies over its neighbour, or has its words cut."""
    found = []
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        if parent is None or not widget.isVisible() or widget.isWindow() or not widget.width():
            continue
        text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
        name = f"{type(widget).__name__} {widget.objectName()} {text!r:.40}"
        plain = isinstance(widget, (QLabel, QAbstractButton, QComboBox, ImageView, PointCloud))
        scrolls = "scrollarea" in parent.objectName() or "viewport" in parent.objectName()
        if plain and not scrolls and not parent.rect().contains(widget.geometry()):
            found.append(f"{name} sticks out: {widget.geometry()} of {parent.rect()}")
        if isinstance(widget, QLabel) and not isinstance(widget, (SteadyLabel, ElidedLabel)):
            needs = widget.heightForWidth(widget.width()) if widget.wordWrap() else 0
            wide = 0 if widget.wordWrap() else widget.minimumSizeHint().width()
            if needs > widget.height() + 1 or wide > widget.width() + 1:
                found.append(f"{name} is cut: {widget.size()} for {wide} x {needs}")
        if isinstance(widget, QAbstractButton) and widget.minimumSizeHint().width() > widget.width() + 1:
            found.append(f"{name} is cut: {widget.width()}")
    docks = [dock for dock in window.findChildren(QDockWidget) if dock.widget().isVisible()]
    rooms = [window.centralWidget().geometry(), *(dock.geometry() for dock in docks)]
    found += [f"{a} over {b}" for i, a in enumerate(rooms) for b in rooms[:i] if a.intersects(b)]
    return found


@pytest.mark.parametrize("title", TITLES)
def test_a_restart_comes_back_as_it_was(window: MainWindow, qtbot: QtBot, title: str) -> None:
    go(qtbot, window, title)
    before, kept = sizes(window), window.layout_to_keep()
    again = app.build_window()
    try:
        assert again.restore_layout(kept)
        again.show()
        qtbot.waitExposed(again)
        again.resize(*LOW)  # the screen of a test is smaller
        wait_for_sizes(qtbot, again)
        assert again.workspaces.current.title == title
        assert sizes(again) == before
        again.resize(*HIGH)
        wait_for_sizes(qtbot, again)
        grown = sizes(again)
        assert grown.keys() == before.keys()
        assert all(grown[name][1] < 0.45 * HIGH[1] for name in grown if name == "guide")
        if title == "Compare":
            assert again.map.cloud.height() >= 560
    finally:
        close(again)


def close(window: MainWindow) -> None:
    window.close()
    assert window.session is not None
    assert window.session.close()
    window.deleteLater()


def test_what_was_dragged_comes_back_in_proportion(window: MainWindow, qtbot: QtBot) -> None:
    go(qtbot, window, "Compare")
    picture = window.docks["picture"]
    border = QPoint(picture.x() - 1, window.height() // 2)
    before = picture.width()
    QTest.mousePress(window, LEFT, NOTHING, border)
    QTest.mouseMove(window, border - QPoint(40, 0))
    QTest.mouseMove(window, border - QPoint(100, 0))
    qtbot.waitUntil(lambda: picture.width() > before + 60, timeout=SOON)
    QTest.mouseRelease(window, LEFT, NOTHING, border - QPoint(100, 0))
    wait_for_sizes(qtbot, window)
    share = picture.width() / window.width()
    assert picture.width() > before + 60
    window.resize(*HIGH)
    wait_for_sizes(qtbot, window)
    assert picture.width() / window.width() == pytest.approx(share, abs=0.01)
    kept = window.layout_to_keep()
    window.actions_by_name["Reset layout"].trigger()
    wait_for_sizes(qtbot, window)
    assert picture.width() / window.width() < share - 0.02
    assert window.restore_layout(kept)
    window.resize(*HIGH)
    wait_for_sizes(qtbot, window)
    assert picture.width() / window.width() == pytest.approx(share, abs=0.01)


def test_reset_layout_brings_every_dock_home(window: MainWindow, qtbot: QtBot) -> None:
    go(qtbot, window, "Compare")
    before = sizes(window)
    window.docks["sliders"].hide()
    window.docks["picture"].setFloating(True)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks["guide"])
    window.docks["library"].show()
    window.actions_by_name["Reset layout"].trigger()
    wait_for_sizes(qtbot, window)
    assert sizes(window) == before
    assert not window.docks["library"].isVisible()


@pytest.mark.parametrize("size", [LOW, HIGH], ids=["low", "high"])
def test_presenting_shows_a_large_picture(window: MainWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    go(qtbot, window, "Compare", size)
    QTest.keyClick(window, Qt.Key.Key_F11)
    window.showNormal()  # the screen of a test has a size of its own
    window.resize(*size)
    wait_for_sizes(qtbot, window)
    assert {name for name, dock in window.docks.items() if dock.isVisible()} == {"picture"}
    for name in ("beside", "decoded"):
        assert side(part(window, ImageView, f"picture.{name}")) >= size[1] / 3
    for name in ("code", "distance"):
        label = part(window, QLabel, f"picture.{name}")
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
    for title in ("Attributes", "Train", "GAN"):
        go(qtbot, window, title, size)
        assert (
            side(part(window, ImageView, "picture.decoded"))
            >= (0.27 if title == "Attributes" else 0.33) * size[1]
        )
    go(qtbot, window, "Diffusion", size)
    assert side(part(window, ImageView, "denoising.clean")) >= size[1] / 3
    QTest.keyClick(window, Qt.Key.Key_Escape)


def test_ends_drawing_and_filter_come_back(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    model = session.main.model
    assert model is not None
    session.interpolation.set_end("a", model.middle_of(4))
    session.interpolation.set_end("b", model.middle_of(0))
    glyph = np.zeros((28, 28, 1), np.uint8)
    glyph[5:23, 12:16] = 255
    session.drawing.restore(glyph)
    session.main.show_classes(frozenset({3, 5}))
    kept, before = choices_to_keep(session), session.scene
    session.open("vae-mnist-16d")
    restore_choices(session, kept)
    assert session.scene.end_a is None, "another model has other codes"
    session.open("vae-mnist-2d")
    restore_choices(session, kept)
    now = session.scene
    assert before.end_a is not None
    assert now.end_a is not None
    np.testing.assert_array_equal(now.end_a.code, before.end_a.code)
    np.testing.assert_array_equal(now.end_a.picture, before.end_a.picture)
    assert session.interpolation.complete
    assert now.main.shown == {3, 5}
    assert session.drawing.glyph is not None
    np.testing.assert_array_equal(session.drawing.glyph, glyph)
    qtbot.waitUntil(lambda: session.drawing.code is not None, timeout=SOON)
    assert session.choices.history.undo_title is None


@pytest.mark.parametrize(
    "damage",
    [None, [], {"of": 3}, {"end a": 1}, {"end a": {"code": "no", "picture": "no"}}, {"drawing": "!"},
     {"drawing": "AAAA"}, {"classes": [99, "x"]}, {"end b": {"code": [float("nan")], "picture": None}}],
)  # fmt: skip
def test_what_is_damaged_is_left(window: MainWindow, session: Session, damage: Any) -> None:
    kept = {**choices_to_keep(session), **damage} if isinstance(damage, dict) else damage
    before = session.scene
    restore_choices(session, kept)
    assert session.scene is before
    assert session.drawing.glyph is None


def test_a_damaged_layout_leaves_the_default(window: MainWindow, qtbot: QtBot) -> None:
    go(qtbot, window, "Compare")
    before, kept = sizes(window), window.layout_to_keep()
    for sizes_kept in (
        3,
        {"Compare": "x"},
        {"Compare": [2, 3, 4]},
        {"Compare": [0.3, {"picture": "x"}, None]},
    ):
        assert window.restore_layout({**kept, "sizes": sizes_kept})
        wait_for_sizes(qtbot, window)
        assert sizes(window).keys() == before.keys()
    assert not window.restore_layout({**kept, "docks": {"Compare": "!"}})
    assert not window.restore_layout({**kept, "docks": 3})


def test_a_length_is_shared_by_wishes_and_needs() -> None:
    assert shared(100, [1, 1], [10, 10]) == [50, 50]
    assert shared(100, [9, 1], [10, 40]) == [60, 40]
    assert shared(100, [1, 1, 2], [60, 0, 0]) == [60, 13, 27]
    assert sum(shared(30, [1, 1], [40, 40])) == 80, "less than it needs nobody gets"
