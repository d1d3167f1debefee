#!/usr/bin/env python3
"""Writes hashes.txt: how seqeval 1.2.2 and conlleval score random tag sequences, well-formed and malformed.

A case is three sentences with gold and predicted tags: of IOB, of IOBES, or of anything. The tags are not stored:
tests/core/score/golden_test.cpp draws the same ones. Of each case a text says what all scorers count (see `text_of`);
hashes.txt holds its FNV-1a hash, 8 to a line. `generate.py NUMBER` prints the text of one case.

seqeval is asked itself. conlleval is a Perl script; its rules (version 2004-01-26) are stated here once more, entity by
entity rather than tag by tag, and for tags of IOB they are held against the PyPI package conlleval 0.2.
"""

import pathlib
import struct
import sys
import warnings

import conlleval
import numpy as np
from seqeval.metrics import f1_score
from seqeval.metrics.sequence_labeling import get_entities, precision_recall_fscore_support
from seqeval.scheme import IOB1, IOB2, IOBES, Entities

CASES = 10_000
SENTENCES = 3
MASK = (1 << 64) - 1
TYPES = ["A", "B", "A-B", "_", "é", "0"]
PREFIXES = ["B", "I", "E", "S", "O", "X", ".", "b", "é", "[", "]", "BI"]


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


def counts_text(correct, predicted, gold):
    types = sorted(set(predicted) | set(gold), key=lambda t: t.encode())
    return "".join(f" {t}:{correct.count(t)}:{predicted.count(t)}:{gold.count(t)}" for t in types)


def compared(gold, predicted):
    """Entities that both hold are correct."""
    return counts_text(*([e[0] for e in entities] for entities in (gold & predicted, predicted, gold)))


def strict_entities(tags, scheme):
    return {(e.tag, e.sent_id, e.start, e.end) for sentence in Entities(tags, scheme).entities for e in sentence}


def bits(number):
    return struct.pack(">d", float(number)).hex()


# --- conlleval


def conlleval_tag(tag):
    prefix, _, type_ = tag.partition("-")
    return prefix, "" if type_ == "0" else type_


def conlleval_ends(before, now):
    pairs = ("BB", "BO", "IB", "IO", "EE", "EI", "EO")
    return (before[0], now[0]) in map(tuple, pairs) or before[0] in ("[", "]") or (
        before[0] not in ("O", ".") and before[1] != now[1])


def conlleval_starts(before, now):
    pairs = ("BB", "IB", "OB", "OI", "EE", "EI", "OE")
    return (before[0], now[0]) in map(tuple, pairs) or now[0] in ("[", "]") or (
        now[0] not in ("O", ".") and before[1] != now[1])


def conlleval_counts(gold, predicted):
    """What begins in each column, and of what begins in both alike what goes on and ends in both alike."""
    outside = ("O", "")
    columns = []
    for sentences in (gold, predicted):
        tags = [outside] + [tag for sentence in sentences for tag in [*map(conlleval_tag, sentence), outside]]
        steps = list(zip(tags, tags[1:]))
        columns.append((tags[1:], [conlleval_starts(*s) for s in steps], [conlleval_ends(*s) for s in steps]))
    (gold_tags, gold_starts, gold_ends), (predicted_tags, predicted_starts, predicted_ends) = columns
    correct = []
    for begin in range(len(gold_tags)):
        if not (gold_starts[begin] and predicted_starts[begin] and gold_tags[begin][1] == predicted_tags[begin][1]):
            continue
        for place in range(begin + 1, len(gold_tags) + 1):
            last = gold_tags[place - 1][1]
            if place == len(gold_tags) or (
                    gold_ends[place] and predicted_ends[place] and last == predicted_tags[place - 1][1]):
                correct.append(last)
                break
            if gold_ends[place] != predicted_ends[place] or gold_tags[place][1] != predicted_tags[place][1]:
                break
            if gold_starts[place] and predicted_starts[place]:
                break  # another one begins, and takes its place
    found = [[tag[1] for tag, starts in zip(tags, started) if starts] for tags, started, _ in columns]
    return correct, found[1], found[0]


def check_with_package(gold, predicted, counts):
    lines = []
    for g, p in zip(gold, predicted):
        lines += [f"word {a} {b}" for a, b in zip(g, p)] + [""]
    for type_, result in conlleval.evaluate(lines)["slots"]["chunks"].items():
        stats = [result["stats"][key] for key in ("correct", "pred", "gold")]
        assert stats == [found.count(type_) for found in counts], (gold, predicted)


# --- the cases


def text_of(number):
    """seqeval's entities of each gold sentence alone; by default: the bits of the F1 (micro), of the F1 of the sentences
    joined, macro figures, and TYPE:correct:predicted:gold; the same for conlleval; then the F1 and counts of the strict
    rules."""
    draws = Draws(number)
    kind = number % 3
    pairs = [draw_pair(draws, kind) for _ in range(SENTENCES)]
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    text = "|".join("".join(f"{t}:{b}:{e + 1};" for t, b, e in get_entities(tags)) for tags in gold)
    flat = f1_score([sum(gold, [])], [sum(predicted, [])])
    text += f"\ndefault {bits(f1_score(gold, predicted))} {bits(flat)}"
    macro = precision_recall_fscore_support(gold, predicted, average="macro")[:3]
    text += "".join(f" {0.0 if np.isnan(figure) else figure:.9f}" for figure in macro)
    text += compared(set(get_entities(gold)), set(get_entities(predicted)))
    counts = conlleval_counts(gold, predicted)
    if kind == 0:
        check_with_package(gold, predicted, counts)
    text += "\nconlleval " + ":".join(str(len(found)) for found in counts) + counts_text(*counts)
    for scheme in ([IOB1, IOB2], [IOBES], [])[kind]:
        text += f"\n{scheme.__name__} {bits(f1_score(gold, predicted, mode='strict', scheme=scheme))}"
        text += compared(strict_entities(gold, scheme), strict_entities(predicted, scheme))
    return text + "\n"


def main():
    warnings.simplefilter("ignore")
    if len(sys.argv) > 1:
        return print(text_of(int(sys.argv[1])), end="")
    hashes = [f"{fnv(text_of(number)):016x}" for number in range(CASES)]
    rows = [" ".join(hashes[i : i + 8]) + "\n" for i in range(0, CASES, 8)]
    pathlib.Path(__file__).with_name("hashes.txt").write_text("".join(rows))


if __name__ == "__main__":
    main()
