"""The linear probe: how well a straight cut through the codes tells the classes apart.

Imports torch and numpy (Alain & Bengio 2016: multinomial logistic regression on frozen codes).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

ITERATIONS = 100
PENALTY = 1e-4
"""Weight of |W|^2: without one, separable codes have no best W."""


class Probe:
    """p(class|z) = softmax(W (z - m) / s + b), fitted to codes (N, D) and labels (N,), each >= 0.

    The codes are standardised (mean m, standard deviation s of each dimension), and L-BFGS lowers the
    mean cross entropy.
    """

    def __init__(self, codes: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
        self._m = codes.mean(0, dtype=np.float64)
        s = codes.std(0, dtype=np.float64)
        # A dimension that never moves says nothing, and must not be divided by zero.
        self._s = np.where(s > 1e-6 * s.max(initial=0.0), s, np.inf)
        self._W = torch.zeros(codes.shape[1], int(labels.max()) + 1, requires_grad=True)
        self._b = torch.zeros(self._W.shape[1], requires_grad=True)
        self._fit(self._standardised(codes), torch.from_numpy(labels))

    def _standardised(self, codes: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(((codes - self._m) / self._s).astype(np.float32))

    def _fit(self, z: Tensor, labels: Tensor) -> None:
        lbfgs = torch.optim.LBFGS(
            [self._W, self._b], max_iter=ITERATIONS, line_search_fn="strong_wolfe", tolerance_change=1e-7
        )

        def loss() -> float:
            lbfgs.zero_grad()
            error = F.cross_entropy(z @ self._W + self._b, labels) + PENALTY * self._W.square().sum()
            error.backward()
            return error.item()

        lbfgs.step(loss)

    @torch.inference_mode()
    def predict(self, codes: NDArray[np.float32]) -> NDArray[np.int64]:
        """The likeliest class of each code."""
        named: NDArray[np.int64] = (self._standardised(codes) @ self._W + self._b).argmax(1).numpy()
        return named

    def accuracy(self, codes: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
        """Share of codes whose label is named."""
        return float((self.predict(codes) == labels).mean())
