"""The `latent-explorer` command. Without a word it opens the window, with one it needs no Qt.

Each group of commands is a module beside this one. Everything is imported late: the window has
to appear before torch is there, and no command waits for what another one needs.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from explorer.cli.outcome import guarded
from explorer.errors import BadInput

WINDOWED = ("tour", "bench")
"""Commands that drive the real window, and read their own arguments."""

SPINS = "1000"
"""How often a thread of torch looks for work before it sleeps. libgomp's own 300,000 keep a core from
the window, and from the very thread that is waited for; the fewer cost 3 % of a training's speed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 failed, 2 bad usage or input, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not os.environ.keys() & {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}:
        os.environ["GOMP_SPINCOUNT"] = SPINS  # read by libgomp when torch is imported
    return guarded(lambda: _dispatch(words))


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in WINDOWED:
        return _with_window(words)
    from explorer.cli.parser import parse

    options = parse(words)
    module, _, function = options.action.partition(":")
    run = getattr(importlib.import_module(f"explorer.cli.{module}"), function)
    status: int = run(options)
    return status


def _with_window(words: list[str]) -> int:
    if not words:
        from explorer.preflight import complaint

        if said := complaint():
            raise BadInput(said)
    if sys.platform == "win32":
        import torch  # noqa: F401  (loaded after Qt it finds the wrong libraries there)
    match words:
        case ["tour", *rest]:
            from explorer.tour import main as tour

            return tour(rest)
        case ["bench", *rest]:
            from explorer.bench import main as bench

            return bench(rest)
    from explorer.ui.window.app import main as open_window

    return open_window(words)
