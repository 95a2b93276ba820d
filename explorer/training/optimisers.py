"""One AdamW per parameter group, with a guard against exploding gradients. Imports torch and `models.base`.

Nothing here waits for the device: norms and cuts stay tensors.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from explorer.models.base import ParameterGroup

LIMIT = 10.0
"""A gradient longer than this many times the usual length is cut to it."""

MEMORY = 0.99
"""How slowly the usual length follows the measured one."""

_KEPT = ("step", "exp_avg", "exp_avg_sq")


class Optimisers:
    """AdamW (Loshchilov & Hutter 2019) for each parameter group, under the group's name."""

    def __init__(self, groups: Mapping[str, ParameterGroup]) -> None:
        self._groups = groups
        self._adam = {name: self._build(group) for name, group in groups.items()}
        self._usual: dict[str, Tensor] = {}

    @property
    def alone(self) -> bool:
        """There is one group only."""
        return len(self._groups) == 1

    @staticmethod
    def _build(group: ParameterGroup) -> torch.optim.AdamW:
        fused = group.parameters[0].device.type in ("cpu", "cuda")
        return torch.optim.AdamW(
            group.parameters, lr=0.0, betas=group.betas, weight_decay=group.weight_decay, fused=fused
        )

    def clear(self) -> None:
        """Forget all gradients: one group's update may leave some in another."""
        for adam in self._adam.values():
            adam.zero_grad(set_to_none=True)

    @torch.no_grad()
    def apply(self, group: str, rate: float) -> Tensor:
        """Move a group's parameters by one step; returns the gradient's length before the cut."""
        adam = self._adam[group]
        gradients = [p.grad for p in self._groups[group].parameters if p.grad is not None]
        norm: Tensor = torch.stack(torch._foreach_norm(gradients)).norm()
        usual = self._usual.setdefault(group, norm.clone())
        cut = (LIMIT * usual / (norm + 1e-12)).clamp(max=1.0)
        # Only on a CPU it costs nothing to look first, and the product a tenth of a dense model's step.
        if cut.device.type != "cpu" or float(cut) < 1.0:
            torch._foreach_mul_(gradients, cut)
        usual.lerp_(torch.minimum(norm, LIMIT * usual), 1 - MEMORY)
        adam.param_groups[0]["lr"] = rate * self._groups[group].relative_rate
        adam.step()
        return norm

    def tensors(self) -> dict[str, Tensor]:
        """Everything an exact resume needs, by name."""
        found = {f"{name}/usual": usual for name, usual in self._usual.items()}
        for name, adam in self._adam.items():
            for index, parameter in enumerate(self._groups[name].parameters):
                for key, value in adam.state.get(parameter, {}).items():
                    found[f"{name}/{index}/{key}"] = value
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what `tensors` gave; KeyError, IndexError or ValueError when it is of another model."""
        self._usual.clear()
        for adam in self._adam.values():
            adam.state.clear()
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
            self._adam[name].state[parameter][key] = kept.copy_(value)
