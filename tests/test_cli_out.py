"""Where the commands write: files whole, devices and pipes as they come, nothing through a link."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.cli import main
from explorer.cli.out import Out

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs and /dev")

Text = pytest.CaptureFixture[str]
RUN = "pca-mnist-2d"
COMMANDS = {
    "decode": ("decode", RUN, "--at=0,0"),
    "sample": ("sample", RUN, "-n", "4"),
    "embed": ("embed", RUN),
    "project": ("project", RUN, "--how", "pca"),
    "invert": ("invert", RUN, "--image", "PICTURE"),
}
"""All that take a file as --out."""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:15] = 255
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(params=COMMANDS)
def words(request: pytest.FixtureRequest, picture: Path) -> list[str]:
    return [str(picture) if word == "PICTURE" else word for word in COMMANDS[request.param]]


def usable(data: bytes) -> bool:
    """Whether these are a whole picture, or a whole archive of arrays."""
    if data.startswith(b"\x89PNG"):
        Image.open(io.BytesIO(data)).load()
        return data.endswith(b"IEND\xaeB`\x82")
    with np.load(io.BytesIO(data)) as arrays:
        return all(arrays[name].size >= 0 for name in arrays)


class Pipe:
    """A pipe with a name, and a thread that reads it."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        # As long as this is open the reader waits for more, whoever has written.
        self._kept: int | None = os.open(path, os.O_RDWR)
        self._read: list[bytes] = []
        self._reader = threading.Thread(target=lambda: self._read.append(path.read_bytes()))
        self._reader.start()

    def read(self) -> bytes:
        """All that was written."""
        if self._kept is not None:
            os.close(self._kept)
            self._kept = None
        self._reader.join()
        return self._read[0]


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "pipe")
    yield pipe
    pipe.read()


def device(name: str, minor: int, folder: Path) -> Path:
    """A device of the system's, of which root gets one of its own, lest a defect replaces the real one."""
    if os.geteuid() != 0:
        return Path("/dev", name)
    try:
        os.mknod(folder / name, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        (folder / name).write_bytes(b"")
    except OSError:
        pytest.skip("no device can be made here")
    return folder / name


def test_every_command_writes_into_a_pipe(words: list[str], pipe: Pipe, capsys: Text) -> None:
    assert main([*words, "--out", str(pipe.path), "--json"]) == 0
    assert pipe.path.is_fifo()
    assert usable(pipe.read())
    assert json.loads(capsys.readouterr().out)["out"] == str(pipe.path)


def test_every_command_follows_no_link(words: list[str], tmp_path: Path, capsys: Text) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"mine")
    for leads_to in (target, tmp_path / "nowhere", link, Path("/dev/null")):
        link.symlink_to(leads_to)
        assert main([*words, "--out", str(link)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        (line,) = err.splitlines()
        assert f"{link} is a link" in line
        assert link.readlink() == leads_to
        link.unlink()
    assert target.read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_device_stays_one(tmp_path: Path, capsys: Text) -> None:
    null = device("null", 3, tmp_path)
    before = null.stat()
    assert main([*COMMANDS["decode"], "--out", str(null)]) == 0
    after = null.stat()
    assert (after.st_mode, after.st_rdev) == (before.st_mode, before.st_rdev)
    assert "28 x 28" in capsys.readouterr().out


def test_the_streams_of_the_process_are_known_by_their_names() -> None:
    # /dev/stdout itself is not written to here: a defect would replace it for everybody.
    assert Out.at("/dev/stdout").descriptor == 1
    assert Out.at("/dev/stderr").descriptor == 2


@pytest.mark.parametrize("out", ["/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("as_json", [True, False])
def test_standard_output_carries_the_file_alone(
    out: str, as_json: bool, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    if not Path(out).exists():
        pytest.skip(f"there is no {out} here")
    assert main([*COMMANDS["decode"], "--out", out, *(["--json"] if as_json else [])]) == 0
    data, said = capfdbinary.readouterr()
    assert data.startswith(b"\x89PNG")
    assert usable(data)
    assert out.encode() in said
    assert not as_json or json.loads(said)["out"] == out


def test_what_a_file_held_before_stays_before_what_is_added_by_standard_output(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"before")
    with log.open("ab") as output:
        command = [sys.executable, "-m", "explorer", *COMMANDS["decode"], "--out", "/dev/fd/1"]
        subprocess.run(command, stdout=output, stderr=subprocess.DEVNULL, check=True)
    data = log.read_bytes()
    assert data.startswith(b"before\x89PNG")
    assert usable(data[6:])


def test_a_device_that_takes_no_more_is_one_sentence(tmp_path: Path, capsys: Text) -> None:
    full = device("full", 7, tmp_path)
    assert main([*COMMANDS["decode"], "--out", str(full)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"Could not write into {full}: ")
    assert full.is_char_device()


def test_what_can_not_be_written_into_is_said_before_anything_is_computed(
    tmp_path: Path, capsys: Text
) -> None:
    refused = {str(tmp_path): "is a folder", "/dev/fd/777": "can't be written", "nul\0": "can't be written"}
    for out, says in refused.items():
        assert main([*COMMANDS["embed"], "--out", out]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert says in line
