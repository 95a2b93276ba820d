"""What every test gets: no screen, no folder of the user's, the same random examples."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of the application and of the desktop that is empty at the start of each test."""
    root = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LATENT_EXPLORER_HOME", str(root / "latent-explorer"))
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(root / kind.lower()))
