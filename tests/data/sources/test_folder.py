from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import ReadProgress
from explorer.data.sources.catalogue import load, reading
from explorer.errors import BadInput
from explorer.session.learning.data_choice import LookAt
from explorer.session.shelf import Refused


def put(path: Path, value: int = 0, mode: str = "L", size: tuple[int, int] = (8, 8)) -> Path:
    """A picture of one value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value,) * len(mode)).save(path)
    return path


def values(data: DataSet) -> list[int]:
    return sorted(int(v) for part in (data.train, data.test) for v in part.images[:, 4, 4, 0])


def labelled(data: DataSet) -> dict[int, str]:
    """Class by the value of the picture."""
    pairs = {}
    for part in (data.train, data.test):
        assert part.labels is not None
        for image, label in zip(part.images, part.labels, strict=True):
            pairs[int(image[4, 4, 0])] = part.class_names[label]
    return pairs


def test_class_folders_give_labels(tmp_path: Path) -> None:
    for i in range(14):
        put(tmp_path / ("cats" if i % 2 else "dogs") / ("deep" if i == 3 else ".") / f"{i}.png", i)
    data = load(str(tmp_path))
    assert labelled(data) == {i: "cats" if i % 2 else "dogs" for i in range(14)}
    assert (len(data.train), len(data.test)) == (12, 2)
    assert data.notes == ()
    assert data.framing == Framing(8, "pad")


def test_train_and_test_folders_are_kept(tmp_path: Path) -> None:
    for i, part in enumerate(("train", "train", "test", "test", "test")):
        put(tmp_path / part / "ab"[i % 2] / f"{i}.png", i)
    data = load(str(tmp_path))
    assert sorted(data.train.images[:, 0, 0, 0]) == [0, 1]
    assert sorted(data.test.images[:, 0, 0, 0]) == [2, 3, 4]
    assert labelled(data) == {0: "a", 1: "b", 2: "a", 3: "b", 4: "a"}


def test_the_split_does_not_depend_on_the_place(tmp_path: Path) -> None:
    for copy in ("one", "two"):
        for i in range(20):
            put(tmp_path / copy / f"{i:02}.png", i)
    one, two = (load(str(tmp_path / copy)) for copy in ("one", "two"))
    assert one.fingerprint() == two.fingerprint()
    assert one.train.labels is None


def test_a_lone_sub_folder_is_no_class(tmp_path: Path) -> None:
    for i in range(3):
        put(tmp_path / "img" / "all" / f"{i}.png", i)
    data = load(str(tmp_path))
    assert data.train.labels is None
    assert values(data) == [0, 1, 2]


def test_strays_beside_class_folders_are_left_out_and_named(tmp_path: Path) -> None:
    for i in range(4):
        put(tmp_path / "ab"[i % 2] / f"{i}.png", i)
    put(tmp_path / "preview.png", 99)
    data = load(str(tmp_path))
    assert values(data) == [0, 1, 2, 3]
    assert data.notes == ("1 was left out: it lies outside the class folders (preview.png).",)


def test_many_classes(tmp_path: Path) -> None:
    for i in range(300):
        put(tmp_path / f"class{i:03}" / "a.png", i % 256)
    assert len(load(str(tmp_path)).train.class_names) == 300


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_pictures_are_refused(tmp_path: Path, n: int) -> None:
    (tmp_path / "text.png").write_text("no picture")
    for i in range(n):
        put(tmp_path / f"{i}.png")
    found = "no usable picture" if n == 0 else "only one usable picture"
    with pytest.raises(BadInput, match=rf"holds {found}; at least two are needed.*text\.png"):
        load(str(tmp_path))


def test_two_pictures_are_enough(tmp_path: Path) -> None:
    put(tmp_path / "a.PNG", 1)
    put(tmp_path / "b.Jpeg", 2)
    data = load(str(tmp_path))
    assert (len(data.train), len(data.test)) == (1, 1)


def test_an_array_in_the_folder_is_pointed_at(tmp_path: Path) -> None:
    np.save(tmp_path / "faces.npy", np.zeros((3, 8, 8), np.uint8))
    with pytest.raises(BadInput, match=r"It holds faces\.npy: choose that file"):
        load(str(tmp_path))


class Entries:
    """What listing a folder gives, until the disk fails."""

    def __init__(self, entries: Any, code: int, after: int) -> None:
        self.entries, self.code, self.left = entries, code, after

    def __enter__(self) -> Entries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[object]:
        return self

    def __next__(self) -> object:
        self.left -= 1
        if self.left < 0:
            raise OSError(self.code, os.strerror(self.code))
        return next(self.entries)

    def close(self) -> None:
        self.entries.close()


def break_listing(monkeypatch: pytest.MonkeyPatch, name: str, code: int, after: int) -> None:
    """Let listing the folder of this name fail at once, or after a few entries, as on a dying disk."""
    scandir = os.scandir

    def breaking(path: str | Path = ".") -> Any:
        if Path(path).name != name:
            return scandir(path)
        if after == 0:
            raise OSError(code, os.strerror(code))
        return Entries(scandir(path), code, after)

    monkeypatch.setattr(os, "scandir", breaking)


@pytest.fixture
def cats_and_dogs(tmp_path: Path) -> Path:
    for i in range(12):
        put(tmp_path / "pets" / ("cats", "dogs", "fish")[i % 3] / ("deep" if i % 2 else ".") / f"{i}.png", i)
    return tmp_path / "pets"


BREAKS = [(code, after) for code in (errno.EACCES, errno.EIO) for after in (0, 2)]


@pytest.mark.parametrize(("code", "after"), BREAKS)
def test_a_sub_folder_that_can_not_be_listed_is_left_out_and_named(
    cats_and_dogs: Path, monkeypatch: pytest.MonkeyPatch, code: int, after: int
) -> None:
    break_listing(monkeypatch, "dogs", code, after)
    data = load(str(cats_and_dogs))
    assert labelled(data) == {i: "cats" if i % 3 == 0 else "fish" for i in range(12) if i % 3 != 1}
    assert data.notes == (f"1 was left out: a folder can't be read, {os.strerror(code)} (dogs).",)


@pytest.mark.parametrize(("code", "after"), BREAKS)
def test_a_folder_that_can_not_be_listed_is_one_sentence(
    cats_and_dogs: Path, monkeypatch: pytest.MonkeyPatch, code: int, after: int
) -> None:
    break_listing(monkeypatch, "pets", code, after)
    with pytest.raises(BadInput, match=rf"pets can't be read: {os.strerror(code)}\."):
        load(str(cats_and_dogs))


def test_an_unreadable_folder_is_one_sentence_where_it_is_looked_at(
    cats_and_dogs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_listing(monkeypatch, "pets", errno.EIO, 2)
    *_, answer = LookAt(str(cats_and_dogs), Framing()).answer({})
    assert isinstance(answer, Refused)
    assert "pets can't be read" in answer.sentence


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_what_is_unusable_is_counted_and_never_fatal(tmp_path: Path) -> None:
    for i in range(10, 14):
        put(tmp_path / f"{i}.png", i)
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    os.truncate(tmp_path / "noise.png", 2000)
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("hello")
    put(tmp_path / ".hidden.png", 77)
    put(tmp_path / "__MACOSX" / "x.png", 77)
    put(tmp_path / "folder.png" / "inside.png", 77)
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "dangling.png").symlink_to("nowhere")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "readme.txt").write_text("not counted")
    put(tmp_path / "really-a-png.jpg", 14)
    data = load(str(tmp_path))
    assert values(data)[-4:] == [11, 12, 13, 14]
    assert 77 not in values(data)
    notes = " ".join(data.notes)
    for name in ("empty.png", "text.png", ".hidden.png", "folder.png", "fifo.png", "loop.png", "again"):
        assert name in notes, name
    assert "noise.png" in notes
    assert "readme" not in notes


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all"
)
def test_an_unreadable_file_is_skipped(tmp_path: Path) -> None:
    for i in range(3):
        put(tmp_path / f"{i}.png", i)
    (tmp_path / "0.png").chmod(0)
    assert values(load(str(tmp_path))) == [1, 2]


def test_pictures_that_vanish_while_reading_are_skipped(tmp_path: Path) -> None:
    for i in range(20):
        put(tmp_path / f"{i:02}.png", i)
    steps = reading(str(tmp_path))
    step: object = None
    while not (isinstance(step, ReadProgress) and step.doing == "Looking"):
        step = next(steps)
    (tmp_path / "07.png").unlink()
    *_, data = steps
    assert isinstance(data, DataSet)
    assert values(data) == [i for i in range(20) if i != 7]
    assert "07.png" in data.notes[0]


def test_reading_can_be_left_at_any_time(tmp_path: Path) -> None:
    for i in range(200):
        put(tmp_path / f"{i}.png")
    steps = reading(str(tmp_path))
    for _ in range(3):
        assert isinstance(next(steps), ReadProgress)
    steps.close()  # type: ignore[attr-defined]


def test_grey_and_colour_together_become_colour(tmp_path: Path) -> None:
    put(tmp_path / "a.png", 50)
    put(tmp_path / "b.png", 60, "RGB")
    put(tmp_path / "c.png", 70, "LA")
    data = load(str(tmp_path), Framing(ground="white"))
    assert data.train.shape == (8, 8, 3)
    assert values(data)[:2] == [50, 60]


def test_a_side_is_found_for_several_sizes(tmp_path: Path) -> None:
    put(tmp_path / "a.png", size=(10, 10))
    put(tmp_path / "b.png", size=(300, 20))
    data = load(str(tmp_path))
    assert data.train.shape == (64, 64, 1)
    assert data.notes == ("The pictures have several sizes: all were brought to 64 x 64.",)
    assert load(str(tmp_path), Framing(16)).train.shape == (16, 16, 1)


@pytest.mark.parametrize(("size", "side"), [((10, 10), 12), ((28, 28), 28), ((5, 1), 8), ((300, 300), 64)])
def test_one_size_is_kept_where_it_can(tmp_path: Path, size: tuple[int, int], side: int) -> None:
    for name in "ab":
        put(tmp_path / f"{name}.png", size=size)
    data = load(str(tmp_path))
    assert data.train.shape == (side, side, 1)
    assert bool(data.notes) == (size != (side, side))


def test_sixteen_bits_and_animations_are_noted(tmp_path: Path) -> None:
    for name in "ab":
        Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000).save(tmp_path / f"{name}.png")
    frames = [Image.new("L", (8, 8), v) for v in (0, 255)]
    frames[0].save(tmp_path / "c.gif", save_all=True, append_images=frames[1:])
    notes = " ".join(load(str(tmp_path)).notes)
    assert "1 held several frames" in notes
    assert "2 had more than 8 bits" in notes


def test_too_many_for_the_memory_is_said_before_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer.data.sources import folder

    monkeypatch.setattr(folder, "MEMORY_LIMIT", 1000)
    for i in range(20):
        put(tmp_path / f"{i}.png")
    with pytest.raises(BadInput, match="choose a smaller side or fewer pictures"):
        load(str(tmp_path))


def flat(tmp_path: Path, names: Sequence[str] = ("1.png", "2.png", "3.png")) -> Path:
    for name in names:
        put(tmp_path / "img" / name, int(name[0]))
    return tmp_path


def attribute(data: DataSet, name: str) -> dict[int, float]:
    return {
        int(image[0, 0, 0]): float(value)
        for part in (data.train, data.test)
        for image, value in zip(part.images, part.attributes[name], strict=True)
    }


def test_attributes_from_a_table(tmp_path: Path) -> None:
    (flat(tmp_path) / "attributes.csv").write_text(
        "file,size,smiles,name,empty,constant\n1.png,0.5,True,ann,,7\n2.png,,false,bob,,7\nother.png,1,1,x,,7\n"
    )
    data = load(str(tmp_path))
    assert set(data.train.attributes) == {"size", "smiles", "constant"}
    np.testing.assert_equal(attribute(data, "size"), {1: 0.5, 2: np.nan, 3: np.nan})
    np.testing.assert_equal(attribute(data, "smiles"), {1: 1, 2: 0, 3: np.nan})
    notes = " ".join(data.notes)
    assert "does not name 1 of the pictures" in notes
    assert "the column name holds text" in notes
    assert "the column empty holds no values" in notes


def test_a_column_of_classes_gives_labels(tmp_path: Path) -> None:
    (flat(tmp_path) / "labels.csv").write_text("file,category\nimg/1.png,a\n2.png,b\n3.png,a\n")
    assert labelled(load(str(tmp_path))) == {1: "a", 2: "b", 3: "a"}


def test_attributes_from_a_list_as_celeba_has_it(tmp_path: Path) -> None:
    (flat(tmp_path) / "list_attr_celeba.txt").write_text(
        "3\nBald Smiling\n1.png  1 -1\n2.png -1  1\n3.png -1 -1\n"
    )
    data = load(str(tmp_path))
    assert attribute(data, "Bald") == {1: 1, 2: 0, 3: 0}
    assert attribute(data, "Smiling") == {1: 0, 2: 1, 3: 0}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("attributes.csv", b""),
        ("attributes.csv", b"\xff\xfe\x00garbage"),
        ("attributes.csv", b"file,a\nunknown.png,1\n"),
        ("attributes.csv", b"file,a\n" + b"1" * 200_000),
        ("attributes.csv", b"file" + b",a" * 2000 + b"\n1.png,1\n"),
        ("list_attr.txt", b"three\nBald\n1.png 1\n"),
        ("list_attr.txt", b""),
    ],
)
def test_an_unusable_table_is_noted_and_the_pictures_are_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (flat(tmp_path) / name).write_bytes(content)
    data = load(str(tmp_path))
    assert data.train.attributes == {}
    assert data.notes[0].startswith("The attributes were left out: ")
