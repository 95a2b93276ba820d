"""The session: what is on display, what a person has chosen, and the parts that act on it.

Plain Python, owned by the GUI thread. Views call intents and subscribe to facts; a fact is a signal named
in the past tense, and its listener reads the state. Workers post their results into the mailbox;
`Mailbox.collect` brings them here. Each part takes the few others that it needs; only this module knows all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from psygnal import Signal, SignalInstance

from explorer.errors import BadInput
from explorer.latent.projector import Projector
from explorer.runs.library import Library
from explorer.session.asking.mailbox import Mailbox
from explorer.session.asking.workers import Workers
from explorer.session.carrying import Carrying
from explorer.session.cautions import Cautions
from explorer.session.choices import Choices
from explorer.session.data_at_hand import DataAtHand
from explorer.session.denoising.denoising import Denoising
from explorer.session.display import Display
from explorer.session.learning.data_choice import DataChoice
from explorer.session.learning.next_training import NextTraining
from explorer.session.learning.trainers import Trainers
from explorer.session.learning.training import Training
from explorer.session.message import Kind, Message
from explorer.session.model_cards import ModelCards
from explorer.session.prior.adversaries import Adversaries
from explorer.session.prior.class_row import ClassRow
from explorer.session.prior.code_search import CodeSearch
from explorer.session.prior.own_directions import OwnDirections
from explorer.session.prior.samples import Samples
from explorer.session.scene import Scene
from explorer.session.shelf import Shelf
from explorer.session.side import Side
from explorer.session.steering.attributes import Attributes
from explorer.session.steering.drawing import Drawing
from explorer.session.steering.interpolation import Interpolation
from explorer.session.steering.sliders import slider_strips

FIRST_RUN, SECOND_RUN = "vae-mnist-2d", "ae-mnist-2d"
"""On the map of the first screen, and beside it."""
FIRST_CLASS = "3"


class Session:
    """Everything that the window shows.

    Parameters
    ----------
    library
        The runs that can be opened.
    wake
        Called from worker threads: asks the GUI thread to call ``mailbox.collect()`` soon.
    begin
        Whether the workers begin at once; otherwise all that is asked waits for ``workers.begin()``.
    trainers
        What trains; None: processes beside this one.

    Attributes
    ----------
    main
        The side that sliders, strip, attributes and drawing steer.
    beside
        The map beside it; empty until a model is opened there.
    training
        The one training; its `learner` is the third model on display.
    """

    library_changed = Signal()
    said = Signal(Message)

    def __init__(
        self,
        library: Library,
        wake: Callable[[], None],
        *,
        begin: bool = True,
        trainers: Trainers | None = None,
    ) -> None:
        self.library = library
        workers = self.workers = Workers(wake, self._say_fault, self._bring_again, begin=begin)
        choices = self.choices = Choices()
        say = self.say
        self.at_hand = DataAtHand(workers.reader)
        self._projector = Projector()
        projector = (workers.projector, self._projector)
        main = self.main = Side("main", workers.main, projector, choices, library, self.at_hand, say)
        beside = self.beside = Side("beside", workers.beside, projector, choices, library, self.at_hand, say)
        learner = Display("learner", workers.learner, choices, self.at_hand)
        self.carrying = Carrying(main, beside, choices)
        self.drawing = Drawing(main, beside, choices, main.say)
        self.interpolation = Interpolation(main, choices)
        self.strips = slider_strips(main, choices)
        self.attributes = Attributes(main, workers.reader, choices, main.say)
        self.training = Training(
            learner, (main, beside), library, self.at_hand, workers.mailbox, say, trainers or Trainers()
        )
        self.next_training = NextTraining(self.training, workers.mailbox)
        self.data_choice = DataChoice(workers.reader, workers.fetcher, self.at_hand)
        self.shelf = Shelf(library, workers.reader, (main, beside), self.training, say, FIRST_RUN)
        self.adversaries = Adversaries(main, beside, self.training, choices, say)
        self.search = CodeSearch(main, workers.reader, self.drawing)
        self.directions = OwnDirections(main, choices)
        self.class_row = ClassRow(main)
        self.denoising = Denoising(main, beside, workers.reader, self.drawing, choices)
        self.samples = Samples((main, beside), library, workers.reader, say)
        self.model_cards = ModelCards(workers.reader, self.at_hand)
        self.cautions = Cautions((main, beside), say)
        for part in (self.training, self.shelf):
            part.library_changed.connect(self.library_changed.emit)
        self.library_changed.connect(self.samples.follow_library)
        self.library_changed.connect(self.model_cards.follow_library)

    @property
    def scene(self) -> Scene:
        """What is chosen now; `choices` changes it."""
        return self.choices.scene

    @property
    def changed(self) -> SignalInstance:
        """The scene before, and now."""
        return self.choices.changed

    @property
    def mailbox(self) -> Mailbox:
        return self.workers.mailbox

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.main, self.beside

    def say(
        self,
        text: str,
        kind: Kind = "info",
        action: tuple[str, Callable[[], None]] | None = None,
        holds: Callable[[], bool] | None = None,
    ) -> None:
        self.said(Message(text, kind, action, holds))

    def _say_fault(self, text: str) -> None:
        """What a thread could not do for the models that are open."""
        self.say(text, "error", holds=self.main.stays())

    def _bring_again(self) -> None:
        """The device that models lay on is of no use any more."""
        for display in (*self.sides, self.training.learner):
            display.bring_again()

    # Opening

    def open_first(self) -> None:
        """The first screen: two maps of handwriting, the cursor of both on a three."""
        self.main.open(FIRST_RUN)
        model = self.main.model
        if model is not None and model.embedding is not None:
            names = model.embedding.class_names
            item = model.middle_of(names.index(FIRST_CLASS)) if FIRST_CLASS in names else 0
            if item is not None:
                self.main.select(item)
                self.choices.clear_history()
        self.beside.open(SECOND_RUN)

    def open(self, name: str | Path) -> None:
        """Open a run on the main side, by its name in the library or its folder."""
        self.shelf.open(name)

    def open_like(self, name: str, beside: str = "") -> None:
        """Open a run of the library if it is there, unless what is on display has the same kind of space.

        With it the one `beside`.
        """
        try:
            wanted = self.library.find(name).manifest.spaces[0]
        except (BadInput, IndexError):
            return
        shown = self.main.model
        if shown is not None and (shown.can_encode, shown.can_decode) == (
            wanted.can_encode,
            wanted.can_decode,
        ):
            return
        if shown is not None and shown.living:
            return  # it is watched
        self.main.open(name)
        if beside:
            self.beside.open(beside)

    def restore_cursor(self, numbers: list[object], item: object = None) -> None:
        """Put the cursor where it was in an earlier session, on its item; what doesn't fit is left."""
        embedding = None if self.main.model is None else self.main.model.embedding
        usable = [n for n in numbers if isinstance(n, (int, float)) and np.isfinite(n)]
        if embedding is not None and len(usable) == len(numbers) == embedding.size:
            code = np.array(usable, np.float32)
            if (
                isinstance(item, int)
                and 0 <= item < len(embedding)
                and np.allclose(embedding.codes[item], code)
            ):
                self.main.select(item)
            else:
                self.main.go_to(code)
            self.choices.clear_history()

    def close(self) -> bool:
        """End every thread; tells whether all have ended."""
        self.next_training.cancel()
        self._projector.close()
        ended = self.training.close(seconds=0.5)
        self.shelf.close()
        return all([self.workers.close(), ended])
