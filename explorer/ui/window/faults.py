"""Exceptions that nobody caught: into the log and the message bar, never into the user's face."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from explorer import paths
from explorer.ui.window import crashes

log = logging.getLogger("explorer")

Report = Callable[[str], None]


def to_log() -> bool:
    """Write log records, and where the program was when it crashed, to a file of the user's.

    Tells whether an earlier session has crashed since the last start.
    """
    crashed = False
    try:
        paths.logs().mkdir(parents=True, exist_ok=True)
        path = paths.logs() / "window.log"
        logging.basicConfig(filename=path, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        crashed = crashes.gather()
        faulthandler.enable(crashes.begin())
    except OSError:
        logging.basicConfig(level=logging.WARNING)
    qInstallMessageHandler(_from_qt)
    return crashed


def watch(report: Report) -> None:
    """Report every uncaught exception of every thread to `report`, from whichever thread it is on."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("uncaught", exc_info=(kind, error, trace))
        report(f"Something went wrong: {error}. The application goes on; the log has the details.")

    def in_thread(hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None:
            caught(hook.exc_type, hook.exc_value, hook.exc_traceback)

    def unraisable(hook: object) -> None:
        error = getattr(hook, "exc_value", None)
        if error is not None:
            log.error("unraisable", exc_info=error)

    sys.excepthook, threading.excepthook, sys.unraisablehook = caught, in_thread, unraisable


def _from_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    level = logging.WARNING if kind is QtMsgType.QtWarningMsg else logging.INFO
    log.log(
        logging.ERROR if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg) else level, "Qt: %s", text
    )
