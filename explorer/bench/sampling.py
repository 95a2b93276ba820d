"""Pictures per second of the shipped models, diffusion's against `diffusers`, and the window meanwhile.

The other side is a DDIMPipeline round an untrained UNet2DModel: at the pictures' own size, and on the folded
pixels where our network folds them, so that both sides see a tensor of one size. Imports torch and models;
diffusers, which only this needs, late, and the window's part, which knows Qt, too.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import torch

from explorer.bench.figures import Bar, at_least, median, say
from explorer.errors import Failure
from explorer.metrics.samples import sampled_space
from explorer.models import arrays
from explorer.models.base import GenerativeModel
from explorer.models.families.diffusion import Diffusion
from explorer.runs.library import Library
from explorer.training.device import choose, title

GRID = 16
"""Pictures that a denoising model makes at a time: the dock's grid."""

SHEET = 100
"""Pictures that others decode at a time: a sheet of the samples' view."""

CLOSE = 0.05
"""Share by which the numbers of weights may differ."""

GROWTH = 2
"""The coarser levels of a UNet2DModel are so many times as wide as the finest, as ours usually are."""

MOST_LEVELS = 3
STEP = 4
"""The channels, and the groups that they are normalised in, are found in such steps."""

HOW = "diffusers is not here; `uv run --extra bench latent-explorer bench sampling` compares with it."


class Peer(NamedTuple):
    """A pipeline of diffusers beside one of our models."""

    draw: Callable[[], object]
    parameters: int
    channels: tuple[int, ...]
    """Of each level of its network."""


class Tensor3(NamedTuple):
    """What a network sees of one picture."""

    channels: int
    height: int
    width: int


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The list `models`, and the delays of the `window` while it samples."""
    from explorer.bench.sampling_window import meanwhile

    device, _ = choose()
    say(f"On {title(device)}, {options.repeats} x {options.seconds:g} s of each.")
    if not has_diffusers():
        say(HOW)
    rows = [row(name, model.to(device), options) for name, model in _shipped()]
    seconds = options.repeats * options.seconds
    return {"device": title(device), "models": rows, "window": meanwhile(seconds)}


def has_diffusers() -> bool:
    return importlib.util.find_spec("diffusers") is not None


def _shipped() -> Iterator[tuple[str, GenerativeModel]]:
    """The shipped models whose codes can be drawn from a prior."""
    for entry in Library().entries():
        known = [] if entry.manifest is None or entry.fault else entry.manifest.spaces
        if entry.shipped and any(space.prior is not None and space.can_decode for space in known):
            yield entry.name, Library().find(entry.name).model().eval()


def row(name: str, model: GenerativeModel, options: argparse.Namespace) -> dict[str, Any]:
    """What is measured of one model, all of it in alternation."""
    say(f"{name} ...")
    if not isinstance(model, Diffusion):
        speed = _in_turns({"ours": functools.partial(_decode, model, SHEET)}, SHEET, options)
        return {"model": name, "batch": SHEET, "pictures_per_s": speed["ours"]}
    # One call of the network for each step: a pipeline of diffusers knows no guidance.
    model.turn_plan({"sampler": "ddim", **({"guidance": 1.0} if model.conditions else {})})
    peers = {key: peer(model, seen) for key, seen in _seen(model).items()} if has_diffusers() else {}
    draws: dict[str, Callable[[], object]] = {key: found.draw for key, found in peers.items()}
    speed = _in_turns({"ours": functools.partial(_decode, model, GRID), **draws}, GRID, options)
    found = {
        "model": name,
        "batch": GRID,
        "steps": model.plan.steps,
        "parameters": _size(model),
        "pictures_per_s": speed["ours"],
    }
    for key in ("diffusers", "diffusers_folded"):
        other = peers.get(key)
        found[f"{key}_pictures_per_s"] = speed.get(key)
        found[f"{key}_parameters"] = None if other is None else other.parameters
        found[f"{key}_channels"] = None if other is None else other.channels
        found[f"times_{key}"] = speed.get(f"times_{key}")
    return found


def _in_turns(
    draws: Mapping[str, Callable[[], object]], batch: int, options: argparse.Namespace
) -> dict[str, float]:
    """Pictures per second of each, and how many times each other one's are "ours", as medians of the turns.

    A machine's speed may change by half within seconds; the median of the turns' ratios does not.
    """
    for draw in draws.values():
        draw()
    found = []
    for turn in range(options.repeats):
        order = list(draws)[:: 1 if turn % 2 else -1]
        speeds = {name: _pictures_per_s(draws[name], batch, options.seconds) for name in order}
        ratios = {f"times_{name}": speeds["ours"] / speeds[name] for name in draws if name != "ours"}
        found.append({**speeds, **ratios})
    speed: dict[str, float] = median(found)
    return speed


def _pictures_per_s(draw: Callable[[], object], batch: int, seconds: float) -> float:
    done, began = 0, time.perf_counter()
    while True:
        draw()
        done += batch
        passed = time.perf_counter() - began
        if passed >= seconds:
            return done / passed


def _decode(model: GenerativeModel, batch: int) -> object:
    """Draw codes and make pictures of them; without guidance a diffusion model is asked for no class."""
    space = sampled_space(model)
    assert space is not None
    asked = None if isinstance(model, Diffusion) else arrays.classes_in_turn(batch, model.conditions)
    return arrays.decode(model, arrays.sample(model, batch, 0, space.name), space.name, asked)


def _seen(model: Diffusion) -> dict[str, Tensor3]:
    """What the networks of diffusers are to see: whole pictures, and what our network sees inside."""
    channels, height, width = model.image
    seen, fold = {"diffusers": Tensor3(channels, height, width)}, model.network.fold
    if fold > 1:
        folded = Tensor3(channels * fold**2, math.ceil(height / fold), math.ceil(width / fold))
        seen["diffusers_folded"] = folded
    return seen


def peer(model: Diffusion, seen: Tensor3) -> Peer:
    """A DDIMPipeline with as many steps, pictures and (within `CLOSE`) weights, in float32 where ours is.

    Raises
    ------
    Failure
        No network of about that size was found.
    """
    import diffusers

    diffusers.utils.logging.set_verbosity_error()
    channels, device = _channels_like(model, seen), arrays.device_of(model)
    network = _unet(seen, channels).to(device).eval()
    # What it is told of the schedule changes no figure: it computes the same for each.
    scheduler = diffusers.DDIMScheduler(num_train_timesteps=model.config.T)
    pipeline = diffusers.DDIMPipeline(network, scheduler).to(device)
    pipeline.set_progress_bar_config(disable=True)
    steps = model.plan.steps

    @torch.inference_mode()
    def draw() -> object:
        return pipeline(batch_size=GRID, num_inference_steps=steps, output_type="np").images

    return Peer(draw, _size(network), channels)


def _channels_like(model: Diffusion, seen: Tensor3) -> tuple[int, ...]:
    """Channels of a UNet2DModel with about as many weights: of those the ones that widen most like ours.

    It halves even sides only: with an odd one its pictures and their skips no longer fit each other.
    """
    levels, sides = 1, (seen.height, seen.width)
    while levels < MOST_LEVELS and all(side % 2 == 0 for side in sides):
        levels, sides = levels + 1, (sides[0] // 2, sides[1] // 2)
    widths = range(2 * STEP, 2 * model.config.width + 1, STEP)
    shapes = [(fine, coarse) for fine in widths for coarse in range(fine, 2 * GROWTH * fine, STEP)]
    wanted = _size(model)
    for fine, coarse in sorted(shapes, key=lambda shape: abs(shape[1] / shape[0] - GROWTH)):
        channels = (fine, coarse, coarse)[:levels]
        with torch.device("meta"):
            size = _size(_unet(seen, channels))
        if abs(size / wanted - 1) <= CLOSE:
            return channels
    raise Failure(f"Nothing was measured: no UNet2DModel has about {wanted:,} weights.")


def _unet(seen: Tensor3, channels: tuple[int, ...]) -> Any:
    """One block a level and attention in the middle only, with one head: as sparing as ours."""
    from diffusers import UNet2DModel

    return UNet2DModel(
        sample_size=(seen.height, seen.width),
        in_channels=seen.channels,
        out_channels=seen.channels,
        layers_per_block=1,
        block_out_channels=channels,
        down_block_types=("DownBlock2D",) * len(channels),
        up_block_types=("UpBlock2D",) * len(channels),
        attention_head_dim=channels[-1],
        norm_num_groups=STEP,
    )


def _size(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    from explorer.bench.sampling_window import lines

    found = [f"{'pictures per second':22}{'ours':>10}{'diffusers':>11}{'ratio':>8}{'folded':>10}{'ratio':>8}"]
    for each in figures["models"]:
        line = f"{each['model']:22}{each['pictures_per_s']:10,.1f}"
        for key, width in (("diffusers", 11), ("diffusers_folded", 10)):
            speed = each.get(f"{key}_pictures_per_s")
            if speed is not None:
                line += f"{speed:{width},.1f}{each[f'times_{key}']:8.2f}"
        found.append(line)
    compared = [each["diffusers_pictures_per_s"] for each in figures["models"] if "steps" in each]
    return [*found, *([HOW] if None in compared else []), *lines(figures["window"])]


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    from explorer.bench.sampling_window import bars as window_bars

    words = {"diffusers": "against diffusers", "diffusers_folded": "the same on folded pixels"}
    ratios = [
        at_least(f"{each['model']}, {words[key]}", each[f"times_{key}"], 1.0, " x")
        for each in figures["models"]
        for key in words
        if each.get(f"times_{key}") is not None
    ]
    return [*ratios, *window_bars(figures["window"])]
