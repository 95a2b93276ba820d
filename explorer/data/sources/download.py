"""Fetching one file: with progress, a checksum, and what is there of it kept for the next try.

Standard library, `data.progress`, `files` and `errors`. Every function is a generator: leaving
it (`close`) is cancelling. A file bears its name only when it is whole and its checksum right.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from explorer.errors import Failure
from explorer.files import shown
from explorer.replacing import replace

_BLOCK = 1 << 18
_TIMEOUT = 30.0
SIZE_LIMIT = 4 << 30
_NETWORK_FAULTS = (urllib.error.URLError, http.client.HTTPException, OSError)


class RemoteFile(NamedTuple):
    """One file to fetch."""

    urls: tuple[str, ...]
    """Tried one after the other."""
    path: Path
    md5: str


def fetch(file: RemoteFile) -> Iterator[int]:
    """Fetch a file, yielding the number of bytes there are of it.

    A half file of an earlier try is continued where the server can; after a wrong checksum
    nothing is kept.

    Raises
    ------
    Failure
        No server answered with the file, it was cut off, the checksum is wrong, the disk full.
    """
    part = file.path.with_name(file.path.name + ".part")
    for url in file.urls[:-1]:
        try:
            yield from _fetch_from(url, file, part)
            return
        except Failure:
            continue
    yield from _fetch_from(file.urls[-1], file, part)


def _fetch_from(url: str, file: RemoteFile, part: Path) -> Iterator[int]:
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        start = part.stat().st_size if part.exists() else 0
    except OSError as error:
        raise _not_written(file, error) from error
    with _answer(url, start, file) as answer:
        resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        start = start if resumed else 0
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length and length.isdecimal() else None
        _check_room(file, (total or 0) - start)
        yield from _receive(answer, part, start, total, file)
    _check(part, file)


def _answer(url: str, start: int, file: RemoteFile) -> http.client.HTTPResponse:
    headers = {"User-Agent": "latent-explorer"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        request = urllib.request.Request(url, headers=headers)
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT)
        return answer
    except urllib.error.HTTPError as error:
        error.close()
        if start and error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _answer(url, 0, file)
        raise Failure(
            f"{file.path.name} could not be fetched: {_host(url)} answered {error.code} "
            f"{error.reason}; try later."
        ) from error
    except (*_NETWORK_FAULTS, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failure(
            f"{file.path.name} could not be fetched from {_host(url)}: {reason}; "
            "check the network (the embedded MNIST needs none)."
        ) from error


def _receive(
    answer: http.client.HTTPResponse, part: Path, done: int, total: int | None, file: RemoteFile
) -> Iterator[int]:
    try:
        target = part.open("ab" if done else "wb")
    except OSError as error:
        raise _not_written(file, error) from error
    with target:
        while block := _block(answer, file):
            if done == 0 and block.lstrip()[:1] == b"<" and not file.path.name.endswith(".html"):
                target.close()
                part.unlink()
                raise Failure(
                    f"Instead of {file.path.name} a web page came (a log-in page of the network, or the "
                    f"server's limit): try later, or put the file into {shown(file.path.parent)} yourself."
                )
            done += len(block)
            if done > SIZE_LIMIT:
                target.close()
                part.unlink()
                raise Failure(f"{file.path.name} is larger than announced; the download was stopped.")
            try:
                target.write(block)
            except OSError as error:
                raise _not_written(file, error) from error
            yield done
    if total is not None and done < total:
        raise _cut_off(file)


def _block(answer: http.client.HTTPResponse, file: RemoteFile) -> bytes:
    try:
        return answer.read(_BLOCK)
    except _NETWORK_FAULTS as error:
        raise _cut_off(file) from error


def _check(part: Path, file: RemoteFile) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with part.open("rb") as whole:
        while block := whole.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != file.md5:
        part.unlink()
        raise Failure(
            f"{file.path.name} arrived damaged (its checksum is wrong) and was deleted: fetch it again."
        )
    replace(part, file.path)


def _check_room(file: RemoteFile, needed: int) -> None:
    if needed > shutil.disk_usage(file.path.parent).free:
        raise Failure(
            f"{file.path.name} needs {needed / 1e6:,.0f} MB, more than is free in {shown(file.path.parent)}."
        )


def _cut_off(file: RemoteFile) -> Failure:
    return Failure(
        f"The connection ended before {file.path.name} was whole: fetch it again, it will go on from there."
    )


def _not_written(file: RemoteFile, error: OSError) -> Failure:
    return Failure(f"{shown(file.path)} could not be written: {error.strerror or error}.")


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0] or url


def unpack(archive: Path, wanted: Mapping[str, Path], limit: int) -> Iterator[int]:
    """Copy the wanted members of a .zip or .tar.gz to given places, yielding bytes written.

    The archive's own paths are only compared, never used, so it can't write elsewhere.

    Raises
    ------
    Failure
        Damaged, a member is missing, or more than limit bytes in all.
    """
    try:
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as zipped:
                infos = {i.filename: i for i in zipped.infolist() if i.filename in wanted}
                _check_members(archive, wanted, {name: i.file_size for name, i in infos.items()}, limit)
                done = 0
                for name, info in infos.items():
                    with zipped.open(info) as source:
                        for count in _copy(source, wanted[name]):
                            yield done + count
                    done += info.file_size
        else:
            yield from _unpack_tar(archive, wanted, limit)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise Failure(f"{archive.name} could not be unpacked: {error}.") from error


def _unpack_tar(archive: Path, wanted: Mapping[str, Path], limit: int) -> Iterator[int]:
    done, passed, found = 0, 0, {}
    with tarfile.open(archive) as tar:
        for member in tar:
            passed += member.size
            if passed > limit:
                raise Failure(f"{archive.name} would unpack to more than {limit / 1e6:,.0f} MB.")
            if member.name in wanted and member.isreg() and (source := tar.extractfile(member)):
                found[member.name] = member.size
                for count in _copy(source, wanted[member.name]):
                    yield done + count
                done += member.size
    _check_members(archive, wanted, found, limit)


def _check_members(archive: Path, wanted: Mapping[str, Path], found: Mapping[str, int], limit: int) -> None:
    if missing := [name for name in wanted if name not in found]:
        raise Failure(f"{archive.name} lacks {missing[0]}: it is not the archive that was expected.")
    if sum(found.values()) > limit:
        raise Failure(f"{archive.name} would unpack to more than {limit / 1e6:,.0f} MB.")


def _copy(source: IO[bytes], target: Path) -> Iterator[int]:
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    try:
        with part.open("wb") as file:
            while block := source.read(_BLOCK):
                done += file.write(block)
                yield done
        replace(part, target)
    finally:
        part.unlink(missing_ok=True)
