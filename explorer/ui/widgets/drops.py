"""What is being dragged over a window, as far as it is files. Imports Qt.

A file may lie where nobody may look: then it counts as neither a file nor a folder, and whoever opens it
says why it can't be opened.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QMimeData


def local_paths(dragged: QMimeData) -> list[Path]:
    """The files and folders of this computer, in their order; web addresses are left out."""
    return [Path(url.toLocalFile()) for url in dragged.urls() if url.isLocalFile()]


def is_file(path: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return path.is_file()
    return False


def is_folder(path: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return path.is_dir()
    return False


def folders_with(mime: QMimeData, name: str) -> list[Path]:
    """Those of the dropped folders that hold a file of this name."""
    return [path for path in local_paths(mime) if is_file(path / name)]
