#!/usr/bin/env python3
"""Writes digests.txt: what Python's csv module reads in the Groningen Meaning Bank's CSV file, as digests.

usage: generate.py ner_dataset.csv.zip >digests.txt

Each line is the SHA-256 of the next 1000 sentences. A word is hashed as its line, a tab, the word, a tab, the tag and
a newline, all in UTF-8; a sentence ends in another newline. The first line counts sentences, words and tags.
"""

import csv
import hashlib
import io
import sys
import zipfile

SENTENCES = 1000


def sentences(archive):
    """Lists of (line, word, tag)."""
    with zipfile.ZipFile(archive) as files:
        (name,) = files.namelist()
        with files.open(name) as raw:
            rows = csv.reader(io.TextIOWrapper(raw, encoding="latin-1", newline=""), strict=True)
            assert next(rows) == ["Sentence #", "Word", "POS", "Tag"]
            sentence = []
            for start, word, _, tag in rows:
                if start and sentence:
                    yield sentence
                    sentence = []
                sentence.append((rows.line_num, word, tag))
            yield sentence


def main():
    found = list(sentences(sys.argv[1]))
    tags = {tag for sentence in found for _, _, tag in sentence}
    print(len(found), "sentences", sum(map(len, found)), "words", len(tags), "tags")
    for begin in range(0, len(found), SENTENCES):
        digest = hashlib.sha256()
        for sentence in found[begin : begin + SENTENCES]:
            for word in sentence:
                digest.update("{}\t{}\t{}\n".format(*word).encode())
            digest.update(b"\n")
        print(digest.hexdigest())


main()
