"""What the libraries are asked for: the neighbours, the first layout, and every setting by its own name."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.latent.projecting import TSNESettings, UMAPSettings, distinct
from explorer.latent.projector_process import first_layout, tsne, umap

Floats = NDArray[np.float32]


class Library:
    """Stands for both, which take seconds to import: keeps what it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: dict[str, Any] = {}
        library = self

        class Method:
            def __init__(self, **told: Any) -> None:
                library.told |= told

            def fit_transform(self, given: Any) -> Floats:
                library.told["given"] = given
                return np.zeros((given.shape[0], 2), np.float32)

        for name, content in {
            "umap": {"UMAP": Method},
            "umap.umap_": {"find_ab_params": lambda spread, min_dist: (spread, min_dist)},
            "sklearn": {},
            "sklearn.manifold": {"TSNE": Method},
        }.items():
            module = ModuleType(name)
            vars(module).update(content)
            monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    return Library(monkeypatch)


def points(count: int = 120, sds: tuple[float, ...] = (5.0, 2.0, 0.5, 0.1)) -> Floats:
    rng = np.random.default_rng(0)
    return (7 + rng.standard_normal((count, len(sds))) * sds).astype(np.float32)


def apart(of: Floats) -> NDArray[np.float64]:
    return np.linalg.norm(of[:, None].astype(np.float64) - of, axis=2)


def report(share: float, doing: str) -> None:
    assert 0 <= share <= 1


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_umap_is_given_the_exact_neighbours_and_its_settings(library: Library, metric: str) -> None:
    given = points()
    settings = UMAPSettings.read(
        {"neighbours": 9, "min_dist": 0.4, "epochs": 70, "seed": 5, "metric": metric}
    )
    if metric == "cosine":
        given = (given / np.linalg.norm(given, axis=1, keepdims=True)).astype(np.float32)
    umap(given, settings.as_dict(), report)
    told = library.told
    assert (told["n_neighbors"], told["n_epochs"], told["random_state"]) == (9, 70, 5)
    assert (told["a"], told["b"]) == (1.0, np.float32(0.4))
    nearest, distances = told["precomputed_knn"]
    wanted = np.sort(apart(given), axis=1)[:, :9]
    # Of unit vectors 1 - cos is half the squared distance; the factor is the same for all.
    np.testing.assert_allclose(distances, wanted**2 if metric == "cosine" else wanted, atol=1e-4)
    np.testing.assert_array_equal(nearest[:, 0], np.arange(len(given)))
    np.testing.assert_array_equal(told["given"], given)
    np.testing.assert_array_equal(told["init"], first_layout(given, 10.0, 5))


@pytest.mark.parametrize(("perplexity", "used", "neighbours"), [(20.0, 20.0, 62), (100.0, 119 / 3, 120)])
def test_t_sne_is_given_the_exact_neighbours_and_its_settings(
    library: Library, perplexity: float, used: float, neighbours: int
) -> None:
    given = points()
    settings = TSNESettings(perplexity=perplexity, iterations=400, seed=6)
    tsne(given, settings.as_dict(), report)
    told = library.told
    assert (told["perplexity"], told["max_iter"], told["random_state"]) == (used, 400, 6)
    graph = told["given"]
    assert told["metric"] == "precomputed"
    assert graph.shape == (120, 120)
    wanted = np.sort(apart(given), axis=1)[:, : min(neighbours, 120)]
    rows = graph.data.reshape(120, -1)
    assert rows.shape[1] == min(int(3 * used) + 2, 120)
    np.testing.assert_allclose(np.sort(rows, axis=1), wanted[:, : rows.shape[1]], atol=1e-3)
    np.testing.assert_array_equal(told["init"], first_layout(given, 1e-4, 6))


def test_the_first_layout_is_the_plane_of_the_most_variance() -> None:
    given = points()
    layout = first_layout(given, 10.0, 0)
    assert np.abs(layout).max() == pytest.approx(10, rel=1e-3)
    centred = given - given.mean(axis=0)
    for column in range(2):
        alike = np.corrcoef(layout[:, column], centred[:, column])[0, 1]
        assert abs(alike) > 0.95
    assert len(np.unique(first_layout(points(sds=(1.0,)), 10.0, 0)[:, 1])) > 100, "no two on one line"
    assert (first_layout(given, 10.0, 1) != layout).any()


def test_what_goes_there_is_centred_and_as_wide_as_one_whatever_the_codes_are() -> None:
    codes = points(count=400)
    found = distinct(1000 * codes + 50)
    np.testing.assert_allclose(found.points, distinct(codes).points, atol=1e-3)
    inside = np.abs(found.points).max(axis=1) <= 1
    assert inside.mean() == pytest.approx(0.9, abs=0.01)
    np.testing.assert_allclose(np.median(found.points, axis=0), 0, atol=1e-3)


def test_to_the_cosine_only_directions_count() -> None:
    codes = points() - 7
    longer = codes * np.random.default_rng(1).uniform(0.5, 20, (len(codes), 1)).astype(np.float32)
    one, other = distinct(codes, directions=True), distinct(longer, directions=True)
    np.testing.assert_allclose(one.all_kept, other.all_kept, atol=1e-4)
