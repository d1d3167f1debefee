"""Writes expected.safetensors: what PyTorch computes with the head `ner-scalar-mix`, on the hidden states that
Transformers gives for the sentences of ../bert/expected.safetensors with ../bert/tiny.

    python generate.py

Needs torch 2.11, transformers 5.24 and safetensors. All in f64. Written down again from Peters et al., "Deep
contextualized word representations" (NAACL 2018), equation 1, as a sum over the layers one by one. The file holds the
head's tensors under their names, "logits", "loss" (mean cross-entropy over the labelled tokens), "gradient.NAME" of the
head's tensors, and "gradient.hidden" [rows, stages, hidden].
"""

import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import BertModel

HERE = pathlib.Path(__file__).parent
LABELS = 5


def hidden_states(given):
    """[rows, stages, hidden] of all sentences, one after the other."""
    model = BertModel.from_pretrained(HERE.parent / "bert/tiny", add_pooling_layer=False,
                                      attn_implementation="eager").double().eval()
    starts = given["starts"].tolist()
    with torch.no_grad():
        outputs = [model(given["ids"][None, a:b], output_hidden_states=True) for a, b in zip(starts, starts[1:])]
    return torch.cat([torch.stack(o.hidden_states, dim=2)[0] for o in outputs])


def head_tensors(stages, width):
    generator = torch.Generator().manual_seed(2018)

    def normal(*shape):
        return torch.randn(*shape, generator=generator).double()

    return {"classifier.weight": .3 * normal(LABELS, width), "classifier.bias": normal(LABELS),
            "scalar_mix.weights": normal(stages), "scalar_mix.gamma": 1.5 + normal(1).abs()}


def main():
    given = load_file(HERE.parent / "bert/expected.safetensors")
    hidden = hidden_states(given).requires_grad_()
    head = {name: tensor.requires_grad_() for name, tensor in head_tensors(*hidden.shape[1:]).items()}
    exponentials = head["scalar_mix.weights"].exp()
    mix = torch.zeros_like(hidden[:, 0])
    for stage, exponential in enumerate(exponentials):
        mix = mix + exponential / exponentials.sum() * hidden[:, stage]
    logits = torch.nn.functional.linear(head["scalar_mix.gamma"] * mix, head["classifier.weight"],
                                        head["classifier.bias"])
    loss = torch.nn.functional.cross_entropy(logits, given["targets"])
    loss.backward()
    stored = dict(head, logits=logits, loss=loss)
    stored |= {f"gradient.{name}": tensor.grad for name, tensor in head.items()}
    stored["gradient.hidden"] = hidden.grad
    save_file({name: tensor.detach().float().contiguous() for name, tensor in stored.items()},
              HERE / "expected.safetensors")


if __name__ == "__main__":
    main()
