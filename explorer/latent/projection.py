"""How codes reach the plane of the map, and how a place of the plane becomes a code again.

Imports numpy only. Legend of shapes: N codes, D numbers in a code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.latent.embedding import Embedding

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Projection:
    """A linear map onto the plane: p = B'(z - c).

    Attributes
    ----------
    centre
        c, (D,): the code that falls on the origin.
    basis
        B, (D, 2).
    axes
        What the two axes are called, or None where they mean nothing.
    unit
        What a step of 1 on an axis is.
    """

    centre: Floats
    basis: Floats
    axes: tuple[str, str] | None
    unit: str

    def to_plane(self, codes: Floats) -> Floats:
        """Places (..., 2) of codes (..., D)."""
        return np.asarray((codes - self.centre) @ self.basis, np.float32)

    def from_plane(self, place: Floats, near: Floats) -> Floats:
        """The code (D,) at a place (2,) that lies closest to the code `near` (D,).

        What of `near` lies off the plane is kept: z = near + B+'(p - B'(near - c)).
        """
        step = np.asarray(place, np.float32) - self.to_plane(near)
        return np.asarray(near + step @ np.linalg.pinv(self.basis), np.float32)


def own_axes(embedding: Embedding, first: int = 0, second: int = 1, *, in_sd: bool = False) -> Projection:
    """Two dimensions of the code itself.

    Parameters
    ----------
    in_sd
        Measured from the codes' mean in their standard deviations, so that a space which
        still grows stays in the window; otherwise in the code's own units.
    """
    basis = np.zeros((embedding.size, 2), np.float32)
    centre = np.zeros(embedding.size, np.float32)
    for column, dimension in enumerate((first, second)):
        basis[dimension, column] = 1 / embedding.std[dimension] if in_sd else 1
        if in_sd:
            centre[dimension] = embedding.mean[dimension]
    names = (f"z{subscript(first + 1)}", f"z{subscript(second + 1)}")
    return Projection(centre, basis, names, "sd" if in_sd else "")


def principal_plane(embedding: Embedding, last: Projection | None = None) -> Projection:
    """The plane of the most variance, in standard deviations along each of its axes.

    The axes of a PCA are free to flip and turn; with `last` they are turned so that the codes
    lie as they did there (orthogonal Procrustes, Schoenemann 1966), or a living map would spin.
    """
    codes = embedding.codes[np.isfinite(embedding.codes).all(axis=1)]
    centred = codes - embedding.mean
    _, _, directions = np.linalg.svd(centred.T @ centred)
    basis = directions[:2].T
    scale = np.maximum((centred @ basis).std(axis=0), 1e-6)
    basis = basis / scale
    if last is not None and last.basis.shape == basis.shape:
        u, _, vt = np.linalg.svd((centred @ basis).T @ last.to_plane(codes))
        basis = basis @ (u @ vt)
    return Projection(embedding.mean, np.asarray(basis, np.float32), None, "sd")


def natural(embedding: Embedding, last: Projection | None = None, *, living: bool = False) -> Projection:
    """The projection that a map opens with: the axes themselves where there are two.

    A code of one number is drawn along the first axis.
    """
    if embedding.size == 2:
        return own_axes(embedding, in_sd=living)
    if embedding.size == 1:
        unit = float(1 / embedding.std[0]) if living else 1.0
        centre = embedding.mean if living else np.zeros(1, np.float32)
        basis = np.array([[unit, 0.0]], np.float32)
        return Projection(centre, basis, ("z\N{SUBSCRIPT ONE}", ""), "sd" if living else "")
    return principal_plane(embedding, last)


def subscript(number: int) -> str:
    """A whole number in subscript digits."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
