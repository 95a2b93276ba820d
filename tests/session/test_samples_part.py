"""Reconstructions and samples of several models, without a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer import paths
from explorer.data.image_set import ImageSet
from explorer.latent.embedding import Embedding
from explorer.runs.run import Run
from explorer.session.learning.plans import Plan
from explorer.session.prior.reconstructions import MOST, fixed_choice
from explorer.session.prior.sample_requests import SHOWN
from explorer.session.prior.samples import PAIR
from tests.session.conftest import Loop

AE, VAE = "ae-mnist-2d", "vae-mnist-2d"


@pytest.fixture
def opened(loop: Loop) -> Loop:
    session = loop.session
    session.open_first()
    loop.until(lambda: session.main.ready is not None and session.main.images.data is not None)
    session.samples.measured = 300
    return loop


def rebuilt(loop: Loop) -> None:
    part = loop.session.samples.reconstructions
    loop.until(lambda: bool(part.rows) and all(row.done for row in part.rows.values()))


def drawn(loop: Loop) -> None:
    samples = loop.session.samples
    loop.until(lambda: bool(samples.wanted) and all(samples.sheet(each).done for each in samples.wanted))


def embedding_of(name: str) -> Embedding:
    found = Run.open(paths.trained() / name).embedding()
    assert found is not None
    return found


@pytest.mark.parametrize("classes", [1, 3, 10, 40])
def test_the_choice_has_as_many_of_each_class(classes: int) -> None:
    labels = np.random.default_rng(0).integers(0, classes, 2000)
    items = ImageSet(np.zeros((2000, 8, 8, 1), np.uint8), labels)
    chosen = fixed_choice(items)
    counts = np.bincount(labels[chosen], minlength=classes)
    assert counts.sum() == SHOWN
    assert counts.max() - counts.min() <= 1
    assert (np.diff(labels[chosen]) >= 0).all(), "class by class"
    some = items.take(np.arange(500))
    if classes <= 10:
        np.testing.assert_array_equal(fixed_choice(some), chosen)


def test_without_labels_the_first_are_chosen() -> None:
    items = ImageSet(np.zeros((30, 8, 8, 1), np.uint8))
    np.testing.assert_array_equal(fixed_choice(items), np.arange(30))


def test_each_open_model_rebuilds_the_same_images_with_the_errors_of_its_embedding(opened: Loop) -> None:
    session, part = opened.session, opened.session.samples.reconstructions
    part.want(True)
    part.add(paths.trained() / "ae-mnist-16d")
    rebuilt(opened)
    assert [run.name for run in part.runs] == [VAE, AE, "ae-mnist-16d"]
    assert session.main.images.data is not None
    chosen = fixed_choice(session.main.images.data.test)
    np.testing.assert_array_equal(part.originals, session.main.images.data.test.images[chosen])
    errors = {}
    for run in part.runs:
        row, kept = part.rows[run.key], embedding_of(run.name)
        assert kept.errors is not None
        np.testing.assert_allclose(row.errors, kept.errors[chosen], rtol=0.02, atol=2e-4)
        errors[run.name] = float(row.errors.mean())
    assert errors["ae-mnist-16d"] < 0.5 * errors[AE], "what latent size buys"


def test_a_model_that_goes_takes_its_pictures_along_and_comes_back_whole(opened: Loop) -> None:
    part, folder = opened.session.samples.reconstructions, paths.trained() / "pca-mnist-2d"
    part.want(True)
    part.add(folder)
    part.remove(folder)
    assert folder not in {key.folder for key in part.rows}
    part.add(folder)
    rebuilt(opened)
    assert part.rows[Run.open(folder).key].pictures.any()
    opened.session.beside.show(None)
    assert [run.name for run in part.runs] == [VAE, "pca-mnist-2d"]
    for name in ("pca-mnist-16d", "ae-mnist-2d", "ae-mnist-16d"):
        part.add(paths.trained() / name)
    assert len(part.runs) == MOST


def test_a_model_of_other_pictures_says_so(trained: Loop) -> None:
    session, part = trained.session, trained.session.samples.reconstructions
    part.want(True)
    part.add(paths.trained() / VAE)
    rebuilt(trained)
    assert session.main.model is not None
    assert not part.rows[session.main.model.run.key].refusal
    assert "another size" in part.rows[Run.open(paths.trained() / VAE).key].refusal


FASHION = "vae-fashion-16d"


@pytest.mark.parametrize(("main", "beside"), [(FASHION, VAE), (VAE, FASHION), (VAE, "diffusion-fashion")])
def test_a_model_of_other_images_of_that_size_is_not_measured_on_these(
    loop: Loop, main: str, beside: str
) -> None:
    session, part = loop.session, loop.session.samples.reconstructions
    session.main.open(main)
    session.beside.open(beside)
    part.want(True)
    rebuilt(loop)
    own, other = (side.model.run.manifest.data for side in session.sides)  # type: ignore[union-attr]
    assert part.data == own, "it is said whose images those are"
    rows = {run.name: part.rows[run.key] for run in part.runs}
    assert rows[main].errors.mean() > 0.001
    assert not rows[main].refusal
    assert own.title in rows[beside].refusal
    assert other.title in rows[beside].refusal
    assert not rows[beside].pictures.any()


def test_a_model_that_takes_the_place_of_one_of_other_images_brings_its_own(loop: Loop) -> None:
    session, part = loop.session, loop.session.samples.reconstructions
    session.main.open(FASHION)
    session.beside.open(VAE)
    part.want(True)
    rebuilt(loop)
    session.main.open(AE)
    loop.until(lambda: part.data is not None and part.data.title == "MNIST")
    rebuilt(loop)
    assert not any(row.refusal for row in part.rows.values())


def test_samples_are_those_of_the_seed_and_fitted_ones_lie_where_the_codes_do(opened: Loop) -> None:
    samples = opened.session.samples
    samples.want(True)
    assert {each.run.name for each in samples.wanted} == {VAE, AE}, "what is open comes first"
    for place, name in enumerate(PAIR):
        samples.choose(place, name)
    assert [(each.run.name, each.source) for each in samples.wanted] == [
        (name, source) for source in ("prior", "fitted") for name in PAIR
    ]
    drawn(opened)
    figures = {}
    for each in samples.wanted:
        sheet = samples.sheet(each)
        assert sheet.pictures is not None
        assert sheet.pictures.shape == (SHOWN, 28, 28, 1)
        assert sheet.figures is not None
        assert sheet.figures.n == 300
        assert 0 <= sheet.figures.readable <= 1
        figures[each.run.name, each.source] = sheet.figures
    ae, vae = PAIR
    assert figures[ae, "fitted"].rfcd < 0.5 * figures[ae, "prior"].rfcd, "it is where one samples"
    assert figures[ae, "fitted"].readable > 1.3 * figures[ae, "prior"].readable
    assert figures[vae, "prior"].rfcd < 0.5 * figures[ae, "prior"].rfcd
    first = {each.key: samples.sheet(each).pictures for each in samples.wanted}
    samples.draw_again()
    assert samples.seed == 1
    assert not samples.sheets, "nothing of the last draw stays"
    drawn(opened)
    for each in samples.wanted:
        assert not np.array_equal(samples.sheet(each).pictures, first[each.key])  # type: ignore[arg-type]


def test_another_model_of_the_pair_leaves_the_other_as_it_is(opened: Loop) -> None:
    samples = opened.session.samples
    samples.want(True)
    for place, name in enumerate(PAIR):
        samples.choose(place, name)
    drawn(opened)
    kept = {each.key: samples.sheet(each) for each in samples.wanted if each.run.name == PAIR[1]}
    samples.choose(0, "pca-mnist-2d")
    assert len(samples.sheets) == 2
    drawn(opened)
    assert {each.run.name for each in samples.wanted} == {"pca-mnist-2d", PAIR[1]}
    for key, sheet in kept.items():
        assert samples.sheets[key] is sheet


def test_where_no_classifier_knows_the_images_pictures_come_without_figures(trained: Loop) -> None:
    session, samples = trained.session, trained.session.samples
    assert session.main.model is not None
    samples.choose(0, session.main.model.run.folder)
    samples.want(True)
    drawn(trained)
    for each in samples.wanted:
        sheet = samples.sheet(each)
        assert sheet.pictures is not None
        assert sheet.figures is None
        assert "evaluate" in sheet.unmeasured


def test_a_model_that_has_learned_on_meanwhile_brings_other_pictures(loop: Loop, plan: Plan) -> None:
    session, samples, part = loop.session, loop.session.samples, loop.session.samples.reconstructions
    training = session.training

    def stopped() -> Run:
        loop.until(lambda: training.progress is not None)
        training.stop()
        loop.until(lambda: not training.active and session.main.ready is not None)
        assert session.main.model is not None
        return session.main.model.run

    def looked_at() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        part.want(True)
        rebuilt(loop)
        part.want(False)
        samples.want(True)
        drawn(loop)
        samples.want(False)
        (row,) = part.rows.values()
        pictures = samples.sheet(samples.wanted[0]).pictures
        assert pictures is not None
        return row.pictures, pictures

    training.start(replace(plan, settings={**plan.settings, "epochs": 100_000}))
    run = stopped()
    samples.choose(0, run.folder)
    before = looked_at()
    training.resume(run)
    stopped()
    now = looked_at()
    for old, new in zip(before, now, strict=True):
        assert (old != new).any()


def test_what_can_not_be_seen_is_not_computed(opened: Loop) -> None:
    session, samples = opened.session, opened.session.samples
    session.open("ae-mnist-2d")
    opened.until(lambda: session.main.ready is not None)
    assert not samples.sheets
    assert not samples.reconstructions.rows
    samples.want(True)
    samples.want(False)
    done: list[bool] = []
    session.shelf.changed.connect(lambda: done.append(True))
    session.shelf.refresh()
    opened.until(lambda: done)
    assert not any(samples.sheet(each).done for each in samples.wanted)
