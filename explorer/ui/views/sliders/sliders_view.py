"""Every latent dimension as a slider, in standard deviations, in step with the map both ways.

Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.latent.projection import subscript
from explorer.session.session import Session
from explorer.session.steering.strips import SDS
from explorer.ui.look import wording
from explorer.ui.widgets.sliders.dimension_slider import Dimension
from explorer.ui.widgets.sliders.slider_bank import SliderBank
from explorer.ui.widgets.two_lines import TwoLines

STRIP_MS = 120
"""While the cursor moves, the strips follow it this often: the large picture comes first."""


LOW = 300
"""Pixels of height below which there is no room for words."""


class SlidersView(QWidget):
    """The bank of sliders and its two lines."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sliders")
        self._session = session
        self.bank = SliderBank()
        self.bank.setObjectName("sliders.bank")
        self._lines = TwoLines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bank, 1)
        column.addWidget(self._lines)
        self.setMinimumHeight(150)
        self._soon = QTimer(self, singleShot=True, interval=STRIP_MS)
        self._soon.timeout.connect(session.strips.refresh)
        session.main.model_opened.connect(self._on_embedding)
        session.main.embedding_changed.connect(self._on_embedding)
        session.main.items_arrived.connect(self._on_items)
        session.main.cursor.moved.connect(self._on_cursor)
        session.strips.changed.connect(self._on_strip)
        self.bank.slid.connect(self._slide)
        self.bank.pressed.connect(session.choices.begin_gesture)
        self.bank.released.connect(session.choices.end_gesture)
        self.bank.reset_wanted.connect(self._reset)
        self.bank.strips_wanted.connect(self._want)
        self._shape: tuple[object, ...] = ()
        self._on_embedding()

    def _slide(self, dimension: int, sd: float) -> None:
        self._session.main.slide(dimension, sd)

    def _reset(self, dimension: int) -> None:
        self._session.main.reset_sliders(None if dimension < 0 else dimension)

    def _want(self, dimensions: list[int]) -> None:
        self._session.strips.want(tuple(dimensions))

    def _on_embedding(self) -> None:
        model = self._session.main.model
        embedding = None if model is None else model.embedding
        if model is None or embedding is None:
            self.bank.set_rows([])
            self._lines.say("", "")
            self._shape = ()
            return
        what = "variance" if embedding.kl is None else "KL in nats"
        what = what if model.explained is None else "share of the pictures' variance"
        self._lines.say(
            f"One slider per dimension; the bar is its {what}.",
            "A dimension has no meaning of its own.",
        )
        # The rows of a living space keep their order, or they would jump under the pointer.
        shape = (model.run.name, model.living, embedding.size)
        if shape != self._shape:
            self._shape = shape
            self.bank.set_ink(wording.as_ink(model))
            self.bank.set_rows(self._dimensions())
        else:
            self.bank.update_rows(self._dimensions())
        self._on_cursor()

    def _dimensions(self) -> list[Dimension]:
        model = self._session.main.model
        assert model is not None
        assert model.embedding is not None
        embedding = model.embedding
        most = max(float(embedding.activity.max()), 1e-9)
        name, unit = ("variance", "") if embedding.kl is None else ("KL", " nats")
        said = [f"{name} {float(activity):.2f}{unit}" for activity in embedding.activity]
        if model.explained is not None:
            said = [f"{100 * share:.1f} % of variance" for share in model.explained]
        collapsed = "Collapsed: every image has the same value here, so the decoder ignores it."
        return [
            Dimension(
                index=d,
                name=f"{model.space}{subscript(d + 1)}",
                centre=float(embedding.mean[d]),
                unit=0.0 if d in embedding.still else float(embedding.std[d]),
                weight=float(embedding.activity[d]) / most,
                weight_text=said[d],
                reason=collapsed if d in embedding.collapsed and not model.living else "",
            )
            for d in embedding.order
        ]

    def _on_items(self) -> None:
        model = self._session.main.model
        if model is not None:
            self.bank.set_ink(wording.as_ink(model))

    def _on_cursor(self) -> None:
        model, cursor = self._session.main.model, self._session.main.look.code
        if model is None or model.embedding is None or cursor is None:
            return
        self.bank.set_values(np.asarray(model.embedding.standardise(cursor)))
        if not self._soon.isActive() and self.isVisible():
            self._soon.start()

    def _on_strip(self, dimension: int) -> None:
        pictures = self._session.strips.rows[dimension]
        if len(pictures) == len(SDS):
            self.bank.set_strip(dimension, list(pictures))

    def resizeEvent(self, event: object) -> None:
        """On a low screen the sliders need the room more than the words do."""
        self._lines.setVisible(self.height() >= LOW)

    def showEvent(self, event: object) -> None:
        self._session.strips.want(tuple(self.bank.visible_rows()))

    def hideEvent(self, event: object) -> None:
        self._session.strips.want(())
