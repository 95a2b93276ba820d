"""What the window knows of a model on display."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import paths
from explorer.latent.embedding import Embedding
from explorer.latent.projection import EstimatedProjection
from explorer.runs.library import Library
from explorer.runs.run import Run
from explorer.session.open_model import OpenModel, opened


def test_an_item_without_a_place_spoils_no_step_on_the_map() -> None:
    codes = np.array([[0, 0, 0], [2, 4, 0], [np.nan, 0, 0]], np.float32)
    places = np.array([[0, 0], [2, 4], [np.nan, np.nan]], np.float32)
    run = Run.open(paths.trained() / "pca-mnist-2d")
    model = OpenModel(run, embedding=Embedding(codes), projection=EstimatedProjection(codes, places))
    np.testing.assert_allclose(model.places_sd, [1, 2])


@pytest.mark.parametrize("name", ["pca-mnist-2d", "pca-mnist-16d"])
def test_principal_components_say_how_much_of_the_pictures_variance_they_explain(name: str) -> None:
    model = opened(Library().find(name))
    assert model.explained is not None
    # Of the training images the first two explain 9.7 and 7.1 %; the held-out ones differ a little.
    np.testing.assert_allclose(100 * model.explained[:2], (9.98, 7.51), atol=0.01)
    assert (np.diff(model.explained) < 0.002).all()
    axes = model.axes
    assert axes is not None
    if name.endswith("2d"):
        assert axes[0].startswith("z₁: ")
        assert axes[0].endswith("% of the variance")
    else:
        assert axes[0].startswith("PC 1: ")


def test_a_curved_space_explains_no_share_of_the_pictures_variance() -> None:
    model = opened(Library().find("vae-mnist-2d"))
    assert model.explained is None
    assert model.axes == ("z₁", "z₂")
