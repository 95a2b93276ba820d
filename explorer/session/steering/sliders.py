"""The strips beside the sliders of the code's own numbers.

Part of the session; numpy only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.session.choices import Choices
from explorer.session.side import Side
from explorer.session.steering.strips import SDS, Strips


def slider_strips(side: Side, choices: Choices) -> Strips[int]:
    """One row for each dimension of a side's codes."""

    def moved(dimension: int) -> NDArray[np.float32] | None:
        code, model = side.look.code, side.model
        if code is None or model is None or model.embedding is None or dimension >= model.embedding.size:
            return None
        codes = np.repeat(code[None], len(SDS), axis=0)
        codes[:, dimension] = model.embedding.mean[dimension] + SDS * model.embedding.std[dimension]
        return codes

    return Strips(side, choices, moved)
