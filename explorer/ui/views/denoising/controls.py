"""The controls above a walk: where a walk starts, how it goes, and what hinders it.

Knows the session. A control that does not apply now is greyed, and its tooltip says why.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.roles import GUIDED, HIGHEST_GUIDANCE
from explorer.session.denoising.denoising import Label
from explorer.session.denoising.requests import SAMPLERS
from explorer.session.denoising.settings import HIGHEST_SEED, Source
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.views.denoising.words import RENOISE, STARTS
from explorer.ui.widgets.flow_row import FlowRow
from explorer.ui.widgets.sliders.number_field import NumberField

SOURCES: tuple[tuple[Source, str, str], ...] = (
    ("noise", "fresh noise", "x_T ~ N(0, I), drawn by the seed"),
    (
        "picture",
        "a real picture, noised to t",
        "x_t = α_t x_0 + σ_t ε in closed form, and back from there (SDEdit): drag the handle for t",
    ),
    ("inverted", "the noise behind a picture", "The x_T from which the model makes this very picture"),
    ("ends", "between A and B", "The noise behind A and B, and seven between them on the great circle"),
)
SAMPLER_TIPS = {
    "ddpm": "DDPM (Ho et al. 2020): fresh noise at every step; DDIM with eta = 1",
    "ddim": "DDIM (Song et al. 2021): x_s = α_s x_0' + √(σ_s² − η²s²) ε' + η s ε, s as in DDPM",
    "heun": "Heun (Karras et al. 2022): the mean slope of both ends of a step; two network calls a step",
}
TIPS = {
    "sampler": "How one step is made; the list says how each does it",
    "steps": "Stops on the way from t = 1 to 0, evenly spaced; more are slower and a little better",
    "eta": "η, share of DDPM's fresh noise at each step: 0 none (same noise, same picture), 1 all of it",
    "guidance": "w in ε' = ε_none + w (ε_class − ε_none): 1 plain, more is more typical and less varied "
    f"(above 1 it acts while t is between {GUIDED[1]} and {GUIDED[0]})",
    "class": "What a picture is asked to be; any: no class in particular",
    "seed": "Draws the first noise and what is added on the way: the same number, the same pictures",
    "many": "Sixteen pictures at a time, each from noise of its own",
    "one_noise": "One noise under each class, side by side: what the class alone changes",
}


class DenoisingControls(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._denoising, self._session = session.denoising, session
        self._filling = False
        self._source, self._sampler, self._class = QComboBox(), QComboBox(), QComboBox()
        self._steps = NumberField(1, 1000, 20, whole=True)
        self._eta, self._guidance = NumberField(0, 1, 0), NumberField(0, HIGHEST_GUIDANCE, 1)
        self._seed = NumberField(0, HIGHEST_SEED, 0, whole=True)
        self._many, self._start = QCheckBox("4 × 4 pictures"), QPushButton("Denoise")
        self._one_noise = QCheckBox("Each class")
        self._says = QLabel()
        self._class_label = QLabel("class")
        self._named: tuple[str, ...] | None = None
        self._fill_lists()
        self._name_parts()
        self._lay_out()
        self._connect()

    def _fill_lists(self) -> None:
        tip = Qt.ItemDataRole.ToolTipRole
        for source, words, explained in SOURCES:
            self._source.addItem(words, source)
            self._source.setItemData(self._source.count() - 1, explained, tip)
        for sampler, title in zip(SAMPLERS, ("DDPM", "DDIM", "Heun"), strict=True):
            self._sampler.addItem(title, sampler)
            self._sampler.setItemData(self._sampler.count() - 1, SAMPLER_TIPS[sampler], tip)

    def _name_parts(self) -> None:
        for name, part in (
            ("source", self._source), ("sampler", self._sampler), ("class", self._class),
            ("steps", self._steps), ("eta", self._eta), ("guidance", self._guidance), ("seed", self._seed),
            ("many", self._many), ("one_noise", self._one_noise), ("start", self._start),
            ("says", self._says),
        ):  # fmt: skip
            part.setObjectName(f"denoising.{name}")
        self._start.setProperty("role", "primary")
        theme.set_icon(self._start, "play")
        self._says.setProperty("role", "danger")
        self._says.setWordWrap(True)
        self._says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        flow = FlowRow()
        flow.setObjectName("denoising.controls")
        flow.add("start from", self._source, letters=24)
        flow.add(self._class_label, self._class, letters=8)
        flow.add("seed", self._seed, tight=True)
        flow.add("sampler", self._sampler, letters=6)
        flow.add("steps", self._steps, tight=True)
        flow.add("eta η", self._eta, tight=True)
        flow.add("guidance", self._guidance, tight=True)
        flow.add(self._one_noise)
        flow.add(self._many)
        flow.add(self._start)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 0)
        column.setSpacing(4)
        column.addWidget(flow)
        column.addWidget(self._says)

    def _connect(self) -> None:
        self._source.activated.connect(lambda index: self._denoising.turn(source=SOURCES[index][0]))
        self._sampler.activated.connect(lambda index: self._denoising.turn(sampler=SAMPLERS[index]))
        self._class.activated.connect(self._choose_class)
        self._steps.edited.connect(self._edit)
        self._eta.edited.connect(self._edit)
        self._guidance.edited.connect(self._edit)
        self._seed.edited.connect(self._edit)
        self._many.clicked.connect(self._choose_many)
        self._one_noise.clicked.connect(self._compare_classes)
        self._start.clicked.connect(self._press_start)

    # Intents

    def _choose_class(self, index: int) -> None:
        self._denoising.ask_for(self._class.itemData(index))

    def _choose_many(self, on: bool) -> None:
        self._denoising.turn(many=on)

    def _compare_classes(self, on: bool) -> None:
        self._denoising.turn(one_noise=on)

    def _press_start(self) -> None:
        if self._renoises:
            self._denoising.set_level(self._denoising.settings.level)
        else:
            self._denoising.start()

    @property
    def _renoises(self) -> bool:
        """The way back has been walked: what comes next is another strength of noise."""
        denoising = self._denoising
        return denoising.settings.source == "picture" and denoising.walks.parent is not None

    def _edit(self) -> None:
        """A number has been typed or stepped, in range or not."""
        if not self._filling:
            self._denoising.turn(
                steps=_whole(self._steps.number),
                eta=self._eta.number,
                guidance=self._guidance.number,
                seed=_whole(self._seed.number),
            )

    # Facts

    def refresh(self) -> None:
        denoising, settings = self._denoising, self._denoising.settings
        self._filling = True
        self._source.setCurrentIndex([source for source, _, _ in SOURCES].index(settings.source))
        self._sampler.setCurrentIndex(SAMPLERS.index(settings.sampler))
        for field, value in (
            (self._steps, settings.steps), (self._eta, settings.eta), (self._guidance, settings.guidance),
            (self._seed, settings.seed),
        ):  # fmt: skip
            if value is not None and field.number != value:
                field.set_number(value)
        self._many.setChecked(settings.many)
        self._one_noise.setChecked(settings.one_noise)
        self._fill_classes(None if settings.seeks_noise else denoising.label)
        self._filling = False
        self._allow()
        words, tip = RENOISE if self._renoises else STARTS[settings.source]
        self._start.setText(words)
        self._start.setEnabled(not denoising.fault)
        self._start.setToolTip(denoising.fault or tip)
        self._say()

    def _fill_classes(self, label: Label) -> None:
        named = () if self._denoising.abilities is None else self._session.main.askable
        if named != self._named:
            self._named = named
            self._class.clear()
            self._class.addItem("any", None)
            for number, name in enumerate(named):
                self._class.addItem(name, number)
            if named:
                self._class.addItem("in turn", "each")
        labels = [self._class.itemData(index) for index in range(self._class.count())]
        self._class.setCurrentIndex(labels.index(label) if label in labels else 0)

    def _allow(self) -> None:
        can, settings, reason = self._denoising.abilities, self._denoising.settings, self._denoising.reason
        no_class = "" if can is None or can.conditions else "This model was trained without classes"
        no_guide = no_class and f"{no_class}: there is nothing to guide to"
        no_row = no_class or ("Between A and B there are nine" if settings.source == "ends" else "")
        if not no_class and settings.compares_classes:
            no_class = "Each class is asked for"
        elif not no_class and settings.seeks_noise:
            no_class = no_guide = "The noise is sought without a class, and walked back without one"
        elif not no_class and self._denoising.label is None:
            no_guide = "Guidance weighs the class: ask for one first"
        no_eta = {
            "ddpm": "DDPM is DDIM with η = 1", "heun": "Heun draws no noise on its way", "ddim": ""
        }[settings.sampler]  # fmt: skip
        no_many = {
            "inverted": "There is one noise behind one picture", "ends": "Between A and B there are nine"
        }.get(settings.source, "")  # fmt: skip
        no_many = no_many or ("There is one noise under each class" if settings.compares_classes else "")
        for name, widget, hindrance in (
            ("sampler", self._sampler, ""), ("steps", self._steps, ""), ("eta", self._eta, no_eta),
            ("guidance", self._guidance, no_guide), ("class", self._class, no_class),
            ("seed", self._seed, ""), ("many", self._many, no_many), ("one_noise", self._one_noise, no_row),
        ):  # fmt: skip
            hindrance = reason or hindrance
            widget.setEnabled(not hindrance)
            widget.setToolTip(hindrance or TIPS[name])
        self._class_label.setEnabled(self._class.isEnabled())
        self._source.setEnabled(not reason)
        self._source.setToolTip(reason or "Where the walk begins")

    def _say(self) -> None:
        """What is wrong with a number; what else is missing stands where the pictures will be."""
        self._says.setText(self._denoising.wrong)
        self._says.setVisible(bool(self._denoising.wrong))


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
