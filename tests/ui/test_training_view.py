"""The training dock, used with a pointer, on a real session that trains on a few small pictures."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QProgressBar, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.runs.run import Run
from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.training.events import Progress
from explorer.training.trainer import Trainer
from explorer.ui.views.training.controls import duration
from explorer.ui.views.training.curves import IN_HAND_MS, TrainingCurves
from explorer.ui.views.training.learner_pictures import LearnerPictures
from explorer.ui.views.training.training_view import TrainingView
from explorer.ui.widgets.pictures.picture_grid import PictureGrid
from explorer.ui.widgets.plots.loss_plot import LossPlot
from explorer.ui.widgets.sliders.number_field import NumberField

SOON = 60_000


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The first optimiser of a process takes seconds to import; do it where nothing waits for it."""
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    torch.optim.AdamW([weight], fused=True).step()


@pytest.fixture
def view(qtbot: QtBot, session: Session, tiny_data: Path) -> TrainingView:
    """On screen, its families loaded, small pictures chosen."""
    session.data_choice.look(str(tiny_data), Framing())
    qtbot.waitUntil(lambda: session.data_choice.looked is not None, timeout=SOON)
    session.data_choice.choose()
    made = TrainingView(session)
    qtbot.addWidget(made)
    made.resize(1200, 260)
    made.show()
    qtbot.waitUntil(lambda: bool(session.training.families), timeout=SOON)
    return made


@pytest.fixture
def pictures(qtbot: QtBot, session: Session) -> LearnerPictures:
    """On screen, as beside the map."""
    made = LearnerPictures(session)
    qtbot.addWidget(made)
    made.resize(500, 260)
    made.show()
    return made


def button(view: QWidget, name: str) -> QAbstractButton:
    found = view.findChild(QAbstractButton, f"training.{name}")
    assert found is not None
    return found


def click(qtbot: QtBot, view: QWidget, name: str) -> None:
    qtbot.mouseClick(button(view, name), Qt.MouseButton.LeftButton)


def text(view: QWidget, name: str) -> str:
    label = view.findChild(QLabel, f"training.{name}")
    assert label is not None
    return label.text() if label.isVisible() else ""


def fill(qtbot: QtBot, view: QWidget, **numbers: int) -> None:
    for name, number in numbers.items():
        editor = view.findChild(NumberField, f"training.knob.{name}")
        assert editor is not None
        editor.setFocus()
        qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(editor, str(number))


def choose(view: QWidget, name: str, choice: str) -> None:
    combo = view.findChild(QComboBox, f"training.{name}")
    assert combo is not None
    combo.setCurrentText(choice)


def begin_long(qtbot: QtBot, view: TrainingView, session: Session) -> None:
    choose(view, "knob.network", "dense")
    fill(qtbot, view, latent_size=2, epochs=100_000)
    click(qtbot, view, "start")
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=SOON)


def end(qtbot: QtBot, view: TrainingView, session: Session) -> None:
    click(qtbot, view, "stop")
    qtbot.waitUntil(lambda: not session.training.active, timeout=SOON)


def progress(session: Session) -> Progress:
    assert session.training.progress is not None
    return session.training.progress


def test_until_the_families_are_loaded_start_is_grey_and_says_why(qtbot: QtBot, session: Session) -> None:
    view = TrainingView(session)
    qtbot.addWidget(view)
    assert not button(view, "start").isEnabled()
    assert "Warming up" in button(view, "start").toolTip()
    assert button(view, "watch").isEnabled()


def test_a_training_runs_to_its_end_and_leaves_a_model_in_the_library(
    qtbot: QtBot, view: TrainingView, pictures: LearnerPictures, session: Session
) -> None:
    choose(view, "family", "Autoencoder")
    choose(view, "knob.network", "dense")
    fill(qtbot, view, latent_size=2, epochs=3)
    click(qtbot, view, "start")
    assert not button(view, "start").isEnabled()
    qtbot.waitUntil(lambda: not session.training.active, timeout=SOON)
    assert session.training.fault is None
    (entry,) = [entry for entry in session.library.entries() if not entry.shipped]
    assert entry.manifest is not None
    assert (entry.status, entry.manifest.family) == ("finished", "ae")
    assert entry.manifest.settings["latent_size"] == 2
    assert "finished" in text(view, "words")
    assert session.main.model is not None
    assert session.main.model.run.folder == entry.folder
    plot, grid = view.findChild(LossPlot), pictures.findChild(PictureGrid, "training.pairs")
    assert plot is not None
    assert grid is not None
    assert not plot.grab().isNull()


def test_pause_step_go_on_and_stop(qtbot: QtBot, view: TrainingView, session: Session) -> None:
    begin_long(qtbot, view, session)
    click(qtbot, view, "pause")
    assert session.training.state == "paused"
    click(qtbot, view, "step")
    assert session.training.progress is not None
    qtbot.waitUntil(lambda: "paused at step" in text(view, "words"), timeout=SOON)
    click(qtbot, view, "pause")
    assert session.training.state == "running"
    before = session.training.progress.step
    qtbot.waitUntil(lambda: session.training.progress.step > before, timeout=SOON)  # type: ignore[union-attr]
    bar = view.findChild(QProgressBar)
    assert bar is not None
    assert "images/s" in text(view, "words")
    assert "left" in text(view, "words")
    end(qtbot, view, session)
    assert "stopped at step" in text(view, "subject.words")
    assert view.findChild(QPushButton, "training.subject.button").text() == "Go on"
    assert [entry.status for entry in session.library.entries() if not entry.shipped] == ["stopped"]


def test_the_bar_of_a_long_training_does_not_move_like_one_without_an_end(
    qtbot: QtBot, view: TrainingView, session: Session
) -> None:
    """At 0 its stripes would be painted on and on, at the cost of the training."""
    begin_long(qtbot, view, session)
    bar = view.findChild(QProgressBar, "training.progress")
    assert bar is not None
    assert progress(session).step < progress(session).steps / 2000, "not yet a thousandth"
    assert (bar.minimum(), bar.maximum(), bar.value()) == (0, 1000, 10)
    end(qtbot, view, session)


def test_while_something_is_dragged_the_curves_wait(
    qtbot: QtBot, view: TrainingView, session: Session
) -> None:
    begin_long(qtbot, view, session)
    curves = view.findChild(TrainingCurves)
    assert curves is not None
    clock = curves.findChild(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    session.choices.begin_gesture()
    qtbot.waitUntil(lambda: clock.isActive() and clock.interval() >= IN_HAND_MS, timeout=SOON)
    session.choices.end_gesture()
    qtbot.waitUntil(lambda: clock.isActive() and clock.interval() < IN_HAND_MS, timeout=SOON)
    end(qtbot, view, session)


def test_one_step_moves_all_weights(
    qtbot: QtBot, view: TrainingView, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainers: list[Trainer] = []
    usual = Run.trainer

    def kept(run: Run, data: DataSet) -> Trainer:
        trainers.append(usual(run, data))
        return trainers[-1]

    monkeypatch.setattr(Run, "trainer", kept)
    begin_long(qtbot, view, session)
    (trainer,) = trainers
    click(qtbot, view, "pause")
    for _ in range(2):  # what was under way at the pause may come after the first
        before = {name: weight.detach().clone() for name, weight in trainer.model.named_parameters()}
        step = trainer.step
        click(qtbot, view, "step")
        qtbot.waitUntil(lambda step=step: progress(session).step > step, timeout=SOON)  # type: ignore[misc]
    after = dict(trainer.model.named_parameters())
    assert all(not torch.equal(weight, after[name]) for name, weight in before.items())
    assert session.training.course.curves["loss"][-1][0] == progress(session).step
    end(qtbot, view, session)


def test_another_training_of_the_same_plan_begins_without_the_flags_of_the_last(
    qtbot: QtBot, view: TrainingView, session: Session, tiny_data: Path
) -> None:
    view.warm_up()
    plot = view.findChild(LossPlot)
    assert plot is not None
    same = Plan("vae", {"network": "dense", "epochs": 100_000}, str(tiny_data))
    session.training.start(same)
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=SOON)
    session.training.set_knob("beta", 2.0)
    qtbot.waitUntil(lambda: plot.flags == ["beta = 2"], timeout=SOON)
    end(qtbot, view, session)
    session.training.start(same)
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=SOON)
    qtbot.waitUntil(lambda: plot.flags == [], timeout=SOON)
    end(qtbot, view, session)


def test_a_second_training_has_to_wait_its_turn(qtbot: QtBot, view: TrainingView, session: Session) -> None:
    begin_long(qtbot, view, session)
    assert not button(view, "start").isEnabled(), "what it would train is not on screen now"
    assert "under way" in button(view, "start").toolTip()
    click(qtbot, view, "watch")
    assert session.next_training.asks
    assert session.training.plan is not None
    assert session.training.plan.name != "my-first-vae-2d"
    session.next_training.cancel()
    end(qtbot, view, session)
    assert button(view, "watch").isEnabled()
    assert not button(view, "stop").isEnabled()
    assert "Nothing is being trained" in button(view, "stop").toolTip()


def test_a_live_slider_changes_the_training_and_leaves_one_flag(
    qtbot: QtBot, view: TrainingView, session: Session
) -> None:
    begin_long(qtbot, view, session)
    slider = view.findChild(QSlider, "training.live.beta")
    assert slider is not None
    slider.setFocus()
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: bool(session.training.course.flags), timeout=SOON)
    (flag,) = session.training.course.flags
    assert flag.text.startswith("beta = ")
    assert session.training.settings["beta"] == pytest.approx(float(flag.text.split("=")[1]))
    field = view.findChild(NumberField, "training.live.beta.value")
    assert field is not None
    assert field.number == session.training.settings["beta"]
    end(qtbot, view, session)


def test_a_knob_turned_elsewhere_is_followed(qtbot: QtBot, view: TrainingView, session: Session) -> None:
    begin_long(qtbot, view, session)
    session.training.set_knob("learning_rate", 0.01)
    field = view.findChild(NumberField, "training.live.learning_rate.value")
    assert field is not None
    qtbot.waitUntil(lambda: field.number == 0.01, timeout=SOON)
    end(qtbot, view, session)


def test_a_live_value_out_of_range_is_told_in_place_and_not_sent(
    qtbot: QtBot, view: TrainingView, session: Session
) -> None:
    begin_long(qtbot, view, session)
    field = view.findChild(NumberField, "training.live.beta.value")
    assert field is not None
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "900")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert any("between 0 and 100" in label.text() for label in view.findChildren(QLabel))
    assert session.training.course.flags == []
    end(qtbot, view, session)


def test_a_knob_out_of_range_greys_start_with_its_sentence(qtbot: QtBot, view: TrainingView) -> None:
    fill(qtbot, view, latent_size=0)
    assert not button(view, "start").isEnabled()
    assert "between 1 and 4096" in button(view, "start").toolTip()
    fill(qtbot, view, latent_size=3)
    assert button(view, "start").isEnabled()


def test_a_training_that_can_not_begin_says_so_in_place(
    qtbot: QtBot, view: TrainingView, session: Session, tiny_data: Path
) -> None:
    choose(view, "family", "Principal components")
    own = session.library.own
    shutil.rmtree(own, ignore_errors=True)
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("in the way")
    click(qtbot, view, "start")
    qtbot.waitUntil(lambda: not session.training.active, timeout=SOON)
    assert text(view, "fault") == session.training.fault
    assert text(view, "fault").endswith(".")
    assert button(view, "start").isEnabled()


def test_pictures_are_asked_for_only_while_they_are_seen(
    qtbot: QtBot, view: TrainingView, pictures: LearnerPictures, session: Session
) -> None:
    assert session.training.pictures.wanted
    begin_long(qtbot, view, session)
    grid = pictures.findChild(PictureGrid, "training.pairs")
    samples = pictures.findChild(PictureGrid, "training.samples")
    assert grid is not None
    assert samples is not None
    qtbot.waitUntil(lambda: "samples" in session.training.pictures.made, timeout=SOON)
    assert grid.count == 16
    assert samples.count == 8
    pictures.hide()
    assert not session.training.pictures.wanted
    pictures.show()
    assert session.training.pictures.wanted
    end(qtbot, view, session)


def test_what_was_filled_in_comes_along_to_another_family(qtbot: QtBot, view: TrainingView) -> None:
    fill(qtbot, view, epochs=7)
    choose(view, "family", "Autoencoder")
    editor = view.findChild(NumberField, "training.knob.epochs")
    assert editor is not None
    assert editor.number == 7


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (42.4, "0:42"), (725, "12:05"), (12_000, "3 h 20 min")]
)
def test_durations_are_told_in_hours_minutes_and_seconds(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_curves_say_their_units_and_add_up_with_beta_as_it_is_while_it_rises(
    qtbot: QtBot, view: TrainingView, session: Session, tiny_data: Path
) -> None:
    view.warm_up()
    plot, training = view.findChild(LossPlot), session.training
    assert plot is not None
    settings = {"network": "dense", "latent_size": 2, "beta": 4.0, "warm_up": 1_000_000, "epochs": 100_000}
    training.start(Plan("vae", settings, str(tiny_data), name="rising"))
    qtbot.waitUntil(lambda: "loss" in training.course.curves and "KL" in plot.drawn, timeout=SOON)
    training.pause()
    qtbot.waitUntil(lambda: "now 0.0" in text(view, "live.beta.present"), timeout=SOON)
    terms = progress(session).terms
    assert terms["loss"] == pytest.approx(terms["reconstruction"] + terms["beta"] * terms["kl"], rel=1e-4)
    assert 0 < terms["beta"] < 1
    assert plot.y_label == "loss (nats)"
    qtbot.waitUntil(lambda: "reconstruction" in plot.reading, timeout=SOON)
    assert re.search(r"\bbeta 0\.\S+", plot.reading), "read with the others, and drawn on no axis of theirs"
    assert "beta" not in plot.drawn
    end(qtbot, view, session)
    settings = {"network": "dense", "latent_size": 2, "epochs": 100_000}
    training.start(Plan("ae", settings, str(tiny_data), name="squares"))
    qtbot.waitUntil(lambda: plot.y_label == "loss (per image)", timeout=SOON)
    qtbot.waitUntil(lambda: bool(re.search(r"\berror \S+ per pixel\b", plot.reading)), timeout=SOON)
    assert "nats" not in plot.reading
    end(qtbot, view, session)
