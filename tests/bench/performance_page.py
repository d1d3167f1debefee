"""What performance.py measured, as tables: medians over the rounds; quotients are of programs of the same round that were
measured in one sitting. Where seconds decide, a goal is judged after three rounds."""
import re

from program_runs import median

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
NOT_MEASURED = "not measured"
STRATEGIES = ("classifier", "last-1", "last-3", "full")
ROUNDS = 3  # that decide
PROGRAMS_OF_A_ROUND = 5
# Times as fast as a peer that is set up this way: program, number type, and the goal of each strategy.
FASTER = [("peer", "f32", "a peer at its defaults, f32", (9.5, 4.5, 2.5, 1.9)),
          ("peer, grouped", "f32", "a peer that groups by length, f32", (5.2, 2.5, 1.4, 1.15)),
          ("peer, grouped", "bf16", "a peer that groups by length, bf16", (7, 3, 1.9, 1.5))]
LIMITS = [("f32", .80), ("bf16", .65)]
START_UP = [("check", "`fthost check`", .050), ("help", "`fthost --help`", .020),
            ("first step", "the quickstart's first step", 2.0)]


def of_part(rows, part, **what):
    what["part"] = part
    return [row for row in rows if what.items() <= row.items()]


def median_of(rows, name):
    return median(row[name] for row in rows) if rows else None


def runs_of(rows, strategy, who, precision):
    return of_part(rows, "training", strategy=strategy, who=who, precision=precision)


def whole_rounds(rows):
    """Without the training rows of a round that was broken off: programs are compared only within one sitting."""
    def programs(row):
        return {(other["who"], other["precision"]) for other in rows if other["part"] == "training" and all(
            other[name] == row[name] for name in ("strategy", "round", "sitting"))}
    return [row for row in rows if row["part"] != "training" or len(programs(row)) == PROGRAMS_OF_A_ROUND]


def times_as(rows, name, strategy, precision, peer):
    """The peer's figure over fthost's, of each round in which both were measured in one sitting."""
    ours = {(row["round"], row["sitting"]): row for row in runs_of(rows, strategy, "fthost", precision)}
    return [row[name] / ours[row["round"], row["sitting"]][name] for row in runs_of(rows, strategy, peer, precision)
            if (row["round"], row["sitting"]) in ours]


def accuracy(rows, part, name, strategy, precision):
    """By seed; on a small dev set in the part training, on the whole one in the part accuracy."""
    runs = of_part(rows, part, strategy=strategy, who="fthost", precision=precision)
    return {run["round"]: run[name] for run in sorted(runs, key=lambda run: run["round"])}


def differences(rows, part, name, strategy):
    """bf16 less f32, of each seed that has both."""
    narrow, wide = (accuracy(rows, part, name, strategy, precision) for precision in ("bf16", "f32"))
    return [narrow[seed] - wide[seed] for seed in narrow if seed in wide]


def limit_shares(rows, strategy, precision):
    """Of a step, the part that its matrix products take alone in the same process; of each round."""
    return [1 / step["quotient"] for step in of_part(rows, "limit", precision=precision, strategy=strategy)]


def goal(text, found, written, met, least=ROUNDS):
    """A row of the table of goals. `found`: a figure a round; their median is judged once there are `least` of them."""
    if not found:
        return text, NOT_MEASURED, ""
    middle = median(found)
    ends = [written(end).removesuffix(" times").removesuffix(" of it") for end in (min(found), max(found))]
    span = f" ({' to '.join(ends)})" if len(found) > 1 else ""
    verdict = f"{len(found)} of {least} rounds" if len(found) < least else "yes" if met(middle) else "no"
    return text, written(middle) + span, verdict


def goals_of_speed(rows):
    for who, precision, name, wanted in FASTER:
        for strategy, least in zip(STRATEGIES, wanted):
            yield goal(f"{strategy}: {least} times as fast as {name}",
                       times_as(rows, "seconds", strategy, precision, who), "{:.2f} times".format,
                       lambda times, least=least: times >= least)


def goals_of_accuracy(rows):
    for part, sentences in (("training", "the small dev set"), ("accuracy", "the whole dev set")):
        for strategy in STRATEGIES:
            found = differences(rows, part, "f1", strategy)
            means = [sum(found) / len(found)] if found else []
            text, measured, verdict = goal(f"{strategy}: dev F1 in bf16 within .01 of f32, mean over three seeds, on "
                                           f"{sentences}", means, "{:+.4f}".format,
                                           lambda difference: abs(difference) <= .01, least=1)
            yield text, measured, f"{len(found)} of {ROUNDS} seeds" if 0 < len(found) < ROUNDS else verdict


def goals_of_limit(rows):
    for precision, least in LIMITS:
        for strategy in ("full", "last-3"):
            yield goal(f"{strategy}, {precision}: {least:.0%} of the matrix products' limit",
                       limit_shares(rows, strategy, precision), "{:.0%}".format,
                       lambda share, least=least: share >= least)


def goals_of_a_start(rows):
    second = [run["second"] for run in of_part(rows, "study")]
    yield goal("a second run of a study pays no fill", [max(run["bytes_written"] for run in second)] if second else [],
               lambda size: f"{size} bytes of rows written, {median_of(second, 'fill_seconds'):.1f} s of looking",
               lambda size: size == 0 and all(run["misses"] == 0 for run in second), least=1)
    for what, name, most in START_UP:
        within = f"{most:g} s" if most >= 1 else milliseconds(most)
        yield goal(f"{name} in {within}", [row["seconds"] for row in of_part(rows, "start-up", what=what)],
                   milliseconds, lambda seconds, most=most: seconds <= most)


def goals_of_memory(rows):
    for peer, precision, name, _ in FASTER:
        shares = [1 / times for times in times_as(rows, "peak", "full", precision, peer)]
        yield goal(f"full: at most the peak memory of {name}", shares, "{:.2f} of it".format, lambda share: share <= 1,
                   least=1)


# What grows with the corpus: name, measured seconds of a row, those that were predicted, and for how many tokens.
GROWING = [("fill", lambda row: row["cache"]["fill_seconds"], lambda row: row["predicted"]["fill_seconds"],
            "filled_tokens"),
           ("epoch", lambda row: row["epoch"], lambda row: row["predicted"]["epoch_seconds"], "tokens")]


def a_token(rows, seconds_of, tokens):
    return median(seconds_of(row) / row[tokens] for row in rows)


def predicted_share(runs):
    """Of the seconds after reading and loading, which are not predicted."""
    return median(row["predicted"]["total_seconds"] / (row["seconds"] - row["loaded"]) for row in runs)


def by_words(rows):
    growth = of_part(rows, "growth")
    return [(words, of_part(growth, "growth", words=words)) for words in sorted({row["words"] for row in growth})]


def memory_of_a_token(sizes):
    """Between the two largest sizes."""
    if len(sizes) < 2:
        return NOT_MEASURED
    fewer, more = sizes[-2][1], sizes[-1][1]
    tokens = median_of(more, "tokens") - median_of(fewer, "tokens")
    held = (median_of(more, "peak") - median_of(fewer, "peak")) / tokens
    kept = median(row["predicted"]["cache_bytes"] for row in more) - median(
        row["predicted"]["cache_bytes"] for row in fewer)
    return f"{held:.0f} bytes, of them {kept / tokens:.0f} the rows that are kept"


def goals_of_growth(rows):
    """No limit was set to "flat" and "predicts": what was measured stands there without a verdict."""
    sizes, text = by_words(rows), "seconds per token flat from 1,000 to 1,000,000 words: the last over the first, "
    for name, measured, _, tokens in GROWING:
        ends = [a_token(sizes[i][1], measured, tokens) for i in (0, -1)] if len(sizes) > 1 else None
        found = f"{ends[1] / ends[0]:.2f}, from {sizes[0][0]:,} to {sizes[-1][0]:,} words" if ends else NOT_MEASURED
        yield text + name, found, ""
    yield "reading a corpus streams: memory that a token more takes, at the peak", memory_of_a_token(sizes), ""
    off = [predicted_share(runs) for _, runs in sizes]
    yield ("`plan` predicts it: a run's seconds after reading and loading, predicted over measured",
           f"{min(off):.2f} to {max(off):.2f}" if off else NOT_MEASURED, "")


def all_goals(rows):
    for goals in (goals_of_speed, goals_of_accuracy, goals_of_limit, goals_of_a_start, goals_of_memory, goals_of_growth):
        yield from goals(rows)


def milliseconds(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.0f} ms"


def mebibytes(size):
    return f"{size / 2**20:.0f} MiB"


def table(title, columns, lines):
    """Lines of Markdown; nothing when there is no line."""
    lines = list(lines)
    if not lines:
        return []
    return ["", title, "", "| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)] + \
           ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def epoch_of(run):
    """Seconds of training in an epoch that fills nothing: the median."""
    seconds = run["epoch_seconds"]
    return median(seconds if run["strategy"] == "full" else seconds[1:] or seconds)


def training_lines(rows):
    for strategy in STRATEGIES:
        for who, precision in (("fthost", "f32"), ("peer", "f32"), ("peer, grouped", "f32"), ("fthost", "bf16"),
                               ("peer, grouped", "bf16")):
            runs = runs_of(rows, strategy, who, precision)
            if runs:
                filled = f"{median_of(runs, 'fill_seconds'):.1f} s" if who == "fthost" else ""
                scores = " ".join(f"{run['f1']:.3f}" for run in sorted(runs, key=lambda run: run["round"]))
                yield (strategy, precision, who, len(runs), f"{median_of(runs, 'seconds'):.1f} s", filled,
                       f"{median(map(epoch_of, runs)):.2f} s", mebibytes(median_of(runs, "peak")), scores)


def accuracy_lines(rows):
    for strategy in STRATEGIES:
        for name, form in (("f1", "{:.4f}"), ("dev_loss", "{:.4f}")):
            scores = [accuracy(rows, "accuracy", name, strategy, precision) for precision in ("f32", "bf16")]
            found = differences(rows, "accuracy", name, strategy)
            if found:
                yield (strategy, {"f1": "F1", "dev_loss": "loss"}[name],
                       *(" ".join(map(form.format, of.values())) for of in scores), f"{sum(found) / len(found):+.4f}")


def study_lines(rows):
    for which in ("first", "second"):
        runs = [run[which] for run in of_part(rows, "study")]
        if runs:
            yield (which, f"{median_of(runs, 'seconds'):.1f} s", f"{median_of(runs, 'fill_seconds'):.1f} s",
                   mebibytes(median_of(runs, "bytes_written")))


def start_lines(rows):
    for what, name, _ in START_UP:
        runs = of_part(rows, "start-up", what=what)
        if runs and what == "first step":
            loaded, fill = (milliseconds(median_of(runs, name)) for name in ("loaded", "fill_seconds"))
            yield "the quickstart, until its data are read and its model loaded", loaded
            yield "the quickstart's filling of the cache, dev and test included", fill
        if runs:
            yield name, milliseconds(median_of(runs, "seconds"))


def limit_lines(rows):
    for precision, _ in LIMITS:
        for strategy in ("full", "last-3"):
            steps = of_part(rows, "limit", precision=precision, strategy=strategy)
            if steps:
                yield (strategy, precision, len(steps), f"{median_of(steps, 'tokens'):.0f}",
                       *(milliseconds(median_of(steps, name)) for name in ("step", "products")),
                       f"{median(limit_shares(rows, strategy, precision)):.0%}")


def growth_lines(rows):
    for words, runs in by_words(rows):
        cells = [f"{words:,}", f"{median_of(runs, 'tokens'):,.0f}", f"{median_of(runs, 'loaded'):.2f} s"]
        for _, measured, predicted, tokens in GROWING:
            cells += [f"{1e6 * a_token(runs, seconds, tokens):.2f}" for seconds in (measured, predicted)]
        cells += [f"{median(run['seconds'] - run['loaded'] for run in runs):.1f} s",
                  f"{median(run['predicted']['total_seconds'] for run in runs):.1f} s",
                  mebibytes(median_of(runs, "peak")), mebibytes(median(run["predicted"]["peak_bytes"] for run in runs))]
        yield cells


def machine_lines(rows):
    runs = [row for row in rows if "versions" in row]
    for name in ("cpu", "capability", "os", "fthost", "libtorch"):
        found = sorted({row["versions"][name] for row in runs if row.get("who") in (None, "fthost")})
        yield name, ", ".join(found) or NOT_MEASURED
    libraries = sorted({row["versions"] for row in runs if row.get("who") not in (None, "fthost")})
    yield "the peer's libraries", "; ".join(libraries) or NOT_MEASURED
    yield "threads", ", ".join(map(str, sorted({row["threads"] for row in rows}))) or NOT_MEASURED
    for part in sorted({row["part"] for row in rows}):
        of = of_part(rows, part)
        yield (f"{part}: rounds (seeds), and when they began",
               f"{', '.join(map(str, sorted({row['round'] for row in of})))}; "
               f"{', '.join(sorted({row['sitting'] for row in of}))} UTC")
    cut = sorted({row["sentences"] for row in rows} - {0})
    if cut:
        yield "only so many sentences of train", ", ".join(map(str, cut))


def details(rows):
    return (table("A whole process of fthost beside the training alone of a peer, peak memory of both, dev F1 by seed:",
                  ("what learns", "number type", "program", "rounds", "seconds", "of it filling", "an epoch of training",
                   "peak", "dev F1"), training_lines(rows)) +
            table("F1 and loss of fthost on the whole dev set by seed, and how far bf16 is from f32 in the mean:",
                  ("what learns", "figure", "f32", "bf16", "difference"), accuracy_lines(rows)) +
            table("The same study of three points (layers 0, 1, 3) twice, in new processes over one cache:",
                  ("run", "seconds", "of it filling", "rows written"), study_lines(rows)) +
            table("Start-up:", ("what", "time"), start_lines(rows)) +
            table("A step of training, of last-3 on rows that are kept, and its matrix products alone, by turns in one "
                  "process:", ("what learns", "number type", "rounds", "tokens", "step", "products",
                               "products' share of the step"), limit_lines(rows)) +
            table("Classifier only, three epochs, more and more words (µs are per token; memory is on top of opening LibTorch):",
                  ("words", "tokens", "until read and loaded", "fill, µs", "predicted", "epoch, µs", "predicted",
                   "then in all", "predicted", "peak", "predicted"), growth_lines(rows)) +
            table("Measured on:", ("what", "is"), machine_lines(rows)))


def reasons_in(text):
    """The last column of a page's goals, by goal: people write it, and it stays until the goal is met."""
    lines = re.findall(r"^\| (.+?) \| .*? \| (?:yes|no|\d+ of \d+ \w+|) *\| (.*?) *\|$", text, re.MULTILINE)
    return {goal: reason for goal, reason in lines}


def goal_table(rows, reasons):
    return table("Goals, as the median over the rounds and from the least to the most:",
                 ("goal", "measured", "met", "where we are behind, and why"),
                 ((*cells, "" if cells[2] == "yes" else reasons.get(cells[0], "")) for cells in all_goals(rows)))


def print_tables(rows):
    print("\n".join(goal_table(rows, {}) + details(rows)))


def write_page(rows, path):
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"performance.py: {path} lacks a line '{BEGIN}' or '{END}'; between them the tables go")
    head, rest = text.split(BEGIN, 1)
    old, tail = rest.split(END, 1)
    measured = "\n".join(goal_table(rows, reasons_in(old)) + details(rows))
    path.write_text(f"{head}{BEGIN}\n{measured}\n\n{END}{tail}", encoding="utf-8")
