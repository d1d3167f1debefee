"""Writes types.safetensors: tensors of many types, shapes and names as safetensors.torch.save_file stores them.

    python generate.py

Needs torch 2.11 and safetensors 0.8. The bytes of each tensor count up from 0.
"""

import pathlib

import torch
from safetensors.torch import save_file

TENSORS = {
    "bert.encoder.layer.0.output.dense.weight": (torch.float32, (3, 2)),
    "bert.encoder.layer.0.output.dense.bias": (torch.float32, (3,)),
    "scalar": (torch.float64, ()),
    "empty": (torch.int64, (0, 4)),
    "half": (torch.float16, (1, 3)),
    "brain": (torch.bfloat16, (5,)),
    "byte": (torch.uint8, (3,)),
    "signed": (torch.int8, (1,)),
    "int": (torch.int32, (2,)),
    "with \"quotes\", a \\, a tab\t, bell\a, é and 語": (torch.float32, (1,)),
}


def main():
    made = {}
    for name, (dtype, shape) in TENSORS.items():
        count = torch.empty(shape, dtype=dtype).nbytes
        made[name] = torch.arange(count, dtype=torch.uint8).view(dtype).reshape(shape)
    save_file(made, pathlib.Path(__file__).parent / "types.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
