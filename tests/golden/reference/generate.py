"""Writes model/, train.conll, dev.conll and expected.json: the reference experiment's arithmetic, restated.

    python generate.py

Needs torch 2.11, transformers 5.24, safetensors and seqeval. The experiment is "Fine-Tuning NLP Tasks - How many layers
to train?" (2020); what it computes is written down here anew: labels on every sub-word, no special tokens, cut and
padded to a fixed length, batches in a shuffled order, cross-entropy as the mean over what the attention mask keeps, the
gradient of every tensor (those left out of the optimizer too) cut to a norm of 1 together, AdamW as Transformers had it
in 2020, a rate that falls linearly to zero with every batch, an epoch's losses as plain means over batches, F1 over one
flat list of sub-words' tags with prediction and gold exchanged, and the drift of each tensor against the epoch before
and against the start. Here without dropout, with a model of six layers of 16 units, all in f64, so that no difference
is rounding, and with higher rates, so that tensors move by more than f32 rounds.

The data's order and the classifier's initial values are fthost's, from ../training/generate.py, for the seed 2018.

expected.json holds for each of the seven settings: losses and norms (before the cut) of 20 steps, factors of the cut,
train_loss, dev_loss and dev_f1_flat of 5 epochs, and for each tensor its iterative and base drift by epoch.
"""

import importlib.util
import json
import math
import pathlib

import torch
from seqeval.metrics import f1_score
from transformers import BertConfig, BertForTokenClassification, BertModel, BertTokenizerFast

HERE = pathlib.Path(__file__).parent
LABELS = ["O", "B-LOC", "B-PER", "I-PER", "PAD"]
LAYERS, HIDDEN, LENGTH, BATCH, EPOCHS = 6, 16, 8, 6, 5
BETA1, BETA2, EPSILON, LONGEST = 0.9, 0.999, 1e-8, 1.0
HEAD_RATE, RATE = 5e-2, 5e-3


def layers(count):
    return tuple(f"bert.encoder.layer.{LAYERS - 1 - i}." for i in range(count))


SETTINGS = {
    "classifier": ("classifier.",),
    "classifier-pooler": ("classifier.", "bert.pooler."),
    "last-1": ("classifier.", "bert.pooler.") + layers(1),
    "last-2": ("classifier.", "bert.pooler.") + layers(2),
    "last-3": ("classifier.", "bert.pooler.") + layers(3),
    "last-5": ("classifier.", "bert.pooler.") + layers(5),
    "full": ("",),
}

spec = importlib.util.spec_from_file_location("training", HERE.parent / "training/generate.py")
training = importlib.util.module_from_spec(spec)
spec.loader.exec_module(training)


def initial_classifier():
    """The formula of ../training/generate.py for another shape."""
    training.LABELS = LABELS
    values = []
    name = 0xCBF29CE484222325
    for byte in b"classifier.weight":
        name = (name ^ byte) * 0x100000001B3 & training.MASK
    mix = lambda a, b: training.finalize((a + training.GAMMA * (b + 1)) & training.MASK)
    stream = mix(training.SEED, name)
    for i in range(len(LABELS) * HIDDEN):
        first, second = (((mix(stream, k) >> 11) + 1) * 2.0**-53 for k in (i & ~1, (i & ~1) + 1))
        angle = 2 * math.pi * second
        values.append(0.02 * math.sqrt(-2 * math.log(first)) * (math.sin(angle) if i % 2 else math.cos(angle)))
    return torch.tensor(values, dtype=torch.float64).view(len(LABELS), HIDDEN)


def write_model():
    vocabulary = (HERE.parent / "bert/tiny/vocab.txt").read_text()
    config = BertConfig(vocab_size=len(vocabulary.split("\n")) - 1, hidden_size=HIDDEN, num_hidden_layers=LAYERS,
                        num_attention_heads=2, intermediate_size=32, max_position_embeddings=12,
                        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    torch.manual_seed(7)
    model = BertModel(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "LayerNorm" not in name:
                parameter.normal_(std=0.5 if "embeddings" in name else 0.1)
    model.save_pretrained(HERE / "model")
    (HERE / "model/vocab.txt").write_text(vocabulary)
    (HERE / "model/tokenizer_config.json").write_text((HERE.parent / "bert/tiny/tokenizer_config.json").read_text())


def dev_sentences():
    for i, sentence in enumerate(training.sentences()):
        if i % 3 == 1:
            yield sentence[::-1] if i % 2 else sentence


def write_data(name, sentences):
    (HERE / name).write_text("".join("".join(f"{w}\t{t}\n" for w, t in s) + "\n" for s in sentences))


def encode(tokenizer, sentence):
    ids, tags = [], []
    for word, tag in sentence:
        pieces = tokenizer(word, add_special_tokens=False)["input_ids"]
        ids += pieces
        tags += [tag] * len(pieces)
    ids, tags = ids[:LENGTH], tags[:LENGTH]
    padding = LENGTH - len(ids)
    return ids + [0] * padding, tags + ["PAD"] * padding, [1] * len(ids) + [0] * padding


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        config = BertConfig.from_pretrained(HERE / "model", num_labels=len(LABELS), attn_implementation="eager")
        inner = BertForTokenClassification(config)
        self.bert = BertModel.from_pretrained(HERE / "model", attn_implementation="eager")
        self.classifier = inner.classifier
        self.double()
        with torch.no_grad():
            self.classifier.weight.copy_(initial_classifier())
            self.classifier.bias.zero_()

    def forward(self, ids, mask):
        return self.classifier(self.bert(input_ids=ids, attention_mask=mask).last_hidden_state)


def tensors_of(examples, indices):
    ids = torch.tensor([examples[i][0] for i in indices])
    tags = torch.tensor([[LABELS.index(tag) for tag in examples[i][1]] for i in indices])
    mask = torch.tensor([examples[i][2] for i in indices])
    return ids, tags, mask


def loss_of(logits, tags, mask):
    kept = mask.view(-1) == 1
    return torch.nn.functional.cross_entropy(logits.view(-1, len(LABELS))[kept], tags.view(-1)[kept])


class OlderAdamW:
    """p -= lr * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + eps); tensors without a gradient are passed over."""

    def __init__(self, parameters):
        self.state = [(p, torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
        self.steps = 0

    def step(self, rate):
        self.steps += 1
        size = rate * math.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps)
        for p, m, v in self.state:
            if p.grad is None:
                continue
            m.mul_(BETA1).add_(p.grad, alpha=1 - BETA1)
            v.mul_(BETA2).addcmul_(p.grad, p.grad, value=1 - BETA2)
            p.addcdiv_(m, v.sqrt().add_(EPSILON), value=-size)


def evaluate(model, examples):
    losses, predicted, gold = [], [], []
    for start in range(0, len(examples), BATCH):
        ids, tags, mask = tensors_of(examples, range(start, min(start + BATCH, len(examples))))
        logits = model(ids, mask)
        losses.append(loss_of(logits, tags, mask).item())
        for best, right in zip(logits.argmax(-1).view(-1).tolist(), tags.view(-1).tolist()):
            if LABELS[right] != "PAD":
                predicted.append(LABELS[best])
                gold.append(LABELS[right])
    return sum(losses) / len(losses), f1_score([predicted], [gold])  # exchanged, as the experiment had it


def train(prefixes, train_examples, dev_examples):
    model = Model()
    named = dict(model.named_parameters())
    learning = [p for name, p in named.items() if name.startswith(prefixes)]
    optimizer = OlderAdamW(learning)
    rate = HEAD_RATE if len(prefixes) <= 2 and prefixes[0] else RATE
    steps = EPOCHS * (len(train_examples) // BATCH)
    result = {"losses": [], "norms": [], "factors": [], "train_loss": [], "dev_loss": [], "dev_f1_flat": []}
    start = {name: p.detach().clone() for name, p in named.items()}
    before = dict(start)
    drift = {name: {"iterative": [], "base": []} for name in named if not name.startswith("bert.pooler.")}
    for epoch in range(1, EPOCHS + 1):
        order = training.data_order(epoch, len(train_examples))
        losses = []
        for first in range(0, len(order), BATCH):
            ids, tags, mask = tensors_of(train_examples, order[first:first + BATCH])
            loss = loss_of(model(ids, mask), tags, mask)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), LONGEST).item()
            with torch.no_grad():
                optimizer.step(rate * (1 - len(result["losses"]) / steps))
            model.zero_grad(set_to_none=True)
            losses.append(loss.item())
            result["losses"].append(loss.item())
            result["norms"].append(norm)
            result["factors"].append(min(1.0, LONGEST / (norm + 1e-6)))
        result["train_loss"].append(sum(losses) / len(losses))
        with torch.no_grad():
            dev_loss, f1 = evaluate(model, dev_examples)
            for name in drift:
                now = named[name].detach()
                drift[name]["iterative"].append(((now - before[name]) ** 2).mean().item())
                drift[name]["base"].append(((now - start[name]) ** 2).mean().item())
            before = {name: p.detach().clone() for name, p in named.items()}
        result["dev_loss"].append(dev_loss)
        result["dev_f1_flat"].append(f1)
    result["drift"] = drift
    return result


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return float(f"{value:.9g}")


def main():
    write_model()
    write_data("train.conll", training.sentences())
    write_data("dev.conll", dev_sentences())
    tokenizer = BertTokenizerFast.from_pretrained(HERE / "model")
    train_examples = [encode(tokenizer, s) for s in training.sentences()]
    dev_examples = [encode(tokenizer, s) for s in dev_sentences()]
    expected = {name: rounded(train(prefixes, train_examples, dev_examples)) for name, prefixes in SETTINGS.items()}
    lines = ",\n".join(f'"{name}": {json.dumps(result)}' for name, result in expected.items())
    (HERE / "expected.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
