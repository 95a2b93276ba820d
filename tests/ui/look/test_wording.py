"""Figures in words."""

from __future__ import annotations

import pytest

from explorer.ui.look import wording


@pytest.mark.parametrize(
    ("squared", "words"),
    [(0.0, "0"), (0.03441, "0.0344"), (0.0012, "0.0012"), (0.0000312, "0.000031")],
)
def test_a_small_error_is_not_said_to_be_none(squared: float, words: str) -> None:
    assert wording.error_text(squared) == words
