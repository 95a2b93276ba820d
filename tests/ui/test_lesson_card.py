"""Every step of every lesson can be read without scrolling, at the width that the guide usually has."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from explorer.guide.facts import Fact
from explorer.guide.lesson import lessons
from explorer.ui.look import theme
from explorer.ui.views.guide.lesson_card import LessonCard
from explorer.ui.window.app import application
from explorer.ui.window.room import NARROWEST

LONGEST = Fact("From t = 0.60 back in 12 steps, 11.5 % per pixel from the real picture of the data", True)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_step_is_cut_however_low_the_dock_is(qtbot: QtBot, colours: theme.Choice) -> None:
    application()
    theme.use(colours)
    card = LessonCard()
    qtbot.addWidget(card)
    scroll, tick = card.findChild(QScrollArea), card.findChild(QLabel, "guide.tick")
    assert isinstance(scroll, QScrollArea)
    assert isinstance(tick, QLabel)
    card.resize(NARROWEST, 170)
    card.show()
    for lesson in lessons():
        for index, step in enumerate(lesson.steps):
            card.show_step(lesson.title, step, index, len(lesson.steps))
            card.show_facts([LONGEST])
            QApplication.processEvents()
            card.resize(NARROWEST, card.minimumSizeHint().height())
            QApplication.processEvents()
            assert scroll.verticalScrollBar().maximum() == 0, step.name
            assert tick.height() >= tick.heightForWidth(tick.width()), step.name
            assert card.height() < 300, step.name
    theme.use("system")
