"""Samples held against real images: what is known to be good or bad must come out so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from explorer import models
from explorer.data.image_set import DataSet
from explorer.data.sources import catalogue
from explorer.metrics import ruler as rulers
from explorer.metrics import samples
from explorer.metrics.neighbourhoods import coverage_and_density, nearest_distances, squared_distances
from explorer.metrics.progress import finish
from explorer.metrics.samples import can_judge, judge_samples, judged_space, sampled_space, total_variation
from explorer.models.base import GenerativeModel, ImageShape, ModelConfig, Space


class Dealer(GenerativeModel):
    """Deals pictures out of a stack; a code is the place in it."""

    family = "dealer"

    def __init__(self, pictures: Tensor, labels: Tensor | None = None) -> None:
        super().__init__(ModelConfig(), ImageShape(1, 28, 28))
        self.pictures, self.labels = pictures, labels

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (Space("z", (1,), can_encode=False, can_decode=True, prior="normal"),)

    @property
    def conditions(self) -> int:
        return 0 if self.labels is None else 10

    def sample(self, n: int, rng: torch.Generator, space: str = "z") -> Tensor:
        return torch.randint(len(self.pictures), (n, 1), generator=rng).float()

    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        if condition is None or self.labels is None:
            return self.pictures[codes[:, 0].long()]
        first = [int(torch.nonzero(self.labels == c)[0]) for c in condition.tolist()]
        return self.pictures[first]


@pytest.fixture(scope="module")
def mnist() -> DataSet:
    return catalogue.load("mnist")


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 1000)
    monkeypatch.setattr(samples, "COMPARED", 1000)


def stack(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255


@pytest.mark.usefixtures("fewer")
def test_real_images_are_good_samples_and_one_class_is_not(mnist: DataSet) -> None:
    ruler = rulers.find(mnist)
    assert ruler is not None
    real = finish(judge_samples(Dealer(stack(mnist.test.images)), mnist, ruler))
    assert mnist.test.labels is not None
    ones = finish(judge_samples(Dealer(stack(mnist.test.images[mnist.test.labels == 1])), mnist, ruler))
    assert real.rfcd < 2
    assert real.class_tv < 0.05
    assert real.coverage > 0.8
    assert real.density == pytest.approx(1, abs=0.2)
    assert real.conditional_accuracy is None
    assert real.n_samples == 1000
    assert ones.rfcd > 50
    assert ones.class_tv > 0.8
    assert ones.coverage < 0.2


@pytest.mark.usefixtures("fewer")
def test_training_images_as_samples_are_seen_to_be_learnt_by_heart(mnist: DataSet) -> None:
    ruler = rulers.find(mnist)
    assert ruler is not None
    small = DataSet("few", "Few", "few", mnist.train.take(slice(1000)), mnist.test, mnist.framing)
    copied = finish(judge_samples(Dealer(stack(small.train.images)), small, ruler))
    fresh = finish(judge_samples(Dealer(stack(mnist.train.images[-5000:])), small, ruler))
    assert copied.nearest_train_over_test < 0.1
    assert fresh.nearest_train_over_test == pytest.approx(1, abs=0.1)


@pytest.mark.usefixtures("fewer")
def test_training_images_sorted_by_class_are_drawn_from_all_classes(mnist: DataSet) -> None:
    ruler, order = rulers.find(mnist), np.argsort(mnist.train.labels[:1500], kind="stable")  # type: ignore[index]
    assert ruler is not None
    sorted_ones, test = mnist.train.take(order), mnist.test.take(slice(200))
    small = DataSet("few", "Few", "few", sorted_ones, test, mnist.framing)
    fresh = finish(judge_samples(Dealer(stack(mnist.train.images[-5000:])), small, ruler))
    assert fresh.nearest_train_over_test == pytest.approx(1, abs=0.15)


def test_too_few_test_images_judge_no_samples(mnist: DataSet) -> None:
    dealer = Dealer(torch.zeros(1, 1, 28, 28))
    assert can_judge(dealer, mnist)
    assert not can_judge(
        dealer, DataSet("few", "Few", "few", mnist.train, mnist.test.take(slice(4)), mnist.framing)
    )


@pytest.mark.usefixtures("fewer")
def test_images_of_the_data_vary_as_the_data_and_paler_ones_less(mnist: DataSet) -> None:
    ruler = rulers.find(mnist)
    assert ruler is not None
    pictures = stack(mnist.test.images[:2000])
    real = finish(judge_samples(Dealer(pictures), mnist, ruler))
    assert real.class_variance == pytest.approx(1, abs=0.1)
    assert real.readable == pytest.approx(0.979, abs=0.02)
    pale = finish(judge_samples(Dealer(pictures / 2), mnist, ruler))
    assert pale.class_variance == pytest.approx(0.25, abs=0.05)
    assert pale.readable < real.readable


@pytest.mark.usefixtures("fewer")
def test_the_class_that_was_asked_for_is_counted(mnist: DataSet) -> None:
    ruler = rulers.find(mnist)
    assert ruler is not None
    assert mnist.test.labels is not None
    dealer = Dealer(stack(mnist.test.images[:200]), torch.from_numpy(mnist.test.labels[:200]))
    found = finish(judge_samples(dealer, mnist, ruler))
    assert found.conditional_accuracy is not None
    assert found.conditional_accuracy > 0.8
    assert found.class_tv is None  # they were dealt as often as the data have them


def test_samples_come_from_the_space_with_a_prior() -> None:
    space = sampled_space(Dealer(torch.zeros(1, 1, 28, 28)))
    assert space is not None
    assert space.name == "z"


def test_an_autoencoder_without_a_prior_is_judged_by_codes_from_a_normal_one(mnist: DataSet) -> None:
    model = models.build("ae", {"network": "dense", "width": 4, "latent_size": 2}, ImageShape(1, 28, 28))
    assert sampled_space(model) is None
    assert judged_space(model) == model.space("z")
    assert can_judge(model, mnist)


def test_coverage_and_density_of_the_same_cloud_and_of_one_far_away() -> None:
    rng = np.random.default_rng(0)
    real, same = rng.standard_normal((2, 1500, 4)).astype(np.float32)
    coverage, density = finish(coverage_and_density(real, same))
    assert coverage == pytest.approx(1 - 2**-5, abs=0.03)  # Naeem et al. 2020, section 3.2: 1 - 1/2^k
    assert density == pytest.approx(1, abs=0.1)
    assert finish(coverage_and_density(real, same + 100)) == (0.0, 0.0)


def test_distances_are_those_of_geometry() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((30, 5)).astype(np.float32), rng.standard_normal((20, 5)).astype(np.float32)
    wanted = ((a[:, None] - b[None]) ** 2).sum(-1)
    np.testing.assert_allclose(squared_distances(a, b), wanted, atol=1e-4)
    np.testing.assert_allclose(finish(nearest_distances(a, b)), np.sqrt(wanted.min(1)), atol=1e-4)


def test_total_variation_of_like_and_unlike_classes() -> None:
    even, one = np.arange(100) % 10, np.zeros(50, np.int64)
    assert total_variation(even, even, 10) == 0
    assert total_variation(even, one, 10) == pytest.approx(0.9)


def test_density_counts_balls_for_each_sample_and_coverage_balls_for_each_image() -> None:
    rng = np.random.default_rng(0)
    real = rng.standard_normal((800, 4)).astype(np.float32)
    few = rng.standard_normal((200, 4)).astype(np.float32)
    apart = np.sqrt(squared_distances(real, real))
    within = np.sqrt(squared_distances(real, few)) < np.sort(apart, axis=1)[:, [5]]
    coverage, density = finish(coverage_and_density(real, few, 5))
    assert coverage == pytest.approx(within.any(axis=1).mean())
    assert density == pytest.approx(within.sum() / (5 * 200))


def test_samples_are_held_against_the_test_images(mnist: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 300)
    monkeypatch.setattr(samples, "COMPARED", 300)
    ruler, train, test = rulers.find(mnist), mnist.train, mnist.test
    assert ruler is not None
    assert train.labels is not None
    assert test.labels is not None
    low = train.take(np.flatnonzero(train.labels < 5)[:300])
    high = test.take(np.flatnonzero(test.labels >= 5))
    found = finish(judge_samples(Dealer(stack(high.images)), replace(mnist, train=low, test=high), ruler))
    assert found.coverage > 0.8
    assert found.class_tv < 0.25


def test_classes_are_asked_for_as_often_as_the_training_images_have_them(mnist: DataSet) -> None:
    ruler = rulers.find(mnist)
    assert ruler is not None
    assert mnist.test.labels is not None
    labels = np.repeat(np.array([0, 3, 9]), (600, 100, 300))
    dealer = Dealer(stack(mnist.test.images[:100]), torch.from_numpy(mnist.test.labels[:100]))
    wanted = finish(samples.draw(dealer, ruler, labels, 400, 0)).wanted
    assert wanted is not None
    shares = np.bincount(wanted, minlength=10) / 400
    np.testing.assert_allclose(shares, np.bincount(labels, minlength=10) / 1000, atol=0.08)
