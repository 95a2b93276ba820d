"""Pictures that a model makes of codes drawn from its prior, or from a Gaussian fitted to its codes.

Part of the session; torch is imported where pictures are made. Legend: D numbers in a code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.runs.run import Run
from explorer.session.asking.requests import Images

if TYPE_CHECKING:
    from explorer.models.base import GenerativeModel, Space

Source = Literal["prior", "fitted"]


class Draws:
    """Pictures without end from one source, the same ones for the same seed.

    Raises
    ------
    BadInput
        There are no codes to fit a Gaussian to.
    """

    def __init__(
        self, run: Run, source: Source, model: GenerativeModel, labels: NDArray[np.int64] | None, seed: int
    ) -> None:
        self.model, self._space = model, next(space for space in model.spaces if space.can_decode)
        self._rng = np.random.default_rng(seed)
        self._classes = np.arange(model.conditions) if labels is None else labels
        self._gaussian = _fitted(run, self._space) if source == "fitted" else None

    def next(self, n: int) -> Images:
        from explorer.models import arrays

        codes = self._rng.standard_normal((n, self._space.size))
        if self._gaussian is not None:
            mean, root = self._gaussian
            codes = mean + codes @ root.T
        asked = self._rng.choice(self._classes, n) if self.model.conditions else None
        return arrays.decode(self.model, codes.astype(np.float32), self._space.name, asked)


def _fitted(run: Run, space: Space) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (D,) of the run's codes, and a root (D, D) of their covariance."""
    embedding = run.embedding(space.name) if space.can_encode else None
    codes = np.zeros((0, 0)) if embedding is None else embedding.codes.astype(np.float64)
    codes = codes[np.isfinite(codes).all(axis=1)]
    if len(codes) < 2:
        raise BadInput("No codes of images are kept with it that a Gaussian could be fitted to.")
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(codes, rowvar=False)))
    return codes.mean(axis=0), vectors * np.sqrt(values.clip(min=0))
