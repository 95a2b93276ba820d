from __future__ import annotations

import numpy as np

from explorer.metrics.lights import (
    PATIENCE,
    alike,
    critic_too_strong,
    mode_collapse,
    posterior_collapse,
    spread,
)


def test_a_kl_that_stays_below_half_a_nat_is_a_collapse() -> None:
    assert posterior_collapse([0.3] * PATIENCE)
    assert not posterior_collapse([0.6] * PATIENCE)


def test_a_kl_that_falls_below_a_twentieth_of_its_largest_is_a_collapse() -> None:
    assert posterior_collapse([100.0] * 50 + [4.0] * PATIENCE)
    assert not posterior_collapse([100.0] * 50 + [6.0] * PATIENCE)


def test_a_model_that_has_only_just_begun_is_given_time() -> None:
    assert not posterior_collapse([])
    assert not posterior_collapse([0.01] * (PATIENCE - 1))
    assert not posterior_collapse([*np.linspace(0.01, 20, PATIENCE)])


def test_one_low_reading_is_no_collapse() -> None:
    assert not posterior_collapse([20.0] * 100 + [0.1])


def test_samples_that_leave_out_classes_or_images_are_a_mode_collapse() -> None:
    assert mode_collapse(0.11)
    assert not mode_collapse(0.09)
    assert mode_collapse(0.0, coverage=0.4)
    assert not mode_collapse(None)


def test_pictures_are_alike_when_they_differ_a_quarter_as_much_as_the_images() -> None:
    images = np.zeros((100, 8, 8, 1), np.uint8)
    images[::2] = 255
    assert spread(images) == 0.5
    assert spread(images[::2]) == 0
    assert spread(images[:0]) == 0
    assert alike(0.12, 0.5)
    assert not alike(0.13, 0.5)


def test_a_critic_is_too_strong_only_where_the_generator_learns_nothing_any_more() -> None:
    sure, vanished = [6.0] * PATIENCE, [2.0] + [0.01] * PATIENCE
    assert critic_too_strong(sure, vanished)
    assert not critic_too_strong(sure, [2.0] * PATIENCE)
    assert not critic_too_strong([*sure[:-1], 4.0], vanished)
    assert not critic_too_strong(sure[:-1], vanished)
