"""The map of a model that learns lies as the one before it did."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from explorer import models
from explorer.latent.projection import LinearProjection, Projection
from explorer.models import ImageShape
from explorer.session.maps.requests import Embed, EmbedSamples, Mapped
from tests.shapes import data_set

DATA = data_set(train=16, test=200)


def embedding(last: Projection | None) -> Generator[object, None, None]:
    model = models.build("ae", {"width": 2, "latent_size": 4}, ImageShape(1, 8, 8)).eval()
    request = Embed(DATA.test.images, DATA.test.labels, DATA.test.class_names, "z", last, living=True)
    return request.answer({"model": model})


def sampling(last: Projection | None) -> Generator[object, None, None]:
    model = models.build("gan", {"width": 2, "latent_size": 4}, ImageShape(1, 8, 8)).eval()
    return EmbedSamples(200, DATA, "z", last, living=True).answer({"model": model})


@pytest.mark.parametrize("map_of", [embedding, sampling])
def test_it_turns_along_with_what_the_map_shows_until_then(map_of) -> None:  # type: ignore[no-untyped-def]
    def mapped(last: Projection | None) -> Mapped:
        return next(result for result in map_of(last) if isinstance(result, Mapped))

    first = mapped(None)
    plane = first.projection
    assert isinstance(plane, LinearProjection)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]], np.float32)
    last = LinearProjection(plane.centre, plane.basis @ turn, None, "sd")
    codes = first.embedding.codes
    np.testing.assert_allclose(mapped(last).projection.to_plane(codes), last.to_plane(codes), atol=1e-3)
    assert np.abs(plane.to_plane(codes) - last.to_plane(codes)).max() > 0.5
