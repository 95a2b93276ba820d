"""A run: one training on disk, in a folder of its own. Reading; `recorder` writes.

Everything but `model` and `trainer` works without torch, so that a map opens before torch is there.
Imports latent, data, weights; models and training late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet
from explorer.errors import BadInput
from explorer.files import parse_json, shown
from explorer.latent.atlas import Atlas
from explorer.latent.embedding import Embedding
from explorer.runs.curves import read_curves
from explorer.runs.folder import WEIGHTS, RunFolder, newest_states
from explorer.runs.manifest import FILE, DataRecord, Manifest
from explorer.weights import finite, read_arrays, read_tensors

if TYPE_CHECKING:
    from explorer.models.base import GenerativeModel
    from explorer.training.ranks import Ranks
    from explorer.training.state import State
    from explorer.training.trainer import Trainer

METRICS, PROBE = "metrics.jsonl", "probe.npz"
ATLAS, PREVIEW = "atlas.png", "preview.png"


class Run(RunFolder):
    """What a run holds, read and checked. Every method raises `BadInput` where a file is damaged."""

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Open what is there.

        Raises
        ------
        BadInput
            No folder, no manifest, or a wrong one.
        """
        try:
            is_folder, has_manifest = folder.is_dir(), (folder / FILE).is_file()
        except OSError as error:
            raise BadInput(f"{shown(folder)} can't be opened: {error.strerror}.") from error
        if not is_folder:
            raise BadInput(f"{shown(folder)} is not the folder of a model.")
        if not has_manifest:
            raise BadInput(f"{shown(folder)} holds no {FILE}, so it is not the folder of a model.")
        return cls(folder, Manifest.read(folder))

    def embedding(self, space: str = "z") -> Embedding | None:
        """The codes of the held-out items, where they were kept."""
        name = f"embedding-{space}.npz"
        if name not in self.manifest.files:
            return None
        arrays = read_arrays(self.checked(name), limit=2**30)
        codes = arrays.get("codes")
        if codes is None or codes.ndim != 2 or codes.dtype.kind != "f" or not np.isfinite(codes).all(1).any():
            raise BadInput(f"{self.folder / name} holds no usable codes.")
        declared = self.manifest.space(space)
        size = codes.shape[1] if declared is None else declared.size
        if codes.shape[1] != size:
            raise BadInput(f"{self.folder / name} holds codes of {codes.shape[1]} numbers, not of {size}.")
        labels = arrays.get("labels")
        if labels is not None and not _usable(labels, self.manifest.data.class_names):
            raise BadInput(f"{self.folder / name} holds unusable labels.")
        for key, shape in (("spread", codes.shape), ("errors", codes.shape[:1]), ("labels", codes.shape[:1])):
            if key in arrays and arrays[key].shape != shape:
                raise BadInput(f"{self.folder / name}: {key} doesn't fit the codes.")
        return Embedding(
            codes.astype(np.float32),
            _floats(arrays.get("spread")),
            _floats(arrays.get("errors")),
            None if labels is None else labels.astype(np.int64),
            self.manifest.data.class_names,
        )

    def probe(self) -> ImageSet | None:
        """The first held-out images, kept for where the data set is missing."""
        if PROBE not in self.manifest.files:
            return None
        arrays = read_arrays(self.checked(PROBE), limit=2**30)
        labels, class_names = arrays.get("labels"), self.manifest.data.class_names
        try:
            if labels is not None and not _usable(labels, class_names):
                raise ValueError("labels without a class")
            images = ImageSet(
                arrays["images"], None if labels is None else labels.astype(np.int64), class_names
            )
            channels, height, width = self.manifest.image
            if images.shape != (height, width, channels):
                raise ValueError(f"they are {images.shape}, the model's {(height, width, channels)}")
            return images
        except (KeyError, ValueError) as error:
            raise BadInput(f"{self.folder / PROBE} holds no usable images: {error}.") from None

    def atlas(self) -> Atlas | None:
        """The decoded tiles of a 2-D latent space, where they were kept."""
        record = self.manifest.atlas
        if record is None or ATLAS not in self.manifest.files:
            return None
        sheet = self._picture(ATLAS)
        channels, height, width = self.manifest.image
        wanted = (record.tiles * height, record.tiles * width, channels)
        if sheet.shape != wanted or record.tiles < 2 or len(record.low) != 2 or len(record.high) != 2:
            raise BadInput(f"{self.folder / ATLAS} doesn't fit the manifest.")
        tiles = sheet.reshape(record.tiles, height, record.tiles, width, channels).swapaxes(1, 2)
        return Atlas(tiles, record.low, record.high)

    def preview(self) -> NDArray[np.uint8] | None:
        """A small picture (H, W, C) for the library."""
        return self._picture(PREVIEW) if PREVIEW in self.manifest.files else None

    def curves(self) -> list[dict[str, Any]]:
        """The lines of `metrics.jsonl` in their order."""
        return read_curves(self.inside(METRICS))

    def weights(self) -> dict[str, NDArray[Any]]:
        """The averaged weights, held against their checksum; halves come as float32.

        Raises
        ------
        BadInput
            Missing, damaged, or not a safetensors file.
        """
        try:
            return self._final_weights()
        except BadInput:
            # Where a training died between saving weights and manifest, its last state is whole.
            from explorer.training.state import averaged

            state = next(self._states(), None)
            if state is None:
                raise
        return averaged(state)

    def _final_weights(self) -> dict[str, NDArray[Any]]:
        if WEIGHTS not in self.manifest.files:
            raise BadInput(f"{self.name} holds no weights yet; train it on with `train --resume`.")
        tensors, _ = read_tensors(self.inside(WEIGHTS), sha256=self.manifest.files[WEIGHTS])
        return {
            name: tensor.astype(np.float32) if tensor.dtype.kind == "f" else tensor
            for name, tensor in tensors.items()
        }

    def model(self) -> GenerativeModel:
        """The model with its averaged weights, on the CPU, ready to decode.

        Raises
        ------
        BadInput
            Damaged weights, weights of another model, or weights that hold NaN.
        """
        model, fault = self.model_to_look_at()
        if fault is not None:
            raise BadInput(fault)
        return model

    def model_to_look_at(self) -> tuple[GenerativeModel, str | None]:
        """The same, with the sentence that says so where its weights hold NaN: a part of it may be whole."""
        from explorer.models import arrays

        model, weights = self.untrained(self.manifest.settings), self.weights()
        arrays.install(model, weights)
        fault = None if finite(weights) else f"{self.name}: the model holds NaN; train it again."
        return model.eval(), fault

    def untrained(self, settings: Mapping[str, object]) -> GenerativeModel:
        """A model of its family and shape, on the CPU."""
        from explorer import models

        manifest = self.manifest
        image, classes = models.ImageShape(*manifest.image), len(manifest.data.class_names)
        known = {**models.family(manifest.family).OLDER, **settings}
        return models.build(manifest.family, known, image, manifest.seed, classes)

    def trainer(self, data: DataSet, device: str | None = None, ranks: Ranks | None = None) -> Trainer:
        """A trainer at the start, or where the newest undamaged saved state left off.

        Parameters
        ----------
        ranks
            The processes that train together; the first alone reads the saved state.

        Raises
        ------
        BadInput
            Other data than the run has met, settings that are refused, or a saved state that is a link.
        """
        from explorer.training.device import choose
        from explorer.training.ranks import ALONE
        from explorer.training.trainer import Trainer

        if data.fingerprint() != self.manifest.data.fingerprint:
            raise BadInput(f"{self.name} was trained on other images than {data.origin} holds now.")
        ranks = ranks or ALONE
        saved = ranks.first(lambda: next(self._states(), None))
        if saved is None and self.state_files():
            raise BadInput(f"{self.name} can't be resumed, as its saved states are damaged; train it anew.")
        settings = saved.settings if saved else self.manifest.settings
        model, seed, chosen = self.untrained(settings), self.manifest.seed, choose(device)[0]
        trainer = Trainer(model, data.train, seed=seed, device=chosen, ranks=ranks)
        if saved:
            trainer.restore(saved)
        return trainer

    def state_files(self) -> list[str]:
        """Names of the saved training states, the newest first."""
        return newest_states(self.manifest.files)

    def _states(self) -> Iterator[State]:
        """The saved states that can be used, the newest first."""
        from explorer.training.state import State

        for name in self.state_files():
            path = self.inside(name)
            try:
                tensors, words = read_tensors(path, sha256=self.manifest.files[name])
                at, settings = (parse_json(words.get(key, "").encode(), name) for key in ("at", "settings"))
                yield State(tensors, at, settings)
            except BadInput:
                continue

    def _picture(self, name: str) -> NDArray[np.uint8]:
        from explorer.data.formats.png import from_png

        return from_png(self.checked(name), self.manifest.image[0])


def new(
    folder: Path, family: str, settings: Mapping[str, object], data: DataSet, *, seed: int, command: str = ""
) -> Run:
    """Make the folder of a run that is about to be trained.

    Raises
    ------
    BadInput
        The folder holds something already, or can't be made.
    """
    height, width, channels = data.test.shape
    manifest = Manifest(
        family=family,
        settings=dict(settings),
        image=(channels, height, width),
        data=DataRecord(
            name=data.name,
            title=data.title,
            origin=data.origin,
            fingerprint=data.fingerprint(),
            framing=dict(data.framing.to_dict()),
            train=len(data.train),
            test=len(data.test),
            class_names=data.test.class_names,
        ),
        seed=seed,
        status="training",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(f"{shown(folder)} holds something already; choose another folder.")
    except OSError as error:
        raise BadInput(f"{shown(folder)} can't be made ({error.strerror}); choose another folder.") from error
    manifest.write(folder)
    return Run(folder, manifest)


def framing_of(manifest: Manifest) -> Framing:
    """How a foreign picture is brought to the shape of this run's images."""
    return Framing.from_dict(manifest.data.framing)


def _floats(array: NDArray[Any] | None) -> NDArray[np.float32] | None:
    return None if array is None else array.astype(np.float32)


def _usable(labels: NDArray[Any], class_names: tuple[str, ...]) -> bool:
    if labels.dtype.kind not in "iu":
        return False
    return not len(labels) or bool(labels.min() >= 0 and labels.max() < len(class_names))
