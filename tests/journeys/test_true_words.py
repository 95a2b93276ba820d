"""What stands on the screen is true for what is shown: every text of the window, for models of every family
on digits, clothes, photos with attributes and unlabelled greys, alone, beside each other, and in training."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from explorer import models
from explorer.runs.manifest import Manifest
from explorer.session.learning.plans import Plan
from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.look import wording
from explorer.ui.window.main_window import MainWindow
from tests.families import small
from tests.journeys.reading import Text, is_idle, read
from tests.journeys.small_models import SmallModels

PATIENCE = 60_000
OFFERS = ("Watch one learn", "handwritten digits: under a minute", "handwritten digits: nothing to fill in")
"""A first training is on digits, whatever is open."""
ABOUT_PAGES = ("qt_tabwidget_tabbar", "workspaces", "samples.mode", "training.form", "gan.scores")
"""What pages, modes and the next training are for is said whatever is open."""
LISTS = ("library", "guide")
"""All models, and lessons, which are about models of their own."""

LIVING = "gan-living"
"""A GAN that is learning from greys."""
PAIRS = (
    ("vae-photos", ""),
    ("ae-greys", "vae-fashion-16d"),
    ("vae-fashion-16d", "gan-mnist"),
    ("gan-photos", "vae-mnist-2d"),
    ("diffusion-photos", "vae-photos"),
    ("pca-greys", LIVING),
)
"""Each family and each kind of data; alone and beside, the same data and others, same size and another."""
SHIPPED = (
    *("pca-mnist-2d", "ae-mnist-2d", "vae-mnist-2d", "gan-mnist", "diffusion-mnist"),
    *("vae-fashion-16d", "gan-fashion", "diffusion-fashion"),
)
EVERY = (*SHIPPED, *(f"{family}-{data}" for data in ("photos", "greys") for family in models.FAMILIES))
BESIDE = ("", "ae-mnist-2d", "gan-fashion", "diffusion-photos", "vae-photos", "ae-greys")


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> SmallModels:
    """A home whose library gets a model on photos or on greys when it is first asked for."""
    return SmallModels(tmp_path_factory.mktemp("words"))


@pytest.fixture(autouse=True)
def library(small_models: SmallModels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENT_EXPLORER_HOME", str(small_models.home))


class Seen(NamedTuple):
    """A text, and what it may be about."""

    text: Text
    about: tuple[OpenModel, ...]
    session: Session
    known: frozenset[str]
    """Names of all models."""

    @property
    def words(self) -> str:
        return self.text.words

    def has(self, pattern: str) -> bool:
        return re.search(pattern, self.words) is not None

    @property
    def manifests(self) -> list[Manifest]:
        return [model.run.manifest for model in self.about]


def _about(text: Text, session: Session) -> tuple[OpenModel, ...]:
    """The models that a map, a dock or a view shows; of what is the window's own, all that are open."""
    main = (session.main.model,)
    beside = (session.beside.model,) if session.beside.present else ()
    of_place = {
        "map": main,
        "beside": beside,
        "gan": (session.adversaries.subject.model,),
        **dict.fromkeys(("training", "training.pictures"), (session.training.learner.model,)),
        "picture": beside if "picture.beside" in text.widget else main,
        **dict.fromkeys(("sliders", "strip", "drawing", "attributes", "denoising", "status"), main),
    }
    return tuple(model for model in of_place.get(text.place, (*main, *beside)) if model is not None)


def _denied(seen: Seen) -> bool:
    """It says that something is not there."""
    return seen.has(r"(?i)\b(no|without|not|nothing|can't|cannot|never)\b")


def _digits(seen: Seen) -> bool:
    offered = any(offer in seen.words for offer in OFFERS)
    return (
        offered
        or not seen.has(r"(?i)\bdigits?\b|handwrit")
        or any(manifest.data.origin == "mnist" for manifest in seen.manifests)
    )


def _classes(seen: Seen) -> bool:
    named = any(manifest.data.class_names for manifest in seen.manifests)
    return named or not seen.has(r"(?i)\bclass(es)?\b") or _denied(seen) or not seen.text.enabled


def _colours(seen: Seen) -> bool:
    if not seen.has("colour ="):
        return True
    return all(model.embedding is not None and model.embedding.labels is not None for model in seen.about)


def _both(seen: Seen) -> bool:
    return not seen.has("One image, placed by both") or seen.session.carrying.shares_items


def _encoders(seen: Seen) -> bool:
    has = any(space.can_encode for manifest in seen.manifests for space in manifest.spaces[:1])
    return has or not seen.has(r"(?i)\bencod|reconstruct|\boriginal\b|real image near") or _denied(seen)


def _decoders(seen: Seen) -> bool:
    has = any(space.can_decode for manifest in seen.manifests for space in manifest.spaces[:1])
    return has or not seen.has(r"(?i)\bdecod") or _denied(seen)


def _posteriors(seen: Seen) -> bool:
    has = any(space.has_posterior for manifest in seen.manifests for space in manifest.spaces)
    return has or not seen.has(r"\bKL\b|posterior") or _denied(seen)


def _priors(seen: Seen) -> bool:
    """In the dock of samples codes are drawn from N(0, I) on purpose, and it says so."""
    has = any(space.prior for manifest in seen.manifests for space in manifest.spaces)
    return has or seen.text.place == "samples" or not seen.has(r"N\(0, I\)|\bprior\b") or _denied(seen)


def _players(seen: Seen) -> bool:
    has = any(manifest.group("judges") for manifest in seen.manifests)
    return has or not seen.has(r"\bG\(z|\bD\(x|\bG\b|\bcritic\b|\bgenerator\b") or _denied(seen)


def _pixels(seen: Seen) -> bool:
    known = {f"{m.image[1] * m.image[2]:,}" for m in seen.manifests}
    return all(count in known for count in re.findall(r"([\d,]+) pixels (?:in colour )?→", seen.words))


def _sizes(seen: Seen) -> bool:
    """Numbers of a picture and of its code are those of the model whose picture it is."""
    pictures = {f"{math.prod(m.image):,}" for m in seen.manifests}
    codes = {f"{math.prod(wording.latent_shape(model)):,}" for model in seen.about}
    said = [re.findall(rf"(\d[\d,]*)(?: \w+)? \(?{word}", seen.words) for word in ("ambient", "latent")]
    return set(said[0]) <= pictures and set(said[1]) <= codes


def _errors(seen: Seen) -> bool:
    """An error says what it is an error of; that of the whole image says so too."""
    return not seen.has(r"\berror [\d.]+(?![\d.]| per (?:pixel|image)\b)")


def _names(seen: Seen) -> bool:
    session, words = seen.session, set(re.findall(r"[\w-]+", seen.words))
    shown = {manifest.data.name for manifest in seen.manifests} | {m.run.name for m in seen.about}
    if seen.text.place == "samples":
        chosen = [*session.samples.pair, *session.samples.reconstructions.runs]
        shown |= {run.name for run in chosen if run is not None}
    return words & seen.known <= shown


def _numbers(seen: Seen) -> bool:
    return not seen.has(r"\bNone\b|\bnan\b|\binf\b|\[\]|\{\}|error −?0\.0000(?!\d)|\(\)")


def _plurals(seen: Seen) -> bool:
    many = "numbers|images|pictures|dimensions|classes|codes|pixels|samples|models|steps"
    one = "number|image|picture|dimension|class|code|pixel|model"
    return not seen.has(rf"(?<![\d.,])\b1 ({many})\b|(?<![\d.,])\b([2-9]|\d\d+) ({one})\b(?! of|…)")


def _ink(seen: Seen) -> bool:
    grey = any(manifest.image[0] == 1 for manifest in seen.manifests)
    return grey or not seen.has(r"(?i)\bink\b|\bglyphs?\b|\bpen\b") or _denied(seen)


RULES: tuple[Callable[[Seen], bool], ...] = (
    _digits, _classes, _colours, _both, _encoders, _decoders, _posteriors, _priors, _players, _pixels,
    _sizes, _errors, _names, _numbers, _plurals, _ink,
)  # fmt: skip


def lies(window: MainWindow, known: frozenset[str]) -> Iterator[str]:
    session = window.session
    assert session is not None
    for text in read(window):
        if text.place in LISTS or any(part in text.widget for part in ABOUT_PAGES):
            continue
        seen = Seen(text, _about(text, session), session, known)
        for rule in RULES:
            if not rule(seen):
                where = text.widget.split(" < ")[:4]
                yield f"{rule.__name__[1:]}: {text.words!r} in {' < '.join(where)}"


class Visit:
    """Goes through the window as somebody does who has opened these models."""

    def __init__(self, window: MainWindow, qtbot: QtBot, main: str, beside: str) -> None:
        assert window.session is not None
        self.window, self.session, self._qtbot = window, window.session, qtbot
        self.main, self.beside = main, beside
        self.found: dict[str, None] = {}
        self._known = frozenset(entry.name for entry in self.session.library.entries())
        self.session.samples.measured = 100

    def wait_until_idle(self) -> None:
        window, workers = self.window, self.session.workers
        self._qtbot.waitUntil(lambda: workers.idle and is_idle(window), timeout=PATIENCE)

    def open(self) -> None:
        """What a workspace has opened instead is put back."""
        for side, name in ((self.session.main, self.main), (self.session.beside, self.beside)):
            shown = "" if side.model is None else side.model.run.name
            if shown != name == LIVING:
                self.session.training.show_on(side)
            elif shown != name and name:
                side.open(name)
            elif shown != name:
                side.show(None)
        self.wait_until_idle()

    def look(self, where: str) -> None:
        self.wait_until_idle()
        for lie in lies(self.window, self._known):
            self.found.setdefault(f"{lie}", None)

    def workspace(self, title: str) -> None:
        window, session = self.window, self.session
        window.workspaces.go_to(title)
        self.open()
        self.look(title)
        session.main.select(3)
        session.interpolation.set_end("a", 1)
        session.interpolation.set_end("b", 5)
        session.main.select(4)
        window.map.cloud.card_wanted.emit(4, QPoint(0, 0))
        for dock in window.workspaces.current.docks:
            if dock not in ("guide", "picture", "sliders"):
                window.docks[dock].raise_()
                self.look(f"{title}, {dock}")
        if tabs := window.findChild(QTabWidget, "gan.tabs"):
            for page in range(tabs.count() if tabs.isVisible() else 0):
                tabs.setCurrentIndex(page)
                self.look(f"{title}, page {page}")


def begin(window: MainWindow, qtbot: QtBot, images: Path) -> None:
    """Have a GAN learn for a moment; then it waits, as somebody does who reads."""
    assert window.session is not None
    training, settings = window.session.training, {**small("gan"), "epochs": 100_000}
    training.start(Plan("gan", settings, str(images), name=LIVING))
    adversaries = window.session.adversaries
    qtbot.waitUntil(lambda: bool(adversaries.scores), timeout=PATIENCE)
    training.pause()


def visit(window: MainWindow, qtbot: QtBot, main: str, beside: str) -> list[str]:
    made = Visit(window, qtbot, main, beside)
    made.open()
    for title in window.workspaces.titles():
        made.workspace(title)
    return list(made.found)


def test_views_in_the_middle_are_places_of_their_own(bare_window: MainWindow) -> None:
    places = set()
    for title in bare_window.workspaces.titles():
        bare_window.workspaces.go_to(title)
        places |= {text.place for text in read(bare_window)}
    assert {"gan", "denoising", "map", "sliders"} <= places


@pytest.mark.parametrize(("main", "beside"), PAIRS)
def test_every_text_is_true(
    bare_window: MainWindow, qtbot: QtBot, small_models: SmallModels, main: str, beside: str
) -> None:
    small_models.need(main, beside)
    if beside == LIVING:
        begin(bare_window, qtbot, small_models.images("greys"))
    found = visit(bare_window, qtbot, main, beside)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("main", EVERY)
def test_every_text_is_true_of_every_pair(
    bare_window: MainWindow, qtbot: QtBot, small_models: SmallModels, main: str, beside: str
) -> None:
    small_models.need(main, beside)
    found = visit(bare_window, qtbot, main, beside)
    assert not found, "\n".join(found)
