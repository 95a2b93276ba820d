"""Why a control is grey is said in one way."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from explorer.ui.widgets.allow import allow


@pytest.mark.parametrize("nothing", ["", None])
def test_a_grey_control_says_what_it_does_and_why_not(qtbot: QtBot, nothing: str | None) -> None:
    button = QPushButton("Stop")
    qtbot.addWidget(button)
    for part in (button, QAction("Stop", button)):
        allow(part, "Nothing is being trained now.", "End the training")
        assert not part.isEnabled()
        assert part.toolTip() == "End the training\nNothing is being trained now."
        allow(part, nothing, "End the training")
        assert part.isEnabled()
        assert part.toolTip() == "End the training"
