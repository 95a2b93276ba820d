"""What a person must know of a model that has been made ready: its device, and whether it can be relied on.

Part of the session; knows sides only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from explorer.session.message import Say
from explorer.session.side import Side


class Cautions:
    """Says what is wrong with each model, and once what is wrong with the device."""

    def __init__(self, sides: Sequence[Side], say: Say) -> None:
        self._say = say
        self._complained = False
        for side in sides:
            side.model_ready.connect(partial(self._on_ready, side))

    def _on_ready(self, side: Side) -> None:
        ready = side.ready
        if ready is None:
            return
        if ready.complaint is not None and not self._complained:
            self._complained = True
            self._say(ready.complaint, "warning")
        if ready.fault is not None:
            side.say(ready.fault, "error")
