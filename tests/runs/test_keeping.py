"""What is added to a finished run is there whole, or what was there before is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.errors import Failure
from explorer.runs import own_attributes
from explorer.runs.keeping import keep_figures
from explorer.runs.own_attributes import OwnAttribute
from explorer.runs.run import Run
from tests.runs.runs_made import SmallDisk, trained


def attribute(title: str) -> OwnAttribute:
    return OwnAttribute(title, np.arange(20), np.arange(20, 40))


def test_a_disk_that_fills_up_between_arrays_and_manifest_leaves_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(tmp_path / "pca", "pca")
    own_attributes.keep(run, [attribute("curly")])
    disk = SmallDisk(monkeypatch, run.folder)
    used, refused, titles = disk.used(), 0, ["curly"]
    while titles == ["curly"]:
        disk.capacity = used + 250 * refused
        try:
            own_attributes.keep(run, [attribute("curly"), attribute("straight")])
            titles.append("straight")
        except Failure:
            refused += 1
        for each in (run, Run.open(run.folder)):
            each.check()
            assert [one.title for one in own_attributes.read(each)] == titles
    assert refused > 5


def test_figures_that_were_not_kept_are_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(tmp_path / "pca", "pca")
    disk = SmallDisk(monkeypatch, run.folder)
    disk.capacity = disk.used()
    with pytest.raises(Failure, match="disk is full"):
        keep_figures(run, {"mse": 0.5})
    assert run.manifest.figures is None
    assert Run.open(run.folder).manifest == run.manifest
