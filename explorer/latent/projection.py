"""How codes reach the plane of the map, and how a place of the plane becomes a code again.

Imports numpy only. Legend of shapes: N codes, D numbers in a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.latent.embedding import STILL, Embedding
from explorer.latent.neighbours import NeighbourSearch

Floats = NDArray[np.float32]

ESTIMATED_FROM = 12
"""An estimate mixes so many of the nearest items."""

EXACT = 1e-6
"""As close to an item, in radii of its neighbourhood, the item itself is meant."""


class Projection(Protocol):
    """What every projection offers."""

    @property
    def axes(self) -> tuple[str, str] | None:
        """What the two axes are called, or None where they mean nothing."""

    @property
    def unit(self) -> str:
        """What a step of 1 on an axis is."""

    @property
    def estimate(self) -> bool:
        """Places and codes that are no item's own are estimates from the nearest items."""

    def to_plane(self, codes: Floats) -> Floats:
        """Places (..., 2) of codes (..., D)."""

    def from_plane(self, place: Floats, near: Floats) -> Floats:
        """The code (D,) of a place (2,); where there are many, the one closest to the code `near`."""


@dataclass(frozen=True, eq=False)
class LinearProjection:
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

    @property
    def estimate(self) -> bool:
        return False

    def to_plane(self, codes: Floats) -> Floats:
        """Places (..., 2) of codes (..., D)."""
        return np.asarray((codes - self.centre) @ self.basis, np.float32)

    def from_plane(self, place: Floats, near: Floats) -> Floats:
        """The code (D,) at a place (2,) that lies closest to the code `near` (D,).

        What of `near` lies off the plane is kept: z = near + B+'(p - B'(near - c)).
        """
        step = np.asarray(place, np.float32) - self.to_plane(near)
        return np.asarray(near + step @ np.linalg.pinv(self.basis), np.float32)


@dataclass(frozen=True, eq=False)
class EstimatedProjection:
    """Places that were found item by item (UMAP, t-SNE), and between the items a mix of the nearest.

    Attributes
    ----------
    codes, places
        (N, D) and (N, 2): where each item lies. Items that are not finite in both count for nothing.
    """

    codes: Floats
    places: Floats

    @property
    def axes(self) -> None:
        return None

    @property
    def unit(self) -> str:
        return ""

    @property
    def estimate(self) -> bool:
        return True

    def to_plane(self, codes: Floats) -> Floats:
        """Places (..., 2) of codes (..., D), NaN where a code is not finite or no item is known."""
        if codes is self.codes:
            return self.places
        flat = np.asarray(codes, np.float32).reshape(-1, self.codes.shape[1])
        found = _mixed(self._by_code, self._kept, self.places, flat)
        return np.asarray(found.reshape(*codes.shape[:-1], 2))

    def from_plane(self, place: Floats, near: Floats) -> Floats:
        """The code (D,) at a place (2,); `near` (D,) where no item is known."""
        if not len(self._by_place):
            return near
        codes = _mixed(self._by_place, self._kept, self.codes, np.asarray(place, np.float32)[None])
        return np.asarray(codes[0])

    @cached_property
    def _kept(self) -> NDArray[np.intp]:
        finite = np.isfinite(self.codes).all(axis=1) & np.isfinite(self.places).all(axis=1)
        return np.flatnonzero(finite)

    @cached_property
    def _by_code(self) -> NeighbourSearch:
        return NeighbourSearch(self.codes[self._kept])

    @cached_property
    def _by_place(self) -> NeighbourSearch:
        return NeighbourSearch(self.places[self._kept])


def _mixed(search: NeighbourSearch, rows: NDArray[np.intp], values: Floats, queries: Floats) -> Floats:
    """Values (M, V) at queries (M, D), out of those of the nearest points, whose rows of `values` are given.

    Inverse distance weights that fall to zero at the edge of the neighbourhood, ((R - d) / (R d))^2 with R
    the distance of the first point left out (Franke & Nielson 1980): there is no jump as points come and go,
    and at a point its own value stands.
    """
    nearest, distances = search.nearest(queries, ESTIMATED_FROM + 1)
    if not nearest.shape[1]:
        return np.full((len(queries), values.shape[1]), np.nan, np.float32)
    with np.errstate(all="ignore"):
        part = distances.astype(np.float64) / distances[:, -1:]
        weights = ((1 - part) / np.maximum(part, EXACT)) ** 2
    if nearest.shape[1] <= ESTIMATED_FROM:  # there is no point left out
        weights = 1 / np.maximum(np.nan_to_num(part), EXACT) ** 2
    exact = np.nan_to_num(part[:, 0]) <= EXACT
    weights[exact] = np.arange(nearest.shape[1]) == 0
    weights[~(weights.sum(axis=1) > 0)] = 1  # so far away that all are equally far
    weights /= weights.sum(axis=1, keepdims=True)
    mixed = np.einsum("mk,mkv->mv", weights, values[rows[nearest]])
    mixed[~np.isfinite(queries).all(axis=1)] = np.nan
    return np.asarray(mixed, np.float32)


def own_axes(
    embedding: Embedding, first: int = 0, second: int = 1, *, in_sd: bool = False
) -> LinearProjection:
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
    return LinearProjection(centre, basis, (axis_name(first), axis_name(second)), "sd" if in_sd else "")


def principal_plane(embedding: Embedding, last: Projection | None = None) -> LinearProjection:
    """The plane of the most variance, in standard deviations along each of its axes.

    The axes of a PCA are free to flip and turn; with `last` they are turned so that the codes
    lie as they did there (orthogonal Procrustes, Schoenemann 1966), or a living map would spin.
    """
    codes = embedding.codes[np.isfinite(embedding.codes).all(axis=1)]
    codes = codes if len(codes) else np.zeros((1, embedding.size), np.float32)
    centred = codes - embedding.mean
    _, _, directions = np.linalg.svd(centred.T @ centred)
    basis = np.zeros((embedding.size, 2), np.float32)
    basis[:, : len(directions)] = directions[:2].T
    scale = (centred @ basis).std(axis=0)
    # An axis without spread has the scale of the other, or rounding would grow to a standard deviation.
    flat = scale <= STILL * max(1.0, float(scale.max()), float(np.abs(embedding.mean).max()))
    basis = np.asarray(basis / np.where(flat, 1.0 if flat.all() else scale.max(), scale), np.float32)
    if isinstance(last, LinearProjection) and last.basis.shape == basis.shape:
        u, _, vt = np.linalg.svd((centred @ basis).T @ last.to_plane(codes))
        basis = basis @ (u @ vt)
        return LinearProjection(embedding.mean, np.asarray(basis, np.float32), None, "sd")
    shares = scale**2 / max(float(np.square(centred).sum(1).mean()), 1e-12)
    names = [f"PC {i + 1}: {100 * share:.0f} % of the codes' variance" for i, share in enumerate(shares)]
    return LinearProjection(embedding.mean, basis, (names[0], names[1]), "sd")


def natural(
    embedding: Embedding, last: Projection | None = None, *, living: bool = False
) -> LinearProjection:
    """The projection that a map opens with: the axes themselves where there are two.

    A code of one number is drawn along the first axis.
    """
    if embedding.size == 2:
        return own_axes(embedding, in_sd=living)
    if embedding.size == 1:
        unit = float(1 / embedding.std[0]) if living else 1.0
        centre = embedding.mean if living else np.zeros(1, np.float32)
        basis = np.array([[unit, 0.0]], np.float32)
        return LinearProjection(centre, basis, ("z\N{SUBSCRIPT ONE}", ""), "sd" if living else "")
    return principal_plane(embedding, last)


def axis_name(dimension: int) -> str:
    """What a number of the code is called, counted from 0."""
    return f"z{subscript(dimension + 1)}"


def subscript(number: int) -> str:
    """A whole number in subscript digits."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
