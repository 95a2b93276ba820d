from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.metrics.probe import Probe

Codes = NDArray[np.float32]
Labels = NDArray[np.int64]


def clusters(seed: int, n: int = 2000, classes: int = 5) -> tuple[Codes, Labels]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    corners = np.random.default_rng(99).normal(size=(classes, 8)) * 10
    return (corners[labels] + rng.normal(size=(n, 8))).astype(np.float32), labels


def test_separable_codes_are_told_apart() -> None:
    probe = Probe(*clusters(0))
    assert probe.accuracy(*clusters(1)) == 1.0


def test_codes_that_know_nothing_leave_chance() -> None:
    rng = np.random.default_rng(0)
    codes, labels = rng.normal(size=(6000, 8)).astype(np.float32), rng.integers(0, 5, 6000)
    probe = Probe(codes[:3000], labels[:3000])
    assert probe.accuracy(codes[3000:], labels[3000:]) == pytest.approx(0.2, abs=0.04)


def test_scale_and_place_of_the_codes_do_not_matter() -> None:
    codes, labels = clusters(0)
    others, wanted = clusters(1)
    scale = np.logspace(-3, 3, 8, dtype=np.float32)
    probe = Probe(codes * scale + 5 * scale, labels)
    assert probe.accuracy(others * scale + 5 * scale, wanted) == 1.0


def test_a_dead_dimension_says_nothing() -> None:
    codes, labels = clusters(0)
    others, wanted = clusters(1)
    codes[:, 3], others[:, 3] = 0, 1e6
    assert Probe(codes, labels).accuracy(others, wanted) > 0.99


def test_constant_codes_name_the_commonest_class() -> None:
    labels = np.array([0] * 10 + [1] * 30)
    probe = Probe(np.ones((40, 2), np.float32), labels)
    assert probe.predict(np.ones((3, 2), np.float32)).tolist() == [1, 1, 1]


def test_it_is_the_same_every_time() -> None:
    rng = np.random.default_rng(0)
    codes, labels = rng.normal(size=(500, 8)).astype(np.float32), rng.integers(0, 5, 500)
    assert (Probe(codes, labels).predict(codes) == Probe(codes, labels).predict(codes)).all()


def test_a_code_is_named_alike_whichever_others_are_asked_for_with_it() -> None:
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, 600)
    codes = (labels[:, None] * [2.0, -1.0] + rng.normal(size=(600, 2))).astype(np.float32)
    probe = Probe(codes, labels)
    together = probe.predict(codes)
    for label in range(3):
        np.testing.assert_array_equal(probe.predict(codes[labels == label]), together[labels == label])
