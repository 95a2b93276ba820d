"""The one scene of a session, the one way to change it, and the one fact that tells of it.

Every part of the session takes this and reads the difference there. Knows no other part; no Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from psygnal import Signal

from explorer.session.scene import Gesture, History, Look, Name, Scene


class Choices:
    """What is chosen now, and the way back."""

    changed = Signal(Scene, Scene)
    """Before, and now: each listener looks for its own difference."""
    chosen = Signal(str, Scene, Scene)
    """A person has chosen: what undo calls it, before, and now. Not so what only follows from a choice."""
    history_changed = Signal()

    def __init__(self) -> None:
        self.scene = Scene()
        self.history = History()
        self._renewals: list[Callable[[Scene], Scene]] = []

    def renew_with(self, renewed: Callable[[Scene], Scene]) -> None:
        """Have each scene that undo brings back renewed: what was chosen may lie elsewhere by now."""
        self._renewals.append(renewed)

    def change(self, title: str, **changes: Any) -> None:
        """Make a choice: another scene, which undo can take back.

        Parameters
        ----------
        title
            What undo calls it.
        """
        self._change(title, None, changes)

    def follow(self, **changes: Any) -> None:
        """Change what follows from a choice or from moving weights; undo does not stop there."""
        before, self.scene = self.scene, replace(self.scene, **changes)
        self.changed(before, self.scene)

    def look(
        self, name: Name, title: str, look: Look, *, gesture: Gesture | None = None, **changes: Any
    ) -> None:
        """Look at another code on a side, by hand: it leads from now on, and no own picture is shown.

        Parameters
        ----------
        gesture
            In which that was asked for, where it may be over.
        """
        usual: dict[str, Any] = {"leads": name, "glyph": None, "handle": None, name: look}
        self._change(title, gesture, usual | changes)

    def start_over(self, scene: Scene) -> None:
        """Another model is on the main side: the choices made in the last one are over."""
        before, self.scene = self.scene, scene
        self.history.clear()
        self._say(before)

    def forget(self, name: Name, look: Look) -> None:
        """Another model is on display under this name: no undo leads back to codes of the last one."""

        def without(scene: Scene) -> Scene:
            return replace(scene.at(name, look), leads="main" if scene.leads == name else scene.leads)

        self.history.revise(without)
        before, self.scene = self.scene, without(self.scene)
        self.changed(before, self.scene)

    def recall(self, name: Name, revised: Callable[[Look], Look]) -> None:
        """Undo leads to other looks of this name: what was looked at lies elsewhere now."""

        def recalled(scene: Scene) -> Scene:
            return replace(scene, **{name: revised(scene.look(name))})  # type: ignore[arg-type]

        self.history.revise(recalled)

    def clear_history(self) -> None:
        """What was chosen so far is where one begins: no undo leads behind it."""
        self.history.clear()
        self.history_changed()

    @property
    def in_hand(self) -> bool:
        """A button is down: what moves under it comes first."""
        return self.history.gesture is not None

    def begin_gesture(self) -> None:
        """A button went down: everything until `end_gesture` is one entry of undo."""
        self.history.begin()

    def end_gesture(self) -> None:
        self.history.end()
        self.history_changed()

    def undo(self) -> None:
        self._restore(self.history.undo(self.scene))

    def redo(self) -> None:
        self._restore(self.history.redo(self.scene))

    def _change(self, title: str, gesture: Gesture | None, changes: dict[str, Any]) -> None:
        before, self.scene = self.scene, replace(self.scene, **changes)
        self.history.note(title, before, gesture)
        self.chosen(title, before, self.scene)
        self._say(before)

    def _restore(self, scene: Scene | None) -> None:
        if scene is not None:
            for renewed in self._renewals:
                scene = renewed(scene)
            before, self.scene = self.scene, scene
            self.chosen("undo", before, scene)
            self._say(before)

    def _say(self, before: Scene) -> None:
        self.changed(before, self.scene)
        self.history_changed()
