"""The codes of a whole data set under one run, and what they say of the space.

Imports numpy only. Legend of shapes: N items, D numbers in a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ACTIVE_VARIANCE = 0.01
"""Var_x(E_q[z_d|x]) above which a dimension is in use (Burda et al. 2015, section 5 and appendix C)."""

STILL = 1e-5
"""Spread below which codes are the same, as a share of their size where that is more than 1."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """Codes of the held-out items, in their order."""

    codes: Floats
    """(N, D)."""
    spread: Floats | None = None
    """(N, D): standard deviations of q(z|x), where the encoder gives a distribution."""
    errors: Floats | None = None
    """(N,): squared error per pixel of each item against its decoded code."""
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def size(self) -> int:
        """D."""
        return int(self.codes.shape[1])

    @cached_property
    def _usable(self) -> Floats:
        """Rows without NaN or infinity, in double precision for sums over many of them."""
        kept: Floats = self.codes[np.isfinite(self.codes).all(axis=1)]
        return kept if len(kept) else np.zeros((1, self.size), np.float32)

    @cached_property
    def mean(self) -> Floats:
        """(D,)."""
        return np.asarray(self._usable.mean(axis=0, dtype=np.float64), np.float32)

    @cached_property
    def _spread_out(self) -> Floats:
        """(D,): standard deviations as they are, zero included."""
        return np.asarray(self._usable.std(axis=0, dtype=np.float64), np.float32)

    @cached_property
    def still(self) -> tuple[int, ...]:
        """Dimensions in which all codes are the same but for rounding: they have no standard deviation."""
        least = STILL * np.maximum(1, np.abs(self.mean))
        return tuple(int(d) for d in np.flatnonzero(self._spread_out < least))

    @cached_property
    def std(self) -> Floats:
        """(D,): one standard deviation is the unit of every slider; 1 where there is no spread."""
        std = self._spread_out.copy()
        std[list(self.still)] = 1
        return std

    @cached_property
    def kl(self) -> Floats | None:
        """(D,): mean KL(q(z_d|x) || N(0, 1)) in nats, where there is a posterior whose numbers are finite."""
        if self.spread is None:
            return None
        each = kl_to_prior(self.codes, np.maximum(self.spread, 1e-12))
        usable = each[np.isfinite(each).all(axis=1)]
        return np.asarray(usable.mean(axis=0), np.float32) if len(usable) else None

    @cached_property
    def activity(self) -> Floats:
        """(D,): the bar behind each slider, KL in nats or else the variance of the codes."""
        return self._spread_out**2 if self.kl is None else self.kl

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Dimensions, the most active first."""
        return tuple(int(d) for d in np.argsort(-self.activity, kind="stable"))

    @cached_property
    def collapsed(self) -> tuple[int, ...]:
        """Dimensions that carry nothing: their codes are the same for every item."""
        if self.kl is None:
            return self.still
        return tuple(int(d) for d in np.flatnonzero(~in_use(self._spread_out**2)))

    def standardise(self, codes: Floats) -> Floats:
        """Codes (..., D) in standard deviations of the data's codes."""
        return (codes - self.mean) / self.std

    def nearest(self, code: Floats, k: int, first: int | None = None) -> tuple[NDArray[np.intp], Floats]:
        """The k items nearest to a code (D,), nearest first, and their distances in code units.

        Parameters
        ----------
        first
            Look among so many of the first items only.
        """
        squared = _squares(self.codes[:first], code)
        squared[~np.isfinite(squared)] = np.inf
        k = min(k, len(squared))
        found = np.argpartition(squared, k - 1)[:k]
        found = found[np.argsort(squared[found], kind="stable")]
        return found, np.sqrt(squared[found])

    @cached_property
    def usual_gap(self) -> float:
        """Distance from a datum to its nearest other, exceeded by one datum in ten: the yardstick of
        `is_far`. Measured on at most 100 items, evenly chosen: a living map has another one each time."""
        codes = self._usable - self.mean
        if len(codes) < 2:
            return 0.0
        chosen = np.arange(0, len(codes), max(1, len(codes) // 100))[:100]
        # |a - b|^2 = |a|^2 + |b|^2 - 2 ab for all pairs at once, none with itself.
        norms = np.einsum("nd,nd->n", codes, codes)
        squared = norms[chosen, None] + norms - 2 * codes[chosen] @ codes.T
        squared[np.arange(len(chosen)), chosen] = np.inf
        return float(np.sqrt(np.quantile(np.maximum(squared.min(1), 0), 0.9)))

    def is_far(self, distance: float) -> bool:
        """Whether a place so far from its nearest datum lies outside the data."""
        return distance > 2 * self.usual_gap


def kl_to_prior(mu: Floats, sigma: Floats) -> Floats:
    """KL(N(mu, sigma^2) || N(0, 1)) of each number in nats: `models.base.Posterior.kl` without torch."""
    return np.asarray(0.5 * (mu**2 + sigma**2 - 1) - np.log(sigma), np.float32)


def explained_variance(codes: Floats, error: float) -> NDArray[np.float64]:
    """Share (D,) of the pictures' variance along each number of an isometric code.

    As the plane of the codes is at right angles to what it leaves out, |x - mu|^2 = |z|^2 + |x - x'|^2.

    Parameters
    ----------
    error
        Mean of |x - x'|^2, the squared error of a whole picture.
    """
    finite = codes[np.isfinite(codes).all(axis=1)].astype(np.float64)
    squares: NDArray[np.float64] = np.square(finite).mean(axis=0)
    return squares / max(float(squares.sum()) + error, 1e-12)


def in_use(variance: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether each dimension of a posterior is in use, by the variance of its mean over the data, (D,)."""
    return np.asarray(variance > ACTIVE_VARIANCE)


def _squares(codes: Floats, code: Floats) -> Floats:
    """Squared distances (N,) of codes (N, D) from one; a sum over a short axis is ten times slower."""
    apart = codes - code
    return np.asarray(np.einsum("nd,nd->n", apart, apart))
