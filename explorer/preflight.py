"""What the system lacks to open a window, said before Qt is imported.

Standard library only: without its libraries Qt ends the process with a wrong text.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

_ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
_FOR_PLATFORM = {
    "xcb": {
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
    },
    "wayland": {
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
    },
}
_WITHOUT_DISPLAY = (
    "train, evaluate, embed, decode, sample, project, invert, attributes, runs, doctor, tour and bench"
)


def missing_libraries() -> list[str]:
    """Names of the shared libraries that Qt needs here and that can't be loaded (Linux only)."""
    if not sys.platform.startswith("linux"):
        return []
    basis = _absent(_ALWAYS)
    candidates = [
        _absent(_FOR_PLATFORM[name]) for name in _platforms(os.environ) or [""] if name in _FOR_PLATFORM
    ]
    # Qt tries one platform after the other: it is enough that one is complete.
    return basis + min(candidates, key=len, default=[])


def complaint() -> str | None:
    """Why no window can open here and what to do, in one sentence; None when it can."""
    if not sys.platform.startswith("linux"):
        return None
    if not _platforms(os.environ):
        return (
            "There is no display (DISPLAY and WAYLAND_DISPLAY are not set); "
            f"the commands {_WITHOUT_DISPLAY} need none."
        )
    missing = missing_libraries()
    if not missing:
        return None
    package_of = _ALWAYS | _FOR_PLATFORM["xcb"] | _FOR_PLATFORM["wayland"]
    packages = list(dict.fromkeys(package_of[name] for name in missing))
    return (
        f"Qt needs system libraries that are missing ({', '.join(missing)}); on Debian or Ubuntu "
        f"this installs them: sudo apt-get install -y {' '.join(packages)}"
    )


def _platforms(environment: Mapping[str, str]) -> list[str]:
    """Qt's platform plugins that can be meant; none without a display."""
    if chosen := environment.get("QT_QPA_PLATFORM"):
        return [part.partition(":")[0] for part in chosen.split(";")]
    named = {"DISPLAY": "xcb", "WAYLAND_DISPLAY": "wayland"}
    return [platform for variable, platform in named.items() if environment.get(variable)]


def _absent(libraries: Mapping[str, str]) -> list[str]:
    return [name for name in libraries if not _loads(name)]


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
