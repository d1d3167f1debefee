"""Writes expected.json: what Transformers predicts with two of the models in ../bert, the one for
../training/train.conll, whose words have several pieces, the other for words of a letter, with all of its labels.

    python generate.py

Needs torch 2.11 and transformers 5.24. expected.json holds, by model, a list of sentences: their words, and for each its
label and the softmax probability of the label, read at the word's first token. All fit into the model's positions.
"""

import json
import pathlib
import random

import torch
from transformers import BertForTokenClassification, BertTokenizerFast

HERE = pathlib.Path(__file__).parent
MORE = ["the seaing river went home with anna", "PARIS London of zzz", "a b c d e f g h i j k l m", "sea"]


def predict(folder, sentences):
    model = BertForTokenClassification.from_pretrained(folder, dtype=torch.float64).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    for words in sentences:
        encoded = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        shares = model(**encoded).logits[0].softmax(-1)
        first = {}
        for token, word in enumerate(encoded.word_ids()):
            if word is not None:
                first.setdefault(word, shares[token].max(-1))
        best = [first[i] for i in range(len(words))]
        yield {"words": words, "labels": [model.config.id2label[int(b.indices)] for b in best],
               "scores": [round(float(b.values), 9) for b in best]}


def main():
    golden = (HERE.parent / "training/train.conll").read_text().strip().split("\n\n")
    words = [[line.split("\t")[0] for line in s.split("\n")] for s in golden] + [text.split() for text in MORE]
    random.seed(2018)
    letters = [random.choices("abcdefghijklmnop", k=random.randint(1, 20)) for _ in range(20)]
    inputs = {"tiny": words, "shapes/single-head": letters}
    parts = []
    for name, sentences in inputs.items():
        lines = ",\n".join(json.dumps(sentence) for sentence in predict(HERE.parent / "bert" / name, sentences))
        parts.append(f'"{name}": [\n{lines}\n]')
    (HERE / "expected.json").write_text("{" + ",\n".join(parts) + "}\n")


if __name__ == "__main__":
    main()
