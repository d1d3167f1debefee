"""The random strings of the golden files. tests/core/formats/wordpiece_test.cpp makes the same ones."""

TROUBLE = [
    0x0, 0x7F, 0x85, 0xA0, 0xAD, 0x130, 0x131, 0x1C5, 0x344, 0x345, 0x334, 0x327, 0x37E, 0x3A3, 0x3C2, 0x5B0, 0x8D4,
    0xDDD, 0xDCA, 0xF73, 0x1680, 0x180E, 0x1B44, 0x1E9E, 0x1FEF, 0x200B, 0x200D, 0x2028, 0x2126, 0x2260, 0x2FFF, 0x3000,
    0x302E, 0x3099, 0xE000, 0xF900, 0xFB1D, 0xFEFF, 0xFFFC, 0xFFFD, 0xFFFF, 0x10400, 0x1D15E, 0x1D160, 0x1D165, 0x1D16D,
    0x1E000, 0x1F600, 0x20000, 0x2B820, 0x2F800, 0xE0100, 0x10FFFF,
]
FRAGMENTS = ["[MASK]", "[mask]", "[CLS]", "  [SEP] ", "the", "ing", "Don't", "CAFÉ", "straße", "ΣΑΣ", "new york", "<e1>"]


class Random:
    """splitmix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return (z ^ (z >> 31)) % n


def scalar(random):
    value = random.below(0x110000 - 0x800)
    return value if value < 0xD800 else value + 0x800


def item(random):
    kind = random.below(20)
    if kind < 6:
        return chr(ord("a") + random.below(26))
    if kind < 8:
        return chr(0x21 + random.below(94))
    if kind == 8:
        return " "
    if kind == 18:
        return chr(TROUBLE[random.below(len(TROUBLE))])
    if kind == 19:
        return FRAGMENTS[random.below(len(FRAGMENTS))]
    if kind == 17:
        return chr(scalar(random))
    first, size = [
        (0x0, 0x250), (0x300, 0x70), (0x370, 0x1C0), (0x590, 0x270), (0x900, 0x400), (0x1E00, 0x200), (0x2000, 0x70),
        (0x4E00, 0x100),
    ][kind - 9] if kind < 17 else (0, 0)
    return chr(first + random.below(size))


def strings(seed, number):
    """`number` words of 1 to 24 items."""
    random = Random(seed)
    for _ in range(number):
        yield "".join([item(random) for _ in range(1 + random.below(24))])
