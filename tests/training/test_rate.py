"""The step size over a training."""

from __future__ import annotations

import math

import pytest

from explorer.training.rate import WARM_SHARE, one_cycle


@pytest.mark.parametrize("steps", [1, 2, 7, 100, 10_000])
def test_it_rises_to_its_peak_and_falls_towards_zero(steps: int) -> None:
    shares = [one_cycle(step, steps) for step in range(steps)]
    peak = shares.index(max(shares))
    assert all(0 < share <= 1 for share in shares)
    assert shares[: peak + 1] == sorted(shares[: peak + 1])
    assert shares[peak:] == sorted(shares[peak:], reverse=True)
    assert max(shares) == pytest.approx(1, abs=1 / (WARM_SHARE * steps + 1))
    assert one_cycle(steps, steps) == pytest.approx(0, abs=1e-12)


def test_the_rise_is_straight_and_the_fall_half_a_cosine() -> None:
    assert [one_cycle(step, 1000) for step in (0, 49, 99)] == pytest.approx([1 / 101, 50 / 101, 100 / 101])
    # Half of the fall is behind it in its middle, and a quarter of it is a quarter of half a turn.
    assert one_cycle(550, 1000) == pytest.approx(0.5)
    assert one_cycle(325, 1000) == pytest.approx(0.5 * (1 + math.sqrt(0.5)))
