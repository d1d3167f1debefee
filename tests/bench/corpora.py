"""CoNLL files that benchmarks train on, made from others."""
import itertools, random


def sentences_of(path):
    """Lists of lines; the lines are as in the file."""
    with open(path, encoding="utf-8") as file:
        for blank, lines in itertools.groupby(file, key=lambda line: not line.strip()):
            if not blank:
                yield [line.rstrip("\n") for line in lines]


def write_first_sentences(source, target, count):
    with open(target, "w", encoding="utf-8") as file:
        for lines in itertools.islice(sentences_of(source), count):
            file.write("\n".join(lines) + "\n\n")


def write_first_rows(source, target, count):
    """The first sentences of the Groningen Meaning Bank's CSV file, where a sentence's first row has a name for it.
    Lines are taken as bytes: their words are Latin-1."""
    with open(source, "rb") as rows, open(target, "wb") as file:
        file.write(next(rows))
        sentences = 0
        for row in rows:
            sentences += not row.startswith(b",")
            if sentences > count:
                break
            file.write(row)


def write_grown(source, target, words, seed=1):
    """So many words or some more: the source's sentences again and again, half of the words in them changed for others
    that have the same label, so that no two rounds are the same and words, labels and lengths are as frequent as in the
    source. Written as it is made: nothing grows here with the number of words."""
    sentences, draw = list(sentences_of(source)), random.Random(seed)
    lines_with = {}
    for line in itertools.chain.from_iterable(sentences):
        lines_with.setdefault(line.split()[-1], []).append(line)
    written = 0
    with open(target, "w", encoding="utf-8") as file:
        for lines in itertools.cycle(sentences):
            if written >= words:
                break
            changed = [draw.choice(lines_with[line.split()[-1]]) if draw.random() < .5 else line for line in lines]
            file.write("\n".join(changed) + "\n\n")
            written += len(lines)
