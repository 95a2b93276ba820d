"""A model on an engine, and what of it is there yet: of a side of the window, or the one in training.

Part of the session; numpy only. What belongs to the model is asked during its `life`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psygnal import Signal

from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Lifetime, Question, Request
from explorer.session.asking.requests import Install, Ready, Show
from explorer.session.choices import Choices
from explorer.session.data_at_hand import DataAtHand
from explorer.session.images import Images
from explorer.session.open_model import OpenModel
from explorer.session.scene import Condition, Look, Name
from explorer.training.events import Snapshot


class Display:
    """One model at a time; empty until `show`.

    Parameters
    ----------
    name
        Under which its choices stand in the scene.
    """

    model_opened = Signal()
    """Another model is here, or none any more."""
    renamed = Signal()
    """The run that is here has another name."""
    model_ready = Signal()
    """The engine can decode; until then tiles stand in where there are any."""
    weights_changed = Signal()
    """The engine has been given newer weights of a model that learns."""
    embedding_changed = Signal()
    items_arrived = Signal()

    def __init__(self, name: Name, engine: Engine, choices: Choices, at_hand: DataAtHand) -> None:
        self.name: Name = name
        self.engine = engine
        self._choices = choices
        self.life = Lifetime()
        """As long as the same model is here."""
        self.model: OpenModel | None = None
        self.ready: Ready | None = None
        self._putting: Request[Ready] | None = None
        """What has brought the model that is here onto the engine."""
        self._put: Question[Ready] = Question(engine, self._on_ready)
        self._install: Question[int] = Question(engine, self._on_weights, during=self.life)
        self.images = Images(self, at_hand)

    @property
    def look(self) -> Look:
        """What is chosen here."""
        return self._choices.scene.look(self.name)

    @property
    def in_hand(self) -> bool:
        """A button is down: what moves under it comes first."""
        return self._choices.in_hand

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of its own data."""
        return () if self.model is None else self.model.run.manifest.data.class_names

    @property
    def askable(self) -> tuple[str, ...]:
        """The classes that its pictures can be asked for; none where they can't."""
        count = 0 if self.model is None else self.model.run.manifest.conditions
        names = self.class_names
        return tuple(names[i] if i < len(names) else str(i) for i in range(count))

    def ask_for(self, condition: Condition | None) -> None:
        """What pictures are asked to be from now on."""
        known = condition is None or 0 <= condition.label < len(self.askable)
        if known and condition != self.look.condition:
            self._choices.change("choose a class", **{self.name: self.look.asking(condition)})

    def show(self, model: OpenModel | None, put: Request[Ready] | None = None) -> None:
        """Have another model here.

        Parameters
        ----------
        put
            What brings it onto the engine; by default its weights on disk.
        """
        last, self.model, self.ready = self.model, model, None
        self._start_over(last)
        self.life.end()
        self._put.forget()
        if model is not None:
            self._ask_for(Show(model.run) if put is None else put)
        self.images.follow(model)
        self.model_opened()
        if self.model is not None and self.model.embedding is not None:
            self.embedding_changed()

    def _start_over(self, last: OpenModel | None) -> None:
        """What was chosen of the last model is over. Who is told of it finds the next one here already."""
        self._choices.forget(self.name, Look(condition=first_condition(self.model)))

    def reload(self) -> None:
        """Bring the weights that lie on disk now; what was chosen stays."""
        if self.model is not None:
            self._ask_for(Show(self.model.run))

    def bring_again(self) -> None:
        """Have the model put onto the engine anew, as the device that it lay on is of no use any more."""
        if self.model is not None and self._putting is not None:
            self._ask_for(self._putting)

    def _ask_for(self, put: Request[Ready]) -> None:
        self.ready, self._putting = None, put
        self._put.ask(put)

    def install(self, snapshot: Snapshot) -> None:
        """Take the weights of a moment of the training."""
        if self.ready is not None:
            self._install.ask(Install(snapshot.weights, snapshot.step))

    def update(self, **changes: Any) -> None:
        """Replace parts of the model that is here."""
        if self.model is not None:
            self.model = dataclasses.replace(self.model, **changes)

    def rename(self, run: Run) -> None:
        """The run that is here has another name, and lies elsewhere."""
        self.update(run=run)
        self.renamed()

    def stays(self) -> Callable[[], bool]:
        """What tells from now on whether the model that is here now is still here."""

        def here() -> tuple[Path, bool] | None:
            return None if self.model is None else (self.model.run.folder, self.model.living)

        now = here()
        return lambda: here() == now

    def shows(self, model: OpenModel | None) -> bool:
        """Whether it is this run that is here."""
        return model is not None and self.model is not None and self.model.run.folder == model.run.folder

    @property
    def draws(self) -> bool:
        """Its pictures are drawn from a prior: the map's own space has one, and can be decoded."""
        declared = None if self.model is None else self.model.declared
        return declared is not None and declared.can_decode and declared.prior is not None

    def _on_ready(self, result: Ready) -> None:
        self.ready = result
        self.model_ready()
        if self.model is not None and not self.model.living:
            self.images.complete()

    def _on_weights(self, step: int) -> None:
        self.update(step=step)
        self.weights_changed()


def first_condition(model: OpenModel | None) -> Condition | None:
    """What a model is asked for when it is opened."""
    return Condition(0) if model is not None and model.run.manifest.conditions else None
