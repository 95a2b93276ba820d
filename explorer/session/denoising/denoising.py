"""Denoising: what is chosen, from where it starts, and what is asked for it; the walks are in `walks`.

Part of the session. numpy only. A walk starts from fresh noise, from a real picture noised in closed form
(and is then SDEdit, Meng et al. 2021), from the noise behind a picture, or between those of two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.latent.path import great_circle
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.choices import Choices
from explorer.session.denoising.path_beside import PathBeside
from explorer.session.denoising.requests import Abilities, AskAbilities, Invert, Stop, WalkPlan
from explorer.session.denoising.settings import ROW, WalkSettings
from explorer.session.denoising.walks import Walks
from explorer.session.scene import Condition, Scene
from explorer.session.side import Side
from explorer.session.steering.drawing import Drawing

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]
Label = int | Literal["each"] | None


class Denoising:
    """The denoising dock's part of the session; nothing is computed until it is asked to start."""

    changed = Signal()
    """Abilities, settings, or where a walk starts."""
    noise_changed = Signal()
    """Another strength of noise on the real picture."""

    def __init__(self, main: Side, beside: Side, reader: Engine, drawing: Drawing, choices: Choices) -> None:
        self._side, self._drawing, self._choices = main, drawing, choices
        self.walks = Walks(main)
        self.path_beside = PathBeside(main, beside, self.walks)
        self.abilities: Abilities | None = None
        self._known = self._wanted = False
        self.settings = WalkSettings()
        self.noising = False
        """The noised real picture is looked at, not a walk."""
        self.inverting = False
        """The noise behind pictures is being sought."""
        self._seen: tuple[Picture, ...] = ()
        """The real pictures at the last look."""
        self._item: int | None = None
        """The selected item at the last look."""
        self._plan = WalkPlan("ddim", 20, 0.0, 1.0)
        """With which the noise behind pictures was sought last."""
        self._ask: Question[Abilities | None] = Question(main.engine, self._on_abilities, during=main.life)
        self._invert: Question[Floats] = Question(
            reader, self._on_inverted, missed=self._missed_inversion, during=main.life
        )
        main.model_opened.connect(self._on_model)
        main.model_ready.connect(self._on_ready)
        main.cursor.moved.connect(self._on_source)
        drawing.changed.connect(self._on_source)
        choices.changed.connect(self._on_changed)

    # What a view reads

    @property
    def reason(self) -> str:
        """Why nothing can be denoised, in words; empty when something can."""
        if self._side.model is None:
            return "Open a diffusion model."
        if not self._known:
            return "The model is being made ready."
        if self.abilities is None:
            return "This model does not denoise. Open a diffusion model, or train one."
        return ""

    @property
    def fault(self) -> str:
        """What hinders the next walk, in one sentence; empty when nothing does."""
        return self.reason or self.wrong or self._lack()

    @property
    def wrong(self) -> str:
        """What is wrong with the settings themselves; empty when nothing is."""
        can, model = self.abilities, self._side.model
        if can is None or model is None:
            return ""
        return self.settings.fault(can, int(np.prod(model.shape)))

    @property
    def _began(self) -> bool:
        return self.walks.parent is not None or self.inverting

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The real pictures that a walk would start from."""
        model, scene = self._side.model, self._choices.scene
        if model is None or self.settings.source == "noise":
            return ()
        if self.settings.source == "ends":
            found = [None if end is None else end.picture for end in (scene.end_a, scene.end_b)]
        else:
            original = self._side.cursor.original
            found = [self._drawing.glyph if original is None else original]
        return tuple(one for one in found if one is not None and one.shape == model.shape)

    @property
    def label(self) -> Label:
        """The class that is asked for: one, all in turn, or none in particular."""
        condition = self._side.look.condition
        return "each" if self.settings.each else None if condition is None else condition.label

    @property
    def step(self) -> Stop | None:
        """What is looked at: a stop of the walk, or the real picture with noise."""
        return self._noised() if self.noising else self.walks.step

    @property
    def error(self) -> float | None:
        """Squared error per pixel, pixels in [0, 1], of what has come back of the pictures whose noise was
        sought; None while there is nothing to be compared."""
        walk = self.walks.parent
        if not self.settings.seeks_noise or walk is None or not walk.done or not self._seen:
            return None
        if walk.request.one_noise:
            return None  # each is of another class
        ends = walk.steps[-1].clean[[0, -1][: len(self._seen)]]
        return float(np.square((ends.astype(np.float32) - np.stack(self._seen)) / 255).mean())

    # Intents

    def want(self, wanted: bool) -> None:
        """Whether anybody looks; where nobody does, another picture starts no walk."""
        self._wanted = wanted
        if self.settings.source == "noise":
            self._item = self._side.look.item
        self._on_source()

    def ask_for(self, label: Label) -> None:
        """Ask for pictures of one class, of all in turn, or of none in particular."""
        if label == "each":
            self.turn(each=True)
            return
        self.turn(each=False)
        self._side.ask_for(None if label is None else Condition(label))

    def turn(self, **changes: Any) -> None:
        """Choose otherwise; what has been walked is walked again."""
        before, self.settings = self.settings, replace(self.settings, **changes)
        if self.settings == before:
            return
        if self.settings.source != before.source:
            self.stop()
            self.noising = self.settings.source == "picture"
            if self.noising:
                # A real picture keeps what it is unless something is asked for.
                self.settings = replace(self.settings, each=False)
                self._side.ask_for(None)
            self._seen = self.pictures
        elif self._began and not self.fault:
            self.start()
        self.changed()

    def set_level(self, t: float) -> None:
        """Look at the real picture noised to t in [0, 1]."""
        self.settings = replace(self.settings, level=float(np.clip(t, 0, 1)))
        if not self.noising:
            self.stop()
            self.noising = True
            self.changed()
        self.noise_changed()

    def start(self) -> None:
        """Walk from where the settings say; what was walked before is forgotten."""
        model, noised = self._side.model, self._noised()
        if self.fault or model is None:
            self.changed()
            return
        self.stop()
        self.noising, self._seen = False, self.pictures
        if self.settings.source == "noise":
            self._walk(None)
        elif noised is not None:
            self._walk(noised.x_t, noised.t)
        else:
            self.inverting = True
            self._plan = self.settings.plan(self._side.look.condition)
            self._invert.ask(Invert(model.run, np.stack(self.pictures), self._plan))
        self.changed()

    def stop(self) -> None:
        """Forget what has been walked."""
        self._invert.forget()
        self.inverting = False
        self.walks.drop()

    # What is asked, and what comes

    def _lack(self) -> str:
        """Which picture is missing, in words."""
        source, model = self.settings.source, self._side.model
        if source == "ends" and len(self.pictures) < 2:
            return "Point at an image on the map and press A, at another and press B."
        if source in ("picture", "inverted") and not self.pictures:
            return "Press an item of the map, draw a picture, or drop a file here."
        if self.settings.seeks_noise and model is not None and model.living:
            return "While a model learns, the noise behind a picture is another at every step."
        return ""

    def _noised(self) -> Stop | None:
        """x_t = alpha_t x_0 + sigma_t eps, in closed form, where a picture is to be noised."""
        can, settings, pictures = self.abilities, self.settings, self.pictures
        if can is None or settings.source != "picture" or not pictures:
            return None
        index = round(settings.level * can.T)
        count = 1 if settings.compares_classes else settings.count(can.conditions)
        clean = np.repeat(pictures[0][None], count, axis=0)
        noise = np.random.default_rng(settings.seed or 0).standard_normal(clean.shape, np.float32)
        x_t = can.alpha[index] * (clean / np.float32(127.5) - 1) + can.sigma[index] * noise
        return Stop(index / can.T, np.asarray(x_t, np.float32), noise.astype(np.float16), clean)

    def _walk(self, start: Floats | None, t: float = 1.0, plan: WalkPlan | None = None) -> None:
        """With the plan of the settings, unless another is given."""
        condition = self._side.look.condition
        assert self.abilities is not None
        plan = plan or self.settings.plan(condition)
        self.walks.begin(self.settings.walk(self.abilities.conditions, condition, plan, start, t))

    def _on_model(self) -> None:
        self.stop()
        self.abilities, self._known, self.noising = None, False, False
        self.changed()

    def _on_ready(self) -> None:
        self._ask.ask(AskAbilities())

    def _on_abilities(self, result: Abilities | None) -> None:
        self.abilities, self._known, self._item = result, True, self._side.look.item
        if result is not None:
            # What the last model could may be more than this one can.
            self.settings = WalkSettings("noise", *result.plan, seed=self.settings.seed)
        self.changed()

    def _on_changed(self, before: Scene, now: Scene) -> None:
        name = self._side.name
        if now.end_a is not before.end_a or now.end_b is not before.end_b:
            self._on_source()
        if now.look(name).condition != before.look(name).condition and self.abilities is not None:
            if self._began and not (self.settings.each or self.settings.one_noise or self.fault):
                self.start()
            self.changed()

    def _on_source(self) -> None:
        """The cursor, the drawing or the ends may be others."""
        if self.abilities is None or not self._wanted:
            return
        item, before = self._side.look.item, self._item
        self._item = item
        if self.settings.source == "noise":
            if item is not None and item != before and not self._began:
                self._walk_back()
            return
        pictures, seen = self.pictures, self._seen
        if len(pictures) == len(seen) and all(map(np.array_equal, pictures, seen)):
            return
        self._seen = pictures
        if self.settings.source == "picture":
            self.stop()
            self.noising = True
        elif not self.fault and (self.settings.source == "inverted" or self._began):
            self.start()
        self.changed()

    def _walk_back(self) -> None:
        """An item of the map was pressed: the model makes it anew, from the noise behind it.

        A walk from fresh noise stays: who looks at items beside it wants to keep it.
        """
        if self._side.model is not None and not self._side.model.living:
            self.turn(source="inverted")
            self.start()

    def _on_inverted(self, result: Floats) -> None:
        self.inverting = False
        if len(result) == 2:
            shares = np.linspace(0, 1, ROW, dtype=np.float32)
            between = great_circle(result[0].ravel(), result[1].ravel(), shares)
            result = between.reshape(ROW, *result.shape[1:])
        # With the plan that it was sought with: a field may hold no number meanwhile.
        self._walk(result, plan=self._plan)
        self.changed()

    def _missed_inversion(self) -> None:
        self.inverting = False
        self.changed()
