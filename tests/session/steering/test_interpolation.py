"""The strip between two ends, where one of them is missing or both are the same."""

from __future__ import annotations

import numpy as np

from tests.session.conftest import Loop


def test_with_one_end_there_is_no_strip_and_the_other_is_asked_for(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("b", 3)
    assert not strip.complete
    assert strip.rows == {}
    assert session.main.trail is None
    assert "press A" in strip.reason
    before = session.main.look.code
    strip.move_handle(0.5)
    assert session.main.look.code is before
    strip.swap()
    assert "press B" in strip.reason
    strip.clear()
    assert "press A" in strip.reason
    assert "press B" in strip.reason


def test_from_an_image_to_itself_every_picture_is_the_same(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("a", 3)
    strip.set_end("b", 3)
    trained.until(lambda: strip.rows["line"].any(axis=(1, 2, 3)).all())
    trained.until(lambda: strip.rows["circle"].any(axis=(1, 2, 3)).all())
    for row in strip.rows.values():
        assert (row == row[0]).all()
    strip.move_handle(0.5)
    assert session.scene.end_a is not None
    np.testing.assert_allclose(session.main.look.code, session.scene.end_a.code, rtol=1e-6)
    trail = session.main.trail
    assert trail is not None
    assert np.ptp(trail.codes, axis=0).max() < 1e-6
