"""A file takes the place of another in one go. A lowest module: standard library only."""

from __future__ import annotations

import os
import time
from pathlib import Path

PATIENCE, PAUSE = 2.0, 0.05
"""Seconds: how long a file that another program holds is waited for, and between two tries."""

WINDOWS = os.name == "nt"


def replace(written: Path, path: Path) -> None:
    """Give a file that has been written its name; on Windows a virus scanner may hold it for a moment."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            os.replace(written, path)  # noqa: PTH105 (tests have each of the system's calls fail)
            return
        except PermissionError:
            if not WINDOWS or time.monotonic() >= end:
                raise
            time.sleep(PAUSE)
