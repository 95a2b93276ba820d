"""The card of a model: what it is made of, of what it learned, how good it is; to be read, copied, saved.

Knows the session (`model_cards`). Not modal: everything else goes on while it is open.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from explorer.data.formats.png import to_png
from explorer.errors import Failure
from explorer.files import atomic_write
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.views.card.card_page import page, picture
from explorer.ui.widgets.allow import allow

WAIT = "Reading the model …"
MEASURE = "Measure"
MEASURE_ALL = "Measure all held-out images"
MEASURE_TIP = "Takes the figures of this card, from seconds to minutes; likelihoods of 1,000 held-out images"
MEASURE_ALL_TIP = "Takes the likelihood of all held-out images, which can take many minutes"
LEARNING = "It is being trained; measure it when that has ended."
WHOLE = "All figures that this model has are measured."


class CardDialog(QDialog):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._session, self._cards = session, session.model_cards
        self._page, self._state = QTextBrowser(), QLabel()
        self._page.setObjectName("card.page")
        self._page.setOpenLinks(False)
        self._state.setObjectName("card.state")
        self._state.setProperty("role", "muted")
        self._state.setWordWrap(True)
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._measure = self._button("measure", MEASURE, "", self._cards.measure)
        self._measure.setProperty("role", "primary")
        self._cancel = self._button("cancel", "Cancel", "Measure no further", self._cards.cancel)
        self._whole = [
            self._button("picture", "Save as picture …", "As PNG, the whole card", self._ask_picture),
            self._button("text", "Save as text …", "The whole card as plain text", self._ask_text),
            self._button("copy", "Copy", "The whole card as plain text", self._copy),
        ]
        self._arrange()
        self.resize(940, 720)
        self._shown = ""
        self._cards.changed.connect(self._refresh)
        session.training.changed.connect(self._refresh)
        self._refresh()

    def save_picture(self, path: Path) -> None:
        """Write the card as PNG."""
        if self._cards.card is not None:
            self._write(path, to_png(picture(self._cards.card)))

    def save_text(self, path: Path) -> None:
        """Write the card as plain text."""
        if self._cards.card is not None:
            self._write(path, f"{self._cards.card.as_text()}\n".encode())

    # Building

    def _button(self, name: str, words: str, tip: str, act: object) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"card.{name}")
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self._measure, self._cancel):
            row.addWidget(button)
        row.addWidget(self._state, 1)
        for button in self._whole:
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(self._page, 1)
        column.addLayout(row)

    # Facts

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._repaint_page()
        super().changeEvent(event)

    def _refresh(self) -> None:
        cards, card = self._cards, self._cards.card
        name = "" if cards.run is None else cards.run.name
        self.setWindowTitle(f"Card of {name}" if name else "Card of a model")
        self._repaint_page()
        for button in self._whole:
            allow(button, "" if card else cards.fault or WAIT, button.toolTip())
        whole = card is not None and card.whole
        self._measure.setText(MEASURE_ALL if card and card.figures and not whole else MEASURE)
        tip = MEASURE_ALL_TIP if card and card.figures else MEASURE_TIP
        refusal = (cards.fault or WAIT) if card is None else self._learning() or (WHOLE if whole else "")
        allow(self._measure, refusal, tip)
        self._measure.setVisible(not cards.measuring)
        self._cancel.setVisible(cards.measuring)
        self._state.setText(self._words())
        theme.set_style(self._state, "role", "danger" if cards.fault else "muted")

    def _learning(self) -> str:
        """Why a model in training is not measured."""
        learner, run = self._session.training.learner.model, self._cards.run
        same = run is not None and learner is not None and learner.run.folder == run.folder
        return LEARNING if same and learner is not None and learner.living else ""

    def _words(self) -> str:
        cards = self._cards
        if cards.measuring and cards.progress is not None:
            left = cards.progress.eta_s
            about = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
            done = f"{100 * cards.progress.fraction:.0f} %"
            return f"{cards.progress.doing.capitalize()}: {done}, about {about} left"
        if cards.measuring:
            return "Measuring begins …"
        return cards.fault or cards.note

    def _repaint_page(self) -> None:
        card = self._cards.card
        text = page(card) if card is not None else f"<p>{escape(self._cards.fault or WAIT)}</p>"
        if text != self._shown:
            self._shown = text
            self._page.setHtml(text)

    # Doing

    def _ask_picture(self) -> None:
        if path := self._ask("png", "PNG (*.png)"):
            self.save_picture(path)

    def _ask_text(self) -> None:
        if path := self._ask("txt", "Text (*.txt)"):
            self.save_text(path)

    def _ask(self, ending: str, kinds: str) -> Path | None:
        run = self._cards.run
        wish = f"{run.name if run else 'model'}-card.{ending}"
        name, _ = QFileDialog.getSaveFileName(self, "Save the card", wish, kinds)
        if not name:
            return None
        return Path(name if name.lower().endswith(f".{ending}") else f"{name}.{ending}")

    def _copy(self) -> None:
        if self._cards.card is not None:
            QGuiApplication.clipboard().setText(self._cards.card.as_text())
            self._session.say("Copied the card.")

    def _write(self, path: Path, data: bytes) -> None:
        try:
            atomic_write(path, data)
            self._session.say(f"Saved {path.name}.")
        except Failure as error:
            self._session.say(str(error), "error")
