"""The map under a pointer and under odd data."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.map.gestures import Tool
from explorer.ui.widgets.map.point_cloud import PointCloud

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
XY = np.array([[0, 0], [1, 0], [0, 1], [-1, -1], [-1, -1]], np.float32)
CLASSES = np.array([0, 1, 2, 3, 4], np.uint8)


@pytest.fixture
def cloud(qtbot: QtBot) -> PointCloud:
    theme.use("light")
    made = PointCloud()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.set_points(XY, CLASSES)
    made.show()
    qtbot.waitExposed(made)
    return made


def pointer(cloud: PointCloud, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: bool) -> None:
    down = button if held else Qt.MouseButton.NoButton
    none = Qt.KeyboardModifier.NoModifier
    place = QPointF(at)
    event = QMouseEvent(kind, place, QPointF(cloud.mapToGlobal(at)), button, down, none)
    QApplication.sendEvent(cloud, event)


def drag(cloud: PointCloud, button: Qt.MouseButton, *places: QPoint) -> None:
    pointer(cloud, QEvent.Type.MouseButtonPress, places[0], button, True)
    for place in places[1:]:
        pointer(cloud, QEvent.Type.MouseMove, place, button, True)
    pointer(cloud, QEvent.Type.MouseButtonRelease, places[-1], button, False)


def hover(cloud: PointCloud, at: QPoint) -> None:
    pointer(cloud, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, False)


class Heard:
    def __init__(self, cloud: PointCloud) -> None:
        self.events: list[tuple[object, ...]] = []
        for name in (
            "pressed",
            "scrubbed",
            "released",
            "end_chosen",
            "nudged",
            "menu_wanted",
            "tool_changed",
        ):
            getattr(cloud, name).connect(lambda *a, n=name: self.events.append((n, *a)))

    @property
    def names(self) -> list[object]:
        return [event[0] for event in self.events]


def test_a_press_on_a_point_names_it_and_gives_its_place(cloud: PointCloud) -> None:
    heard = Heard(cloud)
    drag(cloud, LEFT, cloud.pixel_of(1) + QPoint(6, 6))
    assert heard.events == [("pressed", 1.0, 0.0, 1), ("released",)]


def test_a_press_beside_the_points_gives_the_place_itself(cloud: PointCloud) -> None:
    heard, at = Heard(cloud), QPoint(20, 20)
    drag(cloud, LEFT, at)
    name, x, y, item = heard.events[0]
    assert (name, item) == ("pressed", -1)
    assert (x, y) == pytest.approx(cloud.to_plane(QPointF(at)))


def test_a_drag_scrubs_and_leaves_the_view_alone(cloud: PointCloud) -> None:
    heard, before = Heard(cloud), cloud.view()
    drag(cloud, LEFT, QPoint(20, 20), QPoint(22, 20), QPoint(40, 50), QPoint(60, 50))
    assert heard.names == ["pressed", "scrubbed", "scrubbed", "released"]
    assert heard.events[-2][1:] == pytest.approx(cloud.to_plane(QPointF(60, 50)))
    assert cloud.view() == before


@pytest.mark.parametrize("button", [RIGHT, MIDDLE])
def test_other_drags_pan(cloud: PointCloud, button: Qt.MouseButton) -> None:
    heard, before = Heard(cloud), cloud.pixel_of(0)
    drag(cloud, button, QPoint(20, 20), QPoint(60, 50))
    assert heard.events == []
    assert cloud.pixel_of(0) == before + QPoint(40, 30)


def test_space_pans_while_it_is_held(cloud: PointCloud) -> None:
    heard, before = Heard(cloud), cloud.pixel_of(0)
    QTest.keyPress(cloud, Qt.Key.Key_Space)
    drag(cloud, LEFT, QPoint(20, 20), QPoint(40, 20))
    QTest.keyRelease(cloud, Qt.Key.Key_Space)
    assert heard.events == []
    assert cloud.pixel_of(0) == before + QPoint(20, 0)
    drag(cloud, LEFT, QPoint(20, 20))
    assert heard.names == ["pressed", "released"]


def test_a_right_click_asks_for_the_menu_there(cloud: PointCloud) -> None:
    heard = Heard(cloud)
    drag(cloud, RIGHT, QPoint(30, 40))
    assert heard.events == [("menu_wanted", cloud.mapToGlobal(QPoint(30, 40)))]


def wheel(cloud: PointCloud, at: QPointF, delta: int) -> None:
    none = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    event = QWheelEvent(at, QPointF(cloud.mapToGlobal(at)), QPoint(), QPoint(0, delta), *none)
    QApplication.sendEvent(cloud, event)


def test_the_wheel_zooms_at_the_pointer_and_stops(cloud: PointCloud) -> None:
    at, scale = QPointF(100, 80), cloud.view().scale
    place = cloud.to_plane(at)
    wheel(cloud, at, 120)
    assert cloud.view().scale == pytest.approx(scale * np.exp(0.6))
    assert cloud.to_plane(at) == pytest.approx(place)
    for _ in range(60):
        wheel(cloud, at, -1200)
    assert cloud.view().scale == pytest.approx(scale / 6)


@pytest.mark.parametrize("key", [Qt.Key.Key_R, Qt.Key.Key_Home])
def test_home_flies_back(cloud: PointCloud, qtbot: QtBot, key: Qt.Key) -> None:
    before = cloud.view()
    cloud.pan_by(300, 40)
    QTest.keyClick(cloud, key)
    assert cloud.view() != before
    qtbot.waitUntil(lambda: cloud.view() == before, timeout=3000)


def test_keys_nudge_choose_ends_and_tools(cloud: PointCloud, qtbot: QtBot) -> None:
    heard = Heard(cloud)
    hover(cloud, cloud.pixel_of(2))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_A, Qt.Key.Key_P, Qt.Key.Key_D):
        QTest.keyClick(cloud, key)
    QTest.keyClick(cloud, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    hover(cloud, QPoint(5, 5))
    qtbot.waitSignal(cloud.pointer_over, timeout=1000).wait()
    QTest.keyClick(cloud, Qt.Key.Key_B)
    assert heard.events == [
        ("nudged", -1, 0), ("end_chosen", "a", 2), ("tool_changed", Tool.PAN),
        ("tool_changed", Tool.DECODE), ("nudged", 0, 10), ("end_chosen", "b", -1),
    ]  # fmt: skip


def test_keys_with_control_are_left_to_the_window(cloud: PointCloud) -> None:
    heard = Heard(cloud)
    QTest.keyClick(cloud, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert heard.events == []


def test_tab_goes_through_points_on_top_of_each_other(cloud: PointCloud) -> None:
    heard = Heard(cloud)
    cloud.setFocus()
    hover(cloud, cloud.pixel_of(3))
    for _ in range(3):
        QTest.keyClick(cloud, Qt.Key.Key_Tab)
    assert [event[3] for event in heard.events if event[0] == "pressed"] == [4, 3, 4]


def test_hovering_names_the_item_and_then_wants_its_card(cloud: PointCloud, qtbot: QtBot) -> None:
    over: list[int] = []
    cloud.pointer_over.connect(over.append)
    with qtbot.waitSignal(cloud.card_wanted, timeout=2000) as card:
        hover(cloud, cloud.pixel_of(1) + QPoint(3, 3))
    assert over == [1]
    assert card.args == [1, cloud.mapToGlobal(cloud.pixel_of(1))]
    with qtbot.waitSignal(cloud.card_unwanted, timeout=2000):
        hover(cloud, QPoint(5, 5))
    assert over == [1, -1]


def test_a_press_takes_the_card_away_at_once_and_no_hovering_follows(cloud: PointCloud, qtbot: QtBot) -> None:
    with qtbot.waitSignal(cloud.card_wanted, timeout=2000):
        hover(cloud, cloud.pixel_of(1))
    over: list[int] = []
    cloud.pointer_over.connect(over.append)
    with qtbot.waitSignal(cloud.card_unwanted, timeout=0):
        pointer(cloud, QEvent.Type.MouseButtonPress, QPoint(9, 9), LEFT, True)
    pointer(cloud, QEvent.Type.MouseMove, cloud.pixel_of(2), LEFT, True)
    assert over == [-1]


def test_dimmed_points_cannot_be_pressed(cloud: PointCloud) -> None:
    heard = Heard(cloud)
    cloud.set_shown_classes({2})
    drag(cloud, LEFT, cloud.pixel_of(1))
    assert heard.events[0][3] == -1


def test_a_hidden_map_lets_go_of_a_press(cloud: PointCloud) -> None:
    heard = Heard(cloud)
    pointer(cloud, QEvent.Type.MouseButtonPress, QPoint(9, 9), LEFT, True)
    cloud.hide()
    assert heard.names == ["pressed", "released"]


def test_points_travel_to_their_new_places(cloud: PointCloud, qtbot: QtBot) -> None:
    cloud.move_points(XY + 5, seconds=0.1)
    assert cloud.place_of(0) == (0, 0)
    qtbot.waitUntil(lambda: cloud.place_of(0) == (5, 5), timeout=3000)
    assert cloud.view().x == pytest.approx(5, abs=1e-3)


def test_points_of_a_hidden_map_are_there_at_once(cloud: PointCloud) -> None:
    cloud.hide()
    cloud.move_points(XY * 2)
    assert cloud.place_of(1) == (2, 0)


def test_a_view_of_ones_own_stays_when_points_move(cloud: PointCloud, qtbot: QtBot) -> None:
    cloud.zoom_by(3, 50, 50)
    before = cloud.view()
    cloud.move_points(XY * 4, seconds=0)
    cloud.set_points(XY * 3, CLASSES)
    assert cloud.view() == before


def test_resizing_keeps_home_at_home(cloud: PointCloud) -> None:
    cloud.resize(800, 500)
    everything = cloud.view()
    cloud.frame()
    assert cloud.view() == everything


def painted(cloud: PointCloud) -> QImage:
    return cloud.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_points_are_painted_in_the_colours_of_their_classes(cloud: PointCloud) -> None:
    image = painted(cloud)
    for item, colour in enumerate(theme.class_colours(3)):
        at = cloud.pixel_of(item) * cloud.devicePixelRatioF()
        assert image.pixelColor(at) == colour


def test_the_theme_reaches_the_paper(cloud: PointCloud, qtbot: QtBot) -> None:
    theme.use("dark")
    try:
        ground = QColor(theme.current().paper)
        qtbot.waitUntil(lambda: painted(cloud).pixelColor(2, 2) == ground, timeout=2000)
    finally:
        theme.use("light")


def test_only_where_the_cursor_was_and_is_the_map_is_painted_anew(cloud: PointCloud, qtbot: QtBot) -> None:
    class Painted(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.regions: list[QRegion] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                self.regions.append(event.region())
            return False

    painted = Painted()
    cloud.installEventFilter(painted)
    cloud.set_cursor((0.0, 0.0), 1)
    qtbot.waitUntil(lambda: bool(painted.regions))
    painted.regions.clear()
    cloud.set_cursor((0.5, 0.5), None)
    qtbot.waitUntil(lambda: bool(painted.regions))
    first, last = (QPoint(*map(round, cloud.view().to_pixel(*at))) for at in ((0.0, 0.0), (0.5, 0.5)))
    item = cloud.pixel_of(1)
    assert all(painted.regions[-1].contains(at) for at in (first, last, item))
    assert not painted.regions[-1].contains(cloud.pixel_of(3))
    cloud.set_path(XY, 0.5)
    qtbot.waitUntil(lambda: painted.regions[-1].contains(cloud.rect()))


def test_moving_the_cursor_does_not_rasterise_again(cloud: PointCloud, qtbot: QtBot) -> None:
    painted(cloud)
    raster = cloud._raster
    cloud.set_cursor((0.5, 0.5), 2)
    painted(cloud)
    assert cloud._raster is raster


@pytest.mark.parametrize(
    "xy",
    [
        np.zeros((0, 2)), np.ones((1, 2)), np.full((40, 2), 3.0), np.full((4, 2), np.nan),
        np.array([[np.inf, -np.inf], [0, 0]]), np.full((3, 2), 3e38), np.array([[1e-30, 0], [0, 0]]),
    ],
    ids=["none", "one", "equal", "nan", "inf", "huge", "tiny"],
)  # fmt: skip
def test_odd_points_are_no_crash(cloud: PointCloud, xy: np.ndarray) -> None:
    cloud.set_points(xy.astype(np.float32), np.zeros(len(xy), np.uint8))
    painted(cloud)
    drag(cloud, LEFT, QPoint(200, 150), QPoint(220, 150))
    wheel(cloud, QPointF(200, 150), 240)
    cloud.move_points(xy[::-1].astype(np.float32), seconds=0)
    painted(cloud)


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e30, -1e300, 0.0])
def test_odd_overlays_are_no_crash(cloud: PointCloud, number: float) -> None:
    place = (number, 0.0)
    cloud.set_cursor(place, 99)
    cloud.set_hovered(-1)
    cloud.set_words([("0", place, 0), ("far", place, QColor("#123456"))])
    cloud.set_path(np.array([[0, 0], [number, 1], [1, 1]]), number)
    cloud.set_ends(place, place)
    cloud.set_drawn([place])
    cloud.set_marks([("try here", place)])
    cloud.set_axes(("z₁", "z₂"))
    painted(cloud)
