"""The commands `runs` and `doctor`, and the version. Imports runs; torch only in `doctor`."""

from __future__ import annotations

import argparse
import platform
from typing import Any

from explorer import paths, preflight
from explorer.cli.outcome import DONE
from explorer.cli.report import write
from explorer.files import shown
from explorer.runs.library import Entry, Library
from explorer.versions import version

PACKAGES = (
    *("torch", "torchvision", "numpy", "safetensors", "pillow"),
    *("PySide6-Essentials", "pyqtgraph", "numba", "umap-learn"),
)


def runs(options: argparse.Namespace) -> int:
    """List the library."""
    library = Library()
    entries = library.entries()
    lines = [_line(entry) for entry in entries] or [f"There is no model yet in {shown(library.own)}."]
    write({"runs": [_fields(entry) for entry in entries]}, options.json, "\n".join(lines))
    return DONE


def _fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": entry.name,
        "folder": entry.folder,
        "shipped": entry.shipped,
        "status": entry.status,
        "bytes": entry.bytes,
        "fault": entry.fault,
    }
    if (manifest := entry.manifest) is not None:
        fields |= {
            "family": manifest.family,
            "data": manifest.data.name,
            "latent_size": manifest.settings.get("latent_size"),
            "step": manifest.step,
            "steps": manifest.steps,
            "created": manifest.created,
            "figures": manifest.figures,
        }
    return fields


def _line(entry: Entry) -> str:
    size = f"{entry.bytes / 1e6:6.1f} MB"
    if entry.fault is not None or entry.manifest is None:
        return f"{shown(entry.name):28} damaged  {entry.fault}"
    manifest = entry.manifest
    origin = "shipped" if entry.shipped else manifest.created[:10]
    words = f"{manifest.family:5} {manifest.data.name:14} {entry.status:9} {size}  {origin}"
    return f"{shown(entry.name):28} {shown(words)}"


def doctor(options: argparse.Namespace) -> int:
    """Say what this machine offers."""
    from explorer.data.sources import catalogue

    missing = preflight.missing_libraries()
    fields: dict[str, Any] = {
        "version": version(),
        "python": platform.python_version(),
        "system": platform.platform(),
        **_device(),
        "packages": {name: version(name) for name in PACKAGES},
        "window": preflight.complaint(),
        "missing_libraries": missing,
        "data_sets": [name for name in catalogue.NAMES if catalogue.is_here(name)],
        "folders": {
            "shipped models": paths.trained(),
            "own models": paths.library(),
            "data sets": paths.data_sets(),
            "settings": paths.settings(),
            "logs": paths.logs(),
        },
    }
    write(fields, options.json, _report(fields))
    return DONE


def _device() -> dict[str, Any]:
    try:
        from explorer.training import device as devices
    except (ImportError, OSError) as error:
        return {"device": None, "device_name": None, "bfloat16": None, "torch_fault": str(error)}
    device, complaint = devices.choose()
    return {
        "device": device.type,
        "device_name": devices.title(device),
        "bfloat16": devices.has_bfloat16(device),
        "torch_fault": complaint,
    }


def _report(fields: dict[str, Any]) -> str:
    lines = [f"Latent Explorer {fields['version']} on Python {fields['python']}, {fields['system']}"]
    lines.append(f"device     {fields['device']}: {fields['device_name']}")
    if fields["torch_fault"]:
        lines.append(f"           {fields['torch_fault']}")
    lines.append(f"bfloat16   {'in hardware' if fields['bfloat16'] else 'no'}")
    lines += [f"{name:18} {found or 'not installed'}" for name, found in fields["packages"].items()]
    lines.append(f"data sets  {', '.join(fields['data_sets'])}")
    lines += [f"{name:14} {shown(folder)}" for name, folder in fields["folders"].items()]
    lines.append(f"window     {fields['window'] or 'can be opened'}")
    return "\n".join(lines)
