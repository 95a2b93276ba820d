"""The processes that train one model together, each its parts of every batch, and what they tell each other.

`torchrun` starts them and numbers them in the environment. A training in one process has `Ranks` too: it is
alone there, and everything passes through. Imports torch and `errors`; torch.distributed late.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from explorer.errors import BadInput, Failure

T = TypeVar("T")

TIMEOUT = timedelta(minutes=10)
"""Until a process that says nothing is taken for gone; one that has died is missed at once. The first is
waited for while it saves, and the one that fetches a data set."""


class Parted(Failure):
    """Another process of the training is gone."""


class Ranks:
    """This process among those that train one model together.

    Each method is called by all of them at the same place of the program, or they wait for each other.

    Parameters
    ----------
    rank
        Of this process, from 0; the first alone writes.
    local
        The same among those of its machine.
    """

    def __init__(self, rank: int = 0, count: int = 1, local: int = 0) -> None:
        self.rank, self.count, self._local = rank, count, local
        self._parted = False

    @property
    def leads(self) -> bool:
        """Whether it is this process that writes and speaks."""
        return self.rank == 0

    def agree(self, *mine: float) -> list[float]:
        """The sum of each number over all processes; no device is waited for."""
        if self.count == 1:
            return list(mine)
        numbers = torch.tensor(mine, dtype=torch.float64)
        self.sum_([numbers])
        return cast(list[float], numbers.tolist())

    def sum_(self, tensors: list[Tensor]) -> None:
        """Replace tensors by their sums over all processes, sent as one flat buffer."""
        if self.count == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        with self._missing_nobody() as distributed:
            distributed.all_reduce(flat)
        sums = flat.split([tensor.numel() for tensor in tensors])
        torch._foreach_copy_(tensors, [s.view(t.shape) for s, t in zip(sums, tensors, strict=True)])

    def gather(self, mine: T) -> list[T]:
        """What each process has, in their order."""
        if self.count == 1:
            return [mine]
        told: list[Any] = [None] * self.count
        with self._missing_nobody() as distributed:
            distributed.all_gather_object(told, mine)
        return told

    def first(self, make: Callable[[], T]) -> T:
        """What the first process makes, for all of them; where it can't, all end with its sentence."""
        if self.count == 1:
            return make()
        told: list[Any] = [None, None]
        if self.leads:
            try:
                told[0] = make()
            except (BadInput, Failure) as error:
                told[1] = error
        with self._missing_nobody() as distributed:
            distributed.broadcast_object_list(told)
        if told[1] is not None:
            raise told[1]
        return cast(T, told[0])

    def every(self, make: Callable[[], T], *, in_turn: bool = False) -> T:
        """What each process makes for itself; where one can't, all end, each with a sentence.

        Parameters
        ----------
        in_turn
            One process of each machine comes before its others, which find then what it has fetched.
        """
        if self.count == 1:
            return make()
        made: list[T] = []
        for mine in (self._local == 0, self._local > 0) if in_turn else (True,):
            complaint: BadInput | Failure | None = None
            try:
                made += [make()] if mine else []
            except (BadInput, Failure) as error:
                complaint = error
            told = self.gather(complaint and str(complaint))
            if complaint is not None:
                raise complaint
            for rank, text in enumerate(told):
                if text is not None:
                    raise BadInput(f"Process {rank} of this training can't begin: {text}")
        return made[0]

    def same(self, what: Callable[[], Mapping[str, str]]) -> None:
        """Compare what has to be the same in all processes; one alone is not asked.

        Raises
        ------
        BadInput
            Names what differs, in each of them.
        """
        if self.count == 1:
            return
        told = self.gather(dict(what()))
        if differing := [name for name in told[0] if len({each.get(name) for each in told}) > 1]:
            names = " and ".join(differing)
            raise BadInput(f"The processes of this training differ in {names}; start all with the same.")

    def close(self) -> None:
        """Take leave of the others; after a loss that would wait for the one that is gone."""
        if self.count > 1 and not self._parted:
            import torch.distributed

            torch.distributed.destroy_process_group()

    @contextlib.contextmanager
    def _missing_nobody(self) -> Iterator[Any]:
        import torch.distributed

        try:
            yield torch.distributed
        except torch.AcceleratorError:
            raise
        except RuntimeError as error:
            self._parted = True
            words = _first_line(error)
            # gloo puts its own source file in front, and advice behind.
            reason = (words.partition(".cc:")[2].partition("] ")[2] or words).partition(". ")[0].rstrip(".")
            raise Parted(
                f"Another process of this training is gone ({reason}); go on with --resume."
            ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


ALONE = Ranks()


def started() -> int:
    """How many processes the launcher has started; 1 where there was none."""
    return int(os.environ["WORLD_SIZE"]) if {"RANK", "WORLD_SIZE"} <= os.environ.keys() else 1


def own_device(wanted: str | None) -> str | None:
    """The device of this process, where it is one of several: of a machine's GPUs each takes its own.

    Raises
    ------
    BadInput
        They can't work on the wanted one together.
    """
    if started() == 1 or wanted == "cpu":
        return wanted
    if wanted not in (None, "cuda"):
        raise BadInput(
            f"Several processes can't share the device {wanted!r}; say --device cuda, and each takes a GPU "
            "of its own, or --device cpu."
        )
    if wanted is None and not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"


def joined(device: torch.device) -> Ranks:
    """This process among those that the launcher has started, once all of them are there.

    Raises
    ------
    Failure
        They did not find each other.
    """
    if started() == 1:
        return ALONE
    import torch.distributed as distributed

    if device.type == "cuda":
        torch.cuda.set_device(device)
    if "OMP_NUM_THREADS" not in os.environ:
        beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        torch.set_num_threads(max(1, torch.get_num_threads() // beside))
    try:
        # The GPUs reduce the gradients; what is agreed upon waits for none of them.
        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        distributed.init_process_group(backend, timeout=TIMEOUT)
    except (RuntimeError, ValueError) as error:
        raise Failure(
            f"The processes of this training did not find each other: {_first_line(error)}"
        ) from error
    local = int(os.environ.get("LOCAL_RANK", "0"))
    return Ranks(distributed.get_rank(), distributed.get_world_size(), local)
