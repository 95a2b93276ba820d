from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet
from explorer.data.sources.catalogue import load
from explorer.errors import BadInput, Failure
from explorer.metrics import evaluate as module
from explorer.metrics import ruler as rulers
from explorer.metrics import samples
from explorer.metrics.evaluate import evaluate
from explorer.metrics.figures import Figures
from explorer.metrics.frechet import moments, rfcd
from explorer.metrics.pixels import drawn_once, to_pixels
from explorer.metrics.progress import EvaluateProgress
from explorer.metrics.ruler import Ruler
from explorer.models import build
from explorer.models.base import GenerativeModel, ImageShape

KEYS = {
    "n_test", "mse", "n_likelihood", "elbo", "iwae_50", "iwae_500", "kl", "kl_per_dimension", "activity",
    "active_units", "explained", "pca_mse", "pca_angle", "axes_angle", "probe_accuracy",
    "rfcd_reconstruction", "rfcd", "class_tv", "coverage", "density", "nearest_train_over_test",
    "conditional_accuracy", "readable", "class_variance", "n_samples",
}  # fmt: skip


@pytest.fixture(scope="module")
def mnist() -> DataSet:
    return load("mnist")


def some_of(data: DataSet, train: int, test: int, *, labels: bool = True) -> DataSet:
    parts = (data.train.take(slice(train)), data.test.take(slice(test)))
    if not labels:
        parts = (ImageSet(parts[0].images), ImageSet(parts[1].images))
    return DataSet(data.name, data.title, data.origin, *parts, data.framing)


def pca(data: DataSet, size: int) -> GenerativeModel:
    model = build("pca", {"latent_size": size}, ImageShape(1, 28, 28))
    model.fit(torch.from_numpy(data.train.images).permute(0, 3, 1, 2))
    return model


def small_vae(**settings: object) -> GenerativeModel:
    return build("vae", {"network": "dense", "width": 1, "latent_size": 2, **settings}, ImageShape(1, 28, 28))


def active_in(means: np.ndarray) -> int:
    units: int = module._activity(means)["active_units"]
    return units


def judged(model: GenerativeModel, data: DataSet, *, full: bool = False) -> Figures:
    *_, figures = evaluate(model, data, full=full)
    assert isinstance(figures, Figures)
    return figures


def keep_ruler_for(data: DataSet, mnist: DataSet) -> Ruler:
    """The shipped ruler, kept as that of some of its images: training one takes a minute."""
    ruler = rulers.find(mnist)
    assert ruler is not None
    rulers.kept().mkdir(parents=True)
    rulers.save(replace(ruler, data=data.fingerprint()), rulers.kept(), data.fingerprint())
    return ruler


def test_a_model_without_a_likelihood_has_the_figures_that_apply(
    mnist: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "SAMPLES", 1000)
    data = some_of(mnist, 3000, 500)
    keep_ruler_for(data, mnist)
    figures = judged(pca(data, 16), data)
    assert set(figures.as_dict()) == KEYS
    x = data.test.images / 255
    assert figures.mse is not None
    assert 0.02 < figures.mse < np.square(x - x.mean(0)).mean()
    assert figures.probe_accuracy is not None
    assert figures.probe_accuracy > 0.7
    assert figures.n_test == 500
    assert (figures.elbo, figures.iwae_500, figures.kl, figures.kl_per_dimension) == (None,) * 4
    assert figures.n_samples == 1000
    assert figures.rfcd is not None
    assert figures.rfcd > 10  # codes N(0, I) are not where a PCA has its own


def test_active_units_are_those_whose_posterior_mean_moves() -> None:
    # Variances 1, 0.04, 0.0064 and 0: the bound lies at 0.01.
    sides = np.array([[1.0], [-1.0]] * 50)
    means = (sides * [1, 0.2, 0.08, 0] + 7).astype(np.float32)
    assert active_in(means) == 2


def test_a_code_far_from_zero_that_never_moves_is_not_active() -> None:
    assert active_in(np.full((1000, 3), 1e4, np.float32)) == 0


def test_a_pca_tells_how_much_of_the_pictures_variance_each_number_explains(mnist: DataSet) -> None:
    data = some_of(mnist, 3000, 2000, labels=False)
    data = replace(
        data, test=data.train
    )  # of what it was fitted to the shares are known from the eigenvalues
    figures = judged(pca(data, 5), data)
    x = data.train.images.reshape(len(data.train), -1) / 255
    eigenvalues = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    assert figures.explained == pytest.approx(eigenvalues[:5] / eigenvalues.sum(), rel=1e-3)


def test_a_linear_autoencoder_is_held_against_principal_components(mnist: DataSet) -> None:
    data = some_of(mnist, 2000, 300, labels=False)
    model = build("ae", {"network": "linear", "latent_size": 2}, ImageShape(1, 28, 28))
    model.load_state_dict(model.state_dict() | as_linear(pca(data, 2), turned=30))
    figures = judged(model, data)
    # The same plane, spanned by two other axes: 30 degrees apart.
    assert figures.pca_mse == pytest.approx(figures.mse, rel=1e-4)
    assert figures.pca_angle == pytest.approx(0, abs=0.1)
    assert figures.axes_angle == pytest.approx(30, abs=0.01)
    assert figures.explained is None


def test_a_plane_without_training_images_is_held_against_nothing(mnist: DataSet) -> None:
    data = some_of(mnist, 2000, 300, labels=False)
    figures = judged(pca(data, 2), replace(data, train=data.train.take(slice(0))))
    assert figures.mse is not None
    assert figures.pca_mse is None


def as_linear(model: GenerativeModel, turned: float) -> dict[str, torch.Tensor]:
    """Weights of a linear autoencoder on the plane of a PCA, the second axis `turned` from the first."""
    w, mean = model.linear_map, model.get_buffer("mean")
    assert w is not None
    angle = np.radians(turned)
    mix = torch.tensor([[1, np.cos(angle)], [0, np.sin(angle)]], dtype=torch.float32)
    there = torch.linalg.inv(mix) @ w.T
    return {
        "encoder.1.weight": there, "encoder.1.bias": -there @ mean,
        "decoder.0.weight": w @ mix, "decoder.0.bias": mean,
    }  # fmt: skip


def test_a_perfect_reconstruction_has_no_error(mnist: DataSet) -> None:
    data = some_of(mnist, 3000, 200, labels=False)
    assert judged(pca(data, 784), data).mse == pytest.approx(0, abs=1e-6)


def test_a_vae_has_bounds_in_order_and_a_kl_per_dimension(mnist: DataSet) -> None:
    figures = judged(small_vae(), some_of(mnist, 300, 20))
    assert figures.elbo is not None
    assert figures.iwae_500 is not None
    assert figures.iwae_50 is not None
    assert figures.elbo < figures.iwae_50 < figures.iwae_500 < 0
    # An untrained decoder gives every pixel an even chance.
    assert figures.elbo == pytest.approx(-784 * np.log(2), rel=0.1)
    assert figures.kl_per_dimension is not None
    assert len(figures.kl_per_dimension) == 2
    assert min(figures.kl_per_dimension) >= 0
    assert figures.kl == sum(figures.kl_per_dimension)
    assert figures.n_likelihood == 20
    assert isinstance(figures.active_units, int)
    json.dumps(figures.as_dict(), allow_nan=False)


def test_without_full_only_the_first_images_have_their_likelihood_taken(
    mnist: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.LIKELIHOOD_IMAGES == 1000
    monkeypatch.setattr(module, "LIKELIHOOD_IMAGES", 20)
    data = some_of(mnist, 100, 30, labels=False)
    shorter, longer = judged(small_vae(), data), judged(small_vae(), data, full=True)
    first = judged(small_vae(), some_of(mnist, 100, 20, labels=False))
    assert shorter.n_test == longer.n_test == 30
    assert shorter.elbo == first.elbo != longer.elbo
    assert shorter.kl_per_dimension == longer.kl_per_dimension != first.kl_per_dimension


def test_without_labels_there_is_no_probe_and_no_ruler(mnist: DataSet) -> None:
    data = some_of(mnist, 300, 50, labels=False)
    figures = judged(pca(data, 2), data)
    assert figures.probe_accuracy is None
    assert figures.rfcd_reconstruction is None
    assert figures.mse is not None


def test_too_few_images_have_no_frechet_distance(mnist: DataSet) -> None:
    data = some_of(mnist, 300, 50)
    assert judged(pca(data, 2), data).rfcd_reconstruction is None


def test_enough_reconstructions_have_a_frechet_distance(
    mnist: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEWEST", 1000)
    monkeypatch.setattr(module, "MOST_PROBED", 1000)
    data = replace(mnist, test=mnist.test.take(slice(1000)))
    ruler = keep_ruler_for(data, mnist)
    monkeypatch.setattr(samples, "SAMPLES", 1000)
    perfect = judged(pca(some_of(mnist, 2000, 10), 784), data).rfcd_reconstruction
    # What remains is the difference between the training and the test images.
    own = rfcd(ruler.real, moments(ruler.features(to_pixels(data.test.images)).numpy()))
    assert perfect == pytest.approx(own, rel=1e-3)


def test_progress_grows_to_the_end(mnist: DataSet) -> None:
    *events, _ = evaluate(small_vae(), some_of(mnist, 300, 20))
    assert all(isinstance(event, EvaluateProgress) for event in events)
    fractions = [event.fraction for event in events if isinstance(event, EvaluateProgress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert all(event.eta_s >= 0 for event in events if isinstance(event, EvaluateProgress))


def test_a_colour_model_is_judged_on_colour_pictures() -> None:
    rng = np.random.default_rng(0)
    part = ImageSet(rng.integers(0, 256, (40, 16, 16, 3)).astype(np.uint8))
    data = DataSet("noise", "Noise", "noise", part, part, Framing(side=16))
    settings = {"width": 4, "latent_size": 3, "likelihood": "gaussian"}
    figures = judged(build("vae", settings, ImageShape(3, 16, 16)), data)
    assert figures.elbo is not None
    assert figures.mse == pytest.approx(1 / 12, rel=0.1)


def test_other_pictures_than_the_model_s_are_refused(mnist: DataSet) -> None:
    model = build("pca", {"latent_size": 2}, ImageShape(3, 16, 16))
    with pytest.raises(BadInput, match="28 x 28"):
        judged(model, some_of(mnist, 100, 10))


def test_no_test_images_are_refused(mnist: DataSet) -> None:
    with pytest.raises(BadInput, match="no test images"):
        judged(small_vae(), some_of(mnist, 100, 0))


def test_a_model_that_gives_no_finite_numbers_is_a_failure(mnist: DataSet) -> None:
    model = small_vae()
    with torch.no_grad():
        next(iter(model.parameters())).fill_(float("nan"))
    with pytest.raises(Failure, match="finite"):
        judged(model, some_of(mnist, 100, 10))


def test_the_probe_learns_from_the_training_images_alone(mnist: DataSet) -> None:
    data = some_of(mnist, 900, 300)
    honest = judged(pca(data, 16), data).probe_accuracy
    assert data.train.labels is not None
    mixed = np.random.default_rng(0).permutation(data.train.labels)
    lied_to = replace(data, train=replace(data.train, labels=mixed))
    misled = judged(pca(data, 16), lied_to).probe_accuracy
    assert honest is not None
    assert misled is not None
    assert honest > 0.7
    assert misled < 0.3


def test_the_posterior_is_measured_on_the_pixels_that_the_likelihood_is_taken_of(mnist: DataSet) -> None:
    data, model = some_of(mnist, 100, 40, labels=False), small_vae()
    figures = judged(model, data)
    with torch.inference_mode():
        posterior = model.posterior(drawn_once(data.test.images))
    np.testing.assert_allclose(figures.kl_per_dimension, posterior.kl.mean(0), rtol=1e-4)
    assert figures.active_units == active_in(posterior.mean.numpy())
    assert figures.activity == pytest.approx(posterior.mean.numpy().var(0), rel=1e-4)


def test_reconstructions_are_judged_by_what_is_decoded(
    mnist: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEWEST", 300)
    monkeypatch.setattr(module, "can_judge", lambda model, data: False)
    data = some_of(mnist, 500, 300)
    ruler, model = keep_ruler_for(data, mnist), pca(data, 4)
    figures = judged(model, data)
    x = to_pixels(data.test.images)
    decoded = model.decode(model.encode(x))
    wanted = rfcd(ruler.real, moments(ruler.features(decoded).numpy()))
    assert figures.rfcd_reconstruction == pytest.approx(wanted, rel=1e-3)
    assert figures.mse == pytest.approx(float((decoded - x).square().mean()), rel=1e-4)
