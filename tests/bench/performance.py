#!/usr/bin/env python3
"""How fast fthost is on a CPU: beside a peer, and beside the machine's matrix products.

usage: performance.py --peer "PYTHON PEER.py" [--train-step build/dev/bin/train_step] [--rounds 3] [--threads 2]
                      [--fthost build/release/bin/fthost] [--data data/wnut17] [--only PART,PART]
                      [--results performance.jsonl] [--page docs/performance.md]
                      [--picture docs/images/performance.svg]

Its parts, each once a round, one program after the other in turn; the round is the seed:
  start-up  `fthost check` and `fthost --help`, 20 times each; the quickstart, from the start to the first step
  study     the same study twice in new processes over one cache
  training  WNUT 17 with MiniLM, a dev set of a tenth of train's sentences: the whole of an fthost process, from an
            empty cache folder, and the peer's training alone, at its defaults and with --group, in f32 and bf16; every
            second round goes through the programs in the reverse order
  accuracy  fthost in f32 and bf16 on the whole dev set, without the peer
  limit     what --train-step prints: a step of full fine-tuning, and of the last three layers from kept rows, and its
            matrix products alone, in one process
  growth    classifier only from 1,000 to 1,000,000 words; what `fthost plan` predicts, and memory
--only takes some of them. The peer is any program as yardstick.py takes it, that also knows --group; without --peer or
--train-step those parts are left out.

What stands in the results file already, with the same --epochs, --sentences and --threads, is not run again, so that it
may be stopped at any time. A call is a sitting: programs are compared within one only, since a machine is faster in one
hour than in the next. Tables of medians are printed at the end, or at once with --table; --page writes them into a page,
between its two markers, --picture draws the training's seconds. Times mean something on a quiet machine only."""
import argparse, datetime, json, os, pathlib, re, shlex, subprocess, sys, tempfile

from corpora import sentences_of, write_first_sentences, write_grown
from performance_page import print_tables, whole_rounds, write_page
from performance_picture import draw
from program_runs import (CONFIGS, MINILM, TOP, arguments, epoch_seconds, median, plan, record_of, run_fthost, run_peer,
                          run_program)
from results_file import ResultsFile

# The pipeline of a strategy, its options, and what a peer calls it.
STRATEGIES = {"classifier": ("wnut17-classifier-only.toml", [], "classifier", "3e-3"),
              "last-1": ("wnut17-last-3.toml", ["freezing.layers=1"], "1", "2e-4"),
              "last-3": ("wnut17-last-3.toml", [], "3", "2e-4"),
              "full": ("wnut17-full.toml", [], "full", "2e-4")}
# In the order in which they are run.
PROGRAMS = [("fthost", "f32", []), ("peer", "f32", []), ("peer, grouped", "f32", ["--group"]),
            ("fthost", "bf16", []), ("peer, grouped", "bf16", ["--bf16", "--group"])]


def corpus_settings(work, options, round, dev, test):
    return [f"data.train={work}/train.conll", f"data.dev={dev}", f"data.test={test}", f"run.threads={options.threads}",
            f"run.seed={round}", f"train.epochs={options.epochs}"]


def small_sets(work):
    return work / "dev.conll", work / "test.conll"


def versions(record):
    machine = record["machine"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": f"{machine['cpu']}, {os.cpu_count()} cores, {memory / 2**30:.0f} GiB of memory",
            "capability": machine["cpu_capability"], "os": machine["os"], "libtorch": record["libtorch"],
            "fthost": f"{record['fthost']['version']} ({record['fthost']['commit'][:7]})"}


def train_fthost(options, work, round, strategy, precision, sets):
    config, settings, _, lr = STRATEGIES[strategy]
    with tempfile.TemporaryDirectory(dir=work) as folder:
        finished = run_fthost(options.fthost, CONFIGS / config, settings +
                              corpus_settings(work, options, round, *sets) +
                              [f"optimizer.lr={lr}", f"run.precision={precision}", f"run.output={folder}",
                               "run.name=run", f"cache.path={folder}/cache"])
        run = pathlib.Path(folder) / "run"
        record = record_of(run)
        return {"seconds": finished.seconds, "peak": finished.peak, "epoch_seconds": epoch_seconds(run),
                "f1": record["metrics"]["dev_f1"], "dev_loss": record["metrics"]["dev_loss"],
                "tokens": record["data"]["train"]["tokens"], "versions": versions(record),
                "fill_seconds": record.get("cache", {}).get("fill_seconds", 0)}


def train_peer(options, work, round, strategy, flags):
    _, _, layers, lr = STRATEGIES[strategy]
    said, finished = run_peer(options.peer, options.threads, work / "train.conll", work / "dev.conll", layers,
                              options.epochs, lr, round, *flags)
    return {"seconds": sum(said["seconds_per_epoch"]), "process_seconds": finished.seconds,
            "epoch_seconds": said["seconds_per_epoch"], "peak": finished.peak, "f1": said["f1"],
            "dev_loss": said["dev_loss"], "tokens": said.get("tokens"), "versions": options.peer_versions}


def measure_training(options, work, round, once):
    if options.peer is None:
        print("training: left out, there is no --peer", file=sys.stderr)
        return
    for strategy in STRATEGIES:
        there = whole_rounds(options.results_there.matching(part="training", round=round, strategy=strategy,
                                                            **options.setting))
        if there:
            continue
        for who, precision, flags in PROGRAMS if round % 2 else PROGRAMS[::-1]:
            # A round that was broken off is measured anew: its programs would not be of one sitting.
            what = {"strategy": strategy, "who": who, "precision": precision, "sitting": options.sitting}
            if who == "fthost":
                once(what, lambda: with_same_tokens(options, train_fthost(options, work, round, strategy, precision,
                                                                          small_sets(work))))
            else:
                once(what, lambda: with_same_tokens(options, train_peer(options, work, round, strategy, flags)))


def with_same_tokens(options, row):
    """`row`; the call ends when another program of the sitting trained on another number of tokens."""
    rows = options.results_there.matching(part="training", sitting=options.sitting) + [row]
    tokens = {row["tokens"] for row in rows} - {None}
    if len(tokens) > 1:
        sys.exit(f"performance.py: the programs trained on different numbers of tokens: {sorted(tokens)}; that "
                 "compares nothing")
    return row


def measure_accuracy(options, work, round, once):
    """F1 does not depend on what else the machine does: this needs no quiet hours."""
    whole_sets = options.data / "dev.conll", options.data / "test.conll"
    for strategy in STRATEGIES:
        for precision in ("f32", "bf16"):
            def figures():
                row = train_fthost(options, work, round, strategy, precision, whole_sets)
                return {name: row[name] for name in ("f1", "dev_loss", "versions")}
            once({"strategy": strategy, "who": "fthost", "precision": precision}, figures)


def kept_bytes(cache):
    return sum(file.stat().st_size for file in cache.rglob("*.rows"))


def run_study(options, work, round, output):
    """The study's seconds, those that it and its points spent on filling, and the rows that this left in the cache."""
    output.mkdir()
    before = kept_bytes(work / "kept")
    finished = run_fthost(options.fthost, work / "study.toml",
                          corpus_settings(work, options, round, *small_sets(work)) +
                          [f"run.output={output}", f"cache.path={work}/kept", f"model.path={MINILM}"])
    records = [record_of(path.parent) for path in output.rglob("run.json")]
    points = [record["cache"] for record in records]
    filled = json.loads(next(output.rglob("study.json")).read_text())
    return {"seconds": finished.seconds, "points": len(points), "versions": versions(records[0]),
            "bytes_written": kept_bytes(work / "kept") - before,
            "misses": sum(cache["misses"] for cache in points),
            "fill_seconds": filled["fill_seconds"] + sum(cache["fill_seconds"] for cache in points)}


def measure_study(options, work, round, once):
    def twice():
        pipeline = (CONFIGS / "wnut17-last-3.toml").read_text()
        (work / "study.toml").write_text(pipeline + "\n[study.grid]\nfreezing.layers = [0, 1, 3]\n")
        first, second = (run_study(options, work, round, work / name) for name in ("first", "second"))
        return {"first": first, "second": second, "versions": second["versions"]}

    once({}, twice)


def median_seconds(words, times=20):
    return median(run_program(words, errors=subprocess.DEVNULL).seconds for _ in range(times))


def seconds_to(events, name, started):
    """From the start of a process to the first of its events that has this name."""
    for line in events.read_text().splitlines():
        event = json.loads(line)
        if event["event"] == name:
            return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp() - started
    sys.exit(f"performance.py: {events} has no {name}")


def measure_start_up(options, work, round, once):
    quickstart = CONFIGS / "quickstart.toml"

    def quickstart_steps():
        with tempfile.TemporaryDirectory(dir=work) as folder:
            finished = run_fthost(options.fthost, quickstart, [
                f"run.output={folder}", "run.name=run", f"cache.path={folder}/cache", f"run.threads={options.threads}"])
            events = pathlib.Path(folder) / "run/events.jsonl"
            record = record_of(pathlib.Path(folder) / "run")
            return {"loaded": seconds_to(events, "run_started", finished.started),
                    "seconds": seconds_to(events, "step_ended", finished.started),
                    "fill_seconds": record.get("cache", {}).get("fill_seconds", 0), "versions": versions(record)}

    once({"what": "check"}, lambda: {"seconds": median_seconds([options.fthost, "check", quickstart])})
    once({"what": "help"}, lambda: {"seconds": median_seconds([options.fthost, "--help"])})
    once({"what": "first step"}, quickstart_steps)


def measure_limit(options, work, round, once):
    def train_step(precision, learning):
        said = run_program([options.train_step, MINILM, precision, options.threads, 15, learning]).out
        found = re.search(r"(\d+) tokens: step ([\d.]+) ms, products ([\d.]+) ms, quotient ([\d.]+)", said)
        if not found:
            sys.exit(f"performance.py: {options.train_step} said something else than expected: {said}")
        tokens, step, products, quotient = map(float, found.groups())
        return {"tokens": tokens, "step": step / 1e3, "products": products / 1e3, "quotient": quotient}

    if options.train_step is None:
        print("limit: left out, there is no --train-step", file=sys.stderr)
        return
    for precision in ("f32", "bf16"):
        for strategy, learning in (("full", "full"), ("last-3", 3)):
            once({"precision": precision, "strategy": strategy}, lambda: train_step(precision, learning))


def grow(options, work, round, words):
    """Read, fill and train on so many words; `plan` has its say before, on the same empty cache folder."""
    write_grown(options.data / "train.conll", work / "grown.conll", words, seed=round)
    write_first_sentences(options.data / "dev.conll", work / "few-dev.conll", 50)
    write_first_sentences(options.data / "test.conll", work / "few-test.conll", 50)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        settings = [f"data.train={work}/grown.conll", f"data.dev={work}/few-dev.conll",
                    f"data.test={work}/few-test.conll",
                    f"run.threads={options.threads}", "train.epochs=3", f"run.output={folder}", "run.name=run",
                    f"cache.path={folder}/cache", "cache.mode=disk"]
        config, run = CONFIGS / "wnut17-classifier-only.toml", pathlib.Path(folder) / "run"
        empty = run_program([options.fthost, "doctor"]).peak
        predicted = plan(options.fthost, config, settings)["predicted"]
        finished = run_fthost(options.fthost, config, settings)
        record = record_of(run)
        tokens = {name: counts["tokens"] for name, counts in record["data"].items()}
        return {"tokens": tokens["train"], "filled_tokens": sum(tokens.values()),
                "cache": record["cache"], "predicted": predicted, "versions": versions(record),
                "loaded": seconds_to(run / "events.jsonl", "run_started", finished.started),
                "epoch": median(epoch_seconds(run)[1:]), "seconds": finished.seconds, "peak": finished.peak - empty}


def measure_growth(options, work, round, once):
    for words in options.words:
        once({"words": words}, lambda: grow(options, work, round, words))


PARTS = {"start-up": measure_start_up, "study": measure_study, "training": measure_training,
         "accuracy": measure_accuracy, "limit": measure_limit, "growth": measure_growth}


def write_corpus(options, work):
    """Train's first sentences or all of them, and a tenth as many of dev and of test."""
    count = options.sentences or sum(1 for _ in sentences_of(options.data / "train.conll"))
    write_first_sentences(options.data / "train.conll", work / "train.conll", count)
    for name in ("dev", "test"):
        write_first_sentences(options.data / f"{name}.conll", work / f"{name}.conll", max(1, count // 10))


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")


def measure_round(options, round, results):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        write_corpus(options, work)
        for part in options.only:
            def once(what, measure):
                what = {"part": part, "round": round} | what | options.setting
                if not results.matching(**what):
                    results.add(what | {"sitting": options.sitting, "at": now()} | measure())
            PARTS[part](options, work, round, once)


def versions_of_peer(peer):
    """What the peer's Python has of the two libraries that most peers stand on."""
    code = "import importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in ('torch', 'transformers')))"
    asked = subprocess.run([shlex.split(peer)[0], "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           text=True)
    return asked.stdout.strip() or "not known"


def parts(text):
    wrong = [name for name in text.split(",") if name not in PARTS]
    if wrong:
        raise argparse.ArgumentTypeError(f"there is no part '{wrong[0]}'; there are: {', '.join(PARTS)}")
    return [name for name in PARTS if name in text.split(",")]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer")
    parser.add_argument("--train-step", type=pathlib.Path)
    parser.add_argument("--fthost", type=pathlib.Path, default=TOP / "build/release/bin/fthost")
    parser.add_argument("--data", type=pathlib.Path, default=TOP / "data/wnut17")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--sentences", type=int, default=0, help="of train, to try it out; all when left out")
    parser.add_argument("--words", type=lambda text: [int(word) for word in text.split(",")],
                        default=[1000, 10000, 100000, 1000000], help="of the part growth, with commas between")
    parser.add_argument("--only", type=parts, default=list(PARTS), metavar="PART,PART")
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("performance.jsonl"))
    parser.add_argument("--table", action="store_true", help="print the tables of what is there, run nothing")
    parser.add_argument("--page", type=pathlib.Path, help="write them into this page, too")
    parser.add_argument("--picture", type=pathlib.Path, help="draw the seconds of the part training")
    options = parser.parse_args()
    options.data, options.fthost, options.sitting = options.data.resolve(), options.fthost.resolve(), now()
    options.setting = {name: getattr(options, name) for name in ("epochs", "sentences", "threads")}
    return options


def main():
    options = parse_arguments()
    results = options.results_there = ResultsFile(options.results)
    older = [row for row in results.rows if "sitting" not in row]
    if older:
        print(f"{len(older)} rows do not say when they were measured: left out", file=sys.stderr)
        results.rows = [row for row in results.rows if "sitting" in row]
    if not options.table:
        options.peer_versions = versions_of_peer(options.peer) if options.peer else ""
        for round in range(1, options.rounds + 1):
            measure_round(options, round, results)
    rows = whole_rounds(results.matching(**options.setting))
    print_tables(rows)
    if options.page:
        write_page(rows, options.page)
    if options.picture:
        draw(rows, options.picture)


if __name__ == "__main__":
    main()
