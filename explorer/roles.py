"""Words and limits that families of models, runs and the interface share; none need torch to be said.

A low module: standard library only.
"""

from __future__ import annotations

from typing import Literal

Role = Literal["", "makes", "judges"]
"""What the parameters of a group do where several play against each other: make pictures, or judge them."""

REAL, FAKE = "real", "fake"
"""Whose scores a critic's are: of pictures of the data, of pictures that were made."""

VALUE = "V(D, G)"
"""The term of games in which a score is the logarithm of odds."""

GAP = "Wasserstein gap"
"""The term of the game whose critic raises E D(x) - E D(G(z)), its estimate of a distance."""

KL = "kl"
"""The term of a posterior's distance from the prior, nats per image: its collapse shows there."""

HIGHEST_GUIDANCE = 20.0
"""The most that the class may weigh when a picture is made."""

GUIDED = (0.5, 0.8)
"""The t between which a weight above 1 acts: there the class is settled, elsewhere it costs variety
(Kynkäänniemi et al. 2024)."""
