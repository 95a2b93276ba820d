"""Directions in latent space along which an attribute grows.

Imports numpy only; double precision throughout, as B d = 0 is meant exactly.

Legend of shapes: N codes, D numbers in a code, K attributes held, R rank of the codes' covariance.
w is what a linear probe found: it *reads* an attribute off a code. d is where one *moves*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Finding = Literal["probe", "difference"]
"""How a direction is found: what a linear probe reads, or the difference of two means."""

NEWTON_STEPS = 25
LONGEST = 3.0
"""How many times as far a code may have to go for one unit because others are held. Beyond that, what
is left of the direction leads out of the data: at ten times a digit is seldom one any more."""
NEGLIGIBLE = 1e-8
"""Share of the greatest below which a singular value, or what is left of a direction, counts as zero."""


class Reading(NamedTuple):
    """A linear probe: w'z + b."""

    w: Doubles
    """(D,)."""
    b: float

    def of(self, codes: NDArray[np.floating]) -> Doubles:
        """What it says of codes (..., D)."""
        return np.asarray(codes @ self.w + self.b, np.float64)


@dataclass(frozen=True, eq=False)
class Spread:
    """Where codes lie: mean (D,) and a root A (D, R) of their covariance, Sigma = A A'.

    The columns of A are the principal axes, each as long as the standard deviation along it.
    """

    mean: Doubles
    root: Doubles

    def sd(self, w: Doubles) -> float:
        """Standard deviation of w'z among the codes: the root of w' Sigma w."""
        return float(np.linalg.norm(self.root.T @ w))

    def whiten(self, step: Doubles) -> Doubles:
        """A+ step (R,): how a step (D,) looks where the codes' covariance is the identity."""
        return np.asarray(self.root.T @ step / (self.root**2).sum(axis=0), np.float64)


@dataclass(frozen=True, eq=False)
class Direction:
    """A way to move codes so that an attribute grows.

    One unit of its slider is one standard deviation of the data's codes along the probe's normal:
    the probe's reading moves by as much as it varies among the data. Where a code stands is that
    reading too, so that attributes which are held stay where they are.
    """

    name: str
    kind: Finding
    vector: Doubles
    """d, (D,), of length 1."""
    step: float
    """Length of one unit, in the units of codes."""
    reading: Doubles
    """(D,): w over the standard deviation of w'z."""
    centre: Doubles
    """(D,): the code at 0."""

    def at(self, code: NDArray[np.floating]) -> float:
        """Where a code (D,) stands, in standard deviations."""
        return float(self.reading @ (code - self.centre))

    def move(self, code: NDArray[np.floating], to: float) -> Floats:
        """The code (D,) that stands at `to`, reached from this one along the direction."""
        return np.asarray(code + (to - self.at(code)) * self.step * self.vector, np.float32)


def spread_of(codes: NDArray[np.floating]) -> Spread:
    """Mean and root of the covariance of codes (N, D), all of them finite."""
    mean = codes.mean(axis=0, dtype=np.float64)
    values, axes = np.linalg.eigh(np.atleast_2d(np.cov(codes, rowvar=False, dtype=np.float64)))
    kept = values > NEGLIGIBLE * max(values.max(initial=0.0), 1e-30)
    return Spread(mean, axes[:, kept] * np.sqrt(values[kept]))


def difference(codes: NDArray[np.floating], values: NDArray[np.floating]) -> Doubles:
    """Mean code of those "with" minus mean code of those "without".

    Graded values are cut at their median: "with" are those above.
    """
    above = values > np.median(values) if len(np.unique(values)) > 2 else values > 0.5
    if above.all() or not above.any():
        return np.zeros(codes.shape[1])
    return np.asarray(codes[above].mean(0, dtype=np.float64) - codes[~above].mean(0, dtype=np.float64))


def ridge(codes: NDArray[np.floating], values: NDArray[np.floating]) -> Reading:
    """Ridge regression (Hoerl & Kennard 1970) of values (N,) on standardised codes: (X'X + I) a = X'y."""
    x, mean, sd = _standardised(codes)
    y = values.astype(np.float64)
    a = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ (y - y.mean()))
    return _in_codes(a, float(y.mean()), mean, sd)


def logistic(codes: NDArray[np.floating], truth: NDArray[np.floating]) -> Reading:
    """Logistic regression of truth (N,), 0 or 1, on standardised codes.

    Newton's method, halving a step that would not lower the loss; |a|^2 / 2 is added to the negative
    log likelihood, or separable codes would have no best a.
    """
    x, mean, sd = _standardised(codes)
    x = np.column_stack([x, np.ones(len(x))])
    penalty = np.append(np.ones(x.shape[1] - 1), 1e-9)
    a = np.zeros(x.shape[1])
    y = truth.astype(np.float64)

    def loss(a: Doubles) -> float:
        logits = x @ a
        return float((np.logaddexp(0, logits) - y * logits).sum() + 0.5 * (penalty * a * a).sum())

    now = loss(a)
    for _ in range(NEWTON_STEPS):
        p = 0.5 * (1 + np.tanh(0.5 * (x @ a)))
        slope = x.T @ (p - y) + penalty * a
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(penalty), slope)
        while (then := loss(a - step)) > now and np.abs(step).max() > 1e-9:
            step /= 2
        if now - then <= 1e-9 * abs(now):
            break
        a, now = a - step, then
    return _in_codes(a[:-1], float(a[-1]), mean, sd)


def hold(start: Doubles, others: Doubles, spread: Spread | None = None) -> tuple[Doubles, float]:
    """Take out of a direction what would move the others: conditional orthogonalisation.

    Without a spread d = w - B'(BB')^-1 B w. With one the same is done where the codes are white,
    d = v - Sigma B'(B Sigma B')^-1 B v, so that a direction that keeps to the data (v = Sigma w) still
    does. B may be of any rank.

    Parameters
    ----------
    start
        The direction w or v, (D,).
    others
        B, (K, D): what reads the attributes to be held; B d = 0 afterwards.
    spread
        Of the data's codes; None: they are taken as white already.

    Returns
    -------
    d (D,), and the share of the start that is left, 0 to 1.
    """
    white = start if spread is None else spread.whiten(start)
    length = float(np.linalg.norm(white))
    if length == 0 or not len(others):
        return start, float(length > 0)
    rows = others if spread is None else others @ spread.root
    # Readings of any scale count alike when it comes to which of them say the same.
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300)
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    basis = basis[sizes > NEGLIGIBLE * max(sizes.max(initial=0.0), 1e-30)]
    left = white
    for _ in range(2):  # once more takes out what rounding has left
        left = left - basis.T @ (basis @ left)
    return left if spread is None else spread.root @ left, float(np.linalg.norm(left)) / length


def direct(
    name: str,
    finding: Finding,
    probe: Reading,
    between: Doubles,
    spread: Spread,
    *,
    held: Doubles | None = None,
    aligned: bool = True,
) -> Direction | None:
    """The direction in which an attribute grows.

    Parameters
    ----------
    between
        The difference of means (D,), for the finding "difference".
    held
        B, (K, D): probes of the attributes that are to stay.
    aligned
        Move along Sigma w, which stays where data are, rather than along w; for spaces where codes
        are not isotropic.

    Returns
    -------
    None where nothing is left to move along: the codes say nothing of the attribute, or nothing
    that those held don't.
    """
    sd = spread.sd(probe.w)
    along = spread.root @ (spread.root.T @ probe.w) if aligned else probe.w
    start = between if finding == "difference" else along
    others = np.zeros((0, len(start))) if held is None else held
    d, left = hold(start, others, spread if aligned else None)
    gain = float(probe.w @ d)
    length = float(np.linalg.norm(d))
    if sd == 0 or gain == 0 or left < NEGLIGIBLE or left * float(probe.w @ start) > LONGEST * gain:
        return None
    return Direction(name, finding, d / length, sd / gain * length, probe.w / sd, spread.mean)


def _standardised(codes: NDArray[np.floating]) -> tuple[Doubles, Doubles, Doubles]:
    x = codes.astype(np.float64)
    mean, sd = x.mean(axis=0), x.std(axis=0)
    # A dimension that never moves says nothing, and must not be divided by zero.
    sd = np.where(sd > 1e-6 * sd.max(initial=0.0), sd, np.inf)
    return (x - mean) / sd, mean, sd


def _in_codes(a: Doubles, b: float, mean: Doubles, sd: Doubles) -> Reading:
    w = a / sd
    return Reading(w, b - float(w @ mean))
