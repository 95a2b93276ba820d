"""The samples dock, used with a pointer on the shipped models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.prior.draws import Draws
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.views.samples.samples_view import SamplesView
from explorer.ui.widgets.pictures.picture_sheet import PictureSheet
from tests.ui.opened import open_first, wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def empty(session: Session, qtbot: QtBot) -> SamplesView:
    session.samples.measured = 300
    made = SamplesView(session)
    qtbot.addWidget(made)
    made.resize(880, 215)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def view(empty: SamplesView, session: Session, qtbot: QtBot) -> SamplesView:
    open_first(qtbot, session)
    wait(qtbot, lambda: session.shelf.cards is not None)
    return empty


def click(view: QWidget, name: str) -> None:
    button = view.findChild(QAbstractButton, f"samples.{name}")
    assert button is not None
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)


def shown(view: SamplesView) -> list[PictureSheet]:
    return [sheet for sheet in view.sheets if sheet.isVisible()]


def whole(view: SamplesView) -> bool:
    return bool(shown(view)) and not any("…" in sheet.words for sheet in shown(view))


def texts(view: QWidget) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def test_an_empty_view_says_what_to_do(empty: SamplesView) -> None:
    assert "Open a model" in texts(empty)
    assert not shown(empty)


def test_originals_stand_beside_what_the_open_models_make_of_them(view: SamplesView, qtbot: QtBot) -> None:
    wait(qtbot, lambda: whole(view) and len(shown(view)) == 5)
    titles = [sheet.title for sheet in shown(view)][:3]
    assert titles == ["Originals", "vae-mnist-2d", "ae-mnist-2d"]
    assert all(sheet.pictures is not None and len(sheet.pictures) == 100 for sheet in shown(view))
    for sheet in shown(view)[1:3]:
        assert sheet.words.startswith("error 0.0")
        assert "MNIST" in sheet.words
    assert shown(view)[0].words == "100 held-out digits\nof MNIST"


def test_samples_are_the_third_block_and_say_whose_they_are_and_what_they_are_drawn_from(
    view: SamplesView, session: Session, qtbot: QtBot
) -> None:
    wait(qtbot, lambda: whole(view) and len(shown(view)) == 5)
    vae, ae = shown(view)[3:]
    assert (vae.title, vae.words) == ("vae-mnist-2d, samples", "codes drawn\nfrom N(0, I)")
    assert (ae.title, ae.words) == ("ae-mnist-2d, samples", "codes drawn from\na fitted Gaussian")
    for sheet, source in ((vae, "prior"), (ae, "fitted")):
        run = session.library.find(sheet.title.partition(",")[0])
        pictures = Draws(run, source, run.model(), None, 0).next(100)  # type: ignore[arg-type]
        assert np.abs(pictures.astype(int) - sheet.pictures).max() <= 1
    session.open("gan-mnist")
    wait(qtbot, lambda: whole(view) and shown(view)[-2].title == "gan-mnist, samples")
    assert shown(view)[-2].pictures is not None
    assert shown(view)[-2].words == "codes drawn\nfrom N(0, I)"
    assert shown(view)[-1].title == "ae-mnist-2d, samples"


def test_clothes_beside_digits_are_refused_in_words(
    empty: SamplesView, session: Session, qtbot: QtBot
) -> None:
    session.main.open("vae-fashion-16d")
    session.beside.open("vae-mnist-2d")
    wait(qtbot, lambda: whole(empty) and len(shown(empty)) == 5)
    originals, clothes, digits, *samples = shown(empty)
    assert "Fashion-MNIST" in originals.words
    assert clothes.words.endswith("on Fashion-MNIST")
    assert not digits.words
    assert digits.pictures is None
    assert "has never met Fashion-MNIST" in digits.sheet._placeholder
    assert [sheet.title for sheet in samples] == ["vae-fashion-16d, samples", "vae-mnist-2d, samples"]
    assert all(sheet.pictures is not None for sheet in samples), "what a model draws needs no images"


def test_a_model_of_the_library_is_added_and_taken_out_by_the_menu(view: SamplesView, qtbot: QtBot) -> None:
    def choose(name: str) -> None:
        # The menu may keep a loop of its own until it is gone.
        def press() -> None:
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            actions = {action.text(): action for action in menu.actions()}
            assert not actions["vae-mnist-2d"].isEnabled(), "open models stay"
            QTest.mouseClick(menu, LEFT, NOTHING, menu.actionGeometry(actions[name]).center())

        QTimer.singleShot(0, view, press)
        click(view, "models")

    wait(qtbot, lambda: whole(view))
    choose("ae-mnist-16d")
    wait(qtbot, lambda: whole(view) and len(shown(view)) == 7)
    flat, deep = (float(sheet.words.split()[1]) for sheet in shown(view)[2:4])
    assert deep < 0.5 * flat
    choose("ae-mnist-16d")
    wait(qtbot, lambda: len(shown(view)) == 5)


def test_two_models_draw_from_the_prior_and_from_their_codes(view: SamplesView, qtbot: QtBot) -> None:
    click(view, "mode.samples")
    assert [sheet.title for sheet in shown(view)] == [
        "vae-mnist-2d, N(0, I)",
        "ae-mnist-2d, N(0, I)",
        "vae-mnist-2d, fitted",
        "ae-mnist-2d, fitted",
    ]
    wait(qtbot, lambda: any("measuring" in sheet.words for sheet in shown(view)))
    assert all(sheet.pictures is not None for sheet in shown(view)), "pictures come before figures"
    wait(qtbot, lambda: whole(view))
    for sheet in shown(view):
        assert "rFCD" in sheet.words
        assert "TV" in sheet.words
        assert "readable" in sheet.words
        assert "300 draws" in sheet.toolTip()
    assert "where one samples" in texts(view)


def test_a_new_draw_and_another_model(view: SamplesView, session: Session, qtbot: QtBot) -> None:
    click(view, "mode.samples")
    wait(qtbot, lambda: all(sheet.pictures is not None for sheet in shown(view)))
    first = shown(view)[0].pictures
    click(view, "again")
    assert session.samples.seed == 1
    wait(qtbot, lambda: all(sheet.pictures is not None for sheet in shown(view)))
    assert (shown(view)[0].pictures != first).any()
    box = view.findChild(QComboBox, "samples.pair.0")
    assert box is not None
    assert box.currentText() == "vae-mnist-2d", "what is open comes first"
    box.showPopup()
    row = box.findText("pca-mnist-2d")
    listed = box.view()
    QTest.mouseClick(listed.viewport(), LEFT, NOTHING, listed.visualRect(box.model().index(row, 0)).center())
    wait(qtbot, lambda: shown(view)[0].title.startswith("pca-mnist-2d"))
    wait(qtbot, lambda: shown(view)[0].pictures is not None)


def test_a_hidden_view_computes_nothing(view: SamplesView, session: Session, qtbot: QtBot) -> None:
    wait(qtbot, lambda: whole(view))
    view.hide()
    session.open("ae-mnist-16d")
    wait(qtbot, lambda: session.main.ready is not None)
    assert session.main.model is not None
    assert session.main.model.run.key not in session.samples.reconstructions.rows
    assert not session.samples.reconstructions.samples.of(session.main.model.run).done
    view.show()
    wait(qtbot, lambda: whole(view) and shown(view)[1].title == "ae-mnist-16d")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_into_a_low_dock(view: SamplesView, scheme: str, tmp_path: Path, qtbot: QtBot) -> None:
    theme.use(scheme)  # type: ignore[arg-type]
    wait(qtbot, lambda: whole(view) and len(shown(view)) == 5)
    assert view.grab().save(str(tmp_path / f"{scheme}.png"))
    for sheet in shown(view):
        assert min(sheet.sheet.width(), sheet.sheet.height()) >= 120
        assert sheet.geometry().bottom() <= view.height()
