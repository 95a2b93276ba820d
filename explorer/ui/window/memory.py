"""What comes back at the next start: window, docks, theme, the open model, what is chosen, the lesson.

A file that can't be read is kept beside as ``.bad``, and the defaults hold. Imports paths and files.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping

from explorer import paths
from explorer.errors import BadInput, Failure
from explorer.files import read_json, write_json

log = logging.getLogger(__name__)

NAME = "session.json"


def recall() -> dict[str, object]:
    """What was remembered; empty at the first start."""
    path = paths.settings() / NAME
    if not path.exists():
        return {}
    try:
        return read_json(path)
    except BadInput as error:
        log.warning("%s", error)
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".bad"))
        return {}


def remember(content: Mapping[str, object]) -> None:
    """Write it down; a folder that can't be written to costs only the memory."""
    try:
        paths.settings().mkdir(parents=True, exist_ok=True)
        write_json(paths.settings() / NAME, content)
    except (Failure, OSError) as error:
        log.warning("%s", error)
