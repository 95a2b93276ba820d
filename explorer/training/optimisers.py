"""One AdamW per parameter group, with a guard against exploding gradients.

Imports torch, `models.base` and `ranks`. Nothing here waits for the device: norms and cuts stay tensors. The
update is torch's function, not its class: the first instance of the class imports torch's compiler, which
takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor
from torch.optim.adamw import adamw

from explorer.models.base import ParameterGroup, Update
from explorer.training.ranks import ALONE, Ranks

LIMIT = 10.0
"""A gradient longer than this many times the usual length is cut to it."""

MEMORY = 0.99
"""How slowly the usual length follows the measured one."""

EPSILON = 1e-8

_KEPT = ("step", "exp_avg", "exp_avg_sq")


def backward(part: Iterator[Update], share: float, precision: torch.autocast) -> Update | None:
    """Compute the next update of a part of the batch and add its gradient; None where there is none left.

    Parameters
    ----------
    share
        How much of the batch the part is.

    Returns
    -------
    The figures alone: the graphs of all parts together would not fit into a memory that needs parts.
    """
    with precision:
        update = next(part, None)
    if update is None:
        return None
    (update.loss * share).backward()
    terms = {name: term.detach() for name, term in update.terms.items()}
    scores = {name: score.detach() for name, score in update.scores.items()}
    return Update(update.group, update.loss.detach(), terms, scores)


class Optimisers:
    """AdamW (Loshchilov & Hutter 2019) for each parameter group, under the group's name."""

    def __init__(self, groups: Mapping[str, ParameterGroup], ranks: Ranks = ALONE) -> None:
        self._groups, self._ranks = groups, ranks
        self._state: dict[str, dict[int, dict[str, Tensor]]] = {name: {} for name in groups}
        """Group to place of the parameter to what AdamW keeps of it; empty before its first step."""
        self._usual: dict[str, Tensor] = {}

    @property
    def alone(self) -> bool:
        """There is one group only."""
        return len(self._groups) == 1

    def clear(self) -> None:
        """Forget all gradients: one group's update may leave some in another."""
        for group in self._groups.values():
            for parameter in group.parameters:
                parameter.grad = None

    @torch.no_grad()
    def apply(self, group: str, rate: float) -> Tensor:
        """Move a group's parameters by one step; returns the gradient's length before the cut.

        Each process has the gradient of its parts of the batch, as their share of the whole.
        """
        gradients = [p.grad for p in self._groups[group].parameters if p.grad is not None]
        self._ranks.sum_(gradients)
        norm: Tensor = torch.stack(torch._foreach_norm(gradients)).norm()
        usual = self._usual.setdefault(group, norm.clone())
        usual.copy_(torch.where(usual > 0, usual, norm))  # a first gradient of 0 says nothing of the next
        cut = (LIMIT * usual / (norm + 1e-12)).clamp(max=1.0)
        # Only on a CPU it costs nothing to look first, and the product a tenth of a dense model's step.
        if cut.device.type != "cpu" or float(cut) < 1.0:
            torch._foreach_mul_(gradients, cut)
        usual.lerp_(torch.minimum(norm, LIMIT * usual), 1 - MEMORY)
        self._step(group, rate * self._groups[group].relative_rate)
        return norm

    def _step(self, name: str, rate: float) -> None:
        group, state = self._groups[name], self._state[name]
        places = [at for at, p in enumerate(group.parameters) if p.grad is not None]
        for at in places:
            if at not in state:
                like = group.parameters[at]
                step = torch.zeros((), dtype=torch.float32, device=like.device)
                state[at] = {"step": step} | {key: torch.zeros_like(like) for key in _KEPT[1:]}
        parameters: list[Tensor] = [group.parameters[at] for at in places]
        steps, means, squares = ([state[at][key] for at in places] for key in _KEPT)
        beta1, beta2 = group.betas
        adamw(
            parameters, [p.grad for p in parameters if p.grad is not None], means, squares, [], steps,
            fused=True, amsgrad=False, beta1=beta1, beta2=beta2,
            lr=rate, weight_decay=group.weight_decay, eps=EPSILON, maximize=False,
        )  # fmt: skip

    def tensors(self) -> dict[str, Tensor]:
        """Everything an exact resume needs, by name."""
        found = {f"{name}/usual": usual for name, usual in self._usual.items()}
        for name, state in self._state.items():
            for index in sorted(state):
                found |= {f"{name}/{index}/{key}": value for key, value in state[index].items()}
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what `tensors` gave; KeyError, IndexError or ValueError when it is of another model."""
        self._usual.clear()
        for state in self._state.values():
            state.clear()
        for path, value in tensors.items():
            name, *rest = path.split("/")
            parameters = self._groups[name].parameters
            if rest == ["usual"]:
                self._usual[name] = value.to(parameters[0].device, copy=True)
                continue
            index, key = rest
            parameter = parameters[int(index)]
            if key not in _KEPT or value.shape not in (parameter.shape, torch.Size()):
                raise ValueError(path)
            # A fused optimiser takes its state for laid out in memory as the parameter is, and its step
            # counter for lying on the same device.
            like = parameter if value.shape == parameter.shape else value
            kept = torch.empty_like(like, dtype=value.dtype, device=parameter.device)
            self._state[name].setdefault(int(index), {})[key] = kept.copy_(value)
