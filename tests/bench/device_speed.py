#!/usr/bin/env python3
"""How fast fthost trains on a GPU: BERT-base's shape with random weights, bf16, seconds of training's last epoch of two
or more; the first one fills the cache.

usage: device_speed.py [--fthost build/dev/bin/fthost] [--corpus FILE.csv] [--data data/wnut17] [--sentences 4000]
                       [--tokenizer .deps/models/all-minilm-l6-v2] [--peer "PYTHON PEER.py"] [--python python3]
                       [--threads 8] [--epochs 3] [--results device.jsonl]

--corpus is the Groningen Meaning Bank's ner_dataset.csv, of which the first sentences are taken; without it WNUT 17 in
the folder --data, whole. Of the model in the folder --tokenizer only vocab.txt and the files named after a token are
read: it needs no weights. The peer is any program as yardstick.py takes it, that trains on a GPU where there is one; it
has as many threads as fthost. --python has torch, and measures the rate of matrix products alone, which comes first and
needs nothing else. What is not given or fails is said to be not measured, and why; the exit status is 1 when something
failed. scripts/gpu-check calls it after the tests that need a device."""
import argparse, json, pathlib, sys, tempfile

from base_model import BASE, write_base_model
from corpora import write_first_rows
from program_runs import MINILM, TOP, arguments, epoch_seconds, record_of, run_peer, run_program
from results_file import ResultsFile

PIPELINE = """[run]
name = "run"
device = "cuda"
precision = "bf16"
threads = {threads}

[data]
reader = "{reader}"
train = "{train}"
{dev}
max_length = 128

[model]
plugin = "bert"
path = "{work}/base"

[head]
plugin = "ner"

[freezing]
plugin = "full"

[optimizer]
plugin = "adamw"
lr = 3e-5

[schedule]
plugin = "linear"

[train]
epochs = {epochs}
"""
DRIFT = '\n[[sinks]]\nplugin = "drift"\nper = "tensor"\n'
# Name, options, more of the pipeline file.
RUNS = [("full, batches of 8,192 tokens", ["train.batch_tokens=8192"], ""),
        ("full, batches of 32", [], ""),
        ("full, batches of 32, drift of all tensors", [], DRIFT),
        ("last-1, batches of 32", ["freezing.plugin=last-n-layers", "freezing.layers=1",
                                   "cache.mode=memory"], "")]


def corpus_of(options, work):
    """Reader, train and dev. Of a GMB file a tenth is held out: by fthost as its pipeline says, by a peer that is given
    the same file twice."""
    source = options.corpus or options.data / "train.conll"
    if not source.exists():
        sys.exit(f"there is no {source}: nothing to train on")
    if options.corpus is None:
        return "conll", options.data / "train.conll", options.data / "dev.conll"
    write_first_rows(options.corpus, work / "corpus.csv", options.sentences)
    return "gmb-csv", work / "corpus.csv", work / "corpus.csv"


def prepare(options, work):
    """The corpus as corpus_of() has it, and the model in the folder `base`."""
    if not (options.tokenizer / "vocab.txt").exists():
        sys.exit(f"there is no {options.tokenizer / 'vocab.txt'}: --tokenizer names a model's folder")
    corpus = corpus_of(options, work)
    (work / "base").mkdir()
    write_base_model(work / "base", options.tokenizer)
    return {"corpus": [str(part) for part in corpus]}


def write_pipeline(options, work, corpus, more):
    reader, train, dev = corpus
    text = PIPELINE.format(reader=reader, train=train, work=work, epochs=options.epochs,
                           threads=options.threads,
                           dev="split = 0.1" if reader == "gmb-csv" else f'dev = "{dev}"')
    (work / "pipeline.toml").write_text(text + more)


def time_fthost(options, work, corpus, settings, more):
    write_pipeline(options, work, corpus, more)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        run_program([options.fthost, work / "pipeline.toml", "--quiet"] +
                    arguments(settings + [f"run.output={folder}", f"cache.path={folder}/cache"]))
        run = pathlib.Path(folder) / "run"
        record = record_of(run)
        cache = record.get("cache", {})
        return {"seconds": epoch_seconds(run)[-1], "tokens": record["data"]["train"]["tokens"],
                "cache": cache.get("mode", "none"), "bytes_on_device": cache.get("bytes_on_device", 0),
                "libtorch": record["libtorch"]}


def time_peer(options, work, corpus):
    said, _ = run_peer(options.peer, options.threads, corpus[1], corpus[2], "full", options.epochs, "3e-5", 1, "--bf16",
                       "--group", model=work / "base")
    return {"seconds": said["seconds_per_epoch"][-1]}


def rate_of_products(options):
    return json.loads(run_program([options.python, pathlib.Path(__file__).with_name("device_products.py")]).out)


def measured(what, measure, results):
    """Adds and returns one row, also of what failed: the others are still worth their time on a device that is only
    lent."""
    try:
        row = {"what": what} | measure()
    except (SystemExit, Exception) as error:
        print(f"device_speed.py: {what}: {error}", file=sys.stderr)
        row = {"what": what, "failed": str(error)}
    results.add(row)
    return row


def measure_all(options, results):
    measured("products", lambda: rate_of_products(options), results)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        prepared = measured("corpus and model", lambda: prepare(options, work), results)
        if "failed" in prepared:
            return
        corpus = prepared["corpus"]
        for what, settings, more in RUNS:
            measured(what, lambda: time_fthost(options, work, corpus, settings, more), results)
            if what == "full, batches of 32" and options.peer:
                measured("peer, batches of 32", lambda: time_peer(options, work, corpus), results)


def operations_a_token():
    """Of full fine-tuning, in matrix products: forward and two backward, a multiplication and an addition each."""
    hidden, inner = BASE["hidden_size"], BASE["intermediate_size"]
    return 6 * BASE["num_hidden_layers"] * (4 * hidden * hidden + 2 * hidden * inner)


def goals(rows):
    """Goal, and how to put what was measured: asked with those rows whose names follow, in that order."""
    full, tokens, drift, last = (name for name, _, _ in (RUNS[1], RUNS[0], RUNS[2], RUNS[3]))
    yield ("full, batches of 8,192 tokens: 40 % of the bf16 product rate", (tokens, "products"),
           lambda run, rate: f"{run['tokens'] * operations_a_token() / run['seconds'] / rate['rate']:.0%} of "
                             f"{rate['rate'] / 1e12:.0f} TFLOP/s (torch {rate['torch']})")
    yield ("full, batches of 32: 3 times as fast as the peer", (full, "peer, batches of 32"),
           lambda run, peer: f"{peer['seconds'] / run['seconds']:.2f} times")
    yield ("last-1 from the cache: 8 times as fast as full", (last, full),
           lambda run, whole: f"{whole['seconds'] / run['seconds']:.2f} times (rows kept: {run['cache']}, "
                              f"{run['bytes_on_device'] / 2**20:.0f} MiB of them on the device)")
    yield ("drift of all tensors: 1 % of an epoch at most", (drift, full),
           lambda run, without: f"{run['seconds'] / without['seconds'] - 1:.1%}")


def print_table(rows, corpus):
    print(f"\nBERT-base's shape, {corpus}\n\n| goal | measured |\n| --- | --- |")
    found = {row["what"]: row for row in rows}
    for goal, names, put in goals(rows):
        lacking = [f"{name}: {'failed' if name in found else 'not run'}" for name in names
                   if "failed" in found.get(name, {"failed": ""})]
        print(f"| {goal} | {'not measured (' + '; '.join(lacking) + ')' if lacking else put(*map(found.get, names))} |")
    print("\n| run | last epoch |\n| --- | --- |")
    for row in rows:
        if "seconds" in row:
            print(f"| {row['what']} | {row['seconds']:.3f} s |")
    print("\nCannot be run yet, since fthost has none: CUDA graphs.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fthost", type=pathlib.Path, default=TOP / "build/dev/bin/fthost")
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, default=TOP / "data/wnut17")
    parser.add_argument("--sentences", type=int, default=4000)
    parser.add_argument("--tokenizer", type=pathlib.Path, default=MINILM)
    parser.add_argument("--peer")
    parser.add_argument("--python", default="python3")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("device.jsonl"))
    options = parser.parse_args()
    options.data, options.fthost = options.data.resolve(), options.fthost.resolve()
    options.results.unlink(missing_ok=True)
    results = ResultsFile(options.results)
    measure_all(options, results)
    print_table(results.rows, f"{options.corpus}, {options.sentences} sentences" if options.corpus else options.data)
    sys.exit(any("failed" in row for row in results.rows))


if __name__ == "__main__":
    main()
