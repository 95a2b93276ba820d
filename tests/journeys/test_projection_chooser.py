"""How a map is laid out: chosen in the list above it, kept with the model, told what it is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from explorer.latent.projection import principal_plane
from explorer.session.session import Session
from explorer.ui.widgets.sliders.number_field import NumberField
from explorer.ui.window.main_window import MainWindow
from tests.journeys.test_map import a_void, press


@pytest.fixture
def session(bare_window: MainWindow, qtbot: QtBot) -> Session:
    session = bare_window.session
    assert session is not None
    session.open("vae-mnist-16d")
    qtbot.waitUntil(
        lambda: session.main.ready is not None and session.main.images.data is not None, timeout=30_000
    )
    return session


def choose(window: MainWindow, title: str, name: str = "map") -> None:
    """As a person does: from the list."""
    box = window.findChild(QComboBox, f"{name}.projection")
    assert box is not None
    box.setFocus()
    row = box.findText(title)
    box.setCurrentIndex(row)
    box.activated.emit(row)


@pytest.mark.parametrize("title", ["UMAP", "t-SNE"])
def test_a_kept_projection_is_there_at_once_and_says_what_it_is_worth(
    bare_window: MainWindow, session: Session, qtbot: QtBot, title: str
) -> None:
    before = session.main.model.places
    choose(bare_window, title)
    qtbot.waitUntil(lambda: session.main.projecting.kept is not None, timeout=30_000)
    assert not np.allclose(session.main.model.places, before)
    kept = session.main.projecting.kept
    assert 0.85 < kept <= 1
    figures = bare_window.findChild(QLabel, "map.figures")
    assert f"{100 * kept:.0f} % of neighbours kept" in figures.text()
    assert session.main.model.projection.estimate
    assert session.main.model.projection.axes is None


def test_a_void_of_an_estimate_is_decoded_and_the_cursor_stays_where_it_was_put(
    bare_window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    choose(bare_window, "UMAP")
    qtbot.waitUntil(lambda: session.main.projecting.kind == "umap", timeout=30_000)
    cloud = bare_window.map.cloud
    cloud.frame()
    at = a_void(cloud)
    wanted = cloud.view().to_plane(at.x(), at.y())
    with qtbot.waitSignal(session.main.cursor.picture_changed, timeout=10_000):
        press(cloud, at)
    np.testing.assert_allclose(session.main.cursor.place, wanted, rtol=1e-4)
    session.choices.undo()
    assert session.main.look.place is None


def test_two_projections_of_one_model_stand_side_by_side(
    bare_window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    session.beside.open("vae-mnist-16d")
    qtbot.waitUntil(lambda: session.beside.ready is not None, timeout=30_000)
    choose(bare_window, "UMAP", "beside")
    qtbot.waitUntil(lambda: session.beside.projecting.kind == "umap", timeout=30_000)
    assert session.main.projecting.kind == "pca"
    session.main.select(17)
    assert session.beside.cursor.code is not None
    np.testing.assert_array_equal(session.beside.cursor.code, session.main.look.code)
    np.testing.assert_allclose(session.beside.cursor.place, session.beside.model.places[17], atol=1e-4)


def test_other_axes_are_chosen_in_the_settings(
    bare_window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    choose(bare_window, "Own axes")
    qtbot.waitUntil(lambda: session.main.projecting.kind == "axes", timeout=10_000)
    button = bare_window.findChild(QToolButton, "map.projection.settings")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = bare_window.findChild(QDialog, "projection.settings")
    first = dialog.findChildren(NumberField)[0]
    first.set_number(5)
    ok = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Project")
    with qtbot.waitSignal(session.main.embedding_changed, timeout=10_000):
        QTest.mouseClick(ok, Qt.MouseButton.LeftButton)
    assert session.main.model.projection.axes == ("z₅", "z₂")
    np.testing.assert_array_equal(session.main.model.places[:, 0], session.main.model.embedding.codes[:, 4])


def test_axes_that_the_code_has_not_are_refused(session: Session) -> None:
    said = []
    session.said.connect(said.append)
    settings = type(session.main.projecting.settings["axes"])(first=3, second=17)
    session.main.projecting.set_settings("axes", settings)
    assert "16 numbers" in said[-1].text


def test_what_is_refused_is_not_what_the_list_shows(bare_window: MainWindow, session: Session) -> None:
    session.main.update(living=True)
    choose(bare_window, "UMAP")
    box = bare_window.findChild(QComboBox, "map.projection")
    assert box is not None
    assert box.currentText() == "PCA"


def test_own_axes_stay_while_a_model_learns(bare_window: MainWindow, session: Session, qtbot: QtBot) -> None:
    choose(bare_window, "Own axes")
    qtbot.waitUntil(lambda: session.main.projecting.kept is not None)
    model = session.main.model
    assert model is not None
    assert model.embedding is not None
    session.main.update(
        living=True, embedding=replace(model.embedding), projection=principal_plane(model.embedding)
    )
    session.main.embedding_changed()
    assert session.main.projecting.kind == "axes"
    assert session.main.projecting.kept is None, "it was measured of other codes"
    assert session.main.model is not None
    np.testing.assert_allclose(session.main.model.places, model.embedding.codes[:, :2])
