"""Writes cases.json: what long sentences become.

    python generate.py TOKENIZER_JSON > cases.json

"words": pieces of each word by the tokenizer of an uncased BERT model, read by PyPI tokenizers. "truncated": the ids
and word numbers that the same tokenizer gives with truncation (-1: a special token). "windows": [begin, end, begin of
those who speak, end of those who speak] by a plain restatement of the rules in core/data/examples.h: every sum is taken
anew, and every word looks at every window.
"""

import json
import random
import sys

from tokenizers import Tokenizer

WORDS = """The the a of is was in and to EU rejects German call boycott British lamb Peter Blackburn BRUSSELS 1996-08-22
European Commission said Thursday it disagreed with advice consumers shun mad-cow-disease can't U.S.A. @paulwalk
http://t.co/x1Y2 #WNUT2017 naïve Größe Ünïcödé 東京 antidisestablishmentarianism deoxyribonucleic phosphofructokinase-1
Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch e.g. $12,345.67 50% ... -- ( ) ' tokenization BRCA1
transactivational :-) ☃""".split() + ["x" * 101, "ab" * 40]


def place_windows(sizes, room):
    windows, begin = [], 0
    while True:
        end = max(e for e in range(begin, len(sizes) + 1) if sum(sizes[begin:e]) <= room)
        windows.append((begin, end))
        if end == len(sizes):
            return windows
        begin = min(b for b in range(begin, end + 1)
                    if sum(sizes[b:end]) <= room // 4 and sum(sizes[b:end + 1]) <= room)


def context(sizes, window, word):
    """Tokens to the nearer cut edge; None when the word isn't in the window, infinite when no edge is cut."""
    begin, end = window
    if not begin <= word < end:
        return None
    left = float("inf") if begin == 0 else sum(sizes[begin:word])
    right = float("inf") if end == len(sizes) else sum(sizes[word + 1:end])
    return min(left, right)


def cut_windows(sizes, room):
    windows = place_windows(sizes, room)
    speakers = {window: [] for window in windows}
    for word in range(len(sizes)):
        holding = [w for w in windows if context(sizes, w, word) is not None]
        speakers[max(holding, key=lambda w: context(sizes, w, word))].append(word)  # max: the first of equal ones
    return [[*window, words[0], words[-1] + 1] for window, words in speakers.items() if words]


def main():
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_padding()
    tokenizer.no_truncation()
    draw = random.Random(2018)
    pieces = {word: tokenizer.encode([word], is_pretokenized=True, add_special_tokens=False).ids for word in WORDS}
    cases = []
    for _ in range(250):
        words = [draw.choice(WORDS) for _ in range(draw.randint(1, 40))]
        max_length = draw.choice([3, 4, 5, 8, 12, 16, 24, 32, 64])
        tokenizer.enable_truncation(max_length)
        encoded = tokenizer.encode(words, is_pretokenized=True)
        room = max_length - 2
        sizes = [min(room, len(pieces[word])) for word in words]
        cases.append({
            "words": [WORDS.index(word) for word in words],
            "max_length": max_length,
            "truncated": {"tokens": encoded.ids,
                          "words": [-1 if w is None else w for w in encoded.word_ids]},
            "windows": cut_windows(sizes, room),
        })
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    words = json.dumps([[word, pieces[word]] for word in WORDS], ensure_ascii=False, separators=(",", ":"))
    ids = ",".join(f'"{name.lower()}":{tokenizer.token_to_id(f"[{name}]")}' for name in ("CLS", "SEP", "UNK"))
    print(f'{{{ids},\n"words":{words},\n"cases":[\n{lines}\n]}}')


if __name__ == "__main__":
    main()
