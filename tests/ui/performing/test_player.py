"""The player does with real events what a lesson says, on widgets of all kinds."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QPushButton, QTabWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.guide.gestures import Choose, Click, Condition, Gesture, Slide
from explorer.guide.watch import Watch
from explorer.session.session import Session
from explorer.ui.performing.player import Player
from explorer.ui.widgets.plots.schedule_plot import SchedulePlot

W = TypeVar("W", bound=QWidget)


@pytest.fixture
def stage(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    column = QVBoxLayout(made)
    plot, entries, tabs, button = SchedulePlot(), QListView(), QTabWidget(), QPushButton("Do")
    for name, part in (("plot", plot), ("entries", entries), ("tabs", tabs), ("button", button)):
        part.setObjectName(name)
        column.addWidget(part)
    model = QStandardItemModel(entries)
    for name in ("one", "two"):
        model.appendRow(QStandardItem(name))
        tabs.addTab(QWidget(), name)
    entries.setModel(model)
    entries.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
    made.resize(400, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def part(stage: QWidget, kind: type[W], name: str) -> W:
    found = stage.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def play(stage: QWidget, session: Session, qtbot: QtBot, *gestures: Gesture) -> None:
    player = Player(stage, session, Watch(session), fast=True)
    with qtbot.waitSignal(player.finished, timeout=10_000):
        player.play(gestures)


def test_the_handle_of_a_schedule_is_dragged(stage: QWidget, session: Session, qtbot: QtBot) -> None:
    plot, sought = part(stage, SchedulePlot, "plot"), list[float]()
    plot.sought.connect(sought.append)
    play(stage, session, qtbot, Slide("plot", 0.3))
    assert sought[0] == pytest.approx(1.0, abs=0.01)
    assert sought[-1] == pytest.approx(0.3, abs=0.01)
    assert sought == sorted(sought, reverse=True)


def test_an_entry_of_a_list_is_opened_and_a_tab_turned_to(
    stage: QWidget, session: Session, qtbot: QtBot
) -> None:
    opened, said = list[str](), list[str]()
    part(stage, QListView, "entries").activated.connect(lambda index: opened.append(index.data()))
    session.said.connect(lambda message: said.append(message.text))
    play(stage, session, qtbot, Choose("entries", "two"), Choose("tabs", "two"), Choose("tabs", "three"))
    assert opened == ["two"]
    assert part(stage, QTabWidget, "tabs").currentIndex() == 1
    assert said == ["There is no three here."]


def test_a_click_is_left_where_its_aim_holds(stage: QWidget, session: Session, qtbot: QtBot) -> None:
    clicks = list[int]()
    part(stage, QPushButton, "button").clicked.connect(lambda: clicks.append(1))
    idle, running = (Condition("training_is", {"state": state}) for state in ("idle", "running"))
    play(stage, session, qtbot, Click("button", idle))
    assert not clicks
    play(stage, session, qtbot, Click("button", running), Click("button"))
    assert len(clicks) == 2
