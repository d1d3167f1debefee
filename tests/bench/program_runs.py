"""Programs as benchmarks run them: fthost with options that are set, and a peer. Seconds are those of the whole
process, the peak is the most memory that it held.

A peer is any program that takes --model --train --dev --layers --epochs --lr --seed [--bf16] [--group] and prints a
line of JSON with `f1`, `dev_loss` and `seconds_per_epoch`, seconds of training; `tokens` of the training set too where it
counts them."""
import dataclasses, json, os, pathlib, shlex, statistics, subprocess, sys, time

TOP = pathlib.Path(__file__).resolve().parents[2]
MINILM = TOP / ".deps/models/all-minilm-l6-v2"
CONFIGS = TOP / "configs"


@dataclasses.dataclass
class Finished:
    out: str
    started: float  # seconds since 1970
    seconds: float
    peak: int  # bytes


def run_program(words, environment=None, errors=None):
    """Ends the benchmark when the program fails; `errors` is where its standard error goes. Linux counts what this
    process holds when it starts another as the other's, too: keep no corpus in memory here."""
    words = [str(word) for word in words]
    started, clock = time.time(), time.perf_counter()
    child = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - clock
    child.stdout.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {' '.join(words)} failed")
    return Finished(out, started, seconds, usage.ru_maxrss * 1024)


def arguments(settings):
    return [word for setting in settings for word in ("--set", setting)]


def run_fthost(fthost, config, settings):
    return run_program([fthost, config, "--quiet"] + arguments(settings))


def plan(fthost, config, settings, measure="new"):
    return json.loads(run_program([fthost, "plan", config, "--json", "--measure", measure] + arguments(settings)).out)


def record_of(run):
    """A run folder's run.json."""
    return json.loads((run / "run.json").read_text())


def epoch_seconds(run):
    """Of a run folder: seconds of training, an epoch each; the first one's hold the filling of the cache."""
    rows = [line.split(",") for line in (run / "metrics.csv").read_text().splitlines()]
    column = rows[0].index("seconds")
    return [float(row[column]) for row in rows[1:]]


def run_peer(peer, threads, train, dev, layers, epochs, lr, seed, *flags, model=MINILM):
    """What the peer says, and how it ended."""
    words = shlex.split(peer) + ["--model", model, "--train", train, "--dev", dev, "--layers", layers,
                                 "--epochs", epochs, "--lr", lr, "--seed", seed, *flags]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    finished = run_program(words, environment)
    return json.loads(finished.out.strip().splitlines()[-1]), finished


def median(values):
    return statistics.median(list(values))
