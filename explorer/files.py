"""Files written whole or not at all, and read within bounds.

A low module: imports `errors`, `replacing`, and psutil where it is needed. Writing is atomic (temporary
name, fsync, rename) and follows no link. Reading takes regular files only, up to a limit, and JSON strictly.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.errors import BadInput, Failure
from explorer.replacing import replace

JSON_DEPTH = 64
_SHOWN = 240
_GUARDED = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""No link is followed, and no pipe without a reader waited for."""
_TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp", re.DOTALL)


def shown(path: Path | str) -> str:
    """A path as text that any terminal and any window can print, without line breaks."""
    text = os.fspath(path).encode("utf-8", "backslashreplace").decode()
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 3]}...{text[-_SHOWN // 2 :]}"


def unlinked(path: Path) -> Path:
    """The path of a file that is no symbolic link.

    Raises
    ------
    BadInput
        It is one, which could lead anywhere.
    """
    if path.is_symlink():
        raise BadInput(f"{shown(path)} is a link; put the file itself in its place.")
    return path


def atomic_write(path: Path, data: bytes) -> None:
    """Write a file so that under its name there is always the old or the new whole.

    Raises
    ------
    Failure
        The system refused (disk full, read-only, ...), or there is a link; the old file is
        untouched and the `OSError` is the cause.
    """
    write_together({path: data})


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all have found room before the first of them takes its name.

    Raises
    ------
    Failure
        As `atomic_write`; all old files are untouched.
    """
    temporaries: dict[Path, Path] = {}
    try:
        try:
            for path, data in contents.items():
                temporaries[path] = _temporary(path)
                _write_through(temporaries[path], data)
            for path, temporary in temporaries.items():
                replace(temporary, path)
        except BaseException:
            for temporary in temporaries.values():
                with contextlib.suppress(OSError):
                    temporary.unlink()
            raise
        for folder in {path.parent for path in contents}:
            _sync_folder(folder)
    except OSError as error:
        raise Failure(f"Could not save {shown(path)}: {_cause(error, len(contents[path]))}") from error


def is_disk_full(failure: Failure) -> bool:
    """Whether something could not be saved for want of room."""
    cause = failure.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)


def _temporary(path: Path) -> Path:
    """The name under which a file is written before it takes its own, neither of them a link."""
    stem = path.name.encode(errors="surrogateescape")[:200].decode(errors="ignore")
    temporary = path.with_name(f".{stem}.{os.getpid()}.tmp")
    _check_unlinked(path)
    _check_unlinked(temporary)
    return temporary


def append(path: Path, data: bytes) -> None:
    """Add to the end of a regular file, which is made where there is none.

    Raises
    ------
    Failure
        The system refused, or there is a link, a pipe or a device.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _GUARDED
    try:
        _check_unlinked(path)
        handle = os.open(path, flags, 0o666)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file")
            write_all(handle, data)
        finally:
            os.close(handle)
    except OSError as error:
        raise Failure(f"Could not save {shown(path)}: {_cause(error, len(data))}") from error


def _check_unlinked(path: Path) -> None:
    # Windows knows no O_NOFOLLOW, and elsewhere a rename would put a file in the link's place.
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _write_through(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _GUARDED, 0o666)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write all of it to an open file, in as many parts as the system asks for."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders can't be opened there; the rename is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cause(error: OSError, size: int) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        needed = max(1, math.ceil(size / 1e6))
        return f"the disk is full (needs {needed} MB); make room or choose another folder."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "writing is not allowed there; choose another folder."
    if error.errno == errno.ELOOP:
        return "it is a link; put the file itself in its place."
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "its folder is gone; choose another one."
    if error.errno == errno.ENAMETOOLONG:
        return "the name is too long; choose a shorter one."
    return f"{error.strerror or error}; choose another folder."


def sweep_temporaries(folder: Path) -> None:
    """Delete what writers that no longer live left half written in a folder."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            match = _TEMPORARY.fullmatch(path.name)
            if match and not (len(match[1]) < 10 and lives(int(match[1]))):
                with contextlib.suppress(OSError):
                    path.unlink()


def read_file(path: Path, *, limit: int) -> bytes:
    """Read a regular file of at most limit bytes; a FIFO or device never blocks.

    Raises
    ------
    BadInput
        Missing, not a regular file, too large, or refused by the system.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput(f"{shown(path)} is a folder, not a file.")
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{shown(path)} is not a regular file.")
        if status.st_size > limit:
            raise BadInput(f"{shown(path)} holds {status.st_size:,} bytes; at most {limit:,} are read.")
        with path.open("rb") as file:
            # Not the limit: as much memory is taken as is asked for, whatever the file holds.
            data = file.read(status.st_size + 1)
            if len(data) > status.st_size:
                data += file.read(limit + 1 - len(data))
    except FileNotFoundError:
        raise BadInput(f"There is no file {shown(path)}.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise BadInput(f"{shown(path)} can't be read: {reason or error}.") from error
    if len(data) > limit:
        raise BadInput(f"{shown(path)} grew beyond {limit:,} bytes while it was read.")
    return data


def read_json(path: Path, *, limit: int = 10_000_000) -> dict[str, object]:
    """Read a JSON object strictly: finite numbers, no double keys, bounded depth, whole text.

    Raises
    ------
    BadInput
        The file or its content is refused.
    """
    return parse_json(read_file(path, limit=limit), shown(path))


def pack_json(content: Mapping[str, object]) -> bytes:
    """The bytes of a JSON file."""
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False).encode() + b"\n"


def write_json(path: Path, content: Mapping[str, object]) -> None:
    atomic_write(path, pack_json(content))


def parse_json(data: bytes, what: str) -> dict[str, Any]:
    """What `read_json` does, for bytes at hand; `what` names them in the refusal."""
    try:
        content = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_distinct,
            parse_constant=_not_finite,
            parse_float=_finite_float,
            parse_int=_short_int,
        )
        _check_depth_and_text(content)
    except RecursionError:
        raise BadInput(f"{what} is nested too deeply.") from None
    except ValueError as error:  # JSON, Unicode, and the hooks below
        raise BadInput(f"{what} is not usable JSON: {error}.") from None
    if not isinstance(content, dict):
        raise BadInput(f"{what} must hold a JSON object, not a {type(content).__name__}.")
    return content


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key occurs twice")
    return content


def _not_finite(text: str) -> float:
    raise ValueError(f"{text} is not a finite number")


def _finite_float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _not_finite(text[:20])


def _short_int(text: str) -> int:
    if len(text) > 30:
        raise ValueError(f"a whole number has {len(text)} digits")
    return int(text)


def _check_depth_and_text(content: object) -> None:
    level: list[object] = [content]
    for _ in range(JSON_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                item.encode()  # a lone surrogate raises
            elif isinstance(item, dict):
                below += [*item, *item.values()]
            elif isinstance(item, list):
                below += item
        if not below:
            return
        level = below
    raise RecursionError


def lives(pid: int) -> bool:
    """Whether there is a process of this number."""
    # Only what another process left asks for it, and the import takes a tenth of the time to the first paint.
    import psutil

    return bool(psutil.pid_exists(pid))
