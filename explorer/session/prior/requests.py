"""What is asked of the workers for models that draw from a prior: directions that their weights tell, a grid
of pictures, and the search for the code of a picture.

Part of the session; see `requests`. torch is imported where the model answers.
Legend of shapes: N pictures, K directions, D numbers in a code; images uint8 (N, H, W, C).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.image_set import DataSet
from explorer.runs.run import Run
from explorer.session.asking.requests import DISPLAY_THREADS, Floats, Held, Images, asked_for
from explorer.session.asking.threads import import_torch
from explorer.session.scene import Condition

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from explorer.models.base import GenerativeModel

GRID_SECONDS = 0.003
"""A grid is drawn in parts of about this long, so that the picture under the pointer never waits for more."""
FEWEST, MOST = 2, 16
"""Pictures in a part."""

STARTS, STEPS = 16, 200
"""Of a search, as in recipes for 28 x 28 pictures."""


@dataclass(frozen=True, eq=False)
class AskDirections:
    """Unit vectors (K, D) along which the displayed model's pictures change most, as its own weights tell.

    The strongest first; K may be 0.
    """

    space: str

    def answer(self, held: Held) -> Generator[Floats, None, None]:
        model: GenerativeModel = held["model"]
        found = model.own_directions(self.space)
        size = model.space(self.space).size
        yield np.array(np.zeros((0, size)) if found is None else found.detach().cpu().numpy(), np.float32)


@dataclass(frozen=True, eq=False)
class DrawCodes:
    """Codes (n, D) drawn from the prior, always the same ones."""

    n: int
    space: str

    def answer(self, held: Held) -> Generator[Floats, None, None]:
        from explorer.models import arrays

        yield arrays.sample(held["model"], self.n, 0, self.space)


class GridPart(NamedTuple):
    """Pictures (N, H, W, C) of a grid, from this place on."""

    first: int
    pictures: Images
    done: bool


@dataclass(frozen=True, eq=False)
class DrawGrid:
    """The pictures at codes (N, D), in parts."""

    codes: Floats
    classes: NDArray[np.int64] | None
    """(N,): what is asked for at each place."""
    space: str

    def answer(self, held: Held) -> Generator[GridPart, None, None]:
        from explorer.models import arrays

        start, count = 0, FEWEST
        while start < len(self.codes):
            began, part = time.perf_counter(), slice(start, start + count)
            asked = None if self.classes is None else self.classes[part]
            pictures = arrays.decode(held["model"], self.codes[part], self.space, asked)
            took = time.perf_counter() - began
            yield GridPart(start, pictures, start + count >= len(self.codes))
            start += count
            count = int(np.clip(count * GRID_SECONDS / max(took, 1e-6), FEWEST, MOST))


class Search(NamedTuple):
    """How far the search for a picture's code has come."""

    step: int
    steps: int
    code: Floats
    """(D,)."""
    picture: NDArray[np.uint8]
    """What the model draws there, (H, W, C)."""
    error: float
    """Squared error per pixel, pixels in [0, 1]."""

    @property
    def done(self) -> bool:
        return self.step >= self.steps


@dataclass(frozen=True, eq=False)
class FindCode:
    """The code whose picture comes nearest to one (H, W, C); asked of the reader.

    A step of the search takes as long as several hundred decodes, so it has a model of its own there.
    """

    picture: NDArray[np.uint8]
    run: Run
    space: str
    data: DataSet | None
    """Its ruler also judges what is alike, where it has one."""
    condition: Condition | None

    def answer(self, held: Held) -> Generator[Search, None, None]:
        import_torch()
        import torch

        from explorer.models import arrays
        from explorer.models.inversion import invert
        from explorer.training.device import beside_training

        torch.set_num_threads(DISPLAY_THREADS)
        device, _ = beside_training()
        model = self.run.model().to(device)
        asked = asked_for(self.condition, 1)
        found = invert(
            model,
            arrays.to_x(self.picture[None], model),
            rng=torch.Generator().manual_seed(0),
            starts=STARTS,
            steps=STEPS,
            features=self._features(device),
            condition=None if asked is None else torch.from_numpy(asked).to(device),
            space=self.space,
        )
        for now in found:
            code = now.codes[0].cpu().numpy().copy()
            yield Search(now.step, STEPS, code, arrays.to_images(now.pictures)[0], float(now.errors[0]))

    def _features(self, device: torch.device) -> Callable[[Tensor], Tensor] | None:
        from explorer.metrics import ruler as rulers

        if self.data is None or not rulers.is_labelled(self.data):
            return None
        ruler = rulers.find(self.data, device)
        if ruler is None:
            return None
        body: Callable[[Tensor], Tensor] = ruler.network.requires_grad_(False).body
        return body
