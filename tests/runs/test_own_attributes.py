"""Own attributes stay with their run, and nothing wrong becomes one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from explorer import paths
from explorer.errors import BadInput
from explorer.runs import own_attributes
from explorer.runs.own_attributes import FILE, OwnAttribute, keep, made, read
from explorer.runs.run import Run
from explorer.weights import sha256_of, write_arrays


@pytest.fixture
def own_run(tmp_path: Path) -> Run:
    """A copy of a shipped run where it can be written."""
    folder = tmp_path / "mine"
    shutil.copytree(paths.trained() / "pca-mnist-2d", folder)
    return Run.open(folder)


def curly() -> OwnAttribute:
    return made("curly", range(20), range(20, 50), 100)


def test_what_was_kept_is_read_again(own_run: Run) -> None:
    keep(own_run, [curly(), made("ø “straight”", range(50, 80), range(20), 100)])
    again = Run.open(own_run.folder)
    again.check()
    first, second = read(again)
    assert (first.title, second.title) == ("curly", "ø “straight”")
    np.testing.assert_array_equal(first.having, np.arange(20))
    np.testing.assert_array_equal(second.lacking, np.arange(20))
    keep(again, [])
    assert read(Run.open(own_run.folder)) == []


def test_a_run_without_any_has_none(own_run: Run) -> None:
    assert read(own_run) == []


def test_values_are_unknown_outside_the_groups() -> None:
    values = curly().attribute(100).values
    assert (values[:20] == 1).all()
    assert (values[20:50] == 0).all()
    assert np.isnan(values[50:]).all()
    assert len(curly().attribute(30).values) == 30, "fewer items than the groups knew"


@pytest.mark.parametrize(
    ("title", "having", "lacking", "reason"),
    [
        ("", range(20), range(20, 40), "title"),
        ("x" * 61, range(20), range(20, 40), "title"),
        ("taken", range(20), range(20, 40), "already"),
        ("few", range(19), range(20, 40), "“with” has 19 items"),
        ("few", [3] * 50, range(20, 40), "“with” has 1 item;"),
        ("few", range(20), [], "“without” has 0 items"),
        ("both", range(20), range(19, 40), "1 item is in both"),
        ("beyond", range(90, 110), range(20), "does not know"),
        ("below", range(-1, 30), range(40, 60), "does not know"),
    ],
)
def test_wrong_groups_are_one_clear_sentence(
    title: str, having: list[int], lacking: list[int], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        made(title, having, lacking, 100, names_in_use=["taken"])


def test_there_is_an_end_to_it(own_run: Run) -> None:
    with pytest.raises(BadInput, match="at most"):
        keep(own_run, [curly()] * (own_attributes.MOST + 1))


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"titles": np.array([1.0])},
        {"titles": np.array(["a"])},
        {"titles": np.array(["a"]), "with-0": np.array([-5]), "without-0": np.arange(20)},
        {"titles": np.array(["a"]), "with-0": np.array([0.5]), "without-0": np.arange(20)},
    ],
)
def test_a_hostile_file_is_refused(own_run: Run, arrays: dict[str, np.ndarray]) -> None:
    keep(own_run, [curly()])
    write_arrays(own_run.folder / FILE, arrays)
    with pytest.raises(BadInput, match="damaged"):
        read(own_run)
    digest = sha256_of((own_run.folder / FILE).read_bytes())
    own_run.manifest.files[FILE] = digest
    with pytest.raises(BadInput, match="no usable attributes"):
        read(own_run)


def test_of_a_run_that_can_not_be_written_they_lie_with_the_user() -> None:
    shipped = Run.open(paths.trained() / "pca-mnist-2d")
    keep(shipped, [curly()])
    assert [one.title for one in read(Run.open(shipped.folder))] == ["curly"]
    assert not (shipped.folder / FILE).exists()
    assert read(Run.open(paths.trained() / "vae-mnist-2d")) == []
