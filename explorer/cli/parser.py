"""The words of the command line and their help. Standard library only: `--help` waits for nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from explorer.cli.ranges import turning, whole
from explorer.errors import BadInput

MOST_SAMPLES = 10_000


class Parser(argparse.ArgumentParser):
    """A parser that fails with one sentence instead of its whole usage."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` says what there is.")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The options of one command.

    Raises
    ------
    BadInput
        Words that mean nothing, in one sentence.
    """
    options = _parser().parse_args(words)
    options.words = list(words)
    return options


def knobs(words: Sequence[str]) -> dict[str, str]:
    """What --set turns, by name.

    Raises
    ------
    BadInput
        A word without an equals sign.
    """
    turned = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise BadInput(f"--set {word}: write it as KNOB=VALUE.")
        turned[name.strip()] = value.strip()
    return turned


def _parser() -> Parser:
    parser = Parser(
        prog="latent-explorer",
        description="Train small generative models on images and explore their latent space. "
        "Without a command it opens the window.",
        epilog="Exit status: 0 done, 1 failed, 2 bad usage or input, 130 interrupted by Ctrl+C.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    _train(commands)
    _evaluate(commands)
    _card(commands)
    _embed(commands)
    _decode(commands)
    _sample(commands)
    _project(commands)
    _invert(commands)
    _attributes(commands)
    _add(commands, "runs", "about:runs", "list the models of the library")
    _add(commands, "doctor", "about:doctor", "what this machine offers: device, versions, missing libraries")
    for name, words in (
        ("tour", "run the lessons through the real window and keep a picture of each step"),
        ("bench", "measure interaction, start, train, learning, map, projection or sampling"),
    ):
        commands.add_parser(name, help=words)
    return parser


Commands = argparse._SubParsersAction  # the only name that argparse has for it


def _add(commands: Commands[Parser], name: str, action: str, words: str) -> Parser:
    parser = commands.add_parser(name, help=words, description=f"{words[:1].upper()}{words[1:]}.")
    parser.set_defaults(action=action)
    parser.add_argument("--json", action="store_true", help="write JSON alone to standard output")
    return parser


def _add_run(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="a name in the library, or a folder")


def _add_device(parser: Parser) -> None:
    parser.add_argument(
        "--device", metavar="D", help="cuda, cuda:1, mps or cpu (default: the first that works)"
    )


def _add_seed(parser: Parser) -> None:
    parser.add_argument(
        "--seed",
        type=whole(0, 2**32 - 1),
        default=0,
        metavar="N",
        help="seed of everything random (default 0)",
    )


def _train(commands: Commands[Parser]) -> None:
    parser = _add(commands, "train", "train:train", "train a model, or go on with one that was stopped")
    parser.add_argument(
        "family",
        nargs="?",
        metavar="FAMILY",
        help="the kind of model, such as vae; any other word names them all",
    )
    parser.add_argument(
        "--data",
        metavar="NAME|PATH",
        help="mnist, fashion-mnist, kmnist, emnist, svhn, cifar10, celeba, or a folder of images or a file "
        "(idx, npz, npy); with --resume, where the images of the run lie now",
    )
    parser.add_argument("--download", action="store_true", help="fetch the data set first if it isn't here")
    parser.add_argument(
        "--epochs", metavar="N", help="passes over the training images; the same as --set epochs=N"
    )
    _add_seed(parser)
    _add_device(parser)
    parser.add_argument("--out", metavar="DIR", help="folder of the run (default: a new one in the library)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KNOB=VALUE",
        dest="knobs",
        help="turn a knob of the family",
    )
    parser.add_argument("--resume", metavar="RUN", help="go on with a run where it was stopped")
    framing = parser.add_argument_group("how pictures of any size become square ones")
    framing.add_argument(
        "--side", type=whole(8, 256), metavar="N", help="side in pixels, a multiple of 4 from 8 to 256"
    )
    framing.add_argument(
        "--fit", choices=("fit", "crop"), default="fit", help="keep the whole picture, or fill the square"
    )
    framing.add_argument(
        "--ground",
        default="black",
        metavar="COLOUR",
        help="behind transparency: black, white, grey or #rrggbb",
    )


def _evaluate(commands: Commands[Parser]) -> None:
    parser = _add(commands, "evaluate", "look:evaluate", "measure a model on its held-out images")
    _add_run(parser)
    parser.add_argument(
        "--full",
        action="store_true",
        help="take the likelihoods from all held-out images, not from the first 1,000, and keep the figures "
        "with the run where it can be written",
    )
    _add_device(parser)


def _card(commands: Commands[Parser]) -> None:
    parser = _add(commands, "card", "look:card", "print what a model is made of and how good it is")
    _add_run(parser)
    parser.add_argument(
        "--full",
        action="store_true",
        help="take the likelihoods from all held-out images, not the first 1,000",
    )
    _add_device(parser)


def _embed(commands: Commands[Parser]) -> None:
    parser = _add(commands, "embed", "look:embed", "write the codes of a data set as .npz")
    _add_run(parser)
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE.npz",
        help="arrays codes (N, D), labels, and spread where there is one",
    )
    parser.add_argument(
        "--part", choices=("test", "train"), default="test", help="which images (default test)"
    )
    _add_device(parser)


def _decode(commands: Commands[Parser]) -> None:
    parser = _add(commands, "decode", "look:decode", "decode one latent code into a picture")
    _add_run(parser)
    parser.add_argument(
        "--at",
        required=True,
        metavar="X,Y,...",
        help="the code, in raw units; write --at=-1,0.5 with the sign",
    )
    parser.add_argument("--out", required=True, metavar="FILE.png", help="the picture, at its own size")


def _sample(commands: Commands[Parser]) -> None:
    parser = _add(
        commands,
        "sample",
        "look:sample",
        "decode codes drawn from the prior, or from a Gaussian fitted to the codes where there is no prior",
    )
    _add_run(parser)
    parser.add_argument(
        "-n", type=whole(1, MOST_SAMPLES), default=64, metavar="N", help="how many (default 64)", dest="count"
    )
    parser.add_argument("--out", required=True, metavar="FILE.png", help="all of them on one sheet")
    parser.add_argument(
        "--class",
        metavar="NAME",
        dest="condition",
        help="of this class, from a model that was trained with them (default: each in turn)",
    )
    parser.add_argument(
        "--guidance",
        type=turning("diffusion", "guidance"),
        metavar="W",
        help="weight of the class while denoising (default: the model's own); 1 is the plain prediction",
    )
    parser.add_argument("--steps", type=turning("diffusion", "steps"), metavar="N", help="denoising steps")
    _add_seed(parser)


def _invert(commands: Commands[Parser]) -> None:
    parser = _add(
        commands,
        "invert",
        "invert:invert",
        "write the code of a picture: by the encoder, or by a search where the model has none",
    )
    _add_run(parser)
    parser.add_argument("--image", required=True, metavar="FILE", help="a picture of any common kind")
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE.npz",
        help="arrays code (D,), picture (what it decodes to), original (the file as the model is shown it), "
        "and error per pixel between the two",
    )
    _add_seed(parser)
    _add_device(parser)


def _attributes(commands: Commands[Parser]) -> None:
    parser = _add(
        commands,
        "attributes",
        "attributes:attributes",
        "fit a direction to each attribute of the images: how well codes tell it, what moving it moves too",
    )
    _add_run(parser)


def _project(commands: Commands[Parser]) -> None:
    parser = _add(
        commands, "project", "project:project", "lay the codes of a model's held-out images out on a plane"
    )
    _add_run(parser)
    parser.add_argument("--how", required=True, choices=("umap", "tsne", "pca"), help="the way to the plane")
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE.npz",
        help="arrays codes (N, D), places (N, 2), settings (JSON as bytes), and labels where there are some",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KNOB=VALUE",
        dest="knobs",
        help="umap: neighbours, min_dist, epochs, metric, seed; tsne: perplexity, iterations, seed",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep it with the model, so that the window opens with it"
    )


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from explorer.versions import version

        print(f"latent-explorer {version()}")
        parser.exit()
