"""Writes expected.safetensors: 20 steps of AdamW on four tensors, in two ways.

    python generate.py

Needs torch 2.11 and safetensors. For each tensor: "start.NAME", "gradients.NAME" (one a step, before clipping), and
"torch.NAME" and "transformers.NAME": its value after each step by torch.optim.AdamW, and by the AdamW that Transformers
had until version 4, written down here as its documentation gives it. The learning rate of step t (from 0) is
3e-3 * (1 - t / 20), for the tensor "scalar" a tenth of it; the gradients of step t are multiplied with 0.37 where t is
odd; betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.01. The tensor "late" has no gradient in the first five steps;
those of "small" are about 1e-4 and, in its second half, 1e-7, where the two ways differ by far in the first steps.
"""

import math
import pathlib

import torch
from safetensors.torch import save_file

SHAPES = {"matrix": (7, 5), "late": (33,), "scalar": (1,), "small": (24,)}
STEPS = 20
BETA1, BETA2, EPSILON, DECAY = 0.9, 0.999, 1e-8, 0.01


def rate(name, t):
    return 3e-3 * (1 - t / STEPS) * (0.1 if name == "scalar" else 1)


def gradient_of(gradients, name, t):
    return None if name == "late" and t < 5 else gradients[name][t] * (0.37 if t % 2 else 1.0)


def by_torch(name, start, gradients):
    tensor = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.AdamW([tensor], betas=(BETA1, BETA2), eps=EPSILON, weight_decay=DECAY, foreach=False)
    values = []
    for t in range(STEPS):
        optimizer.param_groups[0]["lr"] = rate(name, t)
        tensor.grad = gradient_of(gradients, name, t)
        optimizer.step()
        values.append(tensor.detach().clone())
    return torch.stack(values)


def by_transformers(name, start, gradients):
    p, m, v, steps, values = start.double(), 0, 0, 0, []
    for t in range(STEPS):
        g = gradient_of(gradients, name, t)
        if g is not None:
            g, lr, steps = g.double(), rate(name, t), steps + 1
            m = BETA1 * m + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g * g
            p = p - lr * math.sqrt(1 - BETA2**steps) / (1 - BETA1**steps) * m / (v.sqrt() + EPSILON)
            p = p - lr * DECAY * p
        values.append(p.float())
    return torch.stack(values)


def main():
    torch.manual_seed(2018)
    starts = {name: torch.randn(shape) for name, shape in SHAPES.items()}
    gradients = {name: torch.randn(STEPS, *shape) * 0.1 for name, shape in SHAPES.items()}
    gradients["small"] *= torch.tensor([1e-3] * 12 + [1e-6] * 12)
    stored = {}
    for name in SHAPES:
        stored[f"start.{name}"] = starts[name]
        stored[f"gradients.{name}"] = gradients[name]
        stored[f"torch.{name}"] = by_torch(name, starts[name], gradients)
        stored[f"transformers.{name}"] = by_transformers(name, starts[name], gradients)
    save_file(stored, pathlib.Path(__file__).parent / "expected.safetensors")


if __name__ == "__main__":
    main()
