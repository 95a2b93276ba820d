"""The figures by which a trained model is judged, as plain numbers. Standard library only."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

READABLE = 0.9
"""A picture counts as readable where the ruler gives its likeliest class more probability than this."""


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures; None where one does not apply."""

    n_test: int
    """Held-out images, from which all is measured unless another number is said."""
    mse: float | None = None
    """Per pixel in [0, 1]: test images against their decoded mean codes."""
    n_likelihood: int | None = None
    """Test images from which the bounds are."""
    elbo: float | None = None
    """Nats per image."""
    iwae_50: float | None = None
    iwae_500: float | None = None
    kl_per_dimension: tuple[float, ...] | None = None
    """Nats, mean over the test images."""
    activity: tuple[float, ...] | None = None
    """Variance of each number of the mean codes over the test images."""
    active_units: int | None = None
    """How many of them are in use."""
    explained: tuple[float, ...] | None = None
    """0 to 1: share of the pictures' variance along each number of an isometric code."""
    pca_mse: float | None = None
    """Of a linear decoder: the error of as many principal components."""
    pca_angle: float | None = None
    """Degrees: the largest principal angle between its plane and theirs."""
    axes_angle: float | None = None
    """Degrees: the smallest angle between two of its own axes."""
    probe_accuracy: float | None = None
    """0 to 1: test images whose class a linear probe names from their mean codes."""
    rfcd_reconstruction: float | None = None
    """Per cent: decoded mean codes of the test images against the training images."""
    rfcd: float | None = None
    """This and what follows: of samples, as `metrics.samples` says."""
    class_tv: float | None = None
    coverage: float | None = None
    density: float | None = None
    nearest_train_over_test: float | None = None
    conditional_accuracy: float | None = None
    readable: float | None = None
    class_variance: float | None = None
    n_samples: int | None = None

    @property
    def kl(self) -> float | None:
        """Of a whole code, in nats."""
        return None if self.kl_per_dimension is None else sum(self.kl_per_dimension)

    def as_dict(self) -> dict[str, Any]:
        """What `evaluate --json` prints; null for what is no finite number."""
        return {
            name: list(map(_finite, value)) if isinstance(value, tuple) else _finite(value)
            for name, value in (dataclasses.asdict(self) | {"kl": self.kl}).items()
        }


def read_figures(kept: Mapping[str, Any] | None) -> Figures | None:
    """Figures that were kept as `as_dict` gave them; None of any others: they come from a file."""
    if kept is None or "n_likelihood" not in kept or not _is_count(kept.get("n_test")) or not kept["n_test"]:
        return None
    return Figures(**{field.name: _read(str(field.type), kept.get(field.name)) for field in _FIELDS})


_FIELDS = dataclasses.fields(Figures)


def _read(kind: str, value: Any) -> Any:
    """A value as its field declares it; None where it can't be that."""
    if kind.startswith("int"):
        return value if _is_count(value) else None
    if kind.startswith("tuple"):
        whole = isinstance(value, list) and all(_is_number(each) for each in value)
        return tuple(map(float, value)) if whole else None
    return float(value) if _is_number(value) else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
