"""The linear probe: how well a straight cut through the codes tells the classes apart.

Imports torch and numpy (Alain & Bengio 2016: multinomial logistic regression on frozen codes).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

ITERATIONS = 200
PENALTY = 1e-4
"""Weight of |W|^2: without one, separable codes have no best W."""


class Probe:
    """p(class|z) = softmax(W (z - m) / s + b), fitted to codes (N, D) with labels (N,).

    The codes are standardised (mean m, standard deviation s of each dimension), and L-BFGS lowers the
    mean cross entropy.
    """

    def __init__(self, codes: NDArray[np.float32], labels: NDArray[np.int64], classes: int) -> None:
        self._mean = codes.mean(0, dtype=np.float64)
        spread = codes.std(0, dtype=np.float64)
        # A dimension that never moves would be divided by zero; what it says is nothing.
        self._scale = np.where(spread > 1e-6 * spread.max(initial=0.0), spread, np.inf)
        self._linear = nn.Linear(codes.shape[1], classes)
        nn.init.zeros_(self._linear.weight)
        nn.init.zeros_(self._linear.bias)
        self._fit(self._standard(codes), torch.from_numpy(labels))

    def _standard(self, codes: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(((codes - self._mean) / self._scale).astype(np.float32))

    def _fit(self, z: Tensor, labels: Tensor) -> None:
        lbfgs = torch.optim.LBFGS(
            self._linear.parameters(), max_iter=ITERATIONS, line_search_fn="strong_wolfe", tolerance_change=1e-7
        )

        def loss() -> Tensor:
            lbfgs.zero_grad()
            error = F.cross_entropy(self._linear(z), labels) + PENALTY * self._linear.weight.square().sum()
            error.backward()  # type: ignore[no-untyped-call]
            return error

        lbfgs.step(loss)  # type: ignore[no-untyped-call]

    @torch.inference_mode()
    def predict(self, codes: NDArray[np.float32]) -> NDArray[np.int64]:
        """The likeliest class of each code."""
        named: NDArray[np.int64] = self._linear(self._standard(codes)).argmax(1).numpy()
        return named

    def accuracy(self, codes: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
        """Share of codes whose label it names."""
        return float((self.predict(codes) == labels).mean())
