"""Denoising: what is chosen, from where it starts, and what is asked for it; the walks are in `walks`.

Part of the session. numpy only. A walk starts from fresh noise, from a real picture noised in closed form
(and is then SDEdit, Meng et al. 2021), from the noise behind a picture, or between those of two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.latent.path import great_circle
from explorer.session.denoising.path_beside import WayBeside
from explorer.session.denoising.requests import Abilities, AskAbilities, Denoise, Invert, Step
from explorer.session.denoising.settings import ROW, Settings
from explorer.session.denoising.walks import Walks

if TYPE_CHECKING:
    from explorer.session.asking.requests import Floats
    from explorer.session.session import Session

Picture = NDArray[np.uint8]


class Denoising:
    """The denoising dock's part of the session; nothing is computed until it is asked to start."""

    changed = Signal()
    """Abilities, settings, or where a walk starts."""
    noise_changed = Signal()
    """Another strength of noise on the real picture."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.walks = Walks(session.workers)
        self.way_beside = WayBeside(session, self.walks)
        self.abilities: Abilities | None = None
        self._asked: AskAbilities | None = None
        self._told = self._wanted = False
        self.settings = Settings()
        self.noising = False
        """The noised real picture is looked at, not a walk."""
        self._inverting: Invert | None = None
        self._seen: tuple[Picture, ...] = ()
        """The real pictures at the last look."""
        self._item: int | None = None
        """The selected item at the last look."""
        session.take("denoise abilities", self._take_abilities)
        session.take("denoise inversion", self._take_inverted, self._missed_inversion)
        session.model_opened.connect(self._on_model)
        session.model_ready.connect(self._on_ready)
        session.cursor_changed.connect(self._on_source)
        session.drawing.changed.connect(self._on_source)
        session.interpolation.changed.connect(self._on_source)
        if session.ready is not None:
            self._on_ready()

    # What a view reads

    @property
    def reason(self) -> str:
        """Why nothing can be denoised, in words; empty when something can."""
        if self._session.model is None:
            return "Open a diffusion model."
        if not self._told:
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
        can, model = self.abilities, self._session.model
        if can is None or model is None:
            return ""
        return self.settings.fault(can, int(np.prod(model.run.manifest.image)))

    @property
    def inverting(self) -> bool:
        """The noise behind pictures is being sought."""
        return self._inverting is not None

    @property
    def _began(self) -> bool:
        return self.walks.parent is not None or self.inverting

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The real pictures that a walk would start from."""
        session = self._session
        if session.model is None or self.settings.source == "noise":
            return ()
        if self.settings.source == "ends":
            ends = (session.scene.end_a, session.scene.end_b)
            found = [None if end is None else end.picture for end in ends]
        else:
            original = session.cursor.original
            found = [session.drawing.glyph if original is None else original]
        channels, height, width = session.model.run.manifest.image
        return tuple(one for one in found if one is not None and one.shape == (height, width, channels))

    @property
    def step(self) -> Step | None:
        """What is looked at: a stop of the walk, or the real picture with noise."""
        return self._noised() if self.noising else self.walks.step

    @property
    def error(self) -> float | None:
        """Squared error per pixel, pixels in [0, 1], of what has come back of the pictures whose noise was
        sought; None while there is nothing to be compared."""
        walk = self.walks.parent
        if not self.settings.seeks_noise or walk is None or not walk.done or not self._seen:
            return None
        ends = walk.steps[-1].clean[[0, -1][: len(self._seen)]]
        return float(np.square((ends.astype(np.float32) - np.stack(self._seen)) / 255).mean())

    # Intents

    def want(self, wanted: bool) -> None:
        """Whether anybody looks; where nobody does, another picture starts no walk."""
        self._wanted = wanted
        if self.settings.source == "noise":
            self._item = self._session.scene.item
        self._on_source()

    def turn(self, **changes: Any) -> None:
        """Choose otherwise; what has been walked is walked again."""
        if changes.get("source") == "picture":
            changes.setdefault("label", None)  # a real picture keeps what it is unless something is asked for
        before, self.settings = self.settings, replace(self.settings, **changes)
        if self.settings == before:
            return
        if self.settings.source != before.source:
            self.stop()
            self.noising, self._seen = self.settings.source == "picture", self.pictures
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
        model, noised = self._session.model, self._noised()
        if self.fault or model is None:
            self.changed()
            return
        self.stop()
        self.noising, self._seen = False, self.pictures
        if self.settings.source == "noise":
            self._walk(None, 1.0)
        elif noised is not None:
            self._walk(noised.x_t, noised.t)
        else:
            self._inverting = Invert(model.run, np.stack(self.pictures), self.settings.plan)
            self._session.reader.submit(self._inverting)
        self.changed()

    def stop(self) -> None:
        """Forget what has been walked."""
        self._session.reader.forget("denoise inversion")
        self._inverting = None
        self.walks.drop()

    # What is asked, and what comes

    def _lack(self) -> str:
        """Which picture is missing, in words."""
        source, model = self.settings.source, self._session.model
        if source == "ends" and len(self.pictures) < 2:
            return "Point at an image on the map and press A, at another and press B."
        if source in ("picture", "inverted") and not self.pictures:
            return "Press an item of the map, draw a picture, or drop a file here."
        if self.settings.seeks_noise and model is not None and model.living:
            return "While a model learns, the noise behind a picture is another at every step."
        return ""

    def _noised(self) -> Step | None:
        """x_t = alpha_t x_0 + sigma_t eps, in closed form, where a picture is to be noised."""
        can, settings, pictures = self.abilities, self.settings, self.pictures
        if can is None or settings.source != "picture" or not pictures:
            return None
        index = round(settings.level * can.T)
        clean = np.repeat(pictures[0][None], settings.n, axis=0)
        noise = np.random.default_rng(settings.seed or 0).standard_normal(clean.shape, np.float32)
        x_t = can.alpha[index] * (clean / np.float32(127.5) - 1) + can.sigma[index] * noise
        return Step(index / can.T, np.asarray(x_t, np.float32), noise.astype(np.float16), clean)

    def _walk(self, start: Floats | None, t: float) -> None:
        settings, can = self.settings, self.abilities
        assert can is not None
        assert settings.seed is not None
        classes = settings.classes(can.conditions)
        self.walks.begin(Denoise(settings.plan, settings.seed, settings.n, classes, start, t))

    def _on_model(self) -> None:
        self.stop()
        self._asked, self.abilities, self._told, self.noising = None, None, False, False
        self.changed()

    def _on_ready(self) -> None:
        self._asked = AskAbilities()
        self._session.engine.submit(self._asked)

    def _take_abilities(self, request: AskAbilities, result: Abilities | None) -> None:
        if request is not self._asked:
            return
        self.abilities, self._told, self._item = result, True, self._session.scene.item
        if result is not None:
            # What the last model could may be more than this one can.
            label = 0 if result.conditions else None
            self.settings = Settings("noise", *result.plan, label=label, seed=self.settings.seed)
        self.changed()

    def _on_source(self) -> None:
        """The cursor, the drawing or the ends may be others."""
        if self.abilities is None or not self._wanted:
            return
        item, before = self._session.scene.item, self._item
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
        if self._session.model is not None and not self._session.model.living:
            self.turn(source="inverted")
            self.start()

    def _take_inverted(self, request: Invert, result: Floats) -> None:
        if request is not self._inverting:
            return
        self._inverting = None
        if len(result) == 2:
            shares = np.linspace(0, 1, ROW, dtype=np.float32)
            between = great_circle(result[0].ravel(), result[1].ravel(), shares)
            result = between.reshape(ROW, *result.shape[1:])
        # With the plan that it was sought with: a field may hold no number meanwhile.
        self.walks.begin(Denoise(request.plan, self.settings.seed or 0, len(result), None, result))
        self.changed()

    def _missed_inversion(self) -> None:
        self._inverting = None
        self.changed()
