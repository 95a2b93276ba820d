"""The card of a model, opened and used with a pointer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QTextBrowser
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.views.card.card_dialog import CardDialog
from explorer.ui.views.map.map_view import MapView
from explorer.ui.widgets.steady_label import PressedLabel
from tests.runs import runs_made
from tests.ui.opened import open_first, wait


def dialog_of(qtbot: QtBot, session: Session) -> CardDialog:
    dialog = CardDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_title_of_a_map_brings_the_card_of_its_model(qtbot: QtBot, session: Session) -> None:
    open_first(qtbot, session)
    view = MapView(session, session.beside, "beside")
    qtbot.addWidget(view)
    view.show()
    dialog = dialog_of(qtbot, session)
    title = view.findChild(PressedLabel, "beside.title")
    assert title is not None
    qtbot.mouseClick(title, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: session.model_cards.card is not None)
    text = dialog.findChild(QTextBrowser, "card.page").toPlainText()
    assert "ae-mnist-2d" in text
    assert "[N, 1, 28, 28]" in text
    assert "ae-mnist-2d" in dialog.windowTitle()


def test_a_card_is_saved_as_picture_and_as_text_and_copied(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    dialog = dialog_of(qtbot, session)
    save = dialog.findChild(QPushButton, "card.copy")
    assert not save.isEnabled()
    session.model_cards.show(session.library.find("vae-mnist-2d"))
    wait(qtbot, lambda: session.model_cards.card is not None)
    card = session.model_cards.card
    assert card is not None
    dialog.save_text(tmp_path / "card.txt")
    assert (tmp_path / "card.txt").read_text(encoding="utf-8").strip() == card.as_text()
    dialog.save_picture(tmp_path / "card.png")
    picture = np.asarray(Image.open(tmp_path / "card.png").convert("L"))
    assert picture.shape[1] > 1000
    rows = picture.std(axis=1) > 0
    assert rows.sum() > 300, "words from its top to its bottom"
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == card.as_text()


def test_measuring_is_offered_where_it_brings_something(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    dialog, cards = dialog_of(qtbot, session), session.model_cards
    measure, cancel = (dialog.findChild(QPushButton, f"card.{name}") for name in ("measure", "cancel"))
    cards.show(session.library.find("pca-mnist-2d"))
    wait(qtbot, lambda: cards.card is not None)
    assert not measure.isEnabled()
    assert "All figures" in measure.toolTip()
    cards.show(runs_made.trained(tmp_path / "run"))
    wait(qtbot, lambda: cards.card is not None)
    assert measure.isEnabled()
    qtbot.mouseClick(measure, Qt.MouseButton.LeftButton)
    assert cancel.isVisible()
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert measure.isVisible()
    assert "not measured yet" in dialog.findChild(QTextBrowser, "card.page").toPlainText()
    qtbot.mouseClick(measure, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: not cards.measuring)
    assert "per pixel" in dialog.findChild(QTextBrowser, "card.page").toPlainText()
