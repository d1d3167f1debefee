#!/usr/bin/env python3
"""Writes the golden files beside it with Hugging Face's `tokenizers` (PyPI), the tokenizer that fthost must equal.

characters.txt: a line for every 4,096 code points, with a CRC-32 of what each function makes of each of them.
uncased/, cased/, added/: model folders with a small vocabulary over many scripts, in the forms that such folders have.
*.ids.txt: for each of the random strings of strings.py, as a word, a CRC-32 of its pieces (id, begin, end; 32 bits each).
*.text.txt: the same for each of them as a text, with the number of its word behind each piece.
lines.txt, lines.jsonl: texts, and what `fthost tokenize` must write for them with the model folder cased/.
"""

import json
import pathlib
import struct
import zlib

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

from strings import FRAGMENTS, TROUBLE, Random, strings

HERE = pathlib.Path(__file__).resolve().parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)


def write_characters():
    only = {name: normalizers.BertNormalizer(**{**OFF, name: True}).normalize_str for name in OFF}
    everything = normalizers.BertNormalizer().normalize_str
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    functions = [*only.values(), everything, lambda c: str(len(split("a" + c + "a")))]
    lines = ["# block clean_text handle_chinese_chars strip_accents lowercase all_four split"]
    for start in range(0, 0x110000, 0x1000):
        block = [chr(c) for c in range(start, start + 0x1000) if not 0xD800 <= c < 0xE000]
        hashes = [zlib.crc32(b"".join(function(c).encode() + b"\xff" for c in block)) for function in functions]
        lines.append(f"{start // 0x1000:03x} " + " ".join(f"{value:08x}" for value in hashes))
    (HERE / "characters.txt").write_text("\n".join(lines) + "\n")


def vocabulary():
    """About four thousand pieces; a fifth of the candidates is left out, so that words stay unknown."""
    random = Random(5)
    letters = [chr(ord("a") + i) for i in range(26)]
    ranges = [(0x21, 0x7F), (0xA1, 0x180), (0x300, 0x370), (0x370, 0x530), (0x590, 0x6D5), (0x904, 0x950), (0x1100, 0x1113),
              (0x1161, 0x1176), (0x11A8, 0x11C3), (0x1E00, 0x1F00), (0x2010, 0x2060), (0x4E00, 0x4E80), (0xAC00, 0xAC40)]
    points = sorted({c for first, last in ranges for c in range(first, last)} | set(TROUBLE))
    candidates = [prefix + chr(c) for c in points for prefix in ("", "##") if chr(c).strip() and c != 0]
    candidates += [prefix + a + b for a in letters for b in letters for prefix in ("", "##")]
    candidates += ["the", "The", "##ing", "don", "Don", "cafe", "CAF", "##É", "strasse", "stra", "##ße", "new", "york", "mask"]
    kept = [c for c in candidates if c.isascii() and len(c.removeprefix("##")) == 1 or random.below(5)]
    return SPECIAL + list(dict.fromkeys(kept))


def tokenizer(tokens, **settings):
    made = Tokenizer(models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(**settings)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(SPECIAL)
    return made


def write_ids(name, made, seed, number):
    words = list(strings(seed, number))
    hashes = []
    for encoding in made.encode_batch([[word] for word in words], is_pretokenized=True, add_special_tokens=False):
        pieces = b"".join(struct.pack("<iii", i, *span) for i, span in zip(encoding.ids, encoding.offsets))
        hashes.append(f"{zlib.crc32(pieces):08x}")
    write_rows(f"{name}.ids.txt", hashes)


def write_rows(name, hashes):
    rows = [" ".join(hashes[i : i + 12]) for i in range(0, len(hashes), 12)]
    (HERE / name).write_text("\n".join(rows) + "\n")


def write_texts(name, made, seed, number):
    hashes = []
    for encoding in made.encode_batch(list(strings(seed, number)), add_special_tokens=False):
        pieces = zip(encoding.ids, encoding.offsets, encoding.word_ids)
        hashes.append(f"{zlib.crc32(b''.join(struct.pack('<iiii', i, *span, word) for i, span, word in pieces)):08x}")
    write_rows(f"{name}.text.txt", hashes)


def write_lines(made):
    random = [s for s in strings(7, 60) if not set(s) & set("\r\n\ufeff")]
    lines = ["The cat's café, don't!", "", " the [MASK]  ing ", 'say "no\\yes"', *random]
    (HERE / "lines.txt").write_text("\n".join(lines) + "\n")
    encodings = [made.encode(line) for line in lines]
    rows = [{"tokens": e.tokens, "ids": e.ids, "word_ids": e.word_ids, "offsets": e.offsets} for e in encodings]
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    (HERE / "lines.jsonl").write_text(text)


def write_json(name, value):
    (HERE / name).parent.mkdir(exist_ok=True)
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n")


def main():
    write_characters()
    tokens = vocabulary()

    uncased = tokenizer(tokens, lowercase=True)
    write_json("uncased/tokenizer_config.json", {"do_lower_case": True, "tokenizer_class": "BertTokenizer"})
    (HERE / "uncased/vocab.txt").write_text("\n".join(tokens) + "\n")
    write_ids("uncased", uncased, 1, 20_000)
    write_texts("uncased", uncased, 4, 6_000)

    cased = tokenizer(tokens, lowercase=False)
    cased.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    write_json("cased/tokenizer.json", json.loads(cased.to_str()))
    write_ids("cased", cased, 2, 20_000)
    write_texts("cased", cased, 5, 6_000)
    write_lines(cased)

    # Every switch and every kind of added token against its habit.
    added = tokenizer(tokens, clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    added.model.max_input_chars_per_word = 7
    added.add_tokens([
        AddedToken("<e1>", lstrip=True, rstrip=True, normalized=False), AddedToken("the", single_word=True),
        AddedToken("CAFÉ", normalized=True), AddedToken("CAFÉ!", normalized=True), AddedToken("[mask]", normalized=False),
        AddedToken("new york", rstrip=True, normalized=True), AddedToken("q", single_word=True, lstrip=True, normalized=False),
    ])
    added.add_special_tokens([AddedToken("x", lstrip=True, normalized=True)])
    added.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    write_json("added/tokenizer.json", json.loads(added.to_str()))
    write_ids("added", added, 3, 20_000)
    write_texts("added", added, 6, 6_000)


main()
