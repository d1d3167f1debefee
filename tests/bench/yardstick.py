#!/usr/bin/env python3
"""F1 and time of fthost beside a peer's on the same data, model and settings: WNUT 17, MiniLM, 3 epochs, learning rate
2e-4, several seeds, f32 and bf16, all layers and the last three.

usage: yardstick.py --peer "PYTHON PEER.py" [--fthost build/release/bin/fthost] [--data data/wnut17] [--threads 2]
                    [--seeds 1,2,3] [--results yardstick.jsonl]

The peer is any program that takes --model --train --dev --layers --epochs --lr --seed [--bf16] and prints a line of JSON
with `f1`, `dev_loss` and `seconds_per_epoch`. What stands in the results file already, of the same data and threads, is
not run again, so that it may be stopped at any time; at the end, or with --table alone, the table is printed. Times mean
something on a quiet machine only; F1 does not depend on it."""
import argparse, pathlib, statistics, sys, tempfile

from program_runs import CONFIGS, TOP, epoch_seconds, record_of, run_fthost as train, run_peer as train_peer
from results_file import ResultsFile

STRATEGIES = {"last-3": ["freezing.plugin=last-n-layers", "freezing.layers=3"], "full": ["freezing.plugin=full"]}


def run_peer(options, strategy, precision, seed):
    flags = ["--bf16"] if precision == "bf16" else []
    result, _ = train_peer(options.peer, options.threads, options.data / "train.conll", options.data / "dev.conll",
                           "3" if strategy == "last-3" else "full", 3, "2e-4", seed, *flags)
    return {"f1": result["f1"], "dev_loss": result["dev_loss"], "seconds": result["seconds_per_epoch"]}


def run_fthost(options, strategy, precision, seed):
    with tempfile.TemporaryDirectory() as folder:
        settings = [f"run.seed={seed}", f"run.precision={precision}", f"run.threads={options.threads}",
                    f"run.output={folder}", "run.name=run", f"cache.path={folder}/cache", "train.epochs=3",
                    "optimizer.lr=2e-4", f"data.train={options.data}/train.conll", f"data.dev={options.data}/dev.conll",
                    f"data.test={options.data}/test.conll"]
        base = "wnut17-last-3.toml" if strategy == "last-3" else "wnut17-full.toml"
        train(options.fthost, CONFIGS / base, settings)
        run = pathlib.Path(folder) / "run"
        metrics = record_of(run)["metrics"]
        return {"f1": metrics["dev_f1"], "dev_loss": metrics["dev_loss"], "seconds": epoch_seconds(run)}


def print_table(results):
    print("| what learns | number type | dev F1 of fthost | of the peer | difference | last epoch, fthost | peer |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for strategy in STRATEGIES:
        for precision in ("f32", "bf16"):
            cells = {}
            for who in ("fthost", "peer"):
                runs = [r for r in results if (r["who"], r["strategy"], r["precision"]) == (who, strategy, precision)]
                cells[who] = ([r["f1"] for r in runs], [r["seconds"][-1] for r in runs])
            if not cells["fthost"][0] or not cells["peer"][0]:
                continue
            mean = {who: statistics.mean(f1) for who, (f1, _) in cells.items()}
            listed = {who: " ".join(f"{f:.4f}"[1:] for f in f1) for who, (f1, _) in cells.items()}
            seconds = {who: f"{statistics.median(s):.1f} s" for who, (_, s) in cells.items()}
            print(f"| {strategy} | {precision} | {mean['fthost']:.4f} ({listed['fthost']}) | {mean['peer']:.4f} "
                  f"({listed['peer']}) | {mean['fthost'] - mean['peer']:+.4f} | {seconds['fthost']} | {seconds['peer']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer")
    parser.add_argument("--fthost", type=pathlib.Path, default=TOP / "build/release/bin/fthost")
    parser.add_argument("--data", type=pathlib.Path, default=TOP / "data/wnut17")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("yardstick.jsonl"))
    parser.add_argument("--table", action="store_true", help="print the table of what is there, run nothing")
    options = parser.parse_args()
    options.data = options.data.resolve()
    setting = {"data": options.data.name, "threads": options.threads}
    results = ResultsFile(options.results)
    if options.table:
        return print_table(results.matching(**setting))
    if options.peer is None:
        sys.exit("yardstick.py: --peer says what to compare with; see --help")
    runners = {"fthost": run_fthost, "peer": run_peer}
    for seed in map(int, options.seeds.split(",")):
        for precision in ("f32", "bf16"):
            for strategy in STRATEGIES:
                for who, runner in runners.items():
                    what = {"who": who, "strategy": strategy, "precision": precision, "seed": seed} | setting
                    if not results.matching(**what):
                        results.add(what | runner(options, strategy, precision, seed))
    print_table(results.matching(**setting))


if __name__ == "__main__":
    main()
