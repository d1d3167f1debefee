#!/usr/bin/env python3
"""What each freezing strategy takes beside full fine-tuning, against the count of products, and what `fthost plan` says.

usage: freezing.py [--fthost build/release/bin/fthost] [--data data/wnut17] [--threads 2] [--epochs 3] [--only minilm|base]
                   [--rounds 1] [--results freezing.jsonl] [--table] [--picture docs/images/freezing.svg]

Two models: MiniLM (6 layers of 384) on all of WNUT 17's training set, and BERT-base's shape (12 layers of 768) with
random weights on its first 512 sentences; f32. For each number of learning layers, with a cache and without: seconds of
an epoch after the fill over those of full fine-tuning, the same from the operation count, predicted and measured seconds,
and the most memory that the process held, less what one takes that has only opened LibTorch, beside what was predicted.
All of it is run once a round; the table has the median of the rounds, and shares of full fine-tuning in the same round.
What stands in the results file already, of the same data, epochs and threads, is not run again; --table prints it and
runs nothing; --picture draws it, too.
Times mean something on a quiet machine only."""
import argparse, pathlib, tempfile

from bars import Bars
from base_model import write_base_model
from corpora import write_first_sentences
from operation_count import operation_share
from program_runs import CONFIGS, MINILM, TOP, arguments, median, plan, record_of, run_fthost, run_program
from results_file import ResultsFile

LAYERS = {"minilm": 6, "base": 12}
LEARNING = {"minilm": ["full", 0, 1, 3], "base": ["full", 0, 1, 3, 6, 9]}


def settings_for(options, shape, work, learning, cached):
    plugin = {"full": ["freezing.plugin=full"], 0: ["freezing.plugin=classifier-only"]}.get(
        learning, ["freezing.plugin=last-n-layers", f"freezing.layers={learning}"])
    sets = options.data if shape == "minilm" else work
    model = MINILM if shape == "minilm" else work / "base"
    return plugin + [f"model.path={model}", f"data.train={sets}/train.conll", f"data.dev={sets}/dev.conll",
                     f"data.test={sets}/test.conll", f"run.threads={options.threads}",
                     f"train.epochs={options.epochs}", f"run.output={work}/runs",
                     "run.name=run", f"cache.path={work}/cache", "cache.mode=" + ("disk" if cached else "off")]


def measure(options, shape, work, learning, cached, empty):
    config = CONFIGS / ("wnut17-full.toml" if learning == "full" else "wnut17-last-3.toml")
    settings = settings_for(options, shape, work, learning, cached)
    peak = run_fthost(options.fthost, config, settings).peak
    record = record_of(max((work / "runs").iterdir(), key=lambda folder: folder.stat().st_mtime))
    planned = plan(options.fthost, config, settings)
    return {"seconds": record["cost"]["measured_epoch_seconds"], "cost": record["cost"],
            "peak": peak - empty, "predicted_peak": planned["memory_bytes"]["peak"]}


def measure_shape(options, shape, round, results):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        if shape == "base":
            (work / "base").mkdir()
            write_base_model(work / "base")
            write_first_sentences(options.data / "train.conll", work / "train.conll", 512)
            for name in ("dev", "test"):
                write_first_sentences(options.data / f"{name}.conll", work / f"{name}.conll", 64)
        empty = run_program([options.fthost, "doctor"]).peak
        # All runs find the one measurement in the cache's folder.
        print(run_program([options.fthost, "plan", CONFIGS / "wnut17-full.toml", "--measure", "always"] +
                          arguments(settings_for(options, shape, work, "full", True))).out)
        for cached in (True, False):
            for learning in LEARNING[shape]:
                what = {"round": round, "shape": shape, "learning": learning, "cached": cached} | options.setting
                if (learning == "full" and not cached) or results.matching(**what):
                    continue
                found = measure(options, shape, work, learning, cached, empty)
                results.add(what | found)


def rows_of(results, shape):
    """A row for each setting of a shape: medians over the rounds, `share` of full fine-tuning in the same round."""
    results = [result for result in results if result["shape"] == shape]
    full = {result["round"]: result["seconds"] for result in results if result["learning"] == "full"}
    rows = []
    for cached in (True, False):
        for learning in LEARNING[shape]:
            runs = [r for r in results if r["learning"] == learning and r["cached"] == cached and r["round"] in full]
            if not runs:
                continue
            row = {"learning": learning, "cached": cached, "runs": len(runs),
                   "share": median(run["seconds"] / full[run["round"]] for run in runs),
                   "ideal": operation_share(LAYERS[shape], learning, cached)}
            for name in ("seconds", "peak", "predicted_peak"):
                row[name] = median(run[name] for run in runs)
            for name in ("predicted_epoch_seconds", "measured_seconds", "predicted_seconds"):
                row[name] = median(run["cost"][name] for run in runs)
            rows.append(row)
    return rows


def print_table(results):
    for shape in LAYERS:
        rows = rows_of(results, shape)
        if not rows:
            continue
        print(f"\n{shape}, an epoch of full fine-tuning: {rows[0]['seconds']:.1f} s, "
              f"{min(row['runs'] for row in rows)} to {max(row['runs'] for row in rows)} runs a row\n")
        print("| learning layers | cache | an epoch | of full | operation count | predicted | in all | predicted | memory "
              "| predicted |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for row in rows:
            print(f"| {row['learning']} | {'yes' if row['cached'] and row['learning'] != 'full' else 'no'} | "
                  f"{row['seconds']:.2f} s | {row['share']:.3f} | {row['ideal']:.3f} | "
                  f"{row['predicted_epoch_seconds']:.2f} s | {row['measured_seconds']:.1f} s | "
                  f"{row['predicted_seconds']:.1f} s | {row['peak'] / 2**20:.0f} MiB | "
                  f"{row['predicted_peak'] / 2**20:.0f} MiB |")


def label(learning):
    return {"full": "full", 0: "classifier"}.get(learning, f"last {learning}")


def draw_shape(rows, title, left, layers, picture):
    """Bars of a shape: an epoch over that of full fine-tuning, and a line across each for the operation count."""
    learning = sorted({row["learning"] for row in rows}, key=lambda n: layers + 1 if n == "full" else n)
    height, step = 180, 76
    picture.panel(left, step * len(learning), title, f"100 % = {rows[0]['seconds']:.0f} s")
    for i, what in enumerate(learning):
        x = left + i * step + 8
        picture.text(x + 28, picture.bottom + 18, label(what), "m")
        for cached, at in ((False, 15),) if what == "full" else ((True, 0), (False, 30)):
            row = next((row for row in rows if row["learning"] == what and (row["cached"] == cached or what == "full")), None)
            if row is None:
                continue
            ideal = row["ideal"] * height
            picture.bar(x + at, row["share"] * height, "kept" if cached else "not", f"{100 * row['share']:.2g}", ideal)
            picture.line(x + at - 2, f"{picture.bottom - ideal:.1f}", 30, "ideal")


def draw(results, file):
    picture = Bars(880, 310, 250, "Seconds of an epoch by number of learning layers, in per cent of full fine-tuning")
    left = 20
    for shape, title in (("minilm", "MiniLM, 6 layers"), ("base", "BERT-base\u2019s shape, 12 layers")):
        rows = rows_of(results, shape)
        if rows:
            draw_shape(rows, title, left, LAYERS[shape], picture)
            left += 76 * len(LEARNING[shape]) + 70
    picture.key(20, 285, "kept", "an epoch of training with the cache, in % of full")
    picture.key(350, 285, "not", "without it")
    picture.line(460, 292, 20, "ideal")
    picture.text(486, 297, "what the count of operations says")
    picture.write(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fthost", type=pathlib.Path, default=TOP / "build/release/bin/fthost")
    parser.add_argument("--data", type=pathlib.Path, default=TOP / "data/wnut17")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=sorted(LAYERS))
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("freezing.jsonl"))
    parser.add_argument("--table", action="store_true", help="print the table of what is there, run nothing")
    parser.add_argument("--picture", type=pathlib.Path)
    options = parser.parse_args()
    options.data, options.fthost = options.data.resolve(), options.fthost.resolve()
    options.setting = {"data": options.data.name, "test": "apart", "epochs": options.epochs, "threads": options.threads}
    results = ResultsFile(options.results)
    if not options.table:
        for round in range(1, options.rounds + 1):
            for shape in LAYERS:
                if options.only in (None, shape):
                    measure_shape(options, shape, round, results)
    rows = results.matching(**options.setting)
    print_table(rows)
    if options.picture:
        draw(rows, options.picture)


if __name__ == "__main__":
    main()
