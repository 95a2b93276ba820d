"""Versions of what is installed. Standard library only."""

from __future__ import annotations

from importlib import metadata


def version(package: str = "latent-explorer") -> str | None:
    """The version of a distribution; None where it isn't installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
