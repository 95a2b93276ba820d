"""What the window knows of a model on display."""

from __future__ import annotations

import numpy as np

from explorer import paths
from explorer.latent.embedding import Embedding
from explorer.latent.projection import EstimatedProjection
from explorer.runs.run import Run
from explorer.session.open_model import OpenModel


def test_an_item_without_a_place_spoils_no_step_on_the_map() -> None:
    codes = np.array([[0, 0, 0], [2, 4, 0], [np.nan, 0, 0]], np.float32)
    places = np.array([[0, 0], [2, 4], [np.nan, np.nan]], np.float32)
    run = Run.open(paths.trained() / "pca-mnist-2d")
    model = OpenModel(run, embedding=Embedding(codes), projection=EstimatedProjection(codes, places))
    np.testing.assert_allclose(model.places_sd, [1, 2])
