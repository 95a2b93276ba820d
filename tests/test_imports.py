"""What a bare command must not wait for. In child processes, as this one has imported everything."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "numpy", "PySide6", "pyqtgraph", "PIL", "psutil", "tqdm")


def imported_by(code: str) -> set[str]:
    """The packages that are there after some code has run."""
    code += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


@pytest.mark.parametrize(
    "module", ["explorer.__main__", "explorer.cli", "explorer.cli.parser", "explorer.preflight"]
)
def test_a_bare_command_imports_nothing_heavy(module: str) -> None:
    assert not imported_by(f"import {module}").intersection(HEAVY)


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["--version"], ["nonsense"]])
def test_help_and_refusals_wait_for_nothing_heavy(words: list[str]) -> None:
    code = "import contextlib, io; from explorer.cli import main; out = io.StringIO()\n"
    code += f"with contextlib.redirect_stdout(out): main({words!r})"
    assert not imported_by(code).intersection(HEAVY)


@pytest.mark.parametrize(
    "module",
    ["explorer.latent.embedding", "explorer.latent.atlas", "explorer.runs.run", "explorer.runs.library"],
)
def test_a_map_opens_without_torch_and_without_qt(module: str) -> None:
    assert not imported_by(f"import {module}").intersection({"torch", "torchvision", "PySide6", "pyqtgraph"})
