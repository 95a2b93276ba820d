"""A model whose weights hold NaN opens and says so; what can't be computed is hatched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import BadInput
from explorer.models import arrays
from explorer.runs.folder import WEIGHTS
from explorer.runs.manifest import Manifest
from explorer.runs.run import Run
from explorer.weights import pack_tensors, sha256_of
from tests.runs.runs_made import trained as train
from tests.session.conftest import Loop
from tests.shapes import write_npz


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A whole run, which keeps its codes, and a stopped one, whose codes are computed at its opening."""
    folder = tmp_path_factory.mktemp("runs")
    return {"finished": train(folder / "finished").folder, "stopped": train(folder / "stopped", to=5).folder}


Spoil = Callable[[str, str, float], Run]


@pytest.fixture
def spoilt(originals: dict[str, Path], tmp_path: Path) -> Spoil:
    """A run in which all weights of one part hold the same value."""

    def spoil(status: str, part: str, value: float) -> Run:
        folder = Path(shutil.copytree(originals[status], tmp_path / status))
        run = Run.open(folder)
        weights = {
            name: np.full_like(array, value) if name.startswith(part) else array
            for name, array in run.weights().items()
        }
        data = pack_tensors(weights)
        (folder / WEIGHTS).write_bytes(data)
        files = {**run.manifest.files, WEIGHTS: sha256_of(data)}
        origin = str(write_npz(tmp_path / "squares.npz"))
        moved = replace(run.manifest.data, origin=origin)
        replace(run.manifest, files=files, data=moved).write(folder)
        return Run(folder, Manifest.read(folder))

    return spoil


@pytest.mark.parametrize("status", ["finished", "stopped"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["", "decoder"])
def test_it_opens_says_so_and_draws_a_placeholder(
    loop: Loop, spoilt: Spoil, status: str, part: str, value: float
) -> None:
    session, run = loop.session, spoilt(status, part, value)
    said: list[tuple[str, str]] = []
    session.said.connect(lambda message: said.append((message.kind, message.text)))
    with pytest.raises(BadInput, match="holds NaN"):
        run.model()
    session.open(run.folder)
    loop.until(lambda: session.main.ready is not None and session.main.images.data is not None)
    loop.until(lambda: session.main.model is not None and session.main.model.embedding is not None)
    assert session.main.ready is not None
    assert session.main.ready.fault == f"{status}: the model holds NaN; train it again."
    assert said == [("error", session.main.ready.fault)]
    code = np.zeros(2, np.float32)
    session.main.go_to(code)
    loop.until(lambda: session.main.cursor.pictured is session.main.look.code)
    assert session.main.cursor.picture is not None
    assert set(np.unique(session.main.cursor.picture)) == set(arrays.HATCHING)
    assert len(said) == 1


def test_where_only_the_encoder_is_spoilt_the_decoder_still_draws(loop: Loop, spoilt: Spoil) -> None:
    session = loop.session
    session.open(spoilt("finished", "encoder", np.nan).folder)
    loop.until(lambda: session.main.ready is not None)
    session.main.go_to(np.zeros(2, np.float32))
    loop.until(lambda: session.main.cursor.pictured is session.main.look.code)
    assert session.main.cursor.picture is not None
    assert len(np.unique(session.main.cursor.picture)) > 2


def test_the_next_model_is_sound_again(loop: Loop, spoilt: Spoil, originals: dict[str, Path]) -> None:
    session = loop.session
    session.open(spoilt("finished", "", np.nan).folder)
    loop.until(lambda: session.main.ready is not None)
    session.open(originals["finished"])
    loop.until(lambda: session.main.ready is not None)
    assert session.main.ready is not None
    assert session.main.ready.fault is None


def test_beside_another_map_it_is_said_too(loop: Loop, spoilt: Spoil) -> None:
    session = loop.session
    said: list[tuple[str, str]] = []
    session.said.connect(lambda message: said.append((message.kind, message.text)))
    session.beside.open(spoilt("finished", "", np.nan).folder)
    loop.until(lambda: session.beside.ready is not None)
    assert said == [("error", "finished: the model holds NaN; train it again.")]
