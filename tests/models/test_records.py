"""What the records of the contract compute: the KL divergence of a posterior from N(0, I)."""

from __future__ import annotations

import numpy as np
import torch

from explorer.latent.embedding import Embedding, kl_to_prior
from explorer.models.base import Posterior

MEANS, STDS = (0.0, 0.7, -1.5, 2.0), (1.0, 0.3, 2.0, 0.8)


def test_the_kl_is_the_mean_log_ratio_of_the_densities_of_drawn_codes() -> None:
    mu, sigma = torch.tensor(MEANS).double(), torch.tensor(STDS).double()
    rng = torch.Generator().manual_seed(0)
    z = mu + sigma * torch.randn(200_000, len(mu), generator=rng, dtype=torch.float64)
    q, p = torch.distributions.Normal(mu, sigma), torch.distributions.Normal(0.0, 1.0)
    ratio = q.log_prob(z) - p.log_prob(z)
    error = ratio.std(0) / len(z) ** 0.5
    assert ((Posterior(mu, sigma).kl - ratio.mean(0)).abs() <= 4 * error + 1e-12).all()
    assert Posterior(mu, sigma).kl[0] == 0


def test_with_and_without_torch_it_is_the_same() -> None:
    rng = np.random.default_rng(0)
    mu = rng.normal(0, 2, (50, 3)).astype(np.float32)
    sigma = rng.uniform(0.01, 3, (50, 3)).astype(np.float32)
    by_torch = Posterior(torch.from_numpy(mu), torch.from_numpy(sigma)).kl.numpy()
    np.testing.assert_allclose(kl_to_prior(mu, sigma), by_torch, rtol=1e-5, atol=1e-5)
    embedded = Embedding(mu, sigma).kl
    assert embedded is not None
    np.testing.assert_allclose(embedded, by_torch.mean(0), rtol=1e-5)
