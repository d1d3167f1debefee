"""Writes train.conll, and for each head 20 steps of training by PyTorch with each freezing strategy.

    python generate.py

Needs torch 2.11, transformers 5.24 and safetensors. The model is ../bert/tiny with all dropout off; torch.optim.AdamW
with its defaults, Transformers' linear schedule, clip_grad_norm_ 1.0, 4 batches of 6 sentences an epoch, 5 epochs; all
in f64, so that no difference is rounding here. Written down again from fthost's documentation: the data's order
(SplitMix64, Lemire's bounded draw, Fisher and Yates) and the classifier's initial values (SplitMix64, FNV-1a, Box and
Muller), both for the seed 2018.

HEAD.safetensors holds, for each strategy, "losses.STRATEGY" [20] and, of each tensor that learned, "STRATEGY.NAME" after
the last step. The head ner is Transformers'; ner-scalar-mix, the mix of all hidden states by Peters et al., "Deep
contextualized word representations" (NAACL 2018), equation 1, is written down here.
"""

import math
import pathlib
import types

import torch
from safetensors.torch import save_file
from transformers import BertForTokenClassification, BertTokenizerFast, get_linear_schedule_with_warmup

HERE = pathlib.Path(__file__).parent
SEED, EPOCHS, BATCH, SENTENCES, RATE = 2018, 5, 6, 24, 3e-3
LABELS = ["O", "B-LOC", "B-PER", "I-PER"]
STRATEGIES = {
    "classifier-only": ("classifier.", "scalar_mix."),
    "last-n-layers": ("classifier.", "scalar_mix.", "bert.encoder.layer.1."),
    "full": ("classifier.", "scalar_mix.", "bert."),
}
MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def finalize(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def data_order(epoch, n):
    state = finalize(finalize((SEED + GAMMA) & MASK) ^ ((epoch + GAMMA) & MASK))

    def below(limit):
        nonlocal state
        while True:
            state = (state + GAMMA) & MASK
            product = finalize(state) * limit
            if product & MASK >= (2**64 - limit) % limit:
                return product >> 64

    order = list(range(n))
    for left in range(n, 1, -1):
        draw = below(left)
        order[left - 1], order[draw] = order[draw], order[left - 1]
    return order


def initial_classifier():
    def mix(a, b):
        return finalize((a + GAMMA * (b + 1)) & MASK)

    name = 0xCBF29CE484222325
    for byte in b"classifier.weight":
        name = (name ^ byte) * 0x100000001B3 & MASK
    stream = mix(SEED, name)

    def normal(i):
        first, second = (((mix(stream, k) >> 11) + 1) * 2.0**-53 for k in (i & ~1, (i & ~1) + 1))
        angle = 2 * math.pi * second
        return 0.02 * math.sqrt(-2 * math.log(first)) * (math.sin(angle) if i % 2 else math.cos(angle))

    return torch.tensor([normal(i) for i in range(len(LABELS) * 32)]).view(len(LABELS), 32)


def sentences():
    people, places, ways = ["anna", "peter"], ["paris", "london"], ["went", "was", "seaing", "homeer"]
    for i in range(SENTENCES):
        words = [(people[i % 2], "B-PER")] + ([("river", "I-PER")] if i % 5 == 0 else [])
        words += [(ways[i % 4], "O"), ("to", "O"), (places[i // 2 % 2], "B-LOC")]
        words += [("with", "O"), (people[(i + 1) % 2], "B-PER")] * (i % 4 == 0)
        yield words + [("the", "O"), ("sea", "O")] * (i % 3)


def encode(tokenizer, sentence):
    encoded = tokenizer([word for word, _ in sentence], is_split_into_words=True)
    targets, before = [], None
    for word in encoded.word_ids():
        targets.append(-100 if word is None or word == before else LABELS.index(sentence[word][1]))
        before = word
    return encoded["input_ids"], targets


def batch_of(examples, indices):
    longest = max(len(examples[i][0]) for i in indices)
    rows = [[], [], []]
    for i in indices:
        ids, targets = examples[i]
        padding = longest - len(ids)
        rows[0].append(ids + [0] * padding)
        rows[1].append([1] * len(ids) + [0] * padding)
        rows[2].append(targets + [-100] * padding)
    ids, mask, targets = map(torch.tensor, rows)
    return {"input_ids": ids, "attention_mask": mask, "labels": targets}


class ScalarMixTokenClassification(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.bert, self.classifier = model.bert, model.classifier
        self.scalar_mix = torch.nn.ParameterDict(
            {"weights": torch.zeros(model.config.num_hidden_layers + 1).double(), "gamma": torch.ones(1).double()})

    def forward(self, labels, **inputs):
        hidden_states = self.bert(**inputs, output_hidden_states=True).hidden_states
        shares = self.scalar_mix["weights"].softmax(0)
        mix = self.scalar_mix["gamma"] * sum(share * rows for share, rows in zip(shares, hidden_states))
        logits = self.classifier(mix)
        return types.SimpleNamespace(loss=torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten()))


HEADS = {"ner": lambda model: model, "ner-scalar-mix": ScalarMixTokenClassification}


def train(with_head, prefixes, examples):
    model = BertForTokenClassification.from_pretrained(
        HERE.parent / "bert/tiny", num_labels=len(LABELS), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        ignore_mismatched_sizes=True, attn_implementation="eager").double()
    with torch.no_grad():
        model.classifier.weight.copy_(initial_classifier())
        model.classifier.bias.zero_()
    model = with_head(model)
    learning = []
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(prefixes))
        if parameter.requires_grad:
            learning.append(parameter)
    model.train()
    optimizer = torch.optim.AdamW(learning, lr=RATE, weight_decay=0.0)
    steps = EPOCHS * (SENTENCES // BATCH)
    schedule = get_linear_schedule_with_warmup(optimizer, 0, steps)
    losses = []
    for epoch in range(1, EPOCHS + 1):
        order = data_order(epoch, SENTENCES)
        for start in range(0, SENTENCES, BATCH):
            loss = model(**batch_of(examples, order[start:start + BATCH])).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.detach().float())
    return torch.stack(losses), {n: p.detach().float() for n, p in model.named_parameters() if p.requires_grad}


def main():
    data = list(sentences())
    (HERE / "train.conll").write_text("".join("".join(f"{w}\t{t}\n" for w, t in s) + "\n" for s in data))
    tokenizer = BertTokenizerFast.from_pretrained(HERE.parent / "bert/tiny")
    examples = [encode(tokenizer, sentence) for sentence in data]
    for head, with_head in HEADS.items():
        stored = {}
        for strategy, prefixes in STRATEGIES.items():
            losses, tensors = train(with_head, prefixes, examples)
            stored[f"losses.{strategy}"] = losses
            stored |= {f"{strategy}.{name}": tensor for name, tensor in tensors.items()}
        save_file(stored, HERE / f"{head}.safetensors")


if __name__ == "__main__":
    main()
