"""The projections that were computed for a run and are kept: `projection-<space>-<how>.npz`.

A file holds the places and a digest of the codes; the codes themselves lie in the run's embedding.
It lies in the run's folder, and the manifest vouches for it. That of a run that ships lies in the user's
own folder instead, as nothing is ever written to what ships; there the digest alone vouches for it.
Imports latent and weights; no torch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer import paths
from explorer.errors import BadInput, Failure
from explorer.files import parse_json, shown
from explorer.knobs import Settings
from explorer.latent.projecting import METHODS, MethodName
from explorer.runs.keeping import keep_arrays
from explorer.runs.run import Run
from explorer.weights import read_arrays, sha256_of, write_arrays

Floats = NDArray[np.float32]

LIMIT = 2**30
"""Bytes of a file's arrays."""

WIDEST = 1e6
"""No map reaches farther from its origin."""


class KeptProjection(NamedTuple):
    """A projection as it was computed."""

    how: MethodName
    settings: Settings
    places: Floats
    """(N, 2), an item's row NaN where it was left out."""


def save_projection(
    run: Run, how: MethodName, settings: Settings, codes: Floats, places: Floats, space: str = "z"
) -> Path:
    """Keep the places (N, 2) of the codes (N, D) of the run's embedding; gives the file.

    Raises
    ------
    BadInput
        The run is gone, or being written to by another program.
    Failure
        The folder can't be written.
    """
    if not _ships(run):
        return keep_with_run(run, how, settings, codes, places, space)
    path = _own_file(run, _name(space, how))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"{shown(path.parent)} can't be made ({error.strerror}): the map is not kept."
        ) from error
    write_arrays(path, _arrays(settings, codes, places))
    return path


def keep_with_run(
    run: Run, how: MethodName, settings: Settings, codes: Floats, places: Floats, space: str = "z"
) -> Path:
    """Keep them in the run's folder itself, also where it is one that will ship."""
    name = _name(space, how)
    keep_arrays(run, name, _arrays(settings, codes, places))
    return run.folder / name


def load_projection(
    run: Run, how: MethodName, codes: Floats, settings: Settings | None = None, space: str = "z"
) -> KeptProjection | None:
    """The kept projection of the codes (N, D) of the run's embedding.

    Parameters
    ----------
    settings
        Only one that was computed with these.

    Returns
    -------
    None where there is none. Of a run that ships the user's own one comes first.

    Raises
    ------
    BadInput
        A damaged file, or one that doesn't fit its run.
    """
    name = _name(space, how)
    own = _own_file(run, name)
    found: list[Path] = [own] if _ships(run) and own.is_file() else []
    if name in run.manifest.files:
        found.append(run.checked(name))
    for path in found:
        kept = _read(path, how, codes)
        if settings is None or kept.settings == settings:
            return kept
    return None


def _read(path: Path, how: MethodName, codes: Floats) -> KeptProjection:
    arrays = read_arrays(path, names=("codes_sha256", "places", "settings"), limit=LIMIT)
    theirs, places, words = arrays["codes_sha256"], arrays["places"], arrays["settings"]
    if not np.array_equal(theirs, _digest(codes)):
        raise _unfit(path, "its codes are others")
    if places.shape != (len(codes), 2) or places.dtype.kind != "f":
        raise _unfit(path, f"it holds no {len(codes):,} places")
    blank, beyond = np.isnan(places), ~(np.abs(np.nan_to_num(places, nan=0.0)) <= WIDEST)
    if beyond.any() or (blank.any(axis=1) != blank.all(axis=1)).any():
        raise _unfit(path, "some of its places are impossible")
    if words.dtype != np.uint8 or words.ndim != 1:
        raise _unfit(path, "it holds no settings")
    settings = METHODS[how].settings.read(parse_json(words.tobytes(), f"{shown(path)}: settings"))
    return KeptProjection(how, settings, places.astype(np.float32))


def _unfit(path: Path, why: str) -> BadInput:
    return BadInput(f"{shown(path)} does not fit its run: {why}; compute the projection again.")


def _arrays(settings: Settings, codes: Floats, places: Floats) -> dict[str, NDArray[np.generic]]:
    words = np.frombuffer(json.dumps(settings.as_dict()).encode(), np.uint8)
    return {"codes_sha256": _digest(codes), "places": places, "settings": words}


def _digest(codes: Floats) -> NDArray[np.uint8]:
    little = np.ascontiguousarray(codes, "<f4")
    return np.frombuffer(bytes.fromhex(sha256_of(little.tobytes())), np.uint8)


def _name(space: str, how: MethodName) -> str:
    return f"projection-{space}-{how}.npz"


def _ships(run: Run) -> bool:
    return run.folder.resolve().parent == paths.trained().resolve()


def _own_file(run: Run, name: str) -> Path:
    return paths.library().parent / "projections" / run.name / name
