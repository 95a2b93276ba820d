"""A class is chosen: all that is drawn of the model is drawn of it, and of the last one after undo."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.metrics.attributes import Moves
from explorer.models import arrays
from explorer.session.learning.plans import Plan
from explorer.session.prior.code_grid import SIDE
from explorer.session.scene import Condition
from explorer.session.session import Session
from explorer.session.steering.attribute_requests import SeeMoves
from explorer.session.steering.interpolation import PLACES
from explorer.session.steering.strips import SDS
from tests.session.conftest import Loop

Images = NDArray[np.uint8]


@pytest.fixture
def asked(loop: Loop, tiny_data: Path) -> Loop:
    """A small conditional GAN, open, with everything that is drawn of it wanted."""
    session = loop.session
    settings = {"width": 4, "latent_size": 8, "batch": 32, "condition": "class", "epochs": 1}
    session.adversaries.want_grid(True)
    session.attributes.want(True)
    session.training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    loop.until(lambda: not session.training.active and session.main.ready is not None)
    loop.until(lambda: session.attributes.fitted is not None and len(session.directions.vectors) > 0)
    codes = session.main.model.embedding.codes  # type: ignore[union-attr]
    order = np.argsort(codes[:, 0]).tolist()
    assert session.attributes.make_own("to the right", order[-50:], order[:50])
    loop.until(lambda: bool(session.attributes.directions))
    session.main.select(4)
    for which, item in (("a", 0), ("b", 2)):
        session.interpolation.set_end(which, item)  # type: ignore[arg-type]
    session.strips.want((0, 3))
    session.directions.strips.want((1,))
    session.attributes.strips.want(tuple(session.attributes.directions))
    return loop


def drawn(session: Session) -> list[Images | None]:
    """Everything that stands in the window."""
    attribute = next(iter(session.attributes.directions))
    grid = session.adversaries.grid.pictures
    whole = len(grid) == SIDE * SIDE and all(picture is not None for picture in grid)
    return [
        session.main.cursor.picture,
        session.interpolation.rows.get("line"),
        session.strips.rows.get(3),
        session.directions.strips.rows.get(1),
        session.attributes.strips.rows.get(attribute),
        np.array(grid) if whole else None,
    ]


def expected(session: Session, label: int) -> list[Images]:
    """The same, decoded by hand."""
    model, look = session.main.model, session.main.look
    assert model is not None
    assert model.embedding is not None
    assert look.code is not None
    slid = np.repeat(look.code[None], len(SDS), axis=0)
    slid[:, 3] = model.embedding.mean[3] + SDS * model.embedding.std[3]
    along = session.directions._moved(1, SDS)
    attribute = session.attributes._row(next(iter(session.attributes.directions)))
    assert along is not None
    assert attribute is not None
    grid = [session.adversaries.grid.code_at(place) for place in range(SIDE * SIDE)]
    codes = (look.code[None], session.interpolation.codes("line", PLACES), slid, along, attribute, grid)
    network, pictures = model.run.model(), []
    for some in codes:
        classes = np.full(len(some), label, np.int64)
        pictures.append(arrays.decode(network, np.array(some, np.float32), "z", classes))
    return [pictures[0][0], *pictures[1:]]


def agree(session: Session, label: int) -> bool:
    pairs = zip(drawn(session), expected(session, label), strict=True)
    return all(seen is not None and np.abs(np.int16(seen) - wanted).max() <= 1 for seen, wanted in pairs)


def test_everything_that_is_drawn_follows_the_class_and_undo(complaints: list[str], asked: Loop) -> None:
    session = asked.session
    first = session.main.look.condition
    assert first == Condition(0)
    session.adversaries.grid.ask_for_each(False)
    asked.until(lambda: agree(session, 0))
    session.adversaries.choose_class(1)
    asked.until(lambda: agree(session, 1))
    assert not agree(session, 0), "the classes can be told apart"
    session.choices.undo()
    assert session.main.look.condition == first
    asked.until(lambda: agree(session, 0))
    session.choices.redo()
    asked.until(lambda: agree(session, 1))
    asked.answered(session.main.engine)


def test_a_picture_pressed_on_the_grid_is_drawn_of_the_grids_class(loop: Loop, tiny_data: Path) -> None:
    session = loop.session
    settings = {"width": 4, "latent_size": 8, "batch": 32, "condition": "class", "epochs": 100_000}
    session.adversaries.want_grid(True)
    session.training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    loop.until(lambda: session.training.progress is not None and session.main.ready is not None)
    grid = session.adversaries.grid
    loop.until(lambda: len(grid.pictures) > 0 and all(picture is not None for picture in grid.pictures))
    session.main.ask_for(Condition(1))
    assert session.adversaries.subject.look.condition == Condition(0)
    before = session.scene
    session.adversaries.look_at(3)
    assert session.main.look.condition == Condition(1), "the grid shows both classes in turn"
    session.choices.undo()
    grid.ask_for_each(False)
    session.adversaries.look_at(3)
    assert session.main.look.condition == Condition(0)
    session.choices.undo()
    assert session.main.look.condition == before.main.condition, "code and class are one choice"
    session.main.ask_for(Condition(1))
    session.adversaries.choose_class(0)
    assert session.main.look.condition == Condition(0), "chosen in the dock it holds wherever it is shown"


def test_what_a_direction_moves_is_seen_in_pictures_of_the_class_that_is_asked_for(
    asked: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, classes = asked.session, list[int]()
    asked.until(lambda: bool(session.attributes.moves))
    plain = SeeMoves.answer

    def answer(self: SeeMoves, held: dict[str, object]) -> Generator[Moves | None, None, None]:
        assert self.condition is not None
        classes.append(self.condition.label)
        yield from plain(self, held)

    monkeypatch.setattr(SeeMoves, "answer", answer)
    session.main.ask_for(Condition(1))
    assert not session.attributes.moves, "those were of another class"
    asked.until(lambda: bool(session.attributes.moves))
    assert classes == [1]
