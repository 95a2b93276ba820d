"""Attributes as sliders: where the cursor stands, how well each is read, and what else it moves.

Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from explorer.data.attributes.attribute import Kind
from explorer.data.attributes.measured import INSEPARABLE
from explorer.latent.direction import Finding
from explorer.metrics.attributes import Fit
from explorer.session.session import Session
from explorer.session.steering.strips import SDS
from explorer.ui.look import wording
from explorer.ui.views.attributes import words
from explorer.ui.views.attributes.own_attribute_form import OwnAttributeForm
from explorer.ui.widgets.sliders.attribute_row import AttributeDimension, AttributeRow
from explorer.ui.widgets.two_lines import TwoLines

STRIP_MS = 120
"""While the cursor moves, the strips follow it this often: the large picture comes first."""
ORDER: tuple[Kind, ...] = ("own", "measured", "listed", "label")
FINDINGS: tuple[tuple[Finding, str, str], ...] = (
    (
        "probe",
        "Linear probe",
        "Along Σw: w are a linear probe's weights, Σ is the codes' covariance",
    ),
    ("difference", "Mean difference", "From the mean code of images without it to that of images with it"),
)


class AttributesView(QWidget):
    """A scrolled column of attribute sliders, or a sentence why there are none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attributes")
        self._session, self._attributes = session, session.attributes
        self._rows: dict[str, AttributeRow] = {}
        self._measured: dict[str, float] = {}
        """On the decoded picture."""
        self._ink = False
        self._build()
        self._soon = QTimer(self, singleShot=True, interval=STRIP_MS)
        self._soon.timeout.connect(self._attributes.strips.refresh)
        self._picture = QTimer(self, singleShot=True, interval=STRIP_MS)
        self._picture.timeout.connect(self._on_measured)
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._want_strips)
        self._attributes.changed.connect(self._on_attributes)
        self._attributes.moves_changed.connect(self._on_moves)
        self._attributes.strips.changed.connect(self._on_strip)
        session.main.cursor.moved.connect(self._on_cursor)
        session.main.cursor.picture_changed.connect(self._measure_soon)
        session.main.items_arrived.connect(self._on_items)
        session.main.model_opened.connect(self._on_items)
        session.main.embedding_changed.connect(self._on_attributes)
        self._on_items()
        self._on_attributes()

    def _build(self) -> None:
        self._head = self._choosers()
        self._empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setProperty("role", "muted")
        self._empty.setContentsMargins(24, 12, 24, 12)
        self._notes = QLabel(wordWrap=True)
        self._notes.setProperty("role", "caption")
        self._notes.setContentsMargins(12, 4, 12, 8)
        self._form = OwnAttributeForm(self._session)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.verticalScrollBar().valueChanged.connect(self._look_soon)
        self._scroll.viewport().installEventFilter(self)
        self._lines = TwoLines(
            "One unit moves what the probe reads by one standard deviation of the data.",
            "What goes together in the data moves together: a slider proves no cause.",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._empty, 1)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._form)
        column.addWidget(self._lines)
        self.setMinimumHeight(150)

    def _choosers(self) -> QWidget:
        """How directions are found, and whether the others are held."""
        self.finding, self.hold = QComboBox(), QCheckBox("Hold others")
        self.finding.setObjectName("attributes.finding")
        for finding, title, explained in FINDINGS:
            self.finding.addItem(title, finding)
            self.finding.setItemData(self.finding.count() - 1, explained, Qt.ItemDataRole.ToolTipRole)
        self.finding.setToolTip("How the direction of each attribute is found in the codes")
        self.hold.setObjectName("attributes.hold")
        self.finding.activated.connect(self._find_by)
        self.hold.clicked.connect(self._hold_others)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self.finding)
        row.addStretch()
        row.addWidget(self.hold)
        return head

    # Intents

    def _find_by(self, index: int) -> None:
        self._attributes.find_by(FINDINGS[index][0])

    def _hold_others(self, on: bool) -> None:
        self._attributes.hold_others(on)

    def _hold(self, name: str, on: bool) -> None:
        held = self._attributes.held
        self._attributes.hold(held | {name} if on else held - {name})

    def _slide(self, name: str, sd: float) -> None:
        self._attributes.slide(name, sd)

    def _reset(self, name: str) -> None:
        self._attributes.slide(name, 0.0, title="reset a slider")

    def _remove(self, name: str) -> None:
        self._attributes.remove_own(name)

    # Facts

    def _on_attributes(self) -> None:
        attributes, reason = self._attributes, self._attributes.reason
        self._measured = attributes.measured
        fits = sorted(attributes.fits, key=lambda one: ORDER.index(one.attribute.kind))
        self._empty.setText(reason)
        self._empty.setVisible(bool(reason))
        self._scroll.setVisible(not reason)
        self._head.setVisible(not reason)
        self._lines.setVisible(not reason)
        self._form.setVisible(not reason or bool(attributes.fitted))
        if [one.name for one in fits] != list(self._rows):
            self._set_rows(fits)
        self._notes.setText(" ".join(attributes.fitted.notes) if attributes.fitted else "")
        self._notes.setVisible(bool(self._notes.text()))
        for one in fits:
            held = one.name in attributes.held
            self._rows[one.name].update_from(self._dimension(one), words.confession(one), held=held)
            self._on_moves(one.name)
        self.finding.setCurrentIndex([finding for finding, _, _ in FINDINGS].index(attributes.finding))
        traits = attributes.traits
        self.hold.setChecked(bool(traits) and attributes.held >= traits)
        self.hold.setEnabled(bool(traits))
        but = ". Ink and thickness go together: none is held for the other" if traits >= INSEPARABLE else ""
        self.hold.setToolTip(
            f"Keep all attributes but classes where they are while one is moved{but}"
            if traits
            else "There are only classes, and an image always has exactly one: hold single ones instead"
        )
        self._on_cursor()
        self._look_soon()

    def _set_rows(self, fits: list[Fit]) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(0)
        self._rows = {}
        for one in fits:
            row = AttributeRow(one.name, self._dimension(one), words.confession(one))
            row.setObjectName(f"attributes.{one.name}")
            row.remove.setVisible(one.attribute.kind == "own")
            row.slid.connect(self._slide)
            row.pressed.connect(self._session.choices.begin_gesture)
            row.released.connect(self._session.choices.end_gesture)
            row.reset_wanted.connect(self._reset)
            row.hold_wanted.connect(self._hold)
            row.removal_wanted.connect(self._remove)
            line = QFrame()
            line.setProperty("role", "line")
            column.addWidget(row)
            column.addWidget(line)
            self._rows[one.name] = row
        # The old rows go with the widget that the area deletes; the notes must not.
        self._notes.setParent(None)
        column.addWidget(self._notes)
        column.addStretch()
        self._scroll.setWidget(inner)

    def _dimension(self, one: Fit) -> AttributeDimension:
        attributes, attribute = self._attributes, one.attribute
        assert attributes.fitted is not None
        spread = attributes.fitted.spread
        weight_text, explained = words.kind(one, self._measured.get(one.name))
        pending = not attributes.directions and not attributes.held
        return AttributeDimension(
            index=0,
            name=words.label(one),
            centre=float(one.probe.of(spread.mean)),
            unit=spread.sd(one.probe.w),
            weight_text=weight_text,
            explained=explained,
            reason="" if pending else attributes.why_not(one.name),
            reason_text="nothing left" if attributes.held - {one.name} else "not in the codes",
            graded=not attribute.two_valued,
            measured_in=attribute.unit,
        )

    def _on_moves(self, name: str) -> None:
        if (row := self._rows.get(name)) is None:
            return
        attributes = self._attributes
        labels = {one.name: words.label(one) for one in attributes.fits}
        slid = attributes.carries(name)
        if slid is None:
            row.set_moves("")
        else:
            row.set_moves(*words.moves(slid, attributes.moves.get(name), labels))

    def _on_strip(self, name: str) -> None:
        pictures = self._attributes.strips.rows[name]
        if name in self._rows and len(pictures) == len(SDS):
            self._rows[name].set_strip(list(pictures), self._ink)

    def _on_cursor(self) -> None:
        for name, row in self._rows.items():
            row.slider.set_sd(self._attributes.at(name))
        if not self._soon.isActive() and self.isVisible():
            self._soon.start()

    def _measure_soon(self) -> None:
        if not self._picture.isActive() and self.isVisible():
            self._picture.start()

    def _on_measured(self) -> None:
        self._measured = self._attributes.measured
        for one in self._attributes.fits:
            if (row := self._rows.get(one.name)) is not None and one.attribute.kind == "measured":
                row.slider.set_dimension(self._dimension(one))

    def _on_items(self) -> None:
        model = self._session.main.model
        self._ink = model is not None and wording.as_ink(model)

    # What can be seen

    def visible_rows(self) -> list[str]:
        """The attributes now in sight, from the top."""
        inner = self._scroll.widget()
        if inner is None or not self._scroll.isVisible():
            return []
        top = -inner.y()
        end = top + self._scroll.viewport().height()
        return [n for n, row in self._rows.items() if row.y() < end and row.geometry().bottom() > top]

    def _look_soon(self) -> None:
        self._look.start()

    def _want_strips(self) -> None:
        self._attributes.strips.want(tuple(self.visible_rows()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._look_soon()
        return super().eventFilter(watched, event)

    def showEvent(self, event: object) -> None:
        self._attributes.want(True)
        self._measure_soon()
        self._look_soon()

    def hideEvent(self, event: object) -> None:
        self._attributes.want(False)
        self._attributes.strips.want(())
