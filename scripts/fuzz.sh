#!/usr/bin/env bash
# Runs every reader of foreign bytes under libFuzzer: make fuzz SECONDS=n [TARGET=name]
#
# Each target gets n seconds, two run at a time. New inputs collect in .build-fuzz/corpus and begin
# the next run; --keep adds the few that reach something new to Fuzz/Corpus, which is committed and
# read by the tests. A crash is kept in .build-fuzz/crashes and ends the run with 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh

readonly input_bytes_max=4096 kept_count_max=60
runner=.build-fuzz/debug/holdfast-fuzz
# Swift's own crash handler would end the process before libFuzzer keeps the input.
export SWIFT_BACKTRACE=enable=no
found=.build-fuzz/corpus crashes=.build-fuzz/crashes

# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look_build() { progress=$(grep -oE '^\[[0-9]+/[0-9]+\]' "$1" | tail -n 1) || true; }

# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look_run() {
    progress="$(find "$logs" -name '*.done' | wc -l) of ${#targets[@]} targets done"
}

build() {
    HOLDFAST_FUZZ=1 with_progress "Building instrumented" .build-fuzz/build.log look_build \
        swift build --scratch-path .build-fuzz -Xswiftc -O -Xswiftc -sanitize=fuzzer \
        --product holdfast-fuzz || {
        tail -n 20 .build-fuzz/build.log >&2
        refuse "The fuzzers could not be built. Full output: .build-fuzz/build.log"
    }
}

# One target for so many seconds.
fuzz_one() {
    local name=$1 seconds=$2
    mkdir -p "$found/$name" "$crashes/$name" "Fuzz/Corpus/$name"
    if HOLDFAST_FUZZ_TARGET=$name "$runner" \
        -max_total_time="$seconds" -max_len="$input_bytes_max" -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$crashes/$name/" \
        "$found/$name" "Fuzz/Corpus/$name" >"$logs/$name.log" 2>&1; then
        echo passed >"$logs/$name.done"
    else
        echo crashed >"$logs/$name.done"
    fi
}

# The names, two at a time. xargs starts this script again for each.
fuzz_all() {
    printf '%s\n' "${targets[@]}" | xargs -P 2 -I '{}' "$0" --one '{}' "$seconds" "$logs"
}

# Makes Fuzz/Corpus anew of what reaches the most, the smallest first, up to a count. What somebody
# gave a name stays: it once crashed.
keep() {
    local name=$1 merged
    merged=$(mktemp -d)
    HOLDFAST_FUZZ_TARGET=$name "$runner" -set_cover_merge=1 \
        -max_len="$input_bytes_max" "$merged" "Fuzz/Corpus/$name" "$found/$name" 2>/dev/null
    find "Fuzz/Corpus/$name" -type f -regextype egrep -regex '.*/[0-9a-f]{40}' -delete
    find "$merged" -type f -printf '%s %p\n' | sort -n | head -n "$kept_count_max" |
    cut -d ' ' -f 2- | xargs -I '{}' mv '{}' "Fuzz/Corpus/$name/"
    rm -rf "$merged"
}

# A line per target, and the status of the whole.
report() {
    local name status=0 outcome
    printf '%-22s %-8s %12s %8s %8s\n' target outcome executions edges inputs
    for name in "${targets[@]}"; do
        outcome=$(cat "$logs/$name.done" 2>/dev/null || echo "did not run")
        [ "$outcome" = passed ] || status=1
        awk -v name="$name" -v outcome="$outcome" '
            / cov: [0-9]+/ { for (i = 1; i < NF; i++) {
                if ($i == "cov:") edges = $(i + 1)
                if ($i == "corp:") inputs = $(i + 1) } }
            /number_of_executed_units/ { runs = $2 }
            END { printf "%-22s %-8s %12s %8s %8s\n", name, outcome, runs, edges, inputs }
        ' "$logs/$name.log"
    done
    if ((status != 0)); then
        say "An input that crashes is in $crashes. Copy it to Fuzz/Corpus/TARGET, see make test" \
            "fail with it, then mend what it found." >&2
    fi
    return "$status"
}

if [ "${1:-}" = --one ]; then
    logs=$4
    fuzz_one "$2" "$3"
    exit
fi

keeps=false seconds=30 only=''
for argument in "$@"; do
    case $argument in
    --keep) keeps=true ;;
    *[!0-9]*) only=$argument ;;
    '') ;;
    *) seconds=$argument ;;
    esac
done
build
mapfile -t targets < <("$runner" --list | grep -x "${only:-.*}")
((${#targets[@]} > 0)) || refuse "There is no target $only."
logs=.build-fuzz/logs
rm -rf "$logs"
mkdir -p "$logs"
with_progress "Fuzzing ${#targets[@]} targets, $seconds s each" .build-fuzz/run.log look_run fuzz_all ||
    true
if $keeps; then for name in "${targets[@]}"; do keep "$name"; done; fi
report
