"""A lesson's hand points at what it sees when it presses, not at where that was when it set out."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from explorer.guide.gestures import InClass, Press
from explorer.guide.watch import Watch
from explorer.session.session import Session
from explorer.ui.performing.player import Player
from explorer.ui.window.main_window import MainWindow


def test_a_press_meets_its_class_though_the_map_moves_while_the_pointer_is_on_its_way(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    cloud = window.map.cloud
    player = Player(window, session, Watch(session))
    player.play([Press(InClass("5"), "map.cloud")])
    QTimer.singleShot(60, window, lambda: cloud.pan_by(140, -60))
    with qtbot.waitSignal(player.finished, timeout=20_000):
        pass
    item, model = session.main.cursor.item, session.main.model
    assert item is not None
    assert model is not None
    assert model.class_of(item) == "5"
