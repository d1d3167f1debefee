"""The seconds of performance.py's training runs as bars: medians over the rounds."""
from bars import Bars
from performance_page import STRATEGIES, median_of, runs_of

NAMES = {"classifier": "classifier", "last-1": "last 1", "last-3": "last 3", "full": "full"}
# Program, the bar's looks, and what the key says of it.
BARS = [("fthost", "kept", "fthost, the whole process"), ("peer, grouped", "not", "the peer's training, batches "
        "grouped by length"), ("peer", "more", "the peer's training at its defaults")]


def draw(rows, file):
    seconds = {(strategy, who, precision): median_of(runs_of(rows, strategy, who, precision), "seconds")
               for strategy in STRATEGIES for who, _, _ in BARS for precision in ("f32", "bf16")}
    longest = max((found for found in seconds.values() if found), default=1)
    picture = Bars(880, 310, 250, "Seconds of fthost and of a peer by what learns, in f32 and bf16")
    left = 20
    for precision in ("f32", "bf16"):
        programs = [(who, kind) for who, kind, _ in BARS
                    if any(seconds[strategy, who, precision] for strategy in STRATEGIES)]
        step = 30 * len(programs) + 16
        picture.panel(left, step * len(STRATEGIES), precision, "seconds")
        for i, strategy in enumerate(STRATEGIES):
            x = left + i * step + 8
            picture.text(x + 15 * len(programs) - 2, 268, NAMES[strategy], "m")
            for j, (who, kind) in enumerate(programs):
                found = seconds[strategy, who, precision]
                if found:
                    picture.bar(x + 30 * j, 180 * found / longest, kind, f"{found:.0f}")
        left += step * len(STRATEGIES) + 50
    for x, (_, kind, text) in zip((20, 220, 550), BARS):
        picture.key(x, 285, kind, text)
    picture.write(file)
