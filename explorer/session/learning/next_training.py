"""What is to be trained next, while another training is under way: it is asked for, and may wait.

Part of the session. There is one trainer, so that who wants it while it is busy is asked whether to stop what
is being trained, or to wait until that has ended.
"""

from __future__ import annotations

from dataclasses import replace

from psygnal import Signal

from explorer.session.asking.mailbox import Mailbox
from explorer.session.learning.plans import Plan
from explorer.session.learning.showing import Met
from explorer.session.learning.training import Training


class NextTraining:
    """At most one plan, the newest; it begins as soon as nothing else is being trained."""

    changed = Signal()
    """Another plan waits, none any more, or the question about it is answered."""

    def __init__(self, training: Training, mailbox: Mailbox) -> None:
        self._training, self._mailbox = training, mailbox
        self.plan: Plan | None = None
        self._met = Met(None)
        self.answered = False
        """It is known whether the training at hand is to be stopped or waited for."""
        training.wanted.connect(self._on_wanted)
        training.changed.connect(self._on_training)
        training.renamed.connect(self._on_renamed)

    # What a view reads

    @property
    def asks(self) -> bool:
        """A person is to say whether to stop the training at hand or to wait."""
        return self.plan is not None and not self.answered

    @property
    def waits(self) -> bool:
        """It begins by itself as soon as the training at hand has ended."""
        return self.plan is not None and self.answered

    @property
    def name(self) -> str:
        """Of the model that is to be trained next."""
        return "" if self.plan is None else self.plan.resume or self.plan.name or "The new model"

    @property
    def holder(self) -> str:
        """Name of what is being trained now."""
        plan = self._training.plan
        wish = "" if plan is None else plan.resume or plan.name
        return self._training.learner_name or wish or "Another model"

    @property
    def words(self) -> str:
        """What is asked, or what is waited for."""
        if self.asks:
            return f"{self.holder} is being trained. Stop it and begin, or wait until it has ended?"
        if self._training.state == "stopping":
            return f"{self.holder} is being saved; then {self.name} begins."
        return f"{self.name} begins when {self.holder} has ended."

    # Intents

    def stop_and_begin(self) -> None:
        """End the training at hand, which is saved, and begin."""
        if self.plan is not None:
            self._answer()
            self._training.stop()

    def wait(self) -> None:
        """Begin when the training at hand has ended."""
        if self.plan is not None:
            self._answer()

    def cancel(self) -> None:
        """Train nothing next."""
        if self.plan is not None:
            self.plan, self.answered = None, False
            self.changed()

    # Facts

    def _answer(self) -> None:
        self.answered = True
        self.changed()

    def _on_wanted(self, plan: Plan, met: Met) -> None:
        self.plan, self.answered, self._met = plan, self._training.state == "stopping", met
        self.changed()

    def _on_renamed(self, before: str, now: str) -> None:
        """What is to be gone on with has another name, or is deleted."""
        if self.plan is not None and self.plan.resume == before:
            if now:
                self.plan = replace(self.plan, resume=now)
                self.changed()
            else:
                self.cancel()

    def _on_training(self) -> None:
        if self.plan is not None and not self._training.active:
            # The last training still has to be put on display.
            self._mailbox.post(self._begin)

    def _begin(self) -> None:
        if self._training.active:
            return
        plan, self.plan, self.answered = self.plan, None, False
        if plan is not None:
            self._training.start(plan, met=self._met)
            self.changed()
