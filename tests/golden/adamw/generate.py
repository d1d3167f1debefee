"""Writes expected.safetensors: 20 steps of torch.optim.AdamW on three tensors.

    python generate.py

Needs torch 2.11 and safetensors. For each tensor: "start.NAME", "gradients.NAME" (one a step, before clipping) and
"end.NAME". The learning rate of step t (from 0) is 3e-3 * (1 - t / 20), for the tensor "scalar" a tenth of it; the
gradients of step t are multiplied with 0.37 where t is odd; betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.01. The
tensor "late" has no gradient in the first five steps.
"""

import pathlib

import torch
from safetensors.torch import save_file

SHAPES = {"matrix": (7, 5), "late": (33,), "scalar": (1,)}
STEPS = 20


def main():
    torch.manual_seed(2018)
    tensors = {name: torch.nn.Parameter(torch.randn(shape)) for name, shape in SHAPES.items()}
    gradients = {name: torch.randn(STEPS, *shape) * 0.1 for name, shape in SHAPES.items()}
    stored = {f"start.{name}": tensor.detach().clone() for name, tensor in tensors.items()}
    stored |= {f"gradients.{name}": gradient for name, gradient in gradients.items()}
    groups = [{"params": [tensors["matrix"], tensors["late"]]}, {"params": [tensors["scalar"]]}]
    optimizer = torch.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, foreach=False)
    for t in range(STEPS):
        rate = 3e-3 * (1 - t / STEPS)
        optimizer.param_groups[0]["lr"], optimizer.param_groups[1]["lr"] = rate, rate * 0.1
        for name, tensor in tensors.items():
            tensor.grad = None if name == "late" and t < 5 else gradients[name][t] * (0.37 if t % 2 else 1.0)
        optimizer.step()
    stored |= {f"end.{name}": tensor.detach() for name, tensor in tensors.items()}
    save_file(stored, pathlib.Path(__file__).parent / "expected.safetensors")


if __name__ == "__main__":
    main()
