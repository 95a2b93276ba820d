"""The plane through three codes of the grid, decoded under the pointer. Part of the GAN view."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.prior.code_grid import drawn_in_ink
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.plots.plane_pad import MIDDLE, PlanePad, Weights

WORDS = (
    "Press pictures of the grid to choose the corners. Under the pointer z = αa + βb + γc with "
    "α + β + γ = 1, beyond the triangle too."
)


class GanPlane(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adversaries = session.adversaries
        self._at: Weights = MIDDLE
        self.pad, self.picture = PlanePad(), ImageView()
        self.pad.setObjectName("gan.plane")
        self.picture.setObjectName("gan.plane.picture")
        self._words = QLabel()
        self._words.setObjectName("gan.plane.words")
        self._words.setWordWrap(True)
        self._words.setProperty("role", "caption")
        right = QVBoxLayout()
        right.addWidget(self.picture, 1)
        right.addWidget(self._words)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 4)
        row.setSpacing(14)
        row.addWidget(self.pad, 1)
        row.addLayout(right, 1)
        self.pad.over.connect(self._on_over)
        self.pad.pressed.connect(self._on_press)
        self._adversaries.grid_changed.connect(self._on_grid)
        self._adversaries.plane_changed.connect(self._on_plane)
        self._adversaries.changed.connect(self._explain)
        self._explain()

    def _explain(self) -> None:
        press = self._adversaries.on_no_map or "A press takes the cursor there."
        self._words.setText(f"{WORDS} {press}")

    def _on_over(self, weights: Weights) -> None:
        self._at = weights
        self._adversaries.grid.look_at_plane(weights)

    def _on_press(self, weights: Weights) -> None:
        self._on_over(weights)
        self._adversaries.go_to_plane(weights)

    def _on_grid(self) -> None:
        """Its pictures are others, so the one here is too."""
        if self.isVisible():
            self._on_plane()
            self._adversaries.grid.look_at_plane(self._at)

    def _on_plane(self) -> None:
        if not self.isVisible():
            return
        grid, ink = self._adversaries.grid, drawn_in_ink(self._adversaries.subject)
        known = len(grid.pictures)
        corners = [grid.pictures[place] if place < known else None for place in grid.corners]
        self.pad.set_corners(corners, ink)
        self.pad.setEnabled(not grid.refusal)
        self.picture.set_placeholder(grid.refusal)
        self.picture.set_ink(ink)
        self.picture.set_picture(grid.plane_picture)
        a, b, c = self._at
        self.picture.set_caption(f"{a:.2f} A + {b:.2f} B + {c:.2f} C".replace("-", "−"))
        if grid.plane_picture is None:
            grid.look_at_plane(self._at)

    def showEvent(self, event: object) -> None:
        self._on_plane()
