#!/usr/bin/env bash
# Runs the tests of the present build. Arguments go to the test runner: `--filter NAME`.
#
# Without arguments there are three runs, one after the other. Random histories of the pure modules
# keep both cores busy for half a minute, and a socket's time limit does not wait for them; and what
# is judged by the clock end to end has the machine for itself. Sound devices mostly wait, and count the
# threads of their process: their tests run in a process of their own beside the other real ones.
#
# The runner is started directly: `swift test --skip-build` plans the build anew, which takes longer
# than most tests, and what it writes makes the next `swift build` compile again what is built.
#
# A test that cannot run prints `SKIPPED: part: reason`; a skip fails the run unless ALLOW_SKIPS=1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh

log='' issue_lines=0

# Counts the finished tests, finds the one that has been running longest, and says each new issue.
# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look() {
    local issues
    progress=$(awk '
        function name() {
            sub(/^[^ ]+ +Test /, "")
            sub(/( with [0-9]+ test cases?)? (started|passed after|failed after|skipped).*/, "")
            return $0
        }
        /^[^ ]+ +Test (case|run) / { next }
        /^[^ ]+ +Test .* started\.$/ { running[name()] = ++order; next }
        /^[^ ]+ +Test .* passed after / { passed++; delete running[name()]; next }
        /^[^ ]+ +Test .* failed after / { failed++; delete running[name()]; next }
        END {
            for (n in running) if (!oldest || running[n] < running[oldest]) oldest = n
            printf "%d passed, %d failed", passed, failed
            if (oldest) printf ", running %s", oldest
        }
    ' "$1")
    issues=$(issues_after "$issue_lines" <"$1")
    [ -n "$issues" ] || return 0
    clear_progress
    say "$issues"
    issue_lines=$((issue_lines + $(wc -l <<<"$issues")))
}

# The issues that tests recorded, with what they said, but for the first lines, said before.
issues_after() {
    awk -v said="$1" '
        /^[^ ]+ +Test .* recorded an issue / { wanted = 1 }
        !/^↳/ && !/ recorded an issue / { wanted = 0 }
        wanted && ++count > said { print }
    '
}

# The parts that did not run, each with its reason: said by a test, or by the runner.
skips() {
    grep -oE '^SKIPPED: .*' "$log" || true
    sed -nE 's/^[^ ]+ +(Test|Suite) (.*) skipped(\.|: (.*))$/SKIPPED: \2: \4/p' "$log"
}

runner=.build/debug/holdfastPackageTests.xctest
[ -x "$runner" ] || refuse "There is no test build yet: make build"
# What tests print arrives line by line, or it would be lost when one of them crashes.
stream=()
command -v stdbuf >/dev/null && stream=(stdbuf -oL)

# One run of the runner: a title, the log, the runner's arguments. Says its closing line.
run_tests() {
    local title=$1 status=0
    log=$2
    shift 2
    issue_lines=0
    with_progress "$title" "$log" look \
        "${stream[@]}" "$runner" --testing-library swift-testing "$@" || status=$?
    close_run "$status"
}

# Starts a run beside the next one: the log, the runner's arguments.
beside='' beside_log=''
start_beside() {
    beside_log=$1
    shift
    "${stream[@]}" "$runner" --testing-library swift-testing "$@" >"$beside_log" 2>&1 &
    beside=$!
    trap 'kill "$beside" 2>/dev/null || true' EXIT
}

# Waits for it, and says what it found.
finish_beside() {
    local status=0
    wait "$beside" || status=$?
    trap - EXIT
    log=$beside_log
    issues_after 0 <"$log"
    close_run "$status"
}

# The end of a run with this status: its closing line, and where to read on.
close_run() {
    local status=$1 closing
    closing=$(grep -E '^[^ ]+ +Test run with ' "$log" | tail -n 1) || true
    if [ -z "$closing" ]; then
        tail -n 30 "$log"
        say "The runner did not reach its end. Full output: $log" >&2
        return $((status == 0 ? 1 : status))
    fi
    skipped+=$(skips)
    say "$closing"
    case $closing in
    *" 0 tests "*)
        say "No test ran." >&2
        return 1
        ;;
    esac
    if ((status != 0)); then say "Full output: $log" >&2; fi
    return "$status"
}

skipped='' failed=0
pure='^(HoldfastWire|HoldfastProto|HoldfastCore|HoldfastServerCore|HoldfastRules|HoldfastDeviceModel|HoldfastSimulator|HoldfastSpec|Tidy)Tests\.'
whole='^HoldfastEndToEndTests\.'
sound='^HoldfastMediaTests\.RealMedia/(Device|Leak|MediaEngineContract|Route|Source)Tests'
if (($# > 0)); then
    run_tests "Testing" .build/test.log "$@" || failed=$?
else
    run_tests "Testing, pure" .build/test-pure.log --filter "$pure" || failed=$?
    start_beside .build/test-sound.log --filter "$sound"
    run_tests "Testing, real" .build/test-real.log \
        --skip "$pure" --skip "$whole" --skip "$sound" || failed=$?
    finish_beside || failed=$?
    run_tests "Testing, end to end" .build/test-whole.log --filter "$whole" || failed=$?
fi
[ -z "$skipped" ] || say "$skipped"
if ((failed != 0)); then exit "$failed"; fi
if [ -n "$skipped" ] && [ "${ALLOW_SKIPS:-0}" != 1 ]; then
    say "Some parts were skipped. ALLOW_SKIPS=1 accepts that." >&2
    exit 1
fi
