"""The picture at the cursor and the words round it, where images are not all at hand, or are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.models import arrays
from explorer.session.learning.plans import Plan
from explorer.session.scene import Condition
from explorer.session.session import Session
from explorer.ui.views.map.map_view import MapView
from explorer.ui.views.picture.picture_view import PictureView
from explorer.ui.views.picture.words import NEAREST
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.pictures.image_view import ImageView
from tests.journeys.reading import painted
from tests.journeys.small_models import SmallModels
from tests.ui.opened import wait

FASHION, KEPT = "vae-fashion-16d", 1000


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> PictureView:
    made = PictureView(session)
    qtbot.addWidget(made)
    made.resize(460, 430)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def clothes(view: PictureView, session: Session, qtbot: QtBot) -> Session:
    """A model whose data set is not on this computer."""
    session.main.open(FASHION)
    wait(qtbot, lambda: session.main.ready is not None and session.main.images.reading is None)
    assert session.main.model is not None
    assert session.main.model.items is not None
    assert len(session.main.model.items) == KEPT
    return session


@pytest.fixture
def photos(tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of colour photos of 64 x 64 with a continuous attribute and no classes."""
    home = SmallModels(tmp_path)
    home.need("vae-photos")
    monkeypatch.setenv("LATENT_EXPLORER_HOME", str(tmp_path))
    return tmp_path / "runs" / "vae-photos"


@pytest.fixture
def asked(view: PictureView, session: Session, qtbot: QtBot, tiny_data: Path) -> Session:
    """A small generator that can be asked for a class, and the pictures of its map."""
    settings = {"width": 4, "latent_size": 8, "batch": 32, "condition": "class", "epochs": 1}
    session.training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    wait(qtbot, lambda: not session.training.active and session.main.ready is not None)
    wait(qtbot, lambda: session.main.model is not None and session.main.model.items is not None)
    return session


def texts(widget: QLabel | MapView) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_a_sample_has_no_original_and_its_picture_is_of_the_class_that_is_named(
    view: PictureView, asked: Session, qtbot: QtBot
) -> None:
    main = asked.main
    assert main.model is not None
    main.select(5)
    assert main.look.condition == Condition(1), "the class that this sample was drawn for"
    wait(qtbot, lambda: main.cursor.pictured is main.look.code)
    gallery = main.model.picture_of(5)
    assert gallery is not None
    assert np.abs(np.int16(view.decoded.picture()) - gallery).max() <= 1  # type: ignore[arg-type]
    assert not view.original.isVisible()
    assert not view.difference.isVisible()
    assert view.decoded.accessibleName() == "drawn for class 1"
    main.ask_for(Condition(0))
    assert view.decoded.accessibleName() == "drawn for class 0"
    network = main.model.run.model()
    code = main.model.embedding.codes[5:6]  # type: ignore[union-attr]
    other = arrays.decode(network, code, "z", np.array([0]))[0]
    wait(qtbot, lambda: np.abs(np.int16(view.decoded.picture()) - other).max() <= 1)  # type: ignore[arg-type]
    asked.choices.undo()
    assert view.decoded.accessibleName() == "drawn for class 1"


def test_a_model_opened_again_asks_for_the_class_of_its_sample(asked: Session, qtbot: QtBot) -> None:
    main = asked.main
    assert main.model is not None
    main.select(5)
    main.open(main.model.run.folder)
    assert main.look.item == 5
    assert main.look.condition == Condition(1)


def test_an_end_is_the_picture_at_the_cursor_also_of_another_class(asked: Session, qtbot: QtBot) -> None:
    main = asked.main
    main.select(5)
    main.ask_for(Condition(0))
    wait(qtbot, lambda: main.cursor.pictured is main.look.code)
    picture = main.cursor.picture
    asked.interpolation.set_end("a")
    assert asked.scene.end_a is not None
    assert asked.scene.end_a.picture is picture


def test_an_item_whose_image_is_not_at_hand_becomes_an_end_by_its_decoded_picture(
    clothes: Session, qtbot: QtBot
) -> None:
    main = clothes.main
    main.select(7)
    clothes.interpolation.set_end("a", 5123)
    wait(qtbot, lambda: clothes.scene.end_a is not None)
    end, model = clothes.scene.end_a, main.model
    assert end is not None
    assert model is not None
    assert model.embedding is not None
    np.testing.assert_array_equal(end.code, model.embedding.codes[5123])
    assert end.title == f"5,123: {model.class_of(5123)}"
    decoded = arrays.decode(model.run.model(), model.embedding.codes[5123:5124])[0]
    assert np.abs(np.int16(end.picture) - decoded).max() <= 1
    assert main.look.item == 7


@pytest.mark.parametrize("item", [7, 5123])
def test_the_card_of_an_item_shows_its_image_or_the_decoded_picture_and_says_so(
    clothes: Session, qtbot: QtBot, item: int
) -> None:
    shown = MapView(clothes, clothes.main, "map")
    qtbot.addWidget(shown)
    shown.resize(500, 500)
    shown.show()
    qtbot.waitExposed(shown)
    shown.cloud.card_wanted.emit(item, shown.mapToGlobal(QPoint(50, 50)))
    assert shown.hand.card.isVisible()
    words, model = texts(shown.hand.card), clothes.main.model  # type: ignore[arg-type]
    assert model is not None
    assert f"{item:,}: {model.class_of(item)}" in words
    assert ("not on this computer" in words) == (item >= KEPT)
    picture = shown.hand.card.findChild(ImageView)
    assert picture is not None
    wait(qtbot, picture.isVisible)
    if item < KEPT:
        np.testing.assert_array_equal(picture.picture(), model.picture_of(item))
        return
    code = model.embedding.codes[item : item + 1]  # type: ignore[union-attr]
    decoded = arrays.decode(model.run.model(), code)[0]
    assert np.abs(np.int16(picture.picture()) - decoded).max() <= 1  # type: ignore[arg-type]
    near = clothes.main.nearest_at_hand(item)
    assert near is not None
    assert near < KEPT


@pytest.fixture
def shown_map(session: Session, qtbot: QtBot) -> MapView:
    """On screen."""
    shown = MapView(session, session.main, "map")
    qtbot.addWidget(shown)
    shown.resize(700, 700)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def press(cloud: PointCloud, item: int) -> None:
    QTest.mouseClick(cloud, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, cloud.pixel_of(item))


def test_images_kept_with_the_model_can_be_pressed_and_are_the_nearest_that_are_found(
    view: PictureView, shown_map: MapView, clothes: Session, qtbot: QtBot
) -> None:
    main, title = clothes.main, view.findChild(QLabel, "picture.nearest.title")
    model, cloud = main.model, shown_map.cloud
    assert model is not None
    assert model.embedding is not None
    assert title is not None
    for item in range(0, KEPT, 50):
        press(cloud, item)
        assert main.look.item is not None
        assert main.look.item < KEPT, "many others lie as near"
        np.testing.assert_array_equal(view.original.picture(), model.picture_of(main.look.item))
    press(cloud, 7)
    kept = np.square(model.embedding.codes[:KEPT] - main.look.code).sum(1).argsort()[:6]
    wait(qtbot, lambda: view._near._items == kept.tolist())
    for item, box in zip(kept, view._near._views, strict=True):
        assert not box.isHidden()
        np.testing.assert_array_equal(box.picture(), model.picture_of(item))
    assert "nearest of the 1,000 images on this computer" in title.text()


def test_of_an_image_that_was_not_kept_it_is_said_that_it_is_not_here(
    view: PictureView, shown_map: MapView, clothes: Session, qtbot: QtBot
) -> None:
    main, said, cloud = clothes.main, view.findChild(QLabel, "picture.other"), shown_map.cloud
    assert main.model is not None
    assert said is not None
    lonely = next(item for item in range(KEPT, 10_000) if cloud.items_at(cloud.pixel_of(item))[0] == item)
    press(cloud, lonely)
    assert main.look.item == lonely
    assert not view.original.isVisible()
    assert view.decoded.accessibleName() == f"decoded {lonely:,}: {main.model.class_of(lonely)}"
    wait(qtbot, lambda: view.decoded.picture() is not None)
    assert said.text() == "The image is not on this computer."
    wait(qtbot, lambda: len(view._near._items) == 6 and not any(box.isHidden() for box in view._near._views))
    assert max(view._near._items) < KEPT
    press(cloud, 7)
    assert "not on this computer" not in said.text()
    clothes.choices.undo()
    assert said.text() == "The image is not on this computer."


def test_a_network_without_a_decoder_goes_to_the_images_that_were_kept(
    view: PictureView, session: Session, qtbot: QtBot
) -> None:
    main = session.main
    main.open("diffusion-fashion")
    wait(qtbot, lambda: main.ready is not None and main.images.reading is None and main.model is not None)
    assert main.model is not None
    for place in main.model.places[KEPT::500].tolist():
        main.go_to_plane(*place)
        assert main.look.item is not None
        assert main.look.item < KEPT
        assert view.original.isVisible()
    main.select(5123)
    assert "The image is not on this computer." in painted(view.decoded)
    main.select(7)
    assert view.original.isVisible()


def test_own_photos_that_are_gone_are_shown_as_far_as_they_were_kept(
    view: PictureView, session: Session, photos: Path, qtbot: QtBot
) -> None:
    shutil.rmtree(photos.parents[1] / "photos")
    main = session.main
    main.open(photos)
    wait(qtbot, lambda: main.ready is not None and main.images.reading is None)
    assert main.images.data is None
    main.select(0)
    wait(qtbot, lambda: len(view._near._items) > 0)
    assert view.original.isVisible()
    assert all(box.picture() is not None for box in view._near._views if not box.isHidden())


def test_with_all_images_at_hand_the_row_is_full(view: PictureView, session: Session, qtbot: QtBot) -> None:
    session.main.open("vae-mnist-2d")
    wait(qtbot, lambda: session.main.ready is not None and session.main.images.data is not None)
    session.main.select(9000)
    wait(qtbot, lambda: all(box.picture() is not None for box in view._near._views))
    title = view.findChild(QLabel, "picture.nearest.title")
    assert title is not None
    assert title.text() == NEAREST.format(space="z")
    assert not any(box.isHidden() for box in view._near._views)


def test_of_features_that_belong_to_no_image_there_is_no_picture(
    view: PictureView, session: Session, qtbot: QtBot
) -> None:
    session.open("diffusion-mnist")
    wait(qtbot, lambda: session.main.ready is not None and session.main.model is not None)
    wait(qtbot, lambda: session.main.model is not None and session.main.model.embedding is not None)
    session.main.select(3)
    wait(qtbot, lambda: session.main.cursor.picture is not None)
    session.main.slide(0, 1.0)
    assert session.main.cursor.item is None
    assert session.main.cursor.picture is None
    assert view.decoded._picture is None


def test_each_picture_says_of_how_many_numbers_it_and_its_code_are(
    view: PictureView, session: Session, photos: Path, qtbot: QtBot
) -> None:
    main, beside = session.main, session.beside
    main.open("vae-mnist-16d")
    wait(qtbot, lambda: main.ready is not None and main.images.data is not None)
    main.go_to(main.model.embedding.mean)  # type: ignore[union-attr]
    assert "784 pixels (ambient), 16 numbers (latent)" in painted(view.decoded)
    main.select(3)
    wait(qtbot, lambda: "784 pixels (ambient)" in painted(view.original))
    assert "from 16 numbers (latent)" in painted(view.decoded)
    beside.open("vae-mnist-2d")
    wait(qtbot, lambda: "784 ambient, 2 latent" in painted(view.beside))
    wait(qtbot, lambda: "784 ambient, 16 latent" in painted(view.decoded))
    main.open(photos)
    wait(qtbot, lambda: "12,288 ambient, 4 latent" in painted(view.decoded))
    assert "784 ambient, 2 latent" in painted(view.beside)
    beside.show(None)
    wait(qtbot, lambda: "12,288 numbers (ambient), 4 numbers (latent)" in painted(view.decoded))
    assert "12,288 numbers (64 × 64 pixels in 3 colours, ambient)" in view.decoded.toolTip()


def test_below_the_nearest_images_stands_the_class_that_most_of_them_are_of(
    view: PictureView, session: Session, photos: Path, qtbot: QtBot
) -> None:
    main, said = session.main, view.findChild(QLabel, "picture.nearest.classes")
    assert said is not None
    main.open(FASHION)
    wait(qtbot, lambda: main.ready is not None and main.images.reading is None)
    model = main.model
    assert model is not None
    assert model.embedding is not None

    def named(item: int) -> list[str | None]:
        near, _ = model.embedding.nearest(model.embedding.codes[item], 6, KEPT)
        return [model.class_of(each) for each in near]

    mixed = next(item for item in range(1000) if sorted(map(named(item).count, set(named(item)))) == [2, 4])
    alike = next(item for item in range(1000) if len(set(named(item))) == 1)
    main.select(mixed)
    most = max(set(named(mixed)), key=named(mixed).count)
    wait(qtbot, lambda: said.text() == f"{named(mixed).count(most)} of 6 are of class {most}")
    main.select(alike)
    wait(qtbot, lambda: said.text() == f"all 6 are of class {model.class_of(alike)}")
    session.choices.undo()
    wait(qtbot, lambda: said.text() == f"{named(mixed).count(most)} of 6 are of class {most}")
    main.open(photos)
    wait(qtbot, lambda: any(box.picture() is not None for box in view._near._views))
    assert said.text() == "", "photos are of no class"
