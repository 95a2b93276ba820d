"""Principal component analysis: the linear base line that every autoencoder is held against.

Fitted in closed form from the covariance matrix, without a step of gradient descent.
Imports torch and the contract in `base`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, ImageShape, ModelConfig, Space, Stage, knob


@dataclass(frozen=True)
class PCAConfig(ModelConfig):
    latent_size: int = knob(
        2, low=1, high=4096, unit="numbers", help="Principal components that make a code."
    )


class PCA(GenerativeModel):
    """x = mu + W z, with the columns of W the first D principal directions (Pearson 1901).

    A code is z = W'(x - mu): in units of pixels, uncorrelated, the most variance first.
    """

    family: ClassVar[str] = "pca"
    title: ClassVar[str] = "Principal components"
    Config: ClassVar[type[ModelConfig]] = PCAConfig
    config: PCAConfig
    mean: Tensor
    directions: Tensor

    def __init__(self, config: PCAConfig, image: ImageShape) -> None:
        super().__init__(config, image)
        if config.latent_size > image.size:
            raise BadInput(f"latent_size={config.latent_size}: a picture has only {image.size} numbers.")
        self.register_buffer("mean", torch.zeros(image.size))
        self.register_buffer("directions", torch.eye(image.size, config.latent_size))

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (Space("z", (self.config.latent_size,), can_encode=True, can_decode=True, prior=None),)

    @property
    def stages(self) -> tuple[Stage, ...]:
        return ()

    def fit(self, x: Tensor) -> None:
        total = torch.zeros(self.image.size, dtype=torch.float64)
        moment = torch.zeros(self.image.size, self.image.size, dtype=torch.float64)
        for part in x.flatten(1).split(4096):
            pixels = part.to(torch.float32) / 255
            total += pixels.sum(0, dtype=torch.float64).cpu()
            moment += (pixels.T @ pixels).double().cpu()
        mean = total / len(x)
        covariance = moment / len(x) - torch.outer(mean, mean)
        # eigh sorts by growing variance; signs are free and set so that the largest entry is positive.
        directions = torch.linalg.eigh(covariance).eigenvectors.flip(1)[:, : self.config.latent_size]
        largest = directions.gather(0, directions.abs().argmax(0, keepdim=True))
        self.mean.copy_(mean)
        self.directions.copy_(directions * largest.sign())

    def encode(self, x: Tensor, space: str = "z") -> Tensor:
        z: Tensor = (x.flatten(1) - self.mean) @ self.directions
        return z

    def decode(self, codes: Tensor, space: str = "z") -> Tensor:
        x = self.mean + codes @ self.directions.T
        pictures: Tensor = x.clamp(0, 1).unflatten(1, self.image)
        return pictures
