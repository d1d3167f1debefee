#!/usr/bin/env python3
"""The rate of a device's matrix products in bf16: those of a layer of BERT-base's shape, forward and both backward
ones, over 8,192 tokens. Prints a line of JSON: card, version of torch, operations a second (median of 20)."""
import json, statistics

import torch

TOKENS, HIDDEN, INNER = 8192, 768, 3072


def products_of(outputs, inputs):
    """Of a weight: rows times weight, and the gradients of rows and weight."""
    def make(*shape):
        return torch.randn(*shape, device="cuda", dtype=torch.bfloat16)

    rows, weight, gradient = make(TOKENS, inputs), make(outputs, inputs), make(TOKENS, outputs)
    return [(rows, weight.t()), (gradient, weight), (gradient.t(), rows)]


def milliseconds(products):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for a, b in products:
        torch.mm(a, b)
    end.record()
    end.synchronize()
    return start.elapsed_time(end)


def main():
    shapes = [(HIDDEN, HIDDEN)] * 4 + [(INNER, HIDDEN), (HIDDEN, INNER)]
    products = [product for shape in shapes for product in products_of(*shape)]
    operations = sum(2 * a.shape[0] * a.shape[1] * b.shape[1] for a, b in products)
    for _ in range(5):
        milliseconds(products)
    seconds = statistics.median(milliseconds(products) for _ in range(20)) / 1e3
    print(json.dumps({"card": torch.cuda.get_device_name(), "torch": torch.__version__, "rate": operations / seconds}))


if __name__ == "__main__":
    main()
