"""Products that a step of training needs, by the number of layers that learn."""


def operation_share(layers, learning, cached):
    """Products of a step over those of full fine-tuning. A layer has three for each weight (forward, gradient of the
    weight, gradient of the input); the lowest layer that learns needs no gradient of its input, which is that of query,
    key and value: 3 of a layer's 12 square matrices."""
    if learning == "full":
        return 1.0
    suffix = 3 * learning - (0.25 if learning else 0)
    return (suffix + (0 if cached else layers - learning)) / (3 * layers)
