"""How the real program ends while a model learns, in a process of its own: signals, and crashes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer import paths
from explorer.data.sources import catalogue
from explorer.runs.library import Library
from explorer.runs.run import Run
from explorer.training.events import Progress

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")

LEARNING = """
import faulthandler, sys
from explorer.runs import recorder
from explorer.session.learning.plans import Plan
from explorer.ui.window import app

class Opening(app.Opening):
    def _let_go(self):
        super()._let_go()
        knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 100_000, "batch": 32}
        training = self._session.training
        training.progressed.connect(self._on_progress)
        training.start(Plan("vae", knobs, sys.argv[1], name="bars"))

    def _on_progress(self):
        print("learning", flush=True)
        if sys.argv[2] == "crash":
            faulthandler._sigsegv()

if sys.argv[2] == "crash":
    recorder.AUTOSAVE_SECONDS = 0.0
app.Opening = Opening
sys.exit(app.main())
"""

STARTING = """
import json, sys
from PySide6.QtWidgets import QPushButton
from explorer.ui.window import app

class Opening(app.Opening):
    def _let_go(self):
        super()._let_go()
        messages = self._window.messages
        offer = messages.findChild(QPushButton, "messages.action")
        seen = [messages.text, offer.text() if offer.isVisible() else ""] if messages.isVisible() else None
        print(json.dumps(seen), flush=True)
        self._window.close()

app.Opening = Opening
sys.exit(app.main())
"""


@contextmanager
def child(program: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", program, *words]
    pipe = subprocess.PIPE
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment) as started:
        try:
            yield started
        finally:
            started.kill()


def learns(started: subprocess.Popen[str]) -> bool:
    assert started.stdout is not None
    return started.stdout.readline() == "learning\n"


def start() -> list[str] | None:
    """Start the program as it is and close it again; gives what its message bar and its button say."""
    with child(STARTING) as started:
        out, err = started.communicate(timeout=100)
    assert started.returncode == 0, err
    seen: list[str] | None = json.loads(out)
    return seen


def goes_on(run: Run, data: Path) -> None:
    trainer = run.trainer(catalogue.load(str(data)))
    assert trainer.step == run.manifest.step > 0
    trainer.interval = 0.0
    assert isinstance(next(iter(trainer)), Progress)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)], ids=lambda n: n.name
)
def test_a_signal_saves_the_training_and_ends_with_0(number: signal.Signals, tiny_data: Path) -> None:
    with child(LEARNING, str(tiny_data), "learn") as started:
        assert learns(started)
        started.send_signal(number)
        _, err = started.communicate(timeout=60)
    assert started.returncode == 0, err
    assert "Traceback" not in err
    run = Library().find("bars")
    assert run.manifest.status == "stopped"
    goes_on(run, tiny_data)
    assert not list(paths.logs().glob("running-*"))


@pytest.mark.slow
def test_after_a_crash_the_next_start_says_what_was_saved_and_offers_the_log(tiny_data: Path) -> None:
    with child(LEARNING, str(tiny_data), "crash") as started:
        assert learns(started)
        started.communicate(timeout=60)
        assert started.returncode == -signal.SIGSEGV
    (entry,) = (entry for entry in Library().entries() if not entry.shipped)
    assert (entry.name, entry.status, entry.fault) == ("bars", "stopped", None)
    assert entry.manifest is not None
    said = start()
    assert said is not None
    text, offer = said
    assert text.startswith("The last session ended unexpectedly; ")
    assert f"bars was being trained and is saved up to step {entry.manifest.step:,}: Go on" in text
    assert offer == "Show the log"
    assert "Segmentation fault" in (paths.logs() / "crash.log").read_text()
    goes_on(Library().find("bars"), tiny_data)
    assert start() is None
