"""A model of BERT-base's shape with random weights, and the tokenizer of another."""
import array, json, random, struct

from program_runs import MINILM

BASE = {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": 768, "num_hidden_layers": 12,
        "num_attention_heads": 12, "intermediate_size": 3072, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512, "type_vocab_size": 2, "vocab_size": 30522, "pad_token_id": 0}


def write_base_model(folder, tokenizer=MINILM):
    """BERT-base's tensors; the values repeat, which changes no time. `tokenizer`: a folder with its files."""
    values = array.array("f", (random.Random(1).gauss(0, 0.02) for _ in range(1 << 16))).tobytes()
    hidden, inner = BASE["hidden_size"], BASE["intermediate_size"]
    shapes = {"embeddings.word_embeddings.weight": [BASE["vocab_size"], hidden],
              "embeddings.position_embeddings.weight": [BASE["max_position_embeddings"], hidden],
              "embeddings.token_type_embeddings.weight": [BASE["type_vocab_size"], hidden]}
    norms = ["embeddings.LayerNorm"]
    for layer in range(BASE["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}."
        for name, rows, columns in (("attention.self.query", hidden, hidden), ("attention.self.key", hidden, hidden),
                                    ("attention.self.value", hidden, hidden),
                                    ("attention.output.dense", hidden, hidden),
                                    ("intermediate.dense", inner, hidden), ("output.dense", hidden, inner)):
            shapes[prefix + name + ".weight"], shapes[prefix + name + ".bias"] = [rows, columns], [rows]
        norms += [prefix + "attention.output.LayerNorm", prefix + "output.LayerNorm"]
    for norm in norms:
        shapes[norm + ".weight"] = shapes[norm + ".bias"] = [hidden]
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 4 * shape[0] * (shape[1] if len(shape) == 2 else 1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, entry in header.items():
            size = entry["data_offsets"][1] - entry["data_offsets"][0]
            if name.endswith("LayerNorm.weight"):
                file.write(struct.pack("<f", 1.0) * (size // 4))
            else:
                file.write((values * (size // len(values) + 1))[:size])
    (folder / "config.json").write_text(json.dumps(BASE))
    for path in tokenizer.iterdir():
        if "token" in path.name or path.name == "vocab.txt":
            (folder / path.name).write_bytes(path.read_bytes())
