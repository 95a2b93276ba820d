"""Every gesture of the map, with pointer and keys, on the shipped run."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def cloud(window: MainWindow) -> PointCloud:
    return window.map.cloud


def a_void(cloud: PointCloud) -> QPoint:
    """A pixel with no item in reach."""
    for left in range(30, cloud.width(), 25):
        for top in range(30, cloud.height() - 30, 25):
            if not cloud.items_at(QPointF(left, top)):
                return QPoint(left, top)
    raise AssertionError("the map has no empty place")


def lonely_item(cloud: PointCloud, session: Session) -> int:
    """An item that a press at its own pixel is sure to mean."""
    assert session.main.model is not None
    for item in range(len(session.main.model.places)):
        at = cloud.pixel_of(item)
        if cloud.rect().adjusted(40, 40, -40, -40).contains(at) and cloud.items_at(QPointF(at))[:1] == [item]:
            return item
    raise AssertionError("no item lies alone")


def decoded(window: MainWindow) -> ImageView:
    view = window.findChild(ImageView, "picture.decoded")
    assert view is not None
    return view


def press(cloud: PointCloud, at: QPoint) -> None:
    QTest.mouseClick(cloud, LEFT, NOTHING, at)


def drag(cloud: PointCloud, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(cloud, button, NOTHING, start)
    for share in np.linspace(0, 1, 9)[1:]:
        QTest.mouseMove(cloud, start + (end - start) * float(share))
        QApplication.processEvents()
    QTest.mouseRelease(cloud, button, NOTHING, end)


def test_first_start_shows_a_three(window: MainWindow, session: Session) -> None:
    assert session.main.look.item is not None
    assert session.main.model is not None
    assert session.main.model.class_of(session.main.look.item) == "3"
    assert session.main.cursor.picture is not None
    assert not session.choices.history.undo_title


def test_pressing_an_item_selects_it(
    window: MainWindow, session: Session, cloud: PointCloud, qtbot: QtBot
) -> None:
    session.beside.show(None)
    item = lonely_item(cloud, session)
    press(cloud, cloud.pixel_of(item))
    assert session.main.look.item == item
    assert session.main.model is not None
    assert session.main.model.embedding is not None
    np.testing.assert_array_equal(session.main.look.code, session.main.model.embedding.codes[item])
    qtbot.waitUntil(
        lambda: session.main.cursor.neighbours is not None and session.main.cursor.neighbours.items[0] == item
    )
    for name in ("picture.original", "picture.decoded", "picture.difference"):
        view = window.findChild(ImageView, name)
        assert view is not None
        assert view.isVisible()
        assert view.picture() is not None


def test_pressing_a_void_decodes_it(
    window: MainWindow, session: Session, cloud: PointCloud, qtbot: QtBot
) -> None:
    before = decoded(window).picture()
    at = a_void(cloud)
    press(cloud, at)
    assert session.main.look.item is None
    place = session.main.cursor.place
    assert place is not None
    back = cloud.view().to_pixel(*map(float, place))
    assert abs(back[0] - at.x()) < 1
    assert abs(back[1] - at.y()) < 1
    qtbot.waitUntil(lambda: not np.array_equal(decoded(window).picture(), before))


def test_dragging_scrubs_and_is_one_undo(session: Session, cloud: PointCloud, qtbot: QtBot) -> None:
    start = session.main.look
    pictures: list[object] = []
    session.main.cursor.picture_changed.connect(lambda: pictures.append(session.main.cursor.picture))
    drag(cloud, QPoint(200, 150), QPoint(420, 260))
    qtbot.waitUntil(lambda: len(pictures) > 1)
    assert session.main.look.code is not start.code
    session.choices.undo()
    assert session.main.look.code is start.code
    assert session.main.look.item == start.item
    session.choices.redo()
    assert session.main.look.item is None


def test_other_buttons_pan(session: Session, cloud: PointCloud) -> None:
    cursor = session.main.look.code
    for button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        view = cloud.view()
        drag(cloud, QPoint(200, 150), QPoint(300, 200), button)
        assert cloud.view() != view
        assert session.main.look.code is cursor


def test_a_right_click_without_travel_opens_the_menu(cloud: PointCloud, qtbot: QtBot) -> None:
    QTest.mouseClick(cloud, Qt.MouseButton.RightButton, NOTHING, QPoint(200, 150))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_the_wheel_zooms_at_the_pointer_and_r_flies_home(cloud: PointCloud, qtbot: QtBot) -> None:
    home, at = cloud.view(), QPointF(310, 190)
    under = cloud.to_plane(at)
    wheel = QWheelEvent(
        at, cloud.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NOTHING,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(cloud, wheel)
    assert cloud.view().scale > home.scale
    assert cloud.to_plane(at) == pytest.approx(under, abs=1e-6)
    cloud.setFocus()
    QTest.keyClick(cloud, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: cloud.view() == home, timeout=5000)


def test_arrow_keys_move_by_standard_deviations(session: Session, cloud: PointCloud) -> None:
    assert session.main.model is not None
    before = session.main.cursor.place
    assert before is not None
    sd = session.main.model.places.std(axis=0)
    cloud.setFocus()
    QTest.keyClick(cloud, Qt.Key.Key_Right)
    QTest.keyClick(cloud, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    after = session.main.cursor.place
    np.testing.assert_allclose(after, before + np.array([0.1, 1.0]) * sd, rtol=1e-4)
    session.choices.undo()
    np.testing.assert_allclose(session.main.cursor.place, before, rtol=1e-5)


def test_a_and_b_fill_the_strip(session: Session, cloud: PointCloud, qtbot: QtBot) -> None:
    assert session.main.model is not None
    items = [session.main.model.middle_of(0), session.main.model.middle_of(1)]
    cloud.setFocus()
    for item, key in zip(items, (Qt.Key.Key_A, Qt.Key.Key_B), strict=True):
        assert item is not None
        press(cloud, cloud.pixel_of(item))
        QTest.keyClick(cloud, key)
    assert session.interpolation.complete
    qtbot.waitUntil(
        lambda: all(row.any() for picture in session.interpolation.rows.values() for row in picture)
    )
    assert session.main.trail is not None


def test_resting_on_an_item_shows_its_card(
    window: MainWindow, session: Session, cloud: PointCloud, qtbot: QtBot
) -> None:
    item = lonely_item(cloud, session)
    QTest.mouseMove(cloud, a_void(cloud))
    QTest.mouseMove(cloud, cloud.pixel_of(item))
    card = window.map.hand.card
    qtbot.waitUntil(card.isVisible, timeout=3000)
    assert session.main.look.item != item


def test_the_legend_filters_classes(window: MainWindow, session: Session, cloud: PointCloud) -> None:
    session.main.show_classes(frozenset({3}))
    assert session.main.model is not None
    hidden = next(i for i in range(500) if session.main.model.class_of(i) != "3")
    assert hidden not in cloud.items_at(QPointF(cloud.pixel_of(hidden)))
    session.choices.undo()
    assert session.main.look.shown is None
