"""Training as the window sees it: the state of the job, its curves, flags and pictures, and the living map.

Part of the session. numpy only; the job's thread imports torch.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.image_set import DataSet, ImageSet
from explorer.data.sources import embedded
from explorer.metrics.lights import posterior_collapse
from explorer.runs.run import Run
from explorer.session.asking.requests import Blank, Install, LearnerPictures
from explorer.session.learning.families import DescribeFamilies, FamilyForm
from explorer.session.learning.training_job import Ended, Plan, Started, TrainingJob
from explorer.session.maps.requests import Cost
from explorer.session.open_model import OpenModel
from explorer.training.events import Changed, Failed, Finished, Progress, Snapshot, Warned

if TYPE_CHECKING:
    from explorer.session.session import Session

State = Literal["idle", "starting", "running", "paused", "stopping"]

LIVING_ITEMS = 5000
"""Held-out items on a living map; a finished one has them all."""

FIXED_IMAGES = 8
"""Pictures that are watched while a model learns."""

YOUNG = 0.1
"""Share of a training in which a small KL means only that it has just begun."""

CURVE_POINTS = 4000
"""A curve that has more loses every second one: no screen is wider."""

LAMP_READINGS = 300
"""How far back the light for posterior collapse looks: ten seconds."""

REST = 10.0
"""The map is embedded again no sooner than this many times what the last embedding cost."""

FIRST_LESSON = Plan(
    "vae", {"network": "dense", "latent_size": 2, "epochs": 8}, "mnist", name="my-first-vae-2d"
)
"""What *Watch one learn* trains: clusters in seconds, done in under a minute on two cores."""

FIRST_GAME = Plan(
    "gan",
    {"width": 32, "epochs": 3, "learning_rate": 3e-3, "penalty": 0.5},
    "mnist",
    name="my-first-gan",
    fast=True,
)
"""What it trains in the GAN dock: strokes after some dozens of steps, digits after some hundreds."""


class Flag(NamedTuple):
    """Something that happened at a step of the curve."""

    step: int
    text: str


class Training:
    """The one training of a session, and what is shown of it."""

    changed = Signal()
    progressed = Signal()
    """There are new points on the curves, and a new `progress`."""
    flagged = Signal(Flag)
    pictures_changed = Signal()
    families_arrived = Signal()
    snapshot_shown = Signal()
    """The engine has been given newer weights."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._job: TrainingJob | None = None
        self.state: State = "idle"
        self.plan: Plan | None = None
        self.run: Run | None = None
        """What is being trained, or was last."""
        self.settings: dict[str, object] = {}
        """Its knobs as they stand now; those that aren't here stand at their defaults."""
        self.families: tuple[FamilyForm, ...] = ()
        """What can be trained; empty until `ask_families` has been answered."""
        self.fault: str | None = None
        self.pace = 0.0
        """Steps per second in slow motion; 0 is as fast as can be."""
        self.collapsed = False
        """The posterior has become the prior: see `metrics.lights`."""
        self.progress: Progress | None = None
        self.curves: dict[str, list[tuple[int, float]]] = {}
        self.flags: list[Flag] = []
        self.divergence: Flag | None = None
        """When a loss was not finite last, whether that could be mended or not."""
        self.originals: NDArray[np.uint8] | None = None
        self.pictures: dict[str, NDArray[np.uint8]] = {}
        """ "reconstructions" and "samples", (FIXED_IMAGES, H, W, C), of the newest snapshot."""
        self.watched: set[str] = set()
        """What is on screen and worth computing: "map", "pictures"."""
        self._snapshot: Snapshot | None = None
        self._embedding_since: float | None = None
        self._rest_until = 0.0
        session.model_ready.connect(self._on_ready)
        session.take("learner", self._take_pictures)
        session.take("families", self._take_families)

    @property
    def active(self) -> bool:
        return self._job is not None

    # Intents

    def ask_families(self) -> None:
        """Have the families described, once the engine has torch."""
        if not self.families:
            self._session.engine.submit(DescribeFamilies())

    def start(self, plan: Plan) -> None:
        """Begin a training; there is one at a time."""
        if self.active:
            self._session.say("A training is under way; stop it first.", "warning")
            return
        at_hand = (self._session.images.data, self._session.data_choice.data)
        known = next((data for data in at_hand if data and _is_meant(data, plan)), None)
        self.plan, self.run, self.fault, self.progress = plan, None, None, None
        self.curves, self.flags, self.pictures, self.originals = {}, [], {}, None
        self._snapshot, self._embedding_since, self._rest_until = None, None, 0.0
        self.pace, self.divergence = 0.0, None
        self._job = TrainingJob(plan, self._session.library, self._post, known)
        self._set("starting")
        self._job.begin()

    def watch_one_learn(self) -> None:
        """A first training with nothing to fill in."""
        self.start(FIRST_LESSON)

    def watch_a_game(self) -> None:
        """The same for a generator and its critic."""
        self.start(FIRST_GAME)

    def pause(self) -> None:
        if self._job is not None and self.state == "running":
            self._job.pause(True)
            self._set("paused")
            self._embed()

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

    def watch(self, what: str, on: bool) -> None:
        """A view that needs computing has come on screen, or left it."""
        (self.watched.add if on else self.watched.discard)(what)
        self._refresh()

    def close(self, seconds: float = 3.0) -> bool:
        """Stop and wait; tells whether the job has ended."""
        if self._job is None:
            return True
        self._job.stop()
        return self._job.join(seconds)

    # Facts from the job's thread

    def _post(self, event: object) -> None:
        self._session.mailbox.post(partial(self._take_event, event))

    def _take_event(self, event: object) -> None:
        if isinstance(event, Started):
            self._take_started(event)
        elif isinstance(event, Progress):
            self._take_progress(event)
        elif isinstance(event, Snapshot):
            self._snapshot = event
            self._refresh()
        elif isinstance(event, Changed):
            self.settings[event.knob] = event.value
            self._flag(event.step, f"{event.knob} = {event.value:g}")
        elif isinstance(event, (Warned, Failed)):
            self._flag(event.step, event.text)
            self.divergence = self.flags[-1] if event.diverged else self.divergence
            self._session.say(event.text, "warning" if isinstance(event, Warned) else "error")
        elif isinstance(event, Ended):
            self._take_ended(event)
        elif isinstance(event, Exception):
            self._session.say(str(event), "error")
        elif isinstance(event, Finished):
            self._flag(event.step, "finished")

    def _take_started(self, event: Started) -> None:
        session = self._session
        manifest = event.run.manifest
        self.run, session.images.data = event.run, event.data
        self.settings = dict(manifest.settings)
        items = event.data.test.take(slice(0, LIVING_ITEMS))
        self.originals = _fixed(event.data.test)
        image, classes = _shape(manifest.image), len(manifest.data.class_names)
        session.engine.submit(Blank(manifest.family, manifest.settings, image, manifest.seed, classes))
        space = manifest.spaces[0]
        shown = items if space.can_encode else None
        session.show(OpenModel(event.run, space.name, items=shown, living=True))
        session.library_changed()
        self._set("running" if self.state == "starting" else self.state)

    def _take_progress(self, event: Progress) -> None:
        self.progress = event
        for name, value in event.terms.items():
            points = self.curves.setdefault(name, [])
            points.append((event.step, value))
            if len(points) > CURVE_POINTS:
                del points[1::2]
        if event.step > YOUNG * event.steps:
            self._watch_collapse(event.step)
        self.progressed()

    def _watch_collapse(self, step: int) -> None:
        """Light the lamp when the posterior has become the prior; it goes out when the KL has come back."""
        kl = [value for _, value in self.curves.get("kl", ())[-LAMP_READINGS:]]
        collapsed = posterior_collapse(kl)
        if collapsed and not self.collapsed:
            self._flag(step, "posterior collapse")
            self._session.say(
                f"Posterior collapse: KL {kl[-1]:.2f} nats, so the codes say nothing of their images. "
                "Lower beta and the map grows again.",
                "warning",
            )
        self.collapsed = collapsed

    def _take_ended(self, event: Ended) -> None:
        session = self._session
        if self._job is not None:
            self._job.join(1.0)
        self._job, self.fault = None, event.fault
        self._set("idle")
        session.library_changed()
        if event.fault is not None:
            session.say(event.fault, "error")
        if event.run is not None and event.run.manifest.files:
            session.open(event.run.folder)

    def _flag(self, step: int, text: str) -> None:
        self.flags.append(Flag(step, text))
        self.flagged(self.flags[-1])

    def _set(self, state: State) -> None:
        self.state = state
        self.changed()

    # The living map

    def _refresh(self) -> None:
        """Bring the newest snapshot on display, unless the map is still being computed from the last."""
        session, snapshot = self._session, self._snapshot
        if snapshot is None or self._embedding_since is not None or not self.active:
            return
        if session.model is None or not session.model.living:
            return  # another model is on display: the weights don't belong to it
        if session.ready is None:
            return  # the engine has no model to put them into yet
        self._snapshot = None
        session.engine.submit(Install(snapshot.weights, snapshot.step))
        session.update_model(step=snapshot.step)
        self.snapshot_shown()
        if time.monotonic() >= self._rest_until or self.state == "paused":
            self._embed()
        if "pictures" in self.watched and self.originals is not None:
            session.engine.submit(LearnerPictures(self.originals, session.model.space))

    def _on_ready(self) -> None:
        """What came while the engine had no model to put it into."""
        self._refresh()
        if self.state == "paused":
            self._embed()

    def _embed(self) -> None:
        """Have the map of the weights on display computed, where somebody looks at it."""
        model = self._session.model
        shown = model is not None and model.living and self._session.ready is not None
        if shown and "map" in self.watched and self._embedding_since is None:
            self._embedding_since = time.monotonic()
            self._session.images.embed()

    def took_embedding(self, result: object) -> None:
        """The engine has come so far with the map."""
        if isinstance(result, Cost):
            self._embedding_since = None
            self._rest_until = time.monotonic() + REST * result.seconds
            self._refresh()

    def _take_families(self, request: DescribeFamilies, result: tuple[FamilyForm, ...]) -> None:
        self.families = result
        self.families_arrived()

    def _take_pictures(self, request: LearnerPictures, result: tuple[str, NDArray[np.uint8]]) -> None:
        self.pictures = {**self.pictures, result[0]: result[1]}
        self.pictures_changed()


def _is_meant(data: DataSet, plan: Plan) -> bool:
    """Whether a data set that has been read is the one that a plan asks for."""
    if data.origin == embedded.NAME == plan.origin:
        # At their own size nothing is done to the digits, whatever the framing says beside the side.
        sides = [framing.for_size(*embedded.SIZE).side for framing in (data.framing, plan.framing)]
        return data.framing == plan.framing or set(sides) == set(embedded.SIZE)
    return (data.origin, data.framing) == (plan.origin, plan.framing)


def _fixed(test: ImageSet) -> NDArray[np.uint8]:
    """One image of each class, as far as they go round."""
    if test.labels is None:
        return test.images[:FIXED_IMAGES]
    order = np.argsort(test.labels, kind="stable")
    firsts = order[np.unique(test.labels[order], return_index=True)[1]]
    return np.asarray(test.images[np.resize(firsts, FIXED_IMAGES)])


def _shape(image: tuple[int, ...]) -> tuple[int, int, int]:
    channels, height, width = image
    return channels, height, width
