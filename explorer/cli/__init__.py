"""The `latent-explorer` command. Without a word it opens the window, with one it needs no Qt.

Each group of commands is a module beside this one. Everything is imported late: the window has
to appear before torch is there, and no command waits for what another one needs.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from explorer.cli.outcome import guarded
from explorer.errors import BadInput

WINDOWED = ("tour", "bench")
"""Commands that drive the real window, and read their own arguments."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 failed, 2 bad usage or input, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    return guarded(lambda: _dispatch(words))


def _dispatch(words: list[str]) -> int:
    if not words:
        return _open_window(words)
    if words[0] in WINDOWED:
        return _main_of(f"explorer.{words[0]}", words[1:])
    from explorer.cli.parser import parse

    options = parse(words)
    module, _, function = options.action.partition(":")
    run = getattr(importlib.import_module(f"explorer.cli.{module}"), function)
    status: int = run(options)
    return status


def _open_window(words: list[str]) -> int:
    from explorer.preflight import complaint

    if said := complaint():
        raise BadInput(said)
    return _main_of("explorer.ui.app", words)


def _main_of(module: str, words: list[str]) -> int:
    if sys.platform == "win32":
        import torch  # noqa: F401  (loaded after Qt it finds the wrong libraries there)
    status: int = importlib.import_module(module).main(words)
    return status
