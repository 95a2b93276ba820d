"""Versions of what is installed. Standard library only."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path


def version(package: str = "latent-explorer") -> str | None:
    """The version of a distribution; None where it isn't installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def code() -> str:
    """A checksum of the program's own modules: two checkouts of one version can differ."""
    digest, root = hashlib.sha256(), Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
