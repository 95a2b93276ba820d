from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.errors import BadInput, Failure
from explorer.files import (
    append,
    atomic_write,
    parse_json,
    read_file,
    read_json,
    shown,
    sweep_temporaries,
    write_json,
)

STEPS = ("open", "write", "fsync", "close", "replace")


class Faults:
    """The system calls of a write, of which one fails, or writes only a byte."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fail_at: int = -1, code: int = errno.EIO) -> None:
        self.calls: list[str] = []
        for name in STEPS:
            monkeypatch.setattr(os, name, self._wrapped(name, getattr(os, name), fail_at, code))

    def _wrapped(self, name: str, real: Callable[..., Any], fail_at: int, code: int) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls.append(name)
            failing = len(self.calls) - 1 == fail_at
            if name == "close" or not failing:
                result = real(arguments[0], bytes(arguments[1][:1])) if name == "write" else real(*arguments)
            if failing:
                raise OSError(code, os.strerror(code))
            return result

        return call


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_whichever_call_fails_there_is_the_old_or_the_new_whole(tmp_path: Path, code: int) -> None:
    target = tmp_path / "weights"
    with pytest.MonkeyPatch.context() as patch:
        faults = Faults(patch)
        atomic_write(target, b"new")
    for n in range(len(faults.calls)):
        target.write_bytes(b"old")
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, fail_at=n, code=code)
            with pytest.raises(Failure) as raised:
                atomic_write(target, b"new")
        assert isinstance(raised.value.__cause__, OSError)
        renamed = n > faults.calls.index("replace")
        assert target.read_bytes() == (b"new" if renamed else b"old")
        assert [p.name for p in tmp_path.iterdir()] == ["weights"]


def test_the_data_reach_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Faults(monkeypatch)
    atomic_write(tmp_path / "a", b"xyz")
    assert faults.calls == [
        *["open", "write", "write", "write", "fsync", "close"],
        *["replace", "open", "fsync", "close"],
    ]


def test_a_full_disk_is_named_with_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Faults(monkeypatch, fail_at=1, code=errno.ENOSPC)
    with pytest.raises(Failure, match=r"the disk is full \(needs 31 MB\)"):
        atomic_write(tmp_path / "a", bytes(31_000_000))


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="its folder is gone"):
        atomic_write(tmp_path / "missing" / "a", b"")


@pytest.mark.parametrize(
    "name", ["a b", "100%", "#1", "ü", "u\u0308", "\U0001f600", "line\nbreak", "n" * 255]
)
def test_any_name_can_be_written(tmp_path: Path, name: str) -> None:
    atomic_write(tmp_path / name, b"data")
    assert (tmp_path / name).read_bytes() == b"data"


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the name is too long"):
        atomic_write(tmp_path / ("n" * 300), b"data")


@pytest.mark.parametrize("write", [atomic_write, append])
def test_nothing_is_written_through_a_link(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    for leads_to in (target, tmp_path / "nowhere", link):
        link.symlink_to(leads_to)
        with pytest.raises(Failure, match="link: it is a link"):
            write(link, b"new")
        assert link.readlink() == leads_to
        link.unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"target": b"old"}


def test_a_link_in_place_of_the_temporary_name_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    (tmp_path / f".a.{os.getpid()}.tmp").symlink_to(target)
    with pytest.raises(Failure, match="it is a link"):
        atomic_write(tmp_path / "a", b"new")
    assert target.read_bytes() == b"old"


def test_what_is_appended_follows_what_was_there(tmp_path: Path) -> None:
    for line in (b"one\n", b"two\n"):
        append(tmp_path / "lines", line)
    assert (tmp_path / "lines").read_bytes() == b"one\ntwo\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_nothing_is_appended_to_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/null")):
        with pytest.raises(Failure, match="Could not save"):
            append(path, b"x")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "state"
    program = """
import itertools, sys
from pathlib import Path
from explorer.files import atomic_write
for i in itertools.count():
    atomic_write(Path(sys.argv[1]), bytes([i % 256]) * 2_000_000)
    print(i, flush=True)
"""
    for rounds in (1, 2, 5, 9):
        with subprocess.Popen([sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(rounds):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        data = target.read_bytes()
        assert len(data) == 2_000_000
        assert data == data[:1] * len(data)
    sweep_temporaries(tmp_path)
    assert list(tmp_path.iterdir()) == [target]


def test_only_what_the_dead_left_is_swept(tmp_path: Path) -> None:
    ours = tmp_path / f".a.{os.getpid()}.tmp"
    dead = tmp_path / ".a.999999999.tmp"
    other = tmp_path / "a.tmp"
    for path in (ours, dead, other):
        path.touch()
    sweep_temporaries(tmp_path)
    assert set(tmp_path.iterdir()) == {ours, other}
    sweep_temporaries(tmp_path / "missing")


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(11))
    assert read_file(path, limit=11) == bytes(11)
    with pytest.raises(BadInput, match="holds 11 bytes; at most 10"):
        read_file(path, limit=10)


def test_reading_takes_no_more_room_than_the_file_has(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"short")
    tracemalloc.start()
    try:
        read_file(tmp_path / "a", limit=1 << 32)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    refused = {
        tmp_path / "fifo": "not a regular file",
        tmp_path / "loop": "can't be read",
        tmp_path / "dangling": "There is no file",
        tmp_path: "is a folder",
        Path("/dev/zero"): "not a regular file",
        tmp_path / "nul\0": "can't be read",
    }
    for path, reason in refused.items():
        with pytest.raises(BadInput, match=reason):
            read_file(path, limit=100)


def test_a_path_is_shown_on_one_printable_line() -> None:
    assert shown("a\nb\udcffc") == "a\\nb\\udcffc"
    assert len(shown("x" * 5000)) < 300


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not usable JSON"),
        (b'{"a": NaN}', "NaN is not a finite number"),
        (b'{"a": -Infinity}', "not a finite number"),
        (b'{"a": 1e999}', "1e999 is not a finite number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "5000 digits"),
        (b'{"a": 1, "a": 2}', "a key occurs twice"),
        (b'{"a":' * 100_000, "nested too deeply|not usable JSON"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested too deeply"),
        (b'{"a": "\\ud800"}', "not usable JSON"),
        (b'{"\\ud800": 1}', "not usable JSON"),
        (b'{"a": "\xff"}', "not usable JSON"),
        (b"[1]", "must hold a JSON object, not a list"),
        (b"<html>404</html>", "not usable JSON"),
    ],
)
def test_json_is_read_strictly(text: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        parse_json(text, "manifest.json")


def test_a_byte_order_mark_is_tolerated() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": [1, 2.5, null, "\xc3\xbc"]}', "x") == {"a": [1, 2.5, None, "ü"]}


@given(st.binary() | st.text().map(str.encode))
@example(b"[" * 5000)
def test_json_of_any_bytes_is_refused_or_an_object(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        assert isinstance(parse_json(data, "x"), dict)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8")),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**63)
            | st.floats(allow_nan=False, allow_infinity=False),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "content.json"
    write_json(path, content)
    assert read_json(path) == json.loads(path.read_bytes()) == content
