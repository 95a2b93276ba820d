"""A control that can't be used now is grey, and pointing at it says why. Imports Qt."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget


def allow(part: QWidget | QAction, refusal: str | None, tip: str) -> None:
    """Let a control be used where there is no refusal; its tooltip says what it does, and below why not."""
    part.setEnabled(not refusal)
    part.setToolTip(f"{tip}\n{refusal}" if refusal else tip)
