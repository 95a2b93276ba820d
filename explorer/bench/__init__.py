"""Measurements: `latent-explorer bench interaction|start|train|learning|map|projection|sampling`,
a module each.

They drive the real window and the real trainer; every figure is measured, most against another
one of the same run. A bar that is missed is said, and is no failure. Imports all but the standard
library late: `start_probe` is inside this package and measures a start.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from explorer.errors import BadInput

if TYPE_CHECKING:
    from explorer.bench.figures import Bar

FIRST_RUN = "vae-mnist-2d"


class Measurement(Protocol):
    """What each module of a measurement offers."""

    def measure(self, options: argparse.Namespace) -> dict[str, Any]:
        """The figures, as they go into the JSON."""

    def table(self, figures: Mapping[str, Any]) -> list[str]:
        """The same for people, line by line."""

    def bars(self, figures: Mapping[str, Any]) -> list[Bar]:
        """What was to be reached."""


class Parser(argparse.ArgumentParser):
    """A parser that fails with one sentence."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` says what there is.")


def main(argv: Sequence[str] = ()) -> int:
    """Measure, and write one line of JSON or a table to standard output; the exit status.

    Raises
    ------
    BadInput
        Words that mean nothing.
    Failure
        Something could not be measured.
    """
    options = _parser().parse_args(argv)
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    measurement: Measurement = importlib.import_module(f"explorer.bench.{options.what}")
    figures = measurement.measure(options)
    if options.json:
        print(json.dumps(figures, allow_nan=False), flush=True)
    else:
        print(
            "\n".join([*measurement.table(figures), "", *(str(bar) for bar in measurement.bars(figures))]),
            flush=True,
        )
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="latent-explorer bench",
        description="Measure on this machine; a missed figure is no failure. Close other programs first.",
    )
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True, parser_class=Parser)
    interaction = _add(kinds, "interaction", 3, 10.0, "drag a slider, without and with a training")
    interaction.add_argument(
        "--run", default=FIRST_RUN, metavar="RUN", help="the model on display; another like it is trained"
    )
    interaction.add_argument(
        "--train", metavar="FAMILY", help="train a model of another family, as it comes; its delays only"
    )
    _add(kinds, "start", 5, 5.0, "start the application anew and watch its event loop")
    _add(kinds, "train", 3, 5.0, "the trainer against the usual training loop")
    _add(
        kinds,
        "learning",
        1,
        240.0,
        "the ELBO after equal CPU time, against the usual training",
    )
    _add(kinds, "map", 3, 5.0, "the map against a scatter plot, up to a million points")
    _add(kinds, "projection", 3, 5.0, "UMAP in its process: cold, warm, cancelled, and beside the window")
    _add(kinds, "sampling", 5, 2.0, "pictures per second, against diffusers, and the window meanwhile")
    return parser


Kinds = argparse._SubParsersAction  # the only name that argparse has for it


def _add(kinds: Kinds[Parser], name: str, repeats: int, seconds: float, words: str) -> Parser:
    parser = kinds.add_parser(name, help=words, description=f"{words[:1].upper()}{words[1:]}.")
    parser.add_argument("--json", action="store_true", help="write one line of JSON to standard output")
    parser.add_argument(
        "--repeats",
        type=_above_zero(int),
        default=repeats,
        metavar="N",
        help=f"medians of so many repeats (default {repeats})",
    )
    parser.add_argument(
        "--seconds",
        type=_above_zero(float),
        default=seconds,
        metavar="S",
        help=f"length of each single measurement (default {seconds:g})",
    )
    return parser


def _above_zero(kind: type[int] | type[float]) -> type[float]:
    """A type of argument: a number above zero and below a thousand."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < 1000:
            raise argparse.ArgumentTypeError(f"{text} must lie above 0 and below 1,000")
        return value

    return read  # type: ignore[return-value]
