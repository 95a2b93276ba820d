"""Percentiles and medians of measurements."""

from __future__ import annotations

from explorer.bench.figures import at_least, at_most, median, spread_ms


def test_a_spread_is_in_milliseconds() -> None:
    spread = spread_ms([0.001 * n for n in range(101)])
    assert spread == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


def test_repeats_become_their_median_and_counts_the_worst() -> None:
    repeats = [
        {"ms": {"p50": value}, "in_flight_max": count} for value, count in ((1.0, 1), (9.0, 2), (2.0, 1))
    ]
    assert median(repeats) == {"ms": {"p50": 2.0}, "in_flight_max": 2}


def test_a_bar_says_what_was_reached_and_what_was_wanted() -> None:
    assert at_most("late", 5.0, 20.0, " ms").reached
    missed = at_least("speed", 0.9, 1.2, " x")
    assert not missed.reached
    assert "0.9 x" in str(missed)
    assert "1.2 x" in str(missed)
