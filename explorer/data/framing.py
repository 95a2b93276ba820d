"""How a picture of any size becomes a square one of the chosen side.

Imports numpy, Pillow and `errors`. A data set keeps its framing, so that a dropped
picture goes the same way as the images that the model was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.errors import BadInput

How = Literal["fit", "crop", "pad"]
SMALLEST, LARGEST = 8, 256
COMMON_SIDE = 64
"""The side for pictures of several sizes, or larger than `LARGEST`, when none is chosen."""
_GROUNDS = {"black": (0, 0, 0), "white": (255, 255, 255), "grey": (128, 128, 128)}


@dataclass(frozen=True)
class Framing:
    """Side, manner and ground.

    Raises
    ------
    BadInput
        A side that is no multiple of 4 from 8 to 256, an unknown manner or ground.
    """

    side: int | None = None
    """Pixels; None keeps the size where it can: only padded to a square multiple of 4."""
    how: How = "fit"
    """"fit" keeps the whole picture, enlarged or reduced to the side, and pads; "crop" fills the square and
    cuts what protrudes; "pad" never enlarges."""
    ground: str = "black"
    """Behind transparency and in the padding: black, white, grey or #rrggbb."""

    def __post_init__(self) -> None:
        side = self.side
        if side is not None and (type(side) is not int or side % 4 or not SMALLEST <= side <= LARGEST):
            raise BadInput(f"side={side}: choose a multiple of 4 from {SMALLEST} to {LARGEST}.")
        if self.how not in get_args(How):
            raise BadInput(f"how={self.how}: choose fit, crop or pad.")
        if self.ground not in _GROUNDS and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(self.ground)):
            raise BadInput(f"ground={self.ground}: choose black, white, grey or a colour like #ff8800.")

    @property
    def ground_colour(self) -> tuple[int, int, int]:
        if self.ground in _GROUNDS:
            return _GROUNDS[self.ground]
        red, green, blue = bytes.fromhex(self.ground[1:])
        return red, green, blue

    def for_size(self, width: int, height: int) -> Framing:
        """This framing with a side that suits pictures of that size, where none is chosen."""
        if self.side is not None:
            return self
        longer = max(width, height)
        return self.used(max(SMALLEST, -(-longer // 4) * 4) if longer <= LARGEST else COMMON_SIDE)

    def used(self, side: int) -> Framing:
        """This framing as it was applied: read again with it, the same pictures come out the same."""
        how: How = "pad" if self.side is None and self.how == "fit" else self.how
        return replace(self, side=side, how=how)

    def for_several(self) -> Framing:
        """This framing with a side for pictures of several sizes, where none is chosen."""
        return self if self.side is not None else replace(self, side=COMMON_SIDE)

    def apply(
        self, picture: Image.Image | NDArray[np.uint8], channels: int | None = None
    ) -> NDArray[np.uint8]:
        """Bring a picture to the side.

        Parameters
        ----------
        picture
            An image in 8 bits per channel, or uint8 (H, W) or (H, W, C) with C 1, 3 or 4.
        channels
            1 or 3; None keeps grey grey and colour colour.

        Returns
        -------
        uint8 (side, side, channels)
        """
        image = picture if isinstance(picture, Image.Image) else _image_of(picture)
        if channels is None:
            channels = 1 if image.mode in ("1", "L", "LA", "La") else 3
        mode = "L" if channels == 1 else "RGB"
        flat = self._over_ground(image, mode)
        chosen = self.for_size(*flat.size)
        placed = chosen._placed(flat, chosen.side or COMMON_SIDE)
        values = np.asarray(placed, dtype=np.uint8)
        return values[:, :, None] if channels == 1 else values

    def apply_all(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring images (N, H, W, C) with C 1, 3 or 4 to the side: (N, side, side, 1 or 3)."""
        n, height, width, channels = images.shape
        side = self.for_size(width, height).side or COMMON_SIDE
        if (height, width) == (side, side) and channels != 4:
            return images
        result = np.empty((n, side, side, 1 if channels == 1 else 3), dtype=np.uint8)
        for i, image in enumerate(images):
            result[i] = self.apply(image)
        return result

    def _over_ground(self, image: Image.Image, mode: str) -> Image.Image:
        if image.mode == mode:
            return image
        if image.has_transparency_data:
            image = image.convert("RGBA")
            below = Image.new("RGBA", image.size, (*self.ground_colour, 255))
            image = Image.alpha_composite(below, image)
        return image.convert(mode)

    def _placed(self, image: Image.Image, side: int) -> Image.Image:
        width, height = image.size
        if (width, height) == (side, side):
            return image
        if self.how == "crop":
            shorter = min(width, height)
            left, top = (width - shorter) / 2, (height - shorter) / 2
            box = (left, top, left + shorter, top + shorter)
            return image.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=3)
        scale = side / max(width, height)
        if scale < 1 or self.how != "pad":
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=3)
        ground = Image.new("RGB", (side, side), self.ground_colour).convert(image.mode)
        ground.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
        return ground

    def to_dict(self) -> dict[str, int | str | None]:
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, object]) -> Framing:
        """Read what `to_dict` gave, from a file that may hold anything.

        Raises
        ------
        BadInput
            A field that is missing, unknown or refused.
        """
        if not isinstance(fields, Mapping) or set(fields) != {"side", "how", "ground"}:
            raise BadInput("A framing has the fields side, how and ground.")
        return cls(fields["side"], fields["how"], fields["ground"])  # type: ignore[arg-type]


def _image_of(picture: NDArray[np.uint8]) -> Image.Image:
    squeezed = picture[:, :, 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    return Image.fromarray(np.ascontiguousarray(squeezed, dtype=np.uint8))
