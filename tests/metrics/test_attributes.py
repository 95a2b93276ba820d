"""Fits and their confessions, on codes of which the truth is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from explorer.data.attributes.attribute import Attribute
from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.latent.embedding import Embedding
from explorer.metrics.attributes import (
    Fitted,
    Moves,
    auc,
    carried,
    directions,
    fitting,
    held_out,
    leakage,
    r_squared,
)

N = 900
Floats = np.ndarray


def last(results: Iterator[float | Fitted]) -> Fitted:
    *shares, fitted = results
    assert shares == sorted(shares)  # type: ignore[type-var]
    assert isinstance(fitted, Fitted)
    return fitted


def bars(codes: Floats) -> np.ndarray:
    """The decoder of a toy: z1 is the height of a bar, z2 its width, z3 nothing."""
    pictures = np.zeros((len(codes), 28, 28, 1), np.uint8)
    for picture, (a, b, _) in zip(pictures, codes, strict=True):
        high, wide = round(np.clip(12 + 2 * a, 2, 24)), round(np.clip(9 + 2 * b, 2, 24))
        top, left = (28 - high) // 2, (28 - wide) // 2
        picture[top : top + high, left : left + wide] = 255
    return pictures


@pytest.fixture
def toy() -> Fitted:
    """Fits to codes in which height and width go together; tall bars are labelled so."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(N, 3)).astype(np.float32)
    codes[:, 1] = 0.6 * codes[:, 0] + 0.8 * codes[:, 1]
    labels = (codes[:, 0] > 0.3).astype(np.int64)
    noise = {"noise": rng.normal(size=N).astype(np.float32)}
    items = ImageSet(bars(codes), labels, ("low", "tall"), noise)
    return last(fitting(Embedding(codes, labels=labels, class_names=items.class_names), items))


def test_what_is_in_the_codes_scores_high_and_noise_is_weak(toy: Fitted) -> None:
    by_name = {one.name: one for one in toy.fits}
    assert set(by_name) >= {"low", "tall", "ink", "width", "height", "noise"}
    assert by_name["tall"].score > 0.98
    assert by_name["tall"].measure == "auc"
    assert by_name["height"].score > 0.9
    assert by_name["height"].measure == "r2"
    assert by_name["noise"].score < 0.05
    assert by_name["noise"].weak
    assert not by_name["height"].weak


def test_leakage_is_what_the_decoded_pictures_show(toy: Fitted) -> None:
    along = directions(toy)
    moves = {one.name: one.changes for one in leakage(toy, along.values(), bars, None) if one}
    assert moves["height"]["width"] == pytest.approx(0.6, abs=0.15)
    assert "height" not in moves["height"]
    assert abs(moves["height"]["noise"]) < 1.0
    held = directions(toy, held={"width"})
    (alone,) = (one for one in leakage(toy, [held["height"]], bars, None) if one)
    assert abs(alone.changes["width"]) < 0.12
    assert alone.changes["tall"] > 0.5
    assert Moves("x", {"a": 0.1, "b": -0.5, "c": 0.2}).strongest(2) == [("b", -0.5), ("c", 0.2)]


def test_an_encoder_reads_the_pictures_again(toy: Fitted) -> None:
    asked = []

    def encode(pictures: np.ndarray) -> Floats:
        asked.append(len(pictures))
        return np.zeros((len(pictures), 3), np.float32)

    (moves,) = (one for one in leakage(toy, [directions(toy)["height"]], bars, encode) if one)
    assert sum(asked) == 2 * len(toy.judged)
    assert moves.changes["tall"] == 0, "the encoder sees no difference"
    assert moves.changes["width"] != 0, "measured on the picture"


def test_the_split_is_the_same_every_time_and_judges_a_third() -> None:
    np.testing.assert_array_equal(held_out(N), held_out(N))
    assert held_out(N).sum() == N // 3


def test_auc_of_known_orders() -> None:
    truth = np.array([False, False, True, True])
    assert auc(np.array([1.0, 2.0, 3.0, 4.0]), truth) == 1.0
    assert auc(np.array([4.0, 3.0, 2.0, 1.0]), truth) == 0.0
    assert auc(np.zeros(4), truth) == 0.5
    assert np.isnan(auc(np.zeros(2), np.array([True, True])))


def test_r_squared_of_known_predictions() -> None:
    truth = np.array([1.0, 2.0, 3.0])
    assert r_squared(truth, truth) == 1
    assert r_squared(np.full(3, 2.0), truth) == 0
    assert r_squared(-truth, truth) < 0


def test_bad_codes_and_unknown_values_are_left_aside() -> None:
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(N, 4)).astype(np.float32)
    size = 2 * codes[:, 0] + 1
    codes[::50] = np.nan
    size[::7] = np.nan
    items = ImageSet(np.zeros((N, 8, 8, 1), np.uint8), attributes={"size": size})
    fitted = last(fitting(Embedding(codes), items))
    assert [one.name for one in fitted.fits] == ["size"]
    assert fitted.fits[0].score > 0.99
    assert np.isfinite(fitted.judged).all()


def test_without_labels_lists_or_glyphs_there_is_nothing() -> None:
    codes = np.random.default_rng(2).normal(size=(N, 4)).astype(np.float32)
    assert last(fitting(Embedding(codes), None)).fits == ()


def test_own_attributes_are_fitted_where_their_groups_are() -> None:
    codes = np.random.default_rng(3).normal(size=(N, 4)).astype(np.float32)
    order = np.argsort(codes[:, 2])
    values = np.full(N, np.nan, np.float32)
    values[order[:60]], values[order[-60:]] = 0, 1
    fitted = last(fitting(Embedding(codes), None, [Attribute("mine", "own", values)]))
    assert fitted.fits[0].attribute.kind == "own"
    assert fitted.fits[0].score == 1
    assert abs(directions(fitted)["mine"].vector[2]) > 0.95


@pytest.mark.parametrize("codes", [np.zeros((30, 4)), np.full((90, 4), np.nan), np.zeros((90, 600))])
def test_codes_that_can_not_be_fitted_are_refused_in_a_sentence(codes: np.ndarray) -> None:
    with pytest.raises(BadInput, match=r"at least 40 images|512"):
        list(fitting(Embedding(codes.astype(np.float32)), None))


def test_collapsed_codes_have_no_direction() -> None:
    labels = np.arange(N) % 2
    fitted = last(
        fitting(Embedding(np.ones((N, 3), np.float32), labels=labels, class_names=("a", "b")), None)
    )
    assert directions(fitted) == {}
    assert all(one.score == 0.5 for one in fitted.fits)


def test_a_fit_is_judged_where_it_was_not_made() -> None:
    rng = np.random.default_rng(4)
    codes = rng.normal(size=(90, 40)).astype(np.float32)
    chance = rng.normal(size=90).astype(np.float32)
    items = ImageSet(np.zeros((90, 8, 8, 1), np.uint8), attributes={"chance": chance})
    (found,) = last(fitting(Embedding(codes), items)).fits
    assert found.score < 0.1, "so many numbers say everything of the items they were fitted to"
    rows = held_out(90)
    said = found.probe.of(codes)
    assert found.score == pytest.approx(r_squared(said[rows], chance[rows]))
    assert r_squared(said[~rows], chance[~rows]) > 0.5


def test_what_another_slider_goes_along_is_in_its_own_standard_deviations(toy: Fitted) -> None:
    along = directions(toy)["height"]
    codes = np.random.default_rng(5).normal(size=(50, 3)).astype(np.float32)
    moved = along.move(codes[0], along.at(codes[0]) + 1)
    changes = carried(toy, along).changes
    for one in toy.fits:
        if one.name == "height":
            assert one.name not in changes
            continue
        sd = toy.spread.sd(one.probe.w)
        change = float(one.probe.of(moved) - one.probe.of(codes[0])) / sd
        assert changes[one.name] == pytest.approx(change, abs=1e-4)


def test_ties_are_won_by_half() -> None:
    truth = np.array([False, False, True, True])
    assert auc(np.array([1.0, 2.0, 2.0, 2.0]), truth) == pytest.approx((1 + 0.5) / 2)
