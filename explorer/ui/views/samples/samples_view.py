"""Sheets of pictures beside each other: held-out images as models rebuild them, and what models draw.

Knows the session and contains widgets. Imports Qt.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.session.asking.requests import Images
from explorer.session.prior.reconstructions import MOST
from explorer.session.prior.samples_beside import own_samples
from explorer.session.session import Session
from explorer.session.shelf import Card
from explorer.ui.look import theme, wording
from explorer.ui.views.samples import words
from explorer.ui.widgets.pictures.picture_sheet import PictureSheet
from explorer.ui.widgets.two_lines import TwoLines

MARGIN = 6
SIDE = 268
"""Width of the column for words and buttons."""
GLANCE = 4
"""So many sheets share the width that there is: they are to be compared."""
APART = 12
"""Pixels between sheets, and before the first."""
SHEETS = 1 + 2 * MOST
"""The originals, and of each model its reconstructions and its samples."""


class SamplesView(QWidget):
    """Two modes, `Reconstructions` and `Samples`, over one row of sheets."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samples")
        self._session, self._samples = session, session.samples
        self.sheets = [PictureSheet() for _ in range(SHEETS)]
        for place, panel in enumerate(self.sheets):
            panel.setObjectName(f"samples.sheet.{place}")
        self._modes = {name: QPushButton(name) for name in ("Reconstructions", "Samples")}
        self._again, self._add = QToolButton(), QPushButton("Add models …")
        self._pair = (QComboBox(), QComboBox())
        self._empty = QLabel(words.NOTHING, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._lines = TwoLines()
        self._name_parts()
        self._lay_out()
        self._samples.changed.connect(self._refresh)
        self._samples.reconstructions.changed.connect(self._refresh)
        session.shelf.changed.connect(self._on_shelf)
        session.library_changed.connect(self._on_library)
        self._on_mode()

    # Building

    def _name_parts(self) -> None:
        tips = {
            "Reconstructions": "Held-out images beside their decoded codes, model by model, and samples",
            "Samples": "Pictures decoded from drawn codes, of two models",
        }
        group = QButtonGroup(self)
        for name, button in self._modes.items():
            button.setObjectName(f"samples.mode.{name.lower()}")
            button.setToolTip(tips[name])
            button.setCheckable(True)
            group.addButton(button)
        self._modes["Reconstructions"].setChecked(True)
        group.buttonClicked.connect(self._on_mode)
        self._again.setObjectName("samples.again")
        self._again.setAccessibleName("New draw")
        theme.set_icon(self._again, "reset")
        self._again.clicked.connect(self._samples.draw_again)
        self._add.setObjectName("samples.models")
        self._add.setToolTip(f"Add models of the library; up to {MOST} stand beside the originals")
        menu = QMenu(self._add)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill_menu)
        self._add.setMenu(menu)
        for place, box in enumerate(self._pair):
            box.setObjectName(f"samples.pair.{place}")
            box.setToolTip("Whose samples: any model of the library")
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.activated.connect(lambda row, place=place: self._choose(place, row))
        self._empty.setProperty("role", "muted")

    def _lay_out(self) -> None:
        modes, chosen = QHBoxLayout(), QVBoxLayout()
        for layout in (modes, chosen):
            layout.setContentsMargins(12, 0, 8, 0)
            layout.setSpacing(4)
        for button in (*self._modes.values(), self._again):
            modes.addWidget(button)
        modes.addStretch()
        for widget in (*self._pair, self._add):
            chosen.addWidget(widget)
        side = QWidget()
        side.setFixedWidth(SIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(modes)
        column.addLayout(chosen)
        column.addStretch()
        column.addWidget(self._lines)
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(APART, 0, 0, 0)
        row.setSpacing(APART)
        for panel in self.sheets:
            row.addWidget(panel, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch()
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setObjectName("samples.scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, MARGIN, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._empty, 1)
        outer.addWidget(side)

    # Intents

    @property
    def draws(self) -> bool:
        """Whether samples are shown, and not reconstructions."""
        return self._modes["Samples"].isChecked()

    def _on_mode(self) -> None:
        self._lines.say(*(words.DRAWN if self.draws else words.REBUILT))
        self._want()
        self._refresh()

    def _want(self) -> None:
        """Only what can be seen is computed."""
        shown = self.isVisible()
        self._samples.reconstructions.want(shown and not self.draws)
        self._samples.want(shown and self.draws)

    def _choose(self, place: int, row: int) -> None:
        folder = self._pair[place].itemData(row)
        if folder is not None:
            self._samples.choose(place, folder)

    def _fill_menu(self) -> None:
        rebuilt, menu = self._samples.reconstructions, self._add.menu()
        menu.clear()
        opened = {run.folder for run in rebuilt.open_runs}
        added = {run.folder for run in rebuilt.added}
        full = len(rebuilt.runs) >= MOST
        for card in self._usable():
            folder = card.entry.folder
            action = QAction(card.entry.name, menu, checkable=True, checked=folder in opened | added)
            if folder in opened:
                action.setEnabled(False)
                action.setToolTip("It is on a map; it stays as long as it is there.")
            elif full and folder not in added:
                action.setEnabled(False)
                action.setToolTip(f"There are {MOST} already; take another one out first.")
            action.triggered.connect(lambda on, folder=folder: self._toggle(folder, on))
            menu.addAction(action)

    def _toggle(self, folder: Path, on: bool) -> None:
        rebuilt = self._samples.reconstructions
        if on:
            rebuilt.add(folder)
        else:
            rebuilt.remove(folder)

    # Facts

    def _usable(self) -> list[Card]:
        """Models that have weights."""
        known = [card for card in self._session.shelf.cards or () if not card.fault]
        return [card for card in known if card.entry.manifest and card.entry.manifest.files]

    def _on_library(self) -> None:
        if self.isVisible():
            self._session.shelf.refresh()

    def _on_shelf(self) -> None:
        for box in self._pair:
            box.clear()
            for card in self._usable():
                box.addItem(card.entry.name, card.entry.folder)
        self._refresh()

    def _show_pair(self) -> None:
        for box, run in zip(self._pair, self._samples.pair, strict=True):
            folders = [box.itemData(row) for row in range(box.count())]
            box.setCurrentIndex(folders.index(run.folder) if run and run.folder in folders else -1)

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        draws = self.draws
        for box in self._pair:
            box.setVisible(draws)
        self._again.setVisible(draws)
        self._add.setVisible(not draws)
        self._again.setToolTip(f"Draw other codes; these come from seed {self._samples.seed}")
        self._show_pair()
        shown = self._show_samples() if draws else self._show_rebuilt()
        for panel in self.sheets[shown:]:
            panel.hide()
        self._scroll.setVisible(shown > 0)
        self._fit()
        self._empty.setVisible(not shown)
        self._empty.setText("Choose two models of the library." if draws else words.NOTHING)

    def _show_rebuilt(self) -> int:
        """How many sheets are shown."""
        rebuilt, model = self._samples.reconstructions, self._session.main.model
        originals = rebuilt.originals
        if originals is None or model is None:
            return 0
        ink = wording.are_glyphs(originals)
        self._show_sheet(0, originals, ink, "")
        self.sheets[0].say("Originals", words.original_words(rebuilt, wording.noun(model)))
        runs = [run for run in rebuilt.runs if run.key in rebuilt.rows]
        for place, run in enumerate(runs, start=1):
            row = rebuilt.rows[run.key]
            self._show_sheet(place, None if row.refusal else row.pictures, ink, row.refusal)
            self.sheets[place].say(run.name, words.row_words(rebuilt, row), words.ERROR_TIP)
        for place, run in enumerate(runs, start=1 + len(runs)):
            drawn, source = rebuilt.samples.of(run), own_samples(run).source
            ink = drawn.pictures is not None and wording.are_glyphs(drawn.pictures)
            self._show_sheet(place, drawn.pictures, ink, drawn.refusal)
            self.sheets[place].say(
                f"{run.name}, samples", words.drawn_words(drawn, source), words.SOURCE_TIPS[source]
            )
        return 1 + 2 * len(runs)

    def _show_samples(self) -> int:
        for place, wanted in enumerate(self._samples.wanted):
            sheet = self._samples.sheet(wanted)
            ink = sheet.pictures is not None and wording.are_glyphs(sheet.pictures)
            self._show_sheet(place, sheet.pictures, ink, sheet.refusal)
            title = f"{wanted.run.name}, {words.SOURCES[wanted.source]}"
            self.sheets[place].say(title, words.sheet_words(sheet), words.sheet_tip(wanted, sheet))
        return len(self._samples.wanted)

    def _show_sheet(self, place: int, pictures: Images | None, ink: bool, refusal: str) -> None:
        self.sheets[place].set_pictures(pictures, ink=ink, placeholder=refusal)
        self.sheets[place].show()

    def showEvent(self, event: object) -> None:
        self._session.shelf.refresh()
        self._want()
        self._on_shelf()
        self._refresh()

    def hideEvent(self, event: object) -> None:
        self._want()

    def resizeEvent(self, event: object) -> None:
        if self.isVisible():
            self._fit()

    def _fit(self) -> None:
        """Those that are shown share the width."""
        bar = self._scroll.horizontalScrollBar().sizeHint().height()
        tall, wide = self.height() - bar - MARGIN, self.width() - SIDE
        count = min(max(sum(not panel.isHidden() for panel in self.sheets), 1), GLANCE)
        for panel in self.sheets:
            panel.set_room((wide - APART) // count - APART, tall)

    def sizeHint(self) -> QSize:
        return QSize(880, 250)

    def minimumSizeHint(self) -> QSize:
        return QSize(560, 200)
