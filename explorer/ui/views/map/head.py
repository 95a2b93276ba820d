"""The line above a map: kind of model, name, and how its codes reach the plane. Part of the map view."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from explorer.session.session import Session
from explorer.session.side import Side
from explorer.ui.look import theme, wording
from explorer.ui.views.map.projection_chooser import ProjectionChooser
from explorer.ui.widgets.steady_label import PressedLabel, SteadyLabel

SIDE = 14
"""Room beside the head."""


class MapHead(QHBoxLayout):
    """A press on the title opens the model's card.

    Parameters
    ----------
    side
        Whose map it stands above.
    name
        Of the map.
    """

    def __init__(self, session: Session, side: Side, name: str) -> None:
        super().__init__()
        self._session, self._side, self._small = session, side, False
        self._title, self._subtitle = PressedLabel(f"{name}.title"), SteadyLabel()
        self.projections = ProjectionChooser(side.projecting, name)
        self._title.setProperty("role", "heading")
        self._subtitle.setProperty("role", "muted")
        self._subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title.pressed.connect(self._show_card)
        self.setContentsMargins(SIDE, 7, SIDE, 7)
        self.setSpacing(12)
        self.addWidget(self._title)
        self.addWidget(self._subtitle, 1)
        self.addWidget(self.projections)
        side.renamed.connect(self.say)

    def set_small(self, small: bool) -> None:
        """The model's name alone, where the map only accompanies."""
        self._small = small
        self.say()
        self._subtitle.setVisible(not small)
        self.projections.setVisible(not small)
        self.setContentsMargins(SIDE, *((2, 6, 2) if small else (7, SIDE, 7)))
        theme.set_style(self._title, "role", "title" if small else "heading")

    def say(self) -> None:
        """The family, and beside it the model; where there is little room the model alone."""
        model = self._side.model
        if model is None:
            return
        manifest, name = model.run.manifest, model.run.name
        self._title.setText(name if self._small else manifest.title or manifest.family)
        self._title.short = "" if self._small else manifest.short_title
        self._subtitle.setText(f"{name}   {wording.sizes(model)}")

    def say_more(self, figures: str) -> None:
        """What pointing at the title tells: all that a small map leaves out."""
        model = self._side.model
        if model is not None:
            whose = f"{model.run.name}, trained on {model.run.manifest.data.title}"
            lines = (whose, *wording.map_lines(model), figures, "Press for its card")
            self._title.setToolTip("\n".join(lines))

    def clear(self) -> None:
        """No model is here any more."""
        self._title.setText("")
        self._subtitle.setText("")

    def share(self, width: int) -> None:
        """The family's name gives way where the model's own would be cut."""
        model = self._side.model
        if model is not None and not self._small:
            name = self._subtitle.fontMetrics().horizontalAdvance(model.run.name)
            rest = (item.widget() for at in range(2, self.count()) if (item := self.itemAt(at)))
            widths = [part.sizeHint().width() for part in rest if part is not None and not part.isHidden()]
            wide = self._title.wide() + name + sum(widths) + (len(widths) + 1) * self.spacing()
            self._title.set_brief(wide + 2 * SIDE > width)

    def _show_card(self) -> None:
        model = self._side.model
        self._session.model_cards.show(None if model is None else model.run)
