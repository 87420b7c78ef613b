#!/usr/bin/env bash
# Runs the tests of the client and the server under the thread sanitizer: make test-threads
#
# End-to-end tests judge by the clock and the tidy tests run nothing, so neither is among them. What
# GStreamer and GLib do among themselves is theirs (scripts/thread-sanitizer.supp).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh

log=.build-tsan/test.log
runner=.build-tsan/debug/holdfastPackageTests.xctest

# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look_build() { progress=$(grep -oE '^\[[0-9]+/[0-9]+\]' "$1" | tail -n 1) || true; }

# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look_run() {
    progress="$(grep -cE '^[^ ]+ +Test .* passed after ' "$1") passed, "
    progress+="$(grep -c 'WARNING: ThreadSanitizer' "$1") reports"
}

with_progress "Building with the thread sanitizer" "$log" look_build \
    swift build --build-tests --sanitize=thread --scratch-path .build-tsan || {
    grep ' error: ' "$log" | sort -u | head -n 20 >&2
    refuse "The build failed. Full output: $log"
}
# A report is a line in the log; the run goes on, and its status says that there was one.
export TSAN_OPTIONS="suppressions=$PWD/scripts/thread-sanitizer.supp:halt_on_error=0:exitcode=66"
failed=0
with_progress "Testing, threads watched" "$log" look_run \
    stdbuf -oL "$runner" --testing-library swift-testing \
    --skip '^(Tidy|HoldfastEndToEnd|HoldfastDrill|HoldfastFuzz)Tests\.' "$@" || failed=$?
grep -E '^[^ ]+ +Test run with ' "$log" | tail -n 1 || failed=1
count=$(grep -c 'WARNING: ThreadSanitizer' "$log") || true
say "$count reports of the thread sanitizer. Full output: $log"
if ((failed != 0 || count != 0)); then exit 1; fi
