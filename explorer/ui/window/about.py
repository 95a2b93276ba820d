"""The about box: versions of everything that counts, ready to be copied into a report."""

from __future__ import annotations

import platform
import sys

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.versions import version

PACKAGES = ("latent-explorer", "torch", "torchvision", "numpy", "pyqtgraph", "safetensors")


class AboutBox(QDialog):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Latent Explorer")
        title = QLabel("Latent Explorer")
        title.setProperty("role", "heading")
        text = QLabel(
            "Train small generative models, see their latent space as a living map,\n"
            "and decode any place of it.\n\n" + versions(session)
        )
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        credit = QLabel("MNIST: Yann LeCun, Corinna Cortes, Christopher J. C. Burges. Licence: MIT.")
        credit.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        for widget in (title, text, credit, buttons):
            column.addWidget(widget)


def versions(session: Session) -> str:
    """One line per package, and the device."""
    lines = [f"{name} {version(name) or 'is missing'}" for name in PACKAGES]
    lines += [f"Qt {qVersion()}", f"Python {sys.version.split()[0]} on {platform.platform(terse=True)}"]
    lines.append(session.main.ready.device if session.main.ready else "the model is not on a device yet")
    return "\n".join(lines)
