"""What a command prints: JSON alone, or text for people with a progress bar. Standard library; tqdm late.

Standard output carries the result, standard error everything that is said on the way.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from explorer.training.events import Event, Progress

BAR = "{desc}: {percentage:3.0f}% |{bar}| {n:,}/{total:,} [{elapsed}<{remaining}{postfix}]"


def say(text: str) -> None:
    """A sentence on the way."""
    print(text, file=sys.stderr)


def write(content: Mapping[str, Any], as_json: bool, text: str, to: TextIO | None = None) -> None:
    """The result: one line of JSON, or text, on standard output unless that carries something else."""
    print(json.dumps(finite(content), ensure_ascii=False) if as_json else text, file=to, flush=True)


def finite(value: Any) -> Any:
    """The same with null for every number that JSON doesn't know."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    return str(value) if isinstance(value, Path) else value


class Bar:
    """A progress bar on a terminal, nothing elsewhere.

    Parameters
    ----------
    words
        What is being done.
    shown
        Whether it is wanted at all.
    """

    def __init__(self, words: str, *, shown: bool = True) -> None:
        from tqdm import tqdm

        self._tqdm = tqdm(
            total=1, desc=words, bar_format=BAR, leave=False, disable=not (shown and sys.stderr.isatty())
        )

    def move(self, done: float, total: float, words: str | None = None, **beside: str) -> None:
        """Show how much is done, and figures beside it."""
        self._tqdm.total, self._tqdm.n = total, done
        if words is not None:
            self._tqdm.set_description(words, refresh=False)
        self._tqdm.set_postfix(beside, refresh=False)
        self._tqdm.refresh()

    def close(self) -> None:
        self._tqdm.close()


class TrainingReport:
    """Shows the events of a training: one JSON object per line, or a bar.

    Parameters
    ----------
    silent
        Another process of the training shows them.
    """

    def __init__(self, run: Path, words: str, as_json: bool, *, silent: bool = False) -> None:
        self._run, self._json, self._silent = str(run), as_json, silent
        self._bar = Bar(words, shown=not (as_json or silent))

    def show(self, event: Event) -> None:
        from explorer.training.events import Changed, Failed, Finished, Progress, Snapshot, Warned

        if self._silent:
            return
        match event:
            case Progress():
                self._progress(event)
            case Snapshot(step, progress):
                self._line("snapshot", step=step, progress=progress)
            case Changed(step, knob, value):
                self._line("changed", step=step, knob=knob, value=value)
            case Warned(step, text):
                self._line("warned", step=step, text=text)
                say(text)
            case Finished(step, seconds):
                self._end("finished", step=step, seconds=seconds)
                if not self._json:
                    print(f"Trained in {seconds:,.1f} s: {self._run}", flush=True)
            case Failed(step, text):
                self._end("failed", step=step, text=text)

    def stopping(self) -> None:
        """An end was asked for, and is on its way."""
        if not self._silent:
            say("Stopping; what has been learned is being saved.")

    def stopped(self, step: int, name: str) -> None:
        """The last word of a training that was interrupted."""
        if self._silent:
            return
        self._end("stopped", step=step)
        say(f"Stopped at step {step:,}; go on with: latent-explorer train --resume {name}")

    def close(self) -> None:
        self._bar.close()

    def _progress(self, event: Progress) -> None:
        fields = {name: getattr(event, name) for name in event.__dataclass_fields__ if name != "scores"}
        self._line("progress", **fields)
        losses = {name: f"{value:.4g}" for name, value in event.terms.items() if name.startswith("loss")}
        figures = {"images/s": f"{event.images_per_s:,.0f}", **losses}
        self._bar.move(event.step, event.steps, **figures)

    def _line(self, kind: str, **fields: Any) -> None:
        if self._json:
            write({"event": kind, **fields}, True, "")

    def _end(self, kind: str, **fields: Any) -> None:
        self._bar.close()
        self._line(kind, **fields, run=self._run)
