"""What the model in training makes of fixed images, and of fixed codes drawn from its prior.

Part of the session; numpy only. Nothing is computed while nobody looks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.image_set import ImageSet
from explorer.session.asking.question import Question
from explorer.session.asking.requests import LearnerPictures
from explorer.session.display import Display

FIXED_IMAGES = 8
"""Pictures that are watched while a model learns."""

Images = NDArray[np.uint8]


class FixedPictures:
    """Of one model in training; what came last stays when it has ended."""

    changed = Signal()

    def __init__(self, learner: Display) -> None:
        self._learner = learner
        self.wanted = False
        self.originals: Images | None = None
        """(FIXED_IMAGES, H, W, C); None before the first training."""
        self.made: dict[str, Images] = {}
        """ "reconstructions" and "samples", (FIXED_IMAGES, H, W, C), of the newest weights."""
        self._asking: Question[tuple[str, Images]] = Question(
            learner.engine, self._on_answer, during=learner.life
        )
        for fact in (learner.model_ready, learner.weights_changed):
            fact.connect(self.refresh)

    def begin(self, test: ImageSet | None) -> None:
        """Another training, on these held-out images."""
        self.originals, self.made = None if test is None else fixed(test), {}
        self.changed()

    def watch(self, wanted: bool) -> None:
        """Whether somebody looks: who begins to sees the newest weights."""
        anew, self.wanted = wanted and not self.wanted, wanted
        if anew:
            self.refresh()

    def refresh(self) -> None:
        """There are newer weights."""
        model, ready = self._learner.model, self._learner.ready
        if self.wanted and self.originals is not None and model is not None and ready is not None:
            self._asking.ask(LearnerPictures(self.originals, model.space))

    def _on_answer(self, result: tuple[str, Images]) -> None:
        self.made = {**self.made, result[0]: result[1]}
        self.changed()


def fixed(test: ImageSet) -> Images:
    """One image of each class, as far as they go round."""
    if test.labels is None:
        return test.images[:FIXED_IMAGES]
    order = np.argsort(test.labels, kind="stable")
    firsts = order[np.unique(test.labels[order], return_index=True)[1]]
    return np.asarray(test.images[np.resize(firsts, FIXED_IMAGES)])
