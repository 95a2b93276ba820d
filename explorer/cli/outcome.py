"""How a command ends: its exit status, one sentence where it failed, signals. Standard library only.

Nothing flies past `guarded`: what is no `BadInput` or `Failure` is a defect, whose traceback goes
into a log file.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from types import FrameType

from explorer.errors import BadInput, Failure

DONE, FAILED, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


def guarded(command: Callable[[], int]) -> int:
    """Run a command and turn whatever ends it into a sentence on stderr and an exit status."""
    _give_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return command()
    except SystemExit as end:  # --help, --version
        return end.code if isinstance(end.code, int) else DONE
    except BadInput as error:
        return _say(str(error), BAD_INPUT)
    except Failure as error:
        return _say(str(error), FAILED)
    except KeyboardInterrupt:
        return _say("Interrupted.", INTERRUPTED)
    except BrokenPipeError:  # `latent-explorer runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if said := _of_device(error):
            return _say(said, FAILED)
        return _say(f"This is a defect: {_first_line(error)}. {_log()}", FAILED)


def _give_streams() -> None:
    """Started without a console, as by pythonw, a program has no streams; what is said goes nowhere then."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 (to the end)


def _say(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status


def _of_device(error: Exception) -> str | None:
    """The sentence where it is the machine's fault: too little memory, or a GPU that is gone."""
    too_little = "There is too little memory for this; choose a smaller model, batch or side."
    if isinstance(error, MemoryError):
        return too_little
    if not isinstance(error, RuntimeError) or "torch" not in sys.modules:
        return None
    from explorer.training.device import first_line, is_lost, lacks_memory

    if is_lost(error):
        return f"The device was lost ({first_line(error)}); try again with --device cpu, or after a restart."
    return too_little if lacks_memory(error) else None


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:200]}" if text else type(error).__name__


def _log() -> str:
    """Write down the traceback of what is being handled; says where."""
    import traceback

    report = f"{datetime.now().isoformat(timespec='seconds')} {sys.argv}\n{traceback.format_exc()}\n"
    try:
        from explorer.paths import logs

        logs().mkdir(parents=True, exist_ok=True)
        path = logs() / "latent-explorer.log"
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report)
    except OSError:
        return report
    return f"The traceback is in {path}."


class Interruption:
    """Which signal has asked for an end, if any."""

    status: int | None = None


@contextlib.contextmanager
def interruptible(*, patient: bool = False) -> Iterator[Interruption]:
    """Let the first Ctrl+C or SIGTERM only set a flag; the second ends the process at once.

    Parameters
    ----------
    patient
        The second does nothing more: a launcher sends its own after the user's, and is patient itself.
    """
    asked = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    numbers = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}

    def note(number: int, frame: FrameType | None) -> None:
        asked.status = numbers[signal.Signals(number)]
        for each in () if patient else numbers:
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
