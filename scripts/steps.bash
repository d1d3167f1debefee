# Sourced by the scripts beside it: where the checkout is, and steps that say what they do and how long it took.
# shellcheck shell=bash

export LC_ALL=C.UTF-8 # a bare Debian has no other locale
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# The comment at the top of a script is its --help.
print_help() { sed -n '2,/^[^#]/{/^[^#]/d;s/^# \{0,1\}//;p}' "$1"; }

running_step=""

# step WORDS COMMAND...: runs the command between a line that says what and a line that says how long. A failure ends the
# script by `set -e`, so don't call it where that is off (before && or ||, in a condition): the command would go on.
step() {
  local start=$SECONDS
  running_step=$1
  say "==> $running_step"
  shift
  "$@"
  say "    done in $((SECONDS - start)) s"
  running_step=""
}

trap '[ -z "$running_step" ] || say "    failed: $running_step"' EXIT

skipped() { say "==> $1: $2"; }

# Configures and builds a preset: build_preset PRESET [CMAKE OPTIONS...] -- [TARGETS...]
build_preset() {
  local preset=$1 options=()
  shift
  while [ "$1" != "--" ]; do
    options+=("$1")
    shift
  done
  shift
  step "configure the preset '$preset'" cmake -S "$top" --preset "$preset" "${options[@]}"
  step "build ${*:-everything} into build/$preset" \
    cmake --build "$top/build/$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}
