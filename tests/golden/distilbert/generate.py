"""Writes tiny/, a DistilBERT folder with random weights, and expected.safetensors: what Transformers computes with it.

    python generate.py

Needs torch 2.11, transformers 5.24 and safetensors. expected.safetensors holds, for four sentences one after the other
without padding: "ids", "starts" (where each sentence starts, and the end) and "targets" (-100: no say in the loss); the
rows after each stage without dropout ("stage.0" the embeddings, "stage.1" and "stage.2" the layers), "logits",
"loss" (mean cross-entropy over the labelled tokens), and "gradient.NAME" of each parameter, encoder and classifier.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import DistilBertConfig, DistilBertForTokenClassification

HERE = pathlib.Path(__file__).parent
LENGTHS = [7, 1, 20, 4]
LABELS = ["DET", "NOUN", "VERB", "PUNCT"]
WORDS = "the a river home sea went was saw anna peter dog cat ##s ##ed ##ing ##er .".split()


def make_model():
    torch.manual_seed(2018)
    config = DistilBertConfig(
        vocab_size=35, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=24, dropout=0.1,
        attention_dropout=0.2, id2label=dict(enumerate(LABELS)), label2id={label: i for i, label in enumerate(LABELS)},
        attn_implementation="eager",
    )
    model = DistilBertForTokenClassification(config).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            norm = name.lower().endswith(("layernorm.weight", "layer_norm.weight"))
            tensor.normal_(1.0 if norm else 0.0, 0.3)
    return model


def write_folder(model):
    folder = HERE / "tiny"
    folder.mkdir(exist_ok=True)
    config = model.config.to_dict()
    config.pop("_name_or_path", None)
    config["architectures"] = ["DistilBertForTokenClassification"]
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    save_file({name: tensor.detach() for name, tensor in model.named_parameters()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join(special + list("abcdefghijklm") + WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"do_lower_case": True, "tokenizer_class": "DistilBertTokenizer"}, indent=2) + "\n")


def compute(model):
    generator = torch.Generator().manual_seed(7)
    ids = [torch.randint(1, 35, (n,), generator=generator) for n in LENGTHS]
    targets = [torch.randint(0, len(LABELS), (n,), generator=generator) for n in LENGTHS]
    for target in targets:
        target[::3] = -100
    outputs = [model(i[None], output_hidden_states=True) for i in ids]
    logits = torch.cat([o.logits[0] for o in outputs])
    loss = torch.nn.functional.cross_entropy(logits, torch.cat(targets))
    loss.backward()
    expected = {"ids": torch.cat(ids), "targets": torch.cat(targets), "logits": logits, "loss": loss,
                "starts": torch.tensor([0] + LENGTHS).cumsum(0)}
    for stage in range(3):
        expected[f"stage.{stage}"] = torch.cat([o.hidden_states[stage][0] for o in outputs])
    for name, tensor in model.named_parameters():
        expected[f"gradient.{name}"] = tensor.grad
    return {name: tensor.detach().contiguous() for name, tensor in expected.items()}


if __name__ == "__main__":
    model = make_model()
    write_folder(model)
    save_file(compute(model), HERE / "expected.safetensors")
