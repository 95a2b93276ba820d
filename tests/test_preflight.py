from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from explorer import preflight

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="says nothing elsewhere")


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of libraries that the system then lacks; it has all others."""
    names: set[str] = set()

    def load(name: str) -> object:
        if name in names:
            raise OSError(name)
        return object()

    monkeypatch.setattr(ctypes, "CDLL", load)
    return names


def screen(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_without_a_display_the_commands_that_need_none_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    screen(monkeypatch)
    said = preflight.complaint()
    assert said is not None
    assert "DISPLAY and WAYLAND_DISPLAY are not set" in said
    assert "train, evaluate" in said


def test_one_line_installs_all_that_is_missing(absent: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    screen(monkeypatch, DISPLAY=":0")
    assert preflight.complaint() is None
    absent |= {"libglib-2.0.so.0", "libgthread-2.0.so.0", "libEGL.so.1", "libxcb-cursor.so.0"}
    said = preflight.complaint()
    assert said is not None
    assert said.endswith("apt-get install -y libglib2.0-0 libegl1 libxcb-cursor0")
    assert "libxcb-cursor.so.0" in said


def test_offscreen_needs_neither_display_nor_x11(absent: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    absent |= {"libxcb-cursor.so.0", "libwayland-client.so.0"}
    for platform in ("offscreen", "minimal", "offscreen:size=800x600"):
        screen(monkeypatch, QT_QPA_PLATFORM=platform)
        assert preflight.complaint() is None
    absent.add("libGL.so.1")
    assert preflight.missing_libraries() == ["libGL.so.1"]


def test_one_complete_platform_is_enough(absent: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    absent.add("libxcb-cursor.so.0")
    screen(monkeypatch, DISPLAY=":0", WAYLAND_DISPLAY="wayland-0")
    assert preflight.complaint() is None
    screen(monkeypatch, DISPLAY=":0", WAYLAND_DISPLAY="wayland-0", QT_QPA_PLATFORM="xcb")
    assert preflight.missing_libraries() == ["libxcb-cursor.so.0"]


def test_it_needs_the_standard_library_alone() -> None:
    program = "import sys, explorer.preflight; print('numpy' in sys.modules, 'PySide6' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]
