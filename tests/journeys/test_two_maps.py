"""Two maps side by side, one cursor through both."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.window.main_window import MainWindow
from tests.journeys.test_map import a_void, lonely_item, press


@pytest.fixture
def session(window: MainWindow, qtbot: QtBot) -> Session:
    assert window.session is not None
    beside = window.session.beside
    qtbot.waitUntil(lambda: beside.ready is not None and beside.cursor.picture is not None, timeout=30_000)
    return window.session


@pytest.fixture
def left(window: MainWindow) -> PointCloud:
    return window.middle.beside.cloud


@pytest.fixture
def right(window: MainWindow) -> PointCloud:
    return window.map.cloud


def test_the_first_screen_compares_two_models_at_one_digit(window: MainWindow, session: Session) -> None:
    assert session.main.model is not None
    assert session.beside.model is not None
    assert (session.main.model.run.name, session.beside.model.run.name) == ("vae-mnist-2d", "ae-mnist-2d")
    assert session.main.look.item is not None
    np.testing.assert_array_equal(
        session.beside.cursor.code, session.beside.model.embedding.codes[session.main.look.item]
    )


def test_a_pressed_item_is_one_for_both(
    session: Session, left: PointCloud, right: PointCloud, qtbot: QtBot
) -> None:
    item = lonely_item(left, session)
    with qtbot.waitSignal(session.beside.cursor.picture_changed, timeout=10_000):  # type: ignore[arg-type]
        press(left, left.pixel_of(item))
    assert session.main.look.item == item
    for cloud, side in ((left, session.beside), (right, session.main)):
        assert side.cursor.place is not None
        np.testing.assert_allclose(side.cursor.place, cloud.place_of(item), rtol=1e-4)


@pytest.mark.parametrize("pressed", ["left", "right"])
def test_a_pressed_void_is_carried_over_through_the_picture(
    window: MainWindow, session: Session, left: PointCloud, right: PointCloud, qtbot: QtBot, pressed: str
) -> None:
    main, beside = session.sides
    here, there = (beside, main) if pressed == "left" else (main, beside)
    cloud = left if pressed == "left" else right
    before = there.cursor.place
    press(cloud, a_void(cloud))

    def carried() -> bool:
        return there.cursor.place is not None and not np.allclose(there.cursor.place, before)

    qtbot.waitUntil(carried, timeout=10_000)
    assert session.main.look.item is None
    assert here.cursor.place is not None
    assert session.carrying.bridge == "picture"
    assert session.carrying.leader is here
    views = [window.findChild(ImageView, f"picture.{name}") for name in ("beside", "decoded")]
    assert all(view is not None and view.picture() is not None for view in views)


def test_undo_brings_the_left_cursor_back(session: Session, left: PointCloud, qtbot: QtBot) -> None:
    start = session.beside.cursor.place
    press(left, a_void(left))
    assert session.scene.leads == "beside"
    session.choices.undo()
    qtbot.waitUntil(lambda: np.allclose(session.beside.cursor.place, start), timeout=10_000)


def test_hovering_rings_the_item_on_both(
    session: Session, left: PointCloud, right: PointCloud, qtbot: QtBot
) -> None:
    item = lonely_item(right, session)
    QTest.mouseMove(right, QPoint(5, 5))
    with qtbot.waitSignal(session.main.hover_changed, timeout=5_000):  # type: ignore[arg-type]
        QTest.mouseMove(right, right.pixel_of(item))
    assert session.main.hovered == item
    assert left._overlays.hovered == item


def test_each_map_points_at_a_place_that_was_never_trained(
    session: Session, left: PointCloud, qtbot: QtBot
) -> None:
    qtbot.waitUntil(
        lambda: session.main.model is not None and session.main.model.hole is not None
        and session.beside.model is not None and session.beside.model.hole is not None,
        timeout=30_000,
    )  # fmt: skip
    hole = session.beside.model.hole
    assert hole.cycle_error > 1
    place = left.view().to_pixel(*session.beside.model.projection.to_plane(hole.code))
    assert left.rect().contains(QPointF(*place).toPoint())
    assert not left.items_at(QPointF(*place))


def test_closing_the_left_map_leaves_one(window: MainWindow, session: Session, left: PointCloud) -> None:
    press(left, a_void(left))
    button = window.findChild(QToolButton, "beside.close")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.beside.model is None
    assert session.scene.leads == "main"
    assert not window.middle.beside.isVisible()
    session.beside.open("no-such-model")
    assert session.beside.model is None


def test_an_image_of_other_data_is_no_end_of_the_main_models_path(
    window: MainWindow, session: Session, left: PointCloud, qtbot: QtBot
) -> None:
    session.beside.open("vae-fashion-16d")
    qtbot.waitUntil(lambda: session.beside.ready is not None and not session.carrying.shares_items)
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    item = lonely_item(left, session)
    left.setFocus()
    QTest.mouseMove(left, left.pixel_of(item))
    left.end_chosen.emit("a", item)
    assert session.scene.end_a is None
    assert said == ["A and B are images of vae-mnist-2d, which has not met this one: point at its own map."]
    left.menu_wanted.emit(left.mapToGlobal(left.pixel_of(item)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    ends = [action for action in menu.actions() if "this image end" in action.text()]
    assert len(ends) == 2
    assert not any(action.isEnabled() for action in ends)
    assert {action.toolTip() for action in ends} == set(said)
    menu.close()
    window.map.cloud.end_chosen.emit("a", 17)
    assert session.scene.end_a is not None


def test_a_second_map_is_offered_where_there_is_room_for_it(window: MainWindow) -> None:
    button = window.findChild(QToolButton, "map.compare")
    assert button is not None
    for title in window.workspaces.titles():
        window.workspaces.go_to(title)
        assert button.isVisible() == window.workspaces.current.compares, title
