from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from explorer import paths

OWN: list[Callable[[], Path]] = [paths.library, paths.data_sets, paths.settings, paths.logs]


@pytest.mark.parametrize("folder", OWN)
def test_the_home_variable_holds_all_of_the_user(
    folder: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_EXPLORER_HOME", str(tmp_path / "portable"))
    assert folder().is_relative_to(tmp_path / "portable")
    monkeypatch.delenv("LATENT_EXPLORER_HOME")
    assert "latent-explorer" in folder().parts
    assert not folder().is_relative_to(tmp_path / "portable")


def test_nothing_is_made_by_asking() -> None:
    assert len({folder() for folder in OWN}) == len(OWN)
    assert not any(folder().exists() for folder in OWN)


def test_what_ships_is_found_in_a_checkout() -> None:
    assert (paths.resources() / "data" / "mnist" / "SOURCE.md").is_file()
    assert paths.trained().is_dir()


def test_what_ships_is_found_in_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "_shipped" / "resources"
    shipped.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path)
    assert paths.resources() == shipped
