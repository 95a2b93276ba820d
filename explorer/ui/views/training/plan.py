"""What is filled in before a training: family, data, settings. Part of the training view."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.session.learning.families import FamilyForm
from explorer.session.learning.plans import FIRST_LESSON, Plan
from explorer.session.session import Session
from explorer.ui.look.forms import ChoiceField, KnobForm, label_of

COMMON = ("network", "latent_size", "epochs", "learning_rate", "beta", "corruption")
"""Settings that are in sight from the start, where a family has them."""

SHORTEST = 14
"""Letters of a family that are seen at least."""
LONGEST = 18
"""Letters of a data set's title that there is room for."""

WARMING = "Warming up: what can be trained is being loaded."


class TrainingPlan(QWidget):
    """A `Plan`, filled in."""

    changed = Signal()
    data_wanted = Signal()
    """Somebody wants to choose other images."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._form: KnobForm | None = None
        self._family = ChoiceField([])
        self._family.setObjectName("training.family")
        self._family.setToolTip("The kind of model: how it gets from pixels to a code and back")
        self._family.setEnabled(False)
        self._family.setPlaceholderText("Warming up …")
        self._family.currentIndexChanged.connect(self._on_family)
        self._preset = ChoiceField([])
        self._preset.setObjectName("training.preset")
        self._preset.setToolTip("Settings that belong together; epochs and batch stay as they are")
        self._preset.setPlaceholderText("Settings of your own")
        self._preset.hide()
        self._preset.activated.connect(self._on_preset)
        self._data = QPushButton()
        self._data.setObjectName("training.data")
        self._data.clicked.connect(self.data_wanted)
        self._family.setMinimumContentsLength(SHORTEST)
        self._family.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        heads = QHBoxLayout()
        heads.setSpacing(6)
        heads.addWidget(self._family, 1)
        heads.addWidget(QLabel("on"))
        heads.addWidget(self._data)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(4)
        self._column.addLayout(heads)
        self._column.addWidget(self._preset)
        self._waiting = QLabel(WARMING)
        self._waiting.setProperty("role", "muted")
        self._waiting.setWordWrap(True)
        self._column.addWidget(self._waiting)
        self._column.addStretch(1)
        session.training.families_arrived.connect(self._on_families)
        session.data_choice.chosen.connect(self._on_data)
        self._on_data()
        if session.training.families:
            self._on_families()

    @property
    def refusal(self) -> str | None:
        """Why no training can begin with what is filled in."""
        return WARMING if self._form is None else self._form.fault

    def plan(self) -> Plan:
        """What is filled in.

        Raises
        ------
        BadInput
            A field holds something that its knob refuses.
        """
        assert self._form is not None
        settings = self._form.values()
        seed = settings.pop("seed", 0)
        choice = self._session.data_choice
        return Plan(self._chosen().name, settings, choice.origin, choice.framing, seed)

    def _chosen(self) -> FamilyForm:
        return self._session.training.families[self._family.currentIndex()]

    def _on_families(self) -> None:
        self._waiting.hide()
        self._family.setEnabled(True)
        self._family.clear()
        names = [family.name for family in self._session.training.families]
        self._family.addItems([family.title for family in self._session.training.families])
        self._family.setCurrentIndex(names.index(FIRST_LESSON.family))

    def _on_family(self, index: int) -> None:
        """Another family: its own form, with what was filled in and still applies."""
        if index < 0:
            return
        kept = {}
        if self._form is not None:
            kept = {} if self._form.fault else self._form.values()
            self._column.removeWidget(self._form)
            self._form.setParent(None)
            self._form.deleteLater()
        self._form = KnobForm(self._chosen().knobs, COMMON)
        self._form.setObjectName("training.form")
        self._form.set_values(kept)
        self._form.changed.connect(self.changed)
        self._form.changed.connect(self._name_preset)
        self._column.insertWidget(2, self._form)
        self._offer_presets()
        self.changed.emit()

    def _offer_presets(self) -> None:
        presets = self._chosen().presets
        self._preset.clear()
        self._preset.addItems(list(presets))
        for number, settings in enumerate(presets.values()):
            words = ", ".join(f"{label_of(name).lower()} {value}" for name, value in settings.items())
            self._preset.setItemData(number, words or "The defaults", Qt.ItemDataRole.ToolTipRole)
        self._preset.setVisible(bool(presets))
        self._name_preset()

    def _on_preset(self, index: int) -> None:
        """What any preset sets goes to this one's value or its default; the rest stays as it was."""
        if self._form is not None:
            self._form.turn(self._chosen().full_presets()[index])

    def _name_preset(self) -> None:
        """Say which preset the form stands at; after a change by hand, none."""
        if self._form is None or self._form.fault:
            return
        now = {knob.name: knob.default for knob in self._chosen().knobs} | self._form.values()
        presets = self._chosen().full_presets()
        same = (i for i, preset in enumerate(presets) if all(now[name] == preset[name] for name in preset))
        self._preset.setCurrentIndex(next(same, -1))

    def _on_data(self) -> None:
        choice = self._session.data_choice
        title = choice.title if len(choice.title) <= LONGEST else f"{choice.title[: LONGEST - 1]}…"
        self._data.setText(f"{title} …")
        self._data.setToolTip(f"The images to learn from: {choice.origin}\nPress to choose others")
        self.changed.emit()
