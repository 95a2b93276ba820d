"""UMAP and t-SNE in their process, and everything that must not reach them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from explorer.errors import BadInput, Failure
from explorer.latent.projecting import (
    METHODS,
    MethodName,
    PCASettings,
    Places,
    ProjectionProgress,
    TSNESettings,
    UMAPSettings,
    distinct,
    project_codes,
)
from explorer.latent.projector import Projector
from explorer.latent.trust import neighbours_kept

Floats = NDArray[np.float32]
QUICK = TSNESettings(iterations=250, perplexity=5)


@pytest.fixture(scope="module")
def shared() -> Iterator[Projector]:
    projector = Projector()
    yield projector
    projector.close()


@pytest.fixture
def projector() -> Iterator[Projector]:
    projector = Projector()
    yield projector
    projector.close()


def clusters(count: int = 60, size: int = 5) -> Floats:
    rng = np.random.default_rng(count)
    return (10 * (np.arange(count) % 3)[:, None] + rng.standard_normal((count, size))).astype(np.float32)


def placed(codes: Floats, how: MethodName, projector: Projector) -> Places:
    settings = QUICK if how == "tsne" else METHODS[how].settings()
    items = list(project_codes(codes, how, settings, projector))
    assert all(isinstance(item, ProjectionProgress) and 0 <= item.share <= 1 for item in items[:-1])
    assert isinstance(items[-1], Places)
    return items[-1]


@pytest.mark.parametrize("how", ["umap", "tsne"])
def test_few_points_are_laid_out_by_pca_and_it_says_so(how: MethodName) -> None:
    projector = Projector()  # never asked, so never started
    for count in (2, 3, 14):
        found = placed(clusters(count), how, projector)
        assert found.how == "pca"
        assert found.places.shape == (count, 2)
        assert np.isfinite(found.places).all()
        assert f"there are {count}" in found.notes[0]
    assert placed(clusters(0), how, projector).places.shape == (0, 2)
    assert placed(clusters(1), how, projector).places.tolist() == [[0, 0]]
    assert projector.pid is None


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-30, 1e30, -7.3])
@pytest.mark.parametrize("noise", [0.0, 1e-7])
def test_equal_points_stay_one_point(value: float, noise: float) -> None:
    codes = np.full((500, 4), value) * (1 + noise * np.random.default_rng(0).standard_normal((500, 4)))
    found = placed(codes.astype(np.float32), "umap", Projector())
    np.testing.assert_array_equal(found.places, np.zeros((500, 2)))
    assert "coincide" in found.notes[0]


def test_one_direction_is_one_point_to_the_cosine() -> None:
    codes = np.outer(np.arange(40), [1, 2, 3]).astype(np.float32)
    points = distinct(codes, directions=True)
    assert len(points) == 1
    assert points.kept.tolist() == [False] + [True] * 39
    assert "1 item is left out" in points.notes[0]


@given(st.lists(st.floats(width=32), min_size=0, max_size=40))
def test_whatever_comes_what_goes_on_is_finite_distinct_and_of_ordinary_size(numbers: list[float]) -> None:
    codes = np.array(numbers, np.float32)[: len(numbers) // 2 * 2].reshape(-1, 2)
    for directions in (False, True):
        points = distinct(codes, directions=directions)
        assert np.isfinite(points.points).all()
        assert np.abs(points.points).max(initial=0) <= 1.01e6
        assert len(np.unique(points.points, axis=0)) == len(points)
        assert points.spread_out(points.all_kept).shape == codes.shape


def test_settings_are_read_like_those_of_a_model() -> None:
    assert UMAPSettings.read({"neighbours": "30", "metric": "cosine"}) == UMAPSettings(30, metric="cosine")
    with pytest.raises(BadInput, match="neighbours=1: this must lie between 2 and 200"):
        UMAPSettings.read({"neighbours": 1})
    assert all(knob.help.endswith(".") for way in METHODS.values() for knob in way.settings.knobs())


def test_the_process_keeps_clusters_together_leaves_out_nan_and_answers_again(shared: Projector) -> None:
    codes = clusters(63)
    codes[7, 2], codes[8] = np.nan, np.inf
    codes[9], codes[40] = codes[6], 1e30
    found = placed(codes, "tsne", shared)
    assert found.how == "tsne"
    assert np.flatnonzero(np.isnan(found.places).any(axis=1)).tolist() == [7, 8, 40]
    assert "3 items are left out" in found.notes[0]
    np.testing.assert_array_equal(found.places[9], found.places[6])
    trust = neighbours_kept(np.nan_to_num(codes, posinf=0), found.places)
    assert trust is not None
    assert trust > 0.85
    pid = shared.pid
    np.testing.assert_array_equal(placed(codes, "tsne", shared).places, found.places)
    assert shared.pid == pid


def test_two_at_once_are_answered_one_after_the_other(shared: Projector) -> None:
    first, second = (project_codes(clusters(count), "tsne", QUICK, shared) for count in (30, 45))
    next(first)
    waiting = next(second)
    assert isinstance(waiting, ProjectionProgress)
    assert "Waiting" in waiting.doing
    *_, one = first
    *_, two = second
    assert isinstance(one, Places)
    assert isinstance(two, Places)
    assert (len(one.places), len(two.places)) == (30, 45)


def test_a_cancelled_process_is_dead_and_another_one_takes_over(projector: Projector) -> None:
    work = project_codes(clusters(400), "tsne", TSNESettings(iterations=5000), projector)
    next(work)
    pid = projector.pid
    assert pid is not None
    work.close()
    assert not psutil.pid_exists(pid)
    fresh = projector.pid
    assert fresh is not None
    assert fresh != pid
    projector.close()
    assert not psutil.pid_exists(fresh)
    assert projector.pid is None
    with pytest.raises(Failure, match="stopped"):
        next(project_codes(clusters(), "tsne", QUICK, projector))


def test_a_process_that_dies_is_one_sentence_and_the_next_request_works(projector: Projector) -> None:
    work = project_codes(clusters(400), "tsne", TSNESettings(iterations=5000), projector)
    next(work)
    assert projector.pid is not None
    psutil.Process(projector.pid).kill()
    with pytest.raises(Failure, match=r"has died.*try again"):
        list(work)
    assert not projector.turn.locked()
    assert projector.pid is not None


def test_where_no_process_can_be_started_it_is_one_sentence_each_time(
    projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    projector.warm()
    for _ in range(2):
        with pytest.raises(Failure, match="can't be started"):
            placed(clusters(), "umap", projector)


def test_what_the_library_refuses_is_one_sentence(projector: Projector) -> None:
    with pytest.raises(Failure, match="The projection failed"):
        list(project_codes(clusters(), "umap", PCASettings(), projector))


def test_the_process_ends_with_its_parent() -> None:
    code = (
        "from explorer.latent.projector import Projector; import os; r = Projector(); r.warm(); "
        "print(r.pid, flush=True); os._exit(0)"
    )
    child = int(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )
    with_it = [p for p in psutil.process_iter() if p.pid == child]
    _, alive = psutil.wait_procs(with_it, timeout=30)
    assert not alive


def test_the_window_never_imports_what_the_process_needs() -> None:
    code = (
        "import sys, json, explorer.latent.projecting, explorer.runs.projections; "
        "print(json.dumps([m for m in ('umap', 'sklearn', 'numba', 'scipy', 'torch') if m in sys.modules]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == []


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("size", [1, 2, 8])
def test_umap_keeps_neighbours_and_repeats_itself(metric: str, size: int, shared: Projector) -> None:
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((300, size)).astype(np.float32)
    settings = UMAPSettings.read({"metric": metric, "neighbours": 200})
    *_, first = project_codes(codes, "umap", settings, shared)
    *_, second = project_codes(codes, "umap", settings, shared)
    assert isinstance(first, Places)
    assert isinstance(second, Places)
    np.testing.assert_array_equal(first.places, second.places)
    if not (metric == "cosine" and size == 1):  # which knows two points only
        assert first.how == "umap"
        assert np.isfinite(first.places).all()
    if metric == "euclidean":
        trust = neighbours_kept(codes, first.places)
        assert trust is not None
        assert trust > 0.75
