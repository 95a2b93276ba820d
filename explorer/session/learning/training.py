"""The one training of a session as the window sees it: its state, its course, and the model that learns.

Part of the session. numpy only; a process beside this one trains. The model in training is a third one beside
those of the two sides: it has an engine of its own, and can be shown on a side while it learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from psygnal import Signal

from explorer.data.image_set import DataSet
from explorer.runs.library import Library
from explorer.runs.run import Run
from explorer.session.asking.mailbox import Mailbox
from explorer.session.asking.question import Question
from explorer.session.data_at_hand import DataAtHand
from explorer.session.display import Display
from explorer.session.learning.course import Course, Flag, collapse_text, turned
from explorer.session.learning.families import DescribeFamilies, FamilyForm, setting
from explorer.session.learning.living import LIVING_ITEMS, LivingDisplays, Watched
from explorer.session.learning.pictures import FixedPictures
from explorer.session.learning.plans import FIRST_GAME, FIRST_LESSON, Plan
from explorer.session.learning.showing import Met, Showing
from explorer.session.learning.trainers import Job, Trainers
from explorer.session.learning.training_job import Ended, Started
from explorer.session.message import Say
from explorer.session.open_model import OpenModel
from explorer.session.side import Side
from explorer.training.events import Changed, Failed, Finished, Progress, Snapshot, Warned

State = Literal["idle", "starting", "running", "paused", "stopping"]


class Training:
    """What is being trained, or was last; there is one at a time.

    Parameters
    ----------
    learner
        Where the model that learns is on display, whatever the sides show.
    sides
        Where it can be shown besides.
    """

    changed = Signal()
    progressed = Signal()
    """There are new points on the curves, and a new `progress`."""
    flagged = Signal(Flag)
    wanted = Signal(Plan, Met)
    """This was to begin while another training is under way; what the main side showed then."""
    renamed = Signal(str, str)
    """A run of the library has another name; an empty one where it is deleted."""
    families_arrived = Signal()
    library_changed = Signal()
    """There is another run on disk, or another status."""

    def __init__(
        self,
        learner: Display,
        sides: Sequence[Side],
        library: Library,
        at_hand: DataAtHand,
        mailbox: Mailbox,
        say: Say,
        trainers: Trainers,
    ) -> None:
        self.learner, self._library, self._at_hand = learner, library, at_hand
        self._mailbox, self._say, self._trainers = mailbox, say, trainers
        self._showing = Showing(learner, sides, say)
        self._job: Job | None = None
        self.state: State = "idle"
        self.plan: Plan | None = None
        self.run: Run | None = None
        """What is being trained, or was last."""
        self.deleted = False
        """That run is not in the library any more."""
        self.settings: dict[str, object] = {}
        """Its knobs as they stand now; those that aren't here stand at their defaults."""
        self.families: tuple[FamilyForm, ...] = ()
        """What can be trained; empty until `ask_families` has been answered."""
        self.fault: str | None = None
        self.pace = 0.0
        """Steps per second in slow motion; 0 is as fast as can be."""
        self.progress: Progress | None = None
        self.course = Course()
        self.pictures = FixedPictures(learner)
        self._living = LivingDisplays(
            learner, sides, paused=lambda: self.state == "paused", shown_on=lambda: self.shown_on
        )
        self._families: Question[tuple[FamilyForm, ...]] = Question(sides[0].engine, self._on_families)
        self._showing.put.connect(self._living.bring_up)
        sides[0].model_opened.connect(self._on_opened)

    @property
    def active(self) -> bool:
        return self._job is not None

    @property
    def shown_on(self) -> Side | None:
        """The side that shows the model in training, or the one trained last."""
        return self._showing.shown_on

    @property
    def processes(self) -> list[int]:
        """The numbers of those that train, or are ready to, beside this one."""
        return self._trainers.processes

    # Intents

    def get_ready(self) -> None:
        """Do now what would else hold up the beginning of a training; returns at once."""
        self._trainers.get_ready()

    def ask_families(self) -> None:
        """Have the families described, once the engine has torch."""
        if not self.families:
            self._families.ask(DescribeFamilies())

    def start(self, plan: Plan, data: DataSet | None = None, met: Met | None = None) -> None:
        """Begin a training, with its `data` where at hand; beside another it is `wanted` only. What was `met`
        on the main side when it was asked for is what that shows now, unless it is given."""
        if self.active:
            self.wanted(plan, self._showing.main)
            return
        self.plan, self.run, self.deleted = plan, None, False
        self.fault = self.progress = None
        self._showing.ask(met)
        self.course, self.pace = Course(), 0.0
        self._living.forget()
        self.pictures.begin(None)
        known = data if plan.resume else self._at_hand.find(plan.means)
        self._job = self._trainers.job(plan, self._library, self._post, known)
        self._set("starting")
        self._job.begin()

    def resume(self, run: Run) -> None:
        """Go on with a training that was stopped before its end."""
        self.start(Plan.to_resume(run), self._at_hand.get(run.manifest.data.fingerprint))

    def watch_one_learn(self) -> None:
        """A first training with nothing to fill in."""
        self.start(FIRST_LESSON)

    def watch_a_game(self) -> None:
        """The same for a generator and its critic."""
        self.start(FIRST_GAME)

    def show_on(self, side: Side) -> None:
        """Put the model in training on a side; its map lives there as long as it learns."""
        self._showing.show_on(side)

    def follow(self, folder: Path, run: Run | None) -> None:
        """The run in this folder has another name and place now, or is deleted."""
        self._showing.follow(folder, run)
        if self.run is not None and self.run.folder == folder:
            self.run, self.deleted = run or self.run, run is None
            self.changed()
        self.renamed(folder.name, "" if run is None else run.name)

    def pause(self) -> None:
        if self._job is not None and self.state == "running":
            self._job.pause(True)
            self._set("paused")
            self._living.stand_still()

    def go_on(self) -> None:
        if self._job is not None and self.state == "paused":
            self._job.pause(False)
            self._set("running")

    def step(self, only: str | None = None) -> None:
        """Do one training step, of one parameter group or of all, and stay paused."""
        if self._job is not None and self.state in ("running", "paused"):
            self._job.step(only)
            self._set("paused")

    def slow_down(self, steps_per_s: float) -> None:
        """Train so slowly that each step can be seen; 0 is as fast as can be."""
        if self._job is not None:
            self.pace = steps_per_s
            self._job.slow_down(steps_per_s)
            self.changed()

    def stop(self) -> None:
        """End the training; the run keeps what it has learned and can be resumed."""
        if self._job is not None:
            self._job.stop()
            self._set("stopping")

    def set_knob(self, knob: str, value: object) -> None:
        """Turn a live knob in mid-run."""
        if self._job is not None:
            self._job.change(knob, value)

    def watch(self, what: Watched, on: bool) -> None:
        """A view that needs the learner's own pictures has come on screen, or left it."""
        self._living.watch(what, on)
        self.pictures.watch(self._living.watches("pictures", "library"))

    def close(self, seconds: float = 3.0) -> bool:
        """Stop and wait; tells whether the job has ended."""
        self._trainers.close()
        if self._job is None:
            return True
        self._job.stop()
        return self._job.join(seconds)

    # Facts from the job

    def _post(self, event: object) -> None:
        self._mailbox.post(partial(self._on_event, event))

    def _on_event(self, event: object) -> None:
        match event:
            case Started():
                self._on_started(event)
            case Progress():
                self._on_progress(event)
            case Snapshot():
                self._living.offer(event)
            case Changed():
                self.settings[event.knob] = event.value
                self._flag(event.step, turned(event.knob, event.value))
            case Warned() | Failed():
                flag = self._flag(event.step, event.text)
                self.course.divergence = flag if event.diverged else self.course.divergence
                self._say(event.text, "warning" if isinstance(event, Warned) else "error")
            case Finished():
                self._flag(event.step, "finished")
            case Ended():
                self._on_ended(event)
            case Exception():
                self._say(str(event), "error")

    def _on_started(self, event: Started) -> None:
        manifest, data = event.run.manifest, None if self._job is None else self._job.data
        assert data is not None
        self.run, self.settings, self.course = event.run, dict(manifest.settings), Course(event.past)
        self._at_hand.add(manifest.data.fingerprint, data)
        self.pictures.begin(data.test)
        space = manifest.spaces[0]
        items = data.test.take(slice(0, LIVING_ITEMS)) if space.can_encode else None
        self._showing.begin(OpenModel(event.run, space.name, items=items, living=True))
        self.library_changed()
        self._set("running" if self.state == "starting" else self.state)

    def _on_progress(self, event: Progress) -> None:
        self.progress = event
        self.course.add(event)
        if self.course.watch_collapse(event):
            on = self.course.collapsed
            self._flag(event.step, "posterior collapse" if on else "collapse over")
            family = "" if self.run is None else self.run.manifest.family
            beta = setting("beta", self.settings, family, self.families)
            # What has recovered takes the place of the warning, and goes by itself.
            self._say(collapse_text(self.learner_name, on, beta), "warning" if on else "info")
        self.progressed()

    @property
    def learner_name(self) -> str:
        """The name of what is being trained, or was last; empty before the first training."""
        return "" if self.run is None else self.run.name

    def _on_ended(self, event: Ended) -> None:
        if self._job is not None:
            self._job.join(1.0)
        self._job, self.fault, self.run = None, event.fault, event.run or self.run
        self._trainers.get_ready()
        self._living.forget()
        self._set("idle")
        self.library_changed()
        if event.fault is not None:
            self._say(event.fault, "error")
        if event.run is not None and event.run.manifest.files:
            self._showing.end(event.run)
            self.changed()
        elif self.run is not None:
            self._showing.leave()

    def _on_opened(self) -> None:
        if not self.active:
            self._showing.let_go()

    def _flag(self, step: int, text: str) -> Flag:
        flag = self.course.flag(step, text)
        self.flagged(flag)
        return flag

    def _set(self, state: State) -> None:
        self.state = state
        self.changed()

    def _on_families(self, result: tuple[FamilyForm, ...]) -> None:
        self.families = result
        self.families_arrived()
