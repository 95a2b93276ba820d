"""What the GAN view says of the players. Part of the GAN view; knows the session, no Qt."""

from __future__ import annotations

from explorer.session.prior.adversaries import Adversaries


def standing_still(adversaries: Adversaries) -> str:
    """Which player is grey, and why; empty where the newest step has moved all."""
    still = adversaries.still
    moved = [player.title for player in adversaries.players if player not in still]
    if not still or not moved:
        return ""
    return f"The {still[0].title} stands still: only the {moved[0]} was stepped."
