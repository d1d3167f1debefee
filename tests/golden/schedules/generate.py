"""Writes factors.csv: the learning-rate factors of Hugging Face transformers' schedules.

    python generate.py > factors.csv

Needs torch and transformers. The warm-up in steps is the share of all steps rounded up, as the Trainer's warmup_ratio.
"""

import math

import torch
from transformers.optimization import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

SCHEDULES = {
    "linear": get_linear_schedule_with_warmup,
    "constant": lambda optimizer, warmup, total: get_constant_schedule_with_warmup(optimizer, warmup),
    "cosine": get_cosine_schedule_with_warmup,
}


def factors(make, warmup, total):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return [make(optimizer, warmup, total).lr_lambdas[0](step) for step in range(total)]


def main():
    print("schedule,warmup,total_steps,step,factor")
    for name, make in SCHEDULES.items():
        for share in (0.0, 0.06, 0.1, 0.5, 1.0):
            for total in (1, 2, 7, 30, 101):
                warmup = math.ceil(total * share)
                for step, factor in enumerate(factors(make, warmup, total)):
                    print(f"{name},{share},{total},{step},{float(factor).hex()}")


if __name__ == "__main__":
    main()
