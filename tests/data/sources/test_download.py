from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from explorer.data.sources import download as module
from explorer.data.sources.download import RemoteFile, fetch, unpack
from explorer.errors import Failure

CONTENT = np.random.default_rng(0).bytes(1_000_000)
PORTAL = b"<!DOCTYPE html><html>Please log in to this network.</html>"


class Server(ThreadingHTTPServer):
    """Serves CONTENT in the manner that the path names, and remembers the ranges asked for."""

    daemon_threads = True
    cut_at = 600_000

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []

    def url(self, manner: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{manner}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        manner = self.path.strip("/")
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        if manner == "missing":
            self.send_error(404)
            return
        body = {"portal": PORTAL, "wrong": CONTENT[::-1]}.get(manner, CONTENT)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and manner != "forgetful" else 0
        if start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if manner != "endless":
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        stop = self.server.cut_at if manner == "cut" and not start else len(body)
        self.wfile.write(body[start:stop])

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "sets" / "data.bin"


def remote(target: Path, *urls: str) -> RemoteFile:
    return RemoteFile(urls, target, hashlib.md5(CONTENT, usedforsecurity=False).hexdigest())


def left(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


@pytest.mark.parametrize("manner", ["good", "endless"])
def test_a_file_arrives_with_progress(server: Server, target: Path, manner: str) -> None:
    steps = list(fetch(remote(target, server.url(manner))))
    assert target.read_bytes() == CONTENT
    assert steps[-1] == len(CONTENT)
    assert steps == sorted(steps)
    assert len(steps) > 1
    assert left(target) == ["data.bin"]


def test_a_web_page_in_place_of_the_file(server: Server, target: Path) -> None:
    with pytest.raises(Failure, match=r"Instead of data\.bin a web page came"):
        list(fetch(remote(target, server.url("portal"))))
    assert left(target) == []


def test_a_wrong_checksum_leaves_nothing(server: Server, target: Path) -> None:
    with pytest.raises(Failure, match="its checksum is wrong"):
        list(fetch(remote(target, server.url("wrong"))))
    assert left(target) == []


def test_what_was_cut_off_is_continued(server: Server, target: Path) -> None:
    file = remote(target, server.url("cut"))
    with pytest.raises(Failure, match="The connection ended before"):
        list(fetch(file))
    assert left(target) == ["data.bin.part"]
    steps = list(fetch(file))
    assert server.ranges == [None, f"bytes={server.cut_at}-"]
    assert steps[0] > server.cut_at
    assert target.read_bytes() == CONTENT


def test_a_server_that_can_not_continue_starts_again(server: Server, target: Path) -> None:
    target.parent.mkdir()
    part = target.with_name("data.bin.part")
    for rest in (CONTENT[:1000], CONTENT):
        part.write_bytes(rest)
        list(fetch(remote(target, server.url("forgetful" if len(rest) == 1000 else "good"))))
        assert target.read_bytes() == CONTENT


def test_a_damaged_half_file_does_not_stay(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("data.bin.part").write_bytes(bytes(1000))
    file = remote(target, server.url("good"))
    with pytest.raises(Failure, match="checksum"):
        list(fetch(file))
    list(fetch(file))
    assert target.read_bytes() == CONTENT


def test_cancelling_keeps_the_half_and_no_name(server: Server, target: Path) -> None:
    steps = fetch(remote(target, server.url("good")))
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert left(target) == ["data.bin.part"]


def test_the_next_mirror_is_tried(server: Server, target: Path) -> None:
    list(fetch(remote(target, server.url("missing"), server.url("portal"), server.url("good"))))
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/", "could not be fetched from 127.0.0.1:9"),
        ("http://nowhere.invalid/", "the embedded MNIST needs none"),
        ("nonsense", "could not be fetched"),
    ],
)
def test_without_a_network_one_sentence(target: Path, url: str, reason: str) -> None:
    with pytest.raises(Failure, match=reason):
        list(fetch(remote(target, url)))


def test_an_error_of_the_server_is_named(server: Server, target: Path) -> None:
    with pytest.raises(Failure, match="answered 404 Not Found"):
        list(fetch(remote(target, server.url("missing"))))


def test_a_file_that_never_ends_is_stopped(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE_LIMIT", 500_000)
    with pytest.raises(Failure, match="larger than announced"):
        list(fetch(remote(target, server.url("endless"))))


def test_a_folder_that_can_not_be_made(server: Server, tmp_path: Path) -> None:
    (tmp_path / "sets").write_text("a file")
    with pytest.raises(Failure, match="could not be written"):
        list(fetch(remote(tmp_path / "sets" / "data.bin", server.url("good"))))


def archive(folder: Path, kind: str, members: dict[str, bytes]) -> Path:
    path = folder / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in members.items():
                zipped.writestr(name, data)
    else:
        with tarfile.open(path, "w:gz") as tar:
            for name, data in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
class TestUnpack:
    def test_only_what_is_wanted_to_where_it_is_wanted(self, tmp_path: Path, kind: str) -> None:
        members = {"../evil": b"x", "/tmp/evil": b"x", "in/one": b"1", "in/two": b"22", "other": b"x"}
        out = tmp_path / "out"
        list(unpack(archive(tmp_path, kind, members), {"in/one": out / "1", "in/two": out / "2"}, 1000))
        assert {p.name: p.read_bytes() for p in out.iterdir()} == {"1": b"1", "2": b"22"}
        assert {p.name for p in tmp_path.iterdir()} == {f"a.{kind}", "out"}

    def test_a_bomb_is_refused(self, tmp_path: Path, kind: str) -> None:
        path = archive(tmp_path, kind, {"big": bytes(5_000_000)})
        with pytest.raises(Failure, match="would unpack to more than 1 MB"):
            list(unpack(path, {"big": tmp_path / "big"}, 1_000_000))
        assert not (tmp_path / "big").exists()

    def test_a_missing_member_and_a_damaged_archive(self, tmp_path: Path, kind: str) -> None:
        path = archive(tmp_path, kind, {"other": CONTENT})
        with pytest.raises(Failure, match="lacks wanted"):
            list(unpack(path, {"wanted": tmp_path / "w"}, 10_000_000))
        path.write_bytes(path.read_bytes()[:500_000])
        with pytest.raises(Failure, match="could not be unpacked"):
            list(unpack(path, {"other": tmp_path / "w"}, 10_000_000))
        assert not (tmp_path / "w").exists()


def test_a_link_in_the_place_of_a_member_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        link = tarfile.TarInfo("wanted")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(Failure, match="lacks wanted"):
        list(unpack(path, {"wanted": tmp_path / "w"}, 1000))
