#!/usr/bin/env python3
"""Writes the quickstart corpus (train.conll, dev.conll, test.conll) from the patterns in source/.

usage: generate.py [--check]

The same sources give the same bytes on every machine and every Python from 3.9 on: all draws come from the
generator below, none from the `random` module. With --check nothing is written; the exit status is 1 when a
committed file is not what would be written. Both ways first prove that the three sets share no name word and
no pattern.
"""

import argparse
import itertools
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"train": 1400, "dev": 300, "test": 300}
TYPES = ("person", "organisation", "place", "product", "event")
SEEDS = {"train": 11, "dev": 12, "test": 13}
SLOT = re.compile(r"\{([a-z.]+)\}")
TRIES_PER_PATTERN = 50
LARGEST_LIKENESS = 0.5


class Draw:
    """SplitMix64 (Steele, Lea and Flood, 2014) on plain integers."""

    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return (z ^ (z >> 31)) % limit

    def choose(self, items):
        return items[self.below(len(items))]

    def shuffled(self, items):
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in range(len(rest))]


def read_source(name):
    """The sections of source/NAME.txt: section name -> alternatives."""
    sections, current = {}, None
    for line in (HERE / "source" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        heading = re.fullmatch(r"\[([a-z.]+)\]", line)
        if heading:
            current = sections.setdefault(heading.group(1), [])
        elif current is sections.get("sentences"):
            current.append(line.strip())
        else:
            current.extend(part.strip() for part in line.split("|"))
    return sections


def entity_type(slot):
    """'organisation' for the slot organisation.firm; None for a slot that is no entity."""
    kind = slot.split(".")[0]
    return kind if kind in TYPES else None


def expand(text, sections, draw):
    """Text without slots, drawn from the sections."""
    while SLOT.search(text):
        text = SLOT.sub(lambda slot: draw.choose(sections[slot.group(1)]), text, count=1)
    return text


def tagged(words, kind):
    if kind is None:
        return [(word, "O") for word in words]
    return [(word, ("I-" if i else "B-") + kind) for i, word in enumerate(words)]


def sentence_of(pattern, sections, draw):
    """One sentence as (word, tag) pairs. A pattern that starts with ~ is written in lower case."""
    lower = pattern.startswith("~")
    rows = []
    for word in pattern.lstrip("~ ").split():
        slot = SLOT.fullmatch(word)
        if slot is None:
            rows += tagged([word], None)
            continue
        words = expand(word, sections, draw).split()
        rows += tagged(words, entity_type(slot.group(1)))
    rows[0] = (rows[0][0][:1].upper() + rows[0][0][1:], rows[0][1])
    return [(word.lower(), tag) for word, tag in rows] if lower else rows


def spans_of(rows):
    """Each entity of a sentence as (type, words)."""
    spans = []
    for word, tag in rows:
        if tag.startswith("B-"):
            spans.append((tag[2:], [word]))
        elif tag.startswith("I-"):
            spans[-1][1].append(word)
    return [(kind, tuple(words)) for kind, words in spans]


def repeats_a_name(rows):
    words = [word for _, span in spans_of(rows) for word in span]
    return len(words) != len(set(words))


def draw_set(name):
    """The sentences of one set: all patterns in turn, in a new order each round, no sentence twice."""
    sections, draw = read_source(name), Draw(SEEDS[name])
    patterns, seen, sentences = list(sections["sentences"]), set(), []
    while len(sentences) < SIZES[name]:
        if not patterns:
            sys.exit(f"error: source/{name}.txt has too little for {SIZES[name]} different sentences")
        for pattern in draw.shuffled(patterns):
            for _ in range(TRIES_PER_PATTERN):
                rows = tuple(sentence_of(pattern, sections, draw))
                if rows not in seen and not repeats_a_name(rows):
                    break
            else:  # the pattern has nothing new to say
                patterns.remove(pattern)
                continue
            seen.add(rows)
            sentences.append(rows)
    return draw.shuffled(sentences[: SIZES[name]])


def conll(sentences):
    return "\n".join("".join(f"{word}\t{tag}\n" for word, tag in rows) for rows in sentences)


def name_words(sentences):
    return {word.lower() for rows in sentences for _, span in spans_of(rows) for word in span}


def skeleton(rows):
    """A sentence with its entities replaced by their types: what is left of the pattern."""
    words = []
    for word, tag in rows:
        if tag == "O":
            words.append(word.lower())
        elif tag.startswith("B-"):
            words.append("<" + tag[2:] + ">")
    return tuple(words)


def word_pairs(pattern):
    words = [entity_type(word.strip("{}")) or word for word in pattern.lower().split()]
    return set(zip(words, words[1:]))


def likeness(one, other):
    """The share of neighbouring word pairs that two patterns have in common (Jaccard index)."""
    pairs = word_pairs(one), word_pairs(other)
    return len(pairs[0] & pairs[1]) / max(1, len(pairs[0] | pairs[1]))


def overlaps(sets):
    """What the sets share although they must not; empty when the corpus measures generalisation."""
    found = []
    for one, other in itertools.combinations(sets, 2):
        for word in sorted(name_words(sets[one]) & name_words(sets[other])):
            found.append(f"{one} and {other} share the name word '{word}'")
        for words in sorted(set(map(skeleton, sets[one])) & set(map(skeleton, sets[other]))):
            found.append(f"{one} and {other} share the sentence '{' '.join(words)}'")
        patterns = [read_source(name)["sentences"] for name in (one, other)]
        for a, b in itertools.product(*patterns):
            if likeness(a, b) > LARGEST_LIKENESS:
                found.append(f"{one} and {other} share the pattern '{a}' ~ '{b}'")
    return found


def summary(name, sentences):
    counts = {kind: 0 for kind in TYPES}
    for rows in sentences:
        for kind, _ in spans_of(rows):
            counts[kind] += 1
    words = sum(len(rows) for rows in sentences)
    entities = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    return f"{name}: {len(sentences)} sentences, {words} words; {entities}"


def main():
    parser = argparse.ArgumentParser(description="Write the quickstart corpus from source/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a committed file differs")
    check = parser.parse_args().check
    sets = {name: draw_set(name) for name in SIZES}
    errors = overlaps(sets)
    for name, sentences in sets.items():
        path, text = HERE / f"{name}.conll", conll(sentences).encode("utf-8")
        print(summary(name, sentences))
        if not check:
            path.write_bytes(text)
        elif not path.exists() or path.read_bytes() != text:
            errors.append(f"{path.name} is not what generate.py writes; run it without --check and commit the result")
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
