"""`manifest.json` of a run: what was trained, on what, how far, and the checksum of every file.

Read from outside, so hostile until shown otherwise: every field is checked, and a fault names
its field. Imports weights, roles and errors; no torch, so that a map opens before torch is there.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, Union, get_args, get_origin, get_type_hints

from explorer.errors import BadInput
from explorer.files import atomic_write, pack_json, read_json, unlinked
from explorer.roles import Role

FORMAT = 1
FILE = "manifest.json"

Status = Literal["training", "stopped", "failed", "finished"]


@dataclass(frozen=True)
class DataRecord:
    """Which images a run has met."""

    name: str
    title: str
    origin: str
    fingerprint: str
    framing: dict[str, Any]
    train: int
    test: int
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class AtlasRecord:
    """Where the tiles of `atlas.png` lie: their centres run from low to high in both coordinates."""

    tiles: int
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class SpaceRecord:
    """A latent space of the model, as `models.base.Space` declares it."""

    name: str
    shape: tuple[int, ...]
    can_encode: bool
    can_decode: bool
    prior: str | None = None
    has_posterior: bool = False
    binary: bool = False
    noise: bool = False
    isometric: bool = False

    @property
    def size(self) -> int:
        """Numbers of a code."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class GroupRecord:
    """Parameters with an optimiser of their own, as `models.base.ParameterGroup` declares them."""

    name: str
    title: str
    role: Role = ""


@dataclass(frozen=True)
class Manifest:
    family: str
    settings: dict[str, Any]
    image: tuple[int, ...]
    """(C, H, W)."""
    data: DataRecord
    seed: int
    status: Status
    title: str = ""
    """The family's name for people."""
    short_title: str = ""
    """The same where there is little room."""
    spaces: tuple[SpaceRecord, ...] = ()
    """The one that the map shows first."""
    groups: tuple[GroupRecord, ...] = ()
    """In the order in which a step of training moves them; none of a model fitted in closed form."""
    conditions: int = 0
    """Classes that a picture can be asked for."""
    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    created: str = ""
    """UTC, ISO 8601."""
    command: str = ""
    """The command line that makes this run again."""
    device: str = ""
    versions: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    """Name to sha256."""
    figures: dict[str, Any] | None = None
    """What was measured of the weights as they are, as `metrics.figures` has it."""
    atlas: AtlasRecord | None = None
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check the manifest of a folder.

        Raises
        ------
        BadInput
            There is none, it isn't one, it is a link, or one of its fields is wrong.
        """
        path = unlinked(folder / FILE)
        content = read_json(path)
        version = content.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise BadInput(f"{path}: this model was made by a newer version of Latent Explorer; update it.")
        manifest: Self = _record(cls, content, str(path))
        manifest._check(str(path))
        return manifest if "groups" in content else manifest._completed()

    def space(self, name: str) -> SpaceRecord | None:
        """The latent space of this name, where the model has one."""
        return next((space for space in self.spaces if space.name == name), None)

    @property
    def noise_space(self) -> SpaceRecord | None:
        """The space of what a walk to a picture starts from; None of a model that does not denoise."""
        return next((space for space in self.spaces if space.noise), None)

    def group(self, role: Role) -> GroupRecord | None:
        """The first parameter group that plays this part."""
        return next((group for group in self.groups if group.role == role), None)

    def packed(self) -> bytes:
        """What its file holds."""
        return pack_json(dataclasses.asdict(self))

    def write(self, folder: Path) -> None:
        atomic_write(folder / FILE, self.packed())

    def _check(self, where: str) -> None:
        if self.format != FORMAT:
            raise BadInput(f"{where}: format {self.format} is not known; {FORMAT} is.")
        image = self.image
        if len(image) != 3 or image[0] not in (1, 3) or not all(8 <= side <= 512 for side in image[1:]):
            raise BadInput(
                f"{where}: image must be [1 or 3, height, width] with sides of 8 to 512, not {list(image)}."
            )
        for name, digest in self.files.items():
            if Path(name).name != name or name in ("", ".", "..") or "\\" in name:
                raise BadInput(f"{where}: files names {name!r}, which is not a plain file name.")
            if not (isinstance(digest, str) and len(digest) == 64):
                raise BadInput(f"{where}: files[{name!r}] must be a sha256.")
        if self.seed >= 2**32:
            raise BadInput(f"{where}: seed must lie below 2^32.")
        if min(self.step, self.steps, self.seed, self.data.train, self.data.test) < 0:
            raise BadInput(f"{where}: step, steps, seed and sizes can't be negative.")

    def _completed(self) -> Self:
        """The manifest of a run made before all that a family declares was written down.

        What it leaves out follows from the rest, as it was with the families of that time.
        """
        flips = self.settings.get("likelihood") == "bernoulli"
        spaces = [
            dataclasses.replace(
                space,
                binary=space.has_posterior and flips,
                noise=space.prior is not None and space.shape == self.image,
            )
            for space in self.spaces
        ]
        groups: tuple[GroupRecord, ...] = ()
        if "critic_steps" in self.settings:
            groups = (
                GroupRecord("critic", "critic", "judges"),
                GroupRecord("generator", "generator", "makes"),
            )
        elif "learning_rate" in self.settings:
            groups = (GroupRecord("model", "model"),)
        abbreviated = len(self.family) < len(self.title)
        short = self.family.upper() if abbreviated else self.title
        return dataclasses.replace(self, short_title=short, groups=groups, spaces=tuple(spaces))


def _record(kind: type[Any], content: Mapping[str, object], where: str) -> Any:
    """Build a dataclass from a JSON object; unknown fields are left out, missing ones take defaults."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for spec in dataclasses.fields(kind):
        if spec.name in content:
            values[spec.name] = _value(hints[spec.name], content[spec.name], f"{where}: {spec.name}")
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            raise BadInput(f"{where}: the field {spec.name} is missing.")
    return kind(**values)


def _value(hint: Any, value: object, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        inner = next(option for option in arguments if option is not type(None))
        return None if value is None else _value(inner, value, where)
    if origin is Literal:
        if value not in arguments:
            raise BadInput(f"{where} must be one of {', '.join(arguments)}.")
        return value
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise BadInput(f"{where} must be an object.")
        return _record(hint, value, where)
    if origin is tuple:
        if not isinstance(value, list) or len(value) > 100_000:
            raise BadInput(f"{where} must be a list.")
        return tuple(_value(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise BadInput(f"{where} must be an object.")
        return value
    return _plain(hint, value, where)


def _plain(hint: type, value: object, where: str) -> Any:
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise BadInput(f"{where} must be finite.")
        return float(value)
    if hint is int and isinstance(value, bool):
        raise BadInput(f"{where} must be a whole number.")
    if not isinstance(value, hint):
        words = {int: "a whole number", float: "a number", str: "text"}
        raise BadInput(f"{where} must be {words.get(hint, hint.__name__)}.")
    return value
