"""A child process of `start`: the real command, or a bare window after eager imports, and a stopwatch.

Run as ``python -m explorer.bench.start_probe window|eager BEGAN SECONDS`` with the parent's
`time.monotonic` of the start; the last line on standard output is the JSON of what was seen.
Imports nothing ahead of the command that is measured.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from collections.abc import Mapping


def main() -> None:
    kind, began, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    if kind == "eager":
        _eager(began)
    else:
        _window(began, seconds)


def _eager(began: float) -> None:
    """What a program does that imports everything first."""
    import pyqtgraph  # noqa: F401
    import torch  # noqa: F401
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() != QEvent.Type.Paint:
                return False
            watched.event(event)
            report({"eager_s": time.monotonic() - began})
            return True

    watch = Watch(window)
    window.installEventFilter(watch)
    window.resize(800, 560)
    window.show()
    app.exec()


def _window(began: float, seconds: float) -> None:
    """The real command without a word, as a user's shell runs it."""
    from explorer.ui.window.app import application

    app = application()
    from explorer.bench.start_watch import Watch

    watch = Watch(app, began, seconds, report)
    sys.argv[1:] = []
    runpy.run_module("explorer", run_name="__main__")
    watch.deleteLater()


def report(seen: Mapping[str, object]) -> None:
    """Say what was seen, and leave at once: closing is not what is measured."""
    print(json.dumps(seen), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
