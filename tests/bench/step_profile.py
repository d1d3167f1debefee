#!/usr/bin/env python3
"""Where the time of a training step goes: shares of the samples of Linux' perf, by thread.

usage: step_profile.py [--train-step build/dev/bin/train_step] [--threads 2] [--steps 30] [f32|bf16]

Samples the steps of tests/bench/train_step.cpp (MiniLM, all of it learns, 1,023 tokens), from the second one on, and adds
them up by what computes: matrix products (MKL; in bf16 all code that oneDNN makes at run time), the operators' own kernels,
LibTorch's others, the optimizer, the kernel's work on memory pages and its others, and waiting for the other thread. Needs
the program `perf`, and the right to use it."""
import argparse, collections, pathlib, re, shutil, subprocess, sys, tempfile

from program_runs import MINILM, TOP

# The first that matches a symbol and the file that it is in.
KINDS = [("attention", r"fthost::ops.*attention"), ("GELU", r"fthost::ops.*gelu"),
         ("dropout + residual + norm", r"fthost::ops.*(norm|dropout)"), ("AdamW", r"adam"),
         ("waiting for the other thread", r"libgomp"),
         ("memory pages", r"(page|folio|memcg|vma|clear_|fault).*(kernel\.kallsyms|vmlinux)"),
         ("the kernel, other", r"kernel\.kallsyms|vmlinux"),
         ("matrix products", r"mkl|gemm|perf-\d+\.map|memfd"), ("LibTorch, other", r"libtorch|libc10")]


def kind_of(symbol_and_file):
    return next((kind for kind, pattern in KINDS if re.search(pattern, symbol_and_file)), "other")


def samples_of(recording):
    """Thread and kind of each sample, in their order."""
    said = subprocess.run(["perf", "script", "-i", recording, "-F", "tid,ip,sym,dso"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=True).stdout
    for line in said.splitlines():
        fields = line.split(maxsplit=2)
        if len(fields) == 3:
            yield int(fields[0]), kind_of(fields[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train-step", type=pathlib.Path, default=TOP / "build/dev/bin/train_step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("type", choices=["f32", "bf16"], nargs="?", default="f32")
    options = parser.parse_args()
    if not shutil.which("perf"):
        sys.exit("step_profile.py: there is no program perf here; Debian has it in linux-perf")
    with tempfile.TemporaryDirectory() as folder:
        recording = f"{folder}/perf.data"
        steps = subprocess.Popen([options.train_step, MINILM, options.type, str(options.threads), str(options.steps),
                                  "full", "alone"], stdout=subprocess.PIPE, text=True)
        try:
            if steps.stdout.readline() != "ready\n":
                sys.exit(f"step_profile.py: {options.train_step} does not say when it is ready")
            subprocess.run(["perf", "record", "-q", "-F", "500", "-o", recording, "-p", str(steps.pid)], check=True)
        finally:
            steps.kill()
            steps.wait()
        counts = collections.defaultdict(collections.Counter)
        for thread, kind in samples_of(recording):
            counts[thread][kind] += 1
    if not counts:
        sys.exit("step_profile.py: perf took no samples")
    threads = sorted(sorted(counts, key=lambda thread: counts[thread].total(), reverse=True)[:options.threads])
    kinds = sorted({kind for thread in threads for kind in counts[thread]}, key=lambda kind: -counts[threads[0]][kind])
    print(f"| {options.type} | " + " | ".join(f"thread {i + 1}" for i in range(len(threads))) + " |")
    print("| --- |" + " --- |" * len(threads))
    for kind in kinds:
        shares = (100 * counts[thread][kind] / counts[thread].total() for thread in threads)
        print(f"| {kind} | " + " | ".join(f"{share:.1f} %" for share in shares) + " |")


if __name__ == "__main__":
    main()
