"""`latent-explorer tour`: the lessons, run through the real window, with a picture of each step.

This module imports no Qt: first it is decided on which platform Qt is to start. `performance`
drives the window.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from explorer.errors import BadInput
from explorer.files import shown
from explorer.guide.lesson import find_lesson, lessons
from explorer.preflight import complaint

DONE, FAILED = 0, 1
HOME = "LATENT_EXPLORER_HOME"


def main(argv: Sequence[str]) -> int:
    """Run lessons; 0 when everything held that was to hold, 1 when a fact did not.

    Raises
    ------
    BadInput
        An unknown lesson, a folder that can't be written to, or Qt can't start.
    """
    options = _read(argv)
    chosen = [find_lesson(stem) for stem in options.lessons] or lessons()
    folder = _folder(options.out)
    if complaint() is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if said := complaint():
        raise BadInput(said)
    with _home_of_its_own():
        from explorer.tour.performance import perform

        return DONE if perform(chosen, folder, options.colours) else FAILED


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` says what there is.")


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="latent-explorer tour",
        description="Run the lessons through the real window; write a picture of each step and tour.json.",
    )
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="names of lessons (default: all)")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the pictures and tour.json")
    parser.add_argument(
        "--colours",
        choices=("light", "dark"),
        default="light",
        help="palette of the pictures (default: light)",
    )
    return parser.parse_args(list(argv))


def _folder(text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{shown(folder)} can't be made ({error.strerror}); choose another folder.") from None
    return folder


@contextmanager
def _home_of_its_own() -> Iterator[None]:
    """What a tour trains and remembers is gone with it; the user's library and layout stay untouched."""
    before = os.environ.get(HOME)
    with tempfile.TemporaryDirectory(prefix="latent-explorer-tour-", ignore_cleanup_errors=True) as home:
        os.environ[HOME] = home
        try:
            yield
        finally:
            if before is None:
                del os.environ[HOME]
            else:
                os.environ[HOME] = before
