"""Where things lie: what ships with the application, and what belongs to the user.

A lowest module: imports only platformdirs. Nothing here makes a folder; who writes, makes.
`LATENT_EXPLORER_HOME`, when set, holds everything of the user (tests, portable use).
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "latent-explorer"
_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    in_wheel = _PACKAGE / "_shipped" / name
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / name


def _home() -> Path | None:
    chosen = os.environ.get("LATENT_EXPLORER_HOME")
    return Path(chosen).expanduser().absolute() if chosen else None


def _data() -> Path:
    return _home() or Path(platformdirs.user_data_dir(_NAME, appauthor=False))


def resources() -> Path:
    """Icons, lessons, the embedded data set, rulers."""
    return _shipped("resources")


def trained() -> Path:
    """The runs that ship with the application."""
    return _shipped("trained")


def library() -> Path:
    """The user's own runs."""
    return _data() / "runs"


def data_sets() -> Path:
    """Downloaded data sets, in the folders that torchvision uses."""
    return _data() / "data"


def settings() -> Path:
    """Session and window layout."""
    home = _home()
    return home / "settings" if home else Path(platformdirs.user_config_dir(_NAME, appauthor=False))


def logs() -> Path:
    home = _home()
    return home / "logs" if home else Path(platformdirs.user_log_dir(_NAME, appauthor=False))
