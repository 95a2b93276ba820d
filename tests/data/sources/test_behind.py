"""Folders that are huge, and drives and files that hang: fakes stand in for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.data.formats import picture_file
from explorer.data.image_set import DataSet
from explorer.data.progress import ReadProgress
from explorer.data.sources import behind, listing
from explorer.data.sources.catalogue import reading
from explorer.errors import BadInput
from tests.drives import Mount, mounting, pictures


@pytest.fixture
def mount() -> Iterator[Mount]:
    with mounting() as put:
        yield put


@pytest.mark.parametrize(("many", "name"), [(0, ""), (3, ".png"), (3, ".txt")])
def test_a_listing_that_hangs_goes_on_telling_and_can_be_left(
    mount: Mount, tmp_path: Path, many: int, name: str
) -> None:
    drive = mount(many, name)
    steps = reading(str(pictures(tmp_path / "far")))
    assert isinstance(next(steps), ReadProgress)
    assert drive.asked.wait(30)
    assert next(steps) == ReadProgress("Listing", many if name == ".png" else 0)
    steps.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [".png", ".txt"])
def test_of_a_million_files_the_first_word_comes_long_before_the_last_and_leaving_ends_the_listing(
    mount: Mount, tmp_path: Path, name: str
) -> None:
    drive = mount(1_000_000, name)
    steps = reading(str(pictures(tmp_path / "far")))
    while not drive.looked_at:
        assert isinstance(next(steps), ReadProgress)
    assert drive.looked_at < 1_000_000
    steps.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "listing":
            thread.join()
    assert drive.looked_at < 1_000_000


@pytest.mark.parametrize("at", ["probe", "read_picture"])
def test_a_picture_that_hangs_does_not_keep_who_leaves(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, asked = threading.Event(), threading.Event()
    real = getattr(picture_file, at)

    def hanging(file: Path, **more: Any) -> Any:
        if file.name == "2.png":
            asked.set()
            gone.wait()
        return real(file, **more)

    monkeypatch.setattr(picture_file, at, hanging)
    steps = reading(str(pictures(tmp_path / "near")))
    while not asked.is_set():
        next(steps)
    told = [next(steps) for _ in range(3)]
    assert all(isinstance(each, ReadProgress) for each in told)
    steps.close()  # type: ignore[attr-defined]
    gone.set()


def test_results_come_in_their_order_and_whole() -> None:
    assert [n for part in behind.in_threads(lambda n: n + 1, range(1000)) for n in part] == [*range(1, 1001)]
    assert list(behind.in_threads(lambda n: n, [])) == []


def test_what_goes_wrong_behind_flies_in_front(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        list(behind.in_threads(lambda n: 1 // n, [1, 0]))
    with pytest.raises(BadInput, match="can't be read"):
        list(listing.list_pictures(tmp_path / "nowhere", listing.Skipped()))


def test_a_whole_folder_is_read_as_ever(tmp_path: Path) -> None:
    *_, data = reading(str(pictures(tmp_path / "near", 200)))
    assert isinstance(data, DataSet)
    assert len(data.train) + len(data.test) == 200
