"""The families of generative models and the one place where they are listed.

Imports torch and `errors`. A new family is one module in `families` and one name in ``FAMILIES``.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, ImageShape
from explorer.models.families.autoencoder import Autoencoder
from explorer.models.families.diffusion import Diffusion
from explorer.models.families.gan import GAN
from explorer.models.families.pca import PCA
from explorer.models.families.vae import VAE
from explorer.models.parts.networks import initialise

__all__ = ["FAMILIES", "GenerativeModel", "ImageShape", "build", "family"]

FAMILIES: Mapping[str, type[GenerativeModel]] = {
    model.family: model for model in (PCA, Autoencoder, VAE, GAN, Diffusion)
}

LARGEST = 2 << 30
"""Bytes of weights of a model."""


def family(name: str) -> type[GenerativeModel]:
    """The family of this name.

    Raises
    ------
    BadInput
        There is none.
    """
    if name not in FAMILIES:
        raise BadInput(f"There is no family named {name!r}; there are {', '.join(FAMILIES)}.")
    return FAMILIES[name]


def build(
    name: str, settings: Mapping[str, object], image: ImageShape, seed: int = 0, classes: int = 0
) -> GenerativeModel:
    """An untrained model of a family, its weights drawn from `seed`.

    Parameters
    ----------
    classes
        How many classes the data have; 0 without labels.

    Raises
    ------
    BadInput
        Unknown family, settings that it refuses, or more than `LARGEST` bytes of weights.
    """
    kind = family(name)
    config = kind.Config.read(settings)
    with torch.device("meta"):
        size = sum(tensor.nbytes for tensor in kind(config, image, classes).state_dict().values())
    if size > LARGEST:
        raise BadInput(
            f"This model would have {size / 1e9:,.1f} GB of weights, and at most {LARGEST / 1e9:,.1f} are "
            "built; choose a smaller width, depth or side."
        )
    model = kind(config, image, classes)
    initialise(model, torch.Generator().manual_seed(seed))
    return model
