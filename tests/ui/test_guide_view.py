"""The guide notices, ticks, goes on, and shows how, on a stage with a map and a strip."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.session.session import Session
from explorer.ui.views.guide.guide_view import GuideView
from explorer.ui.views.map.map_view import MapView
from explorer.ui.widgets.spotlight import Spotlight
from tests.ui.opened import open_first, wait

LESSON = """
title = "Short"
about = "Three steps."
model = "vae-mnist-2d"
[[steps]]
name = "Read."
sentences = ["There is a map."]
facts = [{ check = "model_open", name = "vae-mnist-2d" }]
[[steps]]
name = "Press on a one."
sentences = ["One press."]
gestures = [{ do = "press", at = { class = "1" } }]
facts = [{ check = "item_selected", class_name = "1" }]
[[steps]]
name = "Press what isn't here."
sentences = ["It can't be done."]
gestures = [{ do = "click", place = "nowhere" }]
facts = [{ check = "handle_moved" }]
"""


@pytest.fixture
def stage(session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QWidget:
    map_view = MapView(session, session.main, "map")
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "short.toml").write_text(LESSON, encoding="utf-8")
    shipped = paths.resources()
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    made = QWidget()
    qtbot.addWidget(made)
    row = QHBoxLayout(made)
    row.addWidget(map_view, 3)
    row.addWidget(GuideView(session), 1)
    monkeypatch.setattr(paths, "resources", lambda: shipped)
    made.resize(1100, 600)
    open_first(qtbot, session)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def guide(stage: QWidget) -> GuideView:
    found = stage.findChild(GuideView)
    assert isinstance(found, GuideView)
    return found


def press(guide: GuideView, name: str) -> None:
    button = guide.findChild(QAbstractButton, f"guide.{name}")
    assert isinstance(button, QAbstractButton)
    assert button.isEnabled(), button.toolTip()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def shown(guide: GuideView) -> str:
    assert guide.step is not None
    return guide.step.name


def one(session: Session) -> int:
    assert session.main.model is not None
    item = session.main.model.middle_of(1)
    assert item is not None
    return item


def test_a_step_to_read_waits_for_next(guide: GuideView, qtbot: QtBot) -> None:
    assert shown(guide) == "Read."
    show_me = guide.findChild(QAbstractButton, "guide.show_me")
    assert isinstance(show_me, QAbstractButton)
    assert not show_me.isEnabled()
    press(guide, "next")
    assert shown(guide) == "Press on a one."
    press(guide, "back")
    assert shown(guide) == "Read."


def test_what_is_done_is_ticked_and_the_lesson_goes_on(
    guide: GuideView, session: Session, qtbot: QtBot
) -> None:
    press(guide, "next")
    tick = guide.findChild(QLabel, "guide.tick")
    assert isinstance(tick, QLabel)
    assert "✓" not in tick.text()
    session.main.select(one(session))
    wait(qtbot, lambda: "✓" in tick.text())
    wait(qtbot, lambda: shown(guide) == "Press what isn't here.")


def test_who_presses_while_reading_is_not_sent_back(guide: GuideView, session: Session, qtbot: QtBot) -> None:
    wait(qtbot, lambda: session.main.cursor.picture is not None)
    session.main.select(one(session))
    wait(qtbot, lambda: shown(guide) == "Press on a one.")


def test_show_me_presses_on_the_real_map(
    guide: GuideView, stage: QWidget, session: Session, qtbot: QtBot
) -> None:
    press(guide, "next")
    spotlight = stage.findChild(Spotlight)
    assert isinstance(spotlight, Spotlight)
    assert spotlight.isVisible()
    pressed: list[int] = []
    stage.findChild(MapView).cloud.pressed.connect(lambda x, y, item: pressed.append(item))
    press(guide, "show_me")
    wait(qtbot, lambda: session.main.look.item is not None and pressed == [session.main.look.item])
    assert session.main.model is not None
    assert session.main.look.item is not None
    assert session.main.model.class_of(session.main.look.item) == "1"
    wait(qtbot, lambda: not spotlight.isVisible())


def test_what_can_not_be_shown_is_said(guide: GuideView, session: Session, qtbot: QtBot) -> None:
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    press(guide, "next")
    press(guide, "next")
    press(guide, "show_me")
    wait(qtbot, lambda: said == ["There is no 'nowhere' in this window."])


def test_closed_it_lists_the_lessons(guide: GuideView, stage: QWidget) -> None:
    press(guide, "next")
    press(guide, "close")
    assert guide.step is None
    press(guide, "begin.short")
    assert shown(guide) == "Read."


def ticked(guide: GuideView) -> str:
    tick = guide.findChild(QLabel, "guide.tick")
    assert isinstance(tick, QLabel)
    return tick.text()


def test_what_is_true_no_longer_is_not_said(guide: GuideView, session: Session, qtbot: QtBot) -> None:
    wait(qtbot, lambda: "vae-mnist-2d is open" in ticked(guide) and "✓" in ticked(guide))
    session.open("ae-mnist-2d")
    wait(qtbot, lambda: "✓" not in ticked(guide))
    session.open("vae-mnist-2d")
    wait(qtbot, lambda: "✓" in ticked(guide))
    press(guide, "next")
    session.main.select(one(session))
    wait(qtbot, lambda: "✓" in ticked(guide))
    session.main.go_to_plane(0.5, 0.5)
    wait(qtbot, lambda: "Done" in ticked(guide))
    session.open("ae-mnist-2d")
    wait(qtbot, lambda: "vae-mnist-2d is open" in ticked(guide) and "✓" not in ticked(guide))


def test_what_held_before_the_step_is_not_gone_on_from(
    guide: GuideView, session: Session, qtbot: QtBot
) -> None:
    session.main.select(one(session))
    press(guide, "next")
    assert "✓" not in ticked(guide), "it was selected before it was asked for"


def test_with_another_model_nothing_is_done_and_show_me_opens_the_right_one(
    guide: GuideView, session: Session, qtbot: QtBot
) -> None:
    press(guide, "next")
    session.open("ae-mnist-2d")
    session.main.select(one(session))
    wait(qtbot, lambda: "The model vae-mnist-2d is open" in ticked(guide))
    assert "✓" not in ticked(guide)
    press(guide, "show_me")
    wait(qtbot, lambda: shown(guide) == "Press what isn't here.")
    assert session.main.model is not None
    assert session.main.model.run.name == "vae-mnist-2d"


def test_the_lesson_and_its_step_come_back(guide: GuideView) -> None:
    assert guide.to_keep() == {"stem": "short", "step": 0}
    guide.restore({"stem": "short", "step": 2})
    assert shown(guide) == "Press what isn't here."
    for kept in (
        None,
        3,
        {"stem": "gone", "step": 0},
        {"stem": "short", "step": 3},
        {"stem": ["x"], "step": -1},
    ):
        guide.restore(kept)
        assert shown(guide) == "Press what isn't here.", "what doesn't fit changes nothing"
    guide.restore({"stem": "short", "step": True})
    assert shown(guide) == "Press what isn't here."
    press(guide, "close")
    assert guide.to_keep() == {}
    press(guide, "begin.short")
    guide.restore({})
    assert guide.step is None, "what was closed stays closed"
