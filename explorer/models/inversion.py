"""Find the code of a picture where there is no encoder: gradient descent on z (Zhu et al. 2016).

Imports torch, `errors` and the contract in `base`. For any family with a space that decodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from explorer.errors import BadInput
from explorer.models.base import GenerativeModel

EVERY = 5
"""Steps between two reports."""

PIXEL_STD = 0.1
"""Noise that the picture is taken to have: it weighs the pixels against the prior N(0, I)."""

FEATURE_WEIGHT = 0.1
"""Of |f(G(z)) - f(x)|^2 / |f(x)|^2 beside the mean squared error of the pixels."""

BETAS, SMALL = (0.9, 0.999), 1e-8

Features = Callable[[Tensor], Tensor]


class Inverted(NamedTuple):
    """The best that has been found so far."""

    step: int
    codes: Tensor
    """(N, D)."""
    pictures: Tensor
    """Decoded codes (N, C, H, W) in [0, 1]."""
    errors: Tensor
    """Squared error per pixel of each picture, (N,)."""


def invert(
    model: GenerativeModel,
    x: Tensor,
    *,
    rng: torch.Generator,
    starts: int = 16,
    steps: int = 200,
    rate: float = 0.05,
    features: Features | None = None,
    condition: Tensor | None = None,
    space: str = "z",
) -> Iterator[Inverted]:
    """Codes whose pictures come near x (N, C, H, W), from several random starts at once.

    Each start lowers mse(G(z), x) + 0.1 |f(G(z)) - f(x)|^2 / |f(x)|^2 + s^2 |z|^2 / pixels by Adam:
    without features this leads to the likeliest code under the prior and noise of s = 0.1 on the
    pixels; without a prior the last term falls away. What lies where the loss was lowest is reported
    every few steps; to stop is to leave the loop.

    Parameters
    ----------
    rng
        Draws the starts from the prior.
    starts
        Codes tried for each picture.
    steps, rate
        Of Adam; with 0 steps the best start is all.
    features
        From pictures in [0, 1] to (N, F), differentiable: what else shall be alike.
    condition
        Class of each picture, (N,), for a model that has conditions.

    Raises
    ------
    BadInput
        The pictures haven't the shape that the model draws.
    """
    if tuple(x.shape[1:]) != tuple(model.image):
        (c, h, w), (C, H, W) = x.shape[1:], model.image
        raise BadInput(f"The picture is {w} x {h} x {c}, and the model draws {W} x {H} x {C}; fit it first.")
    search = _Search(model, x, features, condition, starts, space)
    z = model.sample(len(x) * starts, rng, space).float()
    m, v = torch.zeros_like(z), torch.zeros_like(z)
    for step in range(steps + 1):
        gradient = search.look(z)
        if step % EVERY == 0 or step == steps:
            yield search.found(step)
        # Adam (Kingma & Ba 2015); torch's own takes seconds to import, while somebody waits for the picture.
        m, v = m.lerp(gradient, 1 - BETAS[0]), v.lerp(gradient.square(), 1 - BETAS[1])
        unbiased_m, unbiased_v = m / (1 - BETAS[0] ** (step + 1)), v / (1 - BETAS[1] ** (step + 1))
        z = z - rate * unbiased_m / (unbiased_v.sqrt() + SMALL)


class _Search:
    """The loss around each code, and the best codes seen."""

    def __init__(
        self,
        model: GenerativeModel,
        x: Tensor,
        features: Features | None,
        condition: Tensor | None,
        starts: int,
        space: str,
    ) -> None:
        self._model, self._features, self._starts, self._space = model, features, starts, space
        has_prior = model.space(space).prior == "normal"
        self._pull = PIXEL_STD**2 / model.image.size if has_prior else 0.0
        # Whoever asks may be in inference mode, whose tensors have no gradients.
        with torch.inference_mode(False), torch.no_grad():
            self._x = x.clone().repeat_interleave(starts, 0)
            self._condition = None if condition is None else condition.clone().repeat_interleave(starts, 0)
            self._wanted = None if features is None else features(self._x)
        self._lowest = torch.full((len(x),), torch.inf, device=x.device)
        self._codes = torch.zeros(len(x), model.space(space).size, device=x.device)
        self._pictures, self._errors = torch.zeros_like(x), self._lowest.clone()

    def look(self, z: Tensor) -> Tensor:
        """The loss's gradient at codes (N * starts, D)."""
        with torch.inference_mode(False), torch.enable_grad():
            z = z.clone().requires_grad_()
            pictures = self._model.decode(z, self._space, self._condition)
            errors = (pictures - self._x).square().flatten(1).mean(1)
            loss = errors + self._pull * z.square().sum(1)
            if self._features is not None and self._wanted is not None:
                apart = (self._features(pictures) - self._wanted).square().sum(1)
                loss = loss + FEATURE_WEIGHT * apart / (self._wanted.square().sum(1) + SMALL)
            (gradient,) = torch.autograd.grad(loss.sum(), z)
        self._keep(loss.detach(), z.detach(), pictures.detach(), errors.detach())
        return gradient

    def _keep(self, loss: Tensor, z: Tensor, pictures: Tensor, errors: Tensor) -> None:
        lowest, place = loss.view(-1, self._starts).min(1)
        rows = torch.arange(len(place), device=place.device) * self._starts + place
        better = lowest < self._lowest
        rows = rows[better]
        for best, now in (
            (self._lowest, loss),
            (self._codes, z),
            (self._pictures, pictures),
            (self._errors, errors),
        ):
            best[better] = now[rows]

    def found(self, step: int) -> Inverted:
        return Inverted(step, self._codes.clone(), self._pictures.clone(), self._errors.clone())
