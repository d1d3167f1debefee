"""Writes shapes/, four BERT folders with random weights that differ in all that a configuration can say, each with
expected.safetensors, activations.safetensors, and minilm.safetensors.

    python generate_shapes.py [FOLDER OF all-minilm-l6-v2]

Needs torch 2.11, transformers 5.24 and safetensors. Everything is computed in f64, without dropout. expected.safetensors
holds, for sentences one after the other without padding, "ids", "lengths", "targets" (-100: no say in the loss),
"logits", "loss" (mean cross-entropy over the labelled tokens), and "gradient.NAME" of each parameter.
activations.safetensors holds the logits of the model "flat" by name of its activation.
minilm.safetensors holds the same for the model in FOLDER under a random classifier, "classifier.weight" and
"classifier.bias", but of each gradient only its norm ("norm.NAME") and eight elements ("value.NAME") of the flat tensor
("place.NAME"), the largest among them.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForTokenClassification

HERE = pathlib.Path(__file__).parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# What the configuration says; how the weights are stored; the prefix of their names; in how many files.
SHAPES = {
    "deep": (dict(hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24, vocab_size=14,
                  type_vocab_size=1, max_position_embeddings=12, hidden_act="gelu_new", layer_norm_eps=1e-5),
             torch.float32, "bert.", 1),
    "flat": (dict(hidden_size=24, num_hidden_layers=1, num_attention_heads=3, intermediate_size=16, vocab_size=33,
                  type_vocab_size=3, max_position_embeddings=40, hidden_act="relu"), torch.float16, "", 1),
    "single-head": (dict(hidden_size=20, num_hidden_layers=2, num_attention_heads=1, intermediate_size=36,
                         vocab_size=20, max_position_embeddings=32, hidden_act="silu"), torch.bfloat16, "bert.", 3),
    "many-heads": (dict(hidden_size=18, num_hidden_layers=2, num_attention_heads=18, intermediate_size=18,
                        vocab_size=17, max_position_embeddings=16, hidden_act="quick_gelu", layer_norm_eps=1e-6),
                   torch.float32, "", 2),
}
ACTIVATIONS = ["gelu", "gelu_accurate", "gelu_fast", "gelu_new", "gelu_python", "gelu_python_tanh",
               "gelu_pytorch_tanh", "leaky_relu", "mish", "quick_gelu", "relu", "relu6", "sigmoid", "silu", "swish",
               "tanh"]
LENGTHS = [7, 1, 12, 4, 1, 9]


def make_model(config, stored):
    config = BertConfig(**config, num_labels=3, attn_implementation="eager")
    model = BertForTokenClassification(config).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.normal_(1.0 if name.endswith("LayerNorm.weight") else 0.0, 0.3)
            tensor.copy_(tensor.to(stored))
    return model


def write_folder(folder, model, stored, prefix, files):
    folder.mkdir(parents=True, exist_ok=True)
    config = model.config.to_dict()
    config |= {"architectures": ["BertForTokenClassification"], "id2label": {0: "O", 1: "B-A", 2: "I-A"},
               "label2id": {"O": 0, "B-A": 1, "I-A": 2}}
    config.pop("_name_or_path", None)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    words = [chr(ord("a") + i % 26) * (1 + i // 26) for i in range(model.config.vocab_size - len(SPECIAL))]
    (folder / "vocab.txt").write_text("\n".join(SPECIAL + words) + "\n")
    tensors = {(prefix + n[5:] if n.startswith("bert.") else n): t.detach().to(stored)
               for n, t in model.named_parameters()}
    if files == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    index = {"metadata": {}, "weight_map": {}}
    for part in range(files):
        file = f"model-{part + 1:05}-of-{files:05}.safetensors"
        names = [name for i, name in enumerate(tensors) if i % files == part]
        save_file({name: tensors[name] for name in names}, folder / file, metadata={"format": "pt"})
        index["weight_map"] |= dict.fromkeys(names, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def compute(model, lengths):
    model = model.double()
    generator = torch.Generator().manual_seed(7)
    # Not 0: Transformers gives the row of [PAD] no gradient.
    ids = [torch.randint(1, model.config.vocab_size, (n,), generator=generator) for n in lengths]
    targets = [torch.randint(0, model.config.num_labels, (n,), generator=generator) for n in lengths]
    for target in targets:
        target[1::3] = -100
    logits = torch.cat([model(i[None]).logits[0] for i in ids])
    loss = torch.nn.functional.cross_entropy(logits, torch.cat(targets))
    loss.backward()
    return {"ids": torch.cat(ids), "lengths": torch.tensor(lengths), "targets": torch.cat(targets),
            "logits": logits.detach().float(), "loss": loss.detach().float()}


def write_activations():
    flat = HERE / "shapes/flat"
    logits = {}
    for name in ACTIVATIONS:
        model = BertForTokenClassification.from_pretrained(flat, hidden_act=name, attn_implementation="eager",
                                                           dtype=torch.float32).eval()
        logits[name] = compute(model, LENGTHS)["logits"]
    save_file(logits, HERE / "shapes/activations.safetensors")


def digest(name, gradient, generator):
    flat = gradient.flatten()
    largest = flat.abs().topk(min(2, len(flat))).indices
    others = flat.nonzero().flatten()
    others = others[torch.randint(0, len(others), (8 - len(largest),), generator=generator)]
    places = torch.cat([largest, others])
    return {f"norm.{name}": flat.norm().float(), f"place.{name}": places, f"value.{name}": flat[places].float()}


def write_minilm(folder):
    model = BertForTokenClassification.from_pretrained(folder, num_labels=5, attn_implementation="eager").eval()
    torch.manual_seed(2018)
    with torch.no_grad():
        model.classifier.weight.normal_(0, 0.1)
        model.classifier.bias.normal_(0, 0.1)
    stored = {f"classifier.{n}": p.detach().clone() for n, p in model.classifier.named_parameters()}
    stored |= compute(model, [5, 1, 64, 23, 40])
    generator = torch.Generator().manual_seed(8)
    for name, parameter in model.named_parameters():
        stored |= digest(name, parameter.grad, generator)
    save_file(stored, HERE / "minilm.safetensors")


def main():
    for seed, (name, (config, stored, prefix, files)) in enumerate(SHAPES.items()):
        torch.manual_seed(seed)
        model = make_model(config, stored)
        write_folder(HERE / "shapes" / name, model, stored, prefix, files)
        expected = compute(model, LENGTHS)
        expected |= {f"gradient.{n}": p.grad.float() for n, p in model.named_parameters()}
        save_file(expected, HERE / "shapes" / name / "expected.safetensors")
    write_activations()
    if len(sys.argv) > 1:
        write_minilm(sys.argv[1])


if __name__ == "__main__":
    main()
