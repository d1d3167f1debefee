"""Writes counts.txt: how seqeval 1.2.2 scores random tag sequences, well-formed and malformed.

    python generate.py > counts.txt

The sequences are not stored: tests/core/score/entities_test.cpp draws the same ones from the same linear congruential
generator. A line holds, apart by blanks: the case's kind (0 IOB tags, 1 IOBES tags, 2 anything), the FNV-1a hash of the
gold entities of each sentence alone, the F1 (micro) in hexadecimal, the macro F1, and TYPE:correct:predicted:gold for
each type; then, for kinds 0 and 1, "strict", the F1 and the types again by the strict rules of IOB2 and IOBES.
"""

import sys
import warnings

import numpy as np
from seqeval.metrics import f1_score
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, IOBES, Entities

CASES = 3000
SENTENCES = 3
MASK = (1 << 64) - 1
TYPES = ["A", "B", "A-B", "_", "é"]
PREFIXES = ["B", "I", "E", "S", "O", "X", ".", "b", "é"]


class Draws:
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 33) % n


def draw_tag(draws, kind):
    if kind < 2:
        prefix = "BIO"[draws.below(3)] if kind == 0 else "BIESO"[draws.below(5)]
        type_ = TYPES[draws.below(3)]
        return "O" if prefix == "O" else prefix + "-" + type_
    prefix = PREFIXES[draws.below(len(PREFIXES))]
    type_ = TYPES[draws.below(len(TYPES))]
    form = draws.below(6)
    return [prefix, prefix + type_, prefix + "-", prefix + "-" + type_, prefix + "-" + type_, "O"][form]


def draw_pair(draws, kind):
    """Gold and predicted tags of a sentence; the prediction is mostly right, so that there is something to count."""
    gold = [draw_tag(draws, kind) for _ in range(1 + draws.below(12))]
    predicted = [draw_tag(draws, kind) if draws.below(4) == 0 else tag for tag in gold]
    return gold, predicted


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def by_type(gold, predicted):
    types = sorted({e[0] for e in gold | predicted}, key=lambda t: t.encode())
    counts = []
    for t in types:
        g, p = {e for e in gold if e[0] == t}, {e for e in predicted if e[0] == t}
        counts.append(f"{t}:{len(g & p)}:{len(p)}:{len(g)}")
    return " ".join(counts)


def strict_entities(tags, scheme):
    return {(e.tag, e.sent_id, e.start, e.end) for sentence in Entities(tags, scheme).entities for e in sentence}


def main():
    warnings.simplefilter("ignore")
    for case in range(CASES):
        draws = Draws(case)
        kind = case % 3
        pairs = [draw_pair(draws, kind) for _ in range(SENTENCES)]
        gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
        alone = "|".join("".join(f"{t}:{b}:{e + 1};" for t, b, e in get_entities(tags)) for tags in gold)
        fields = [kind, f"{fnv(alone):016x}", float(f1_score(gold, predicted)).hex()]
        macro = f1_score(gold, predicted, average="macro")
        fields.append(repr(float(0.0 if np.isnan(macro) else macro)))
        fields.append(by_type(set(get_entities(gold)), set(get_entities(predicted))))
        if kind < 2:
            scheme = IOB2 if kind == 0 else IOBES
            f1 = f1_score(gold, predicted, mode="strict", scheme=scheme)
            counts = by_type(strict_entities(gold, scheme), strict_entities(predicted, scheme))
            fields += ["strict", float(f1).hex(), counts]
        sys.stdout.write(" ".join(str(field) for field in fields if field != "") + "\n")


if __name__ == "__main__":
    main()
