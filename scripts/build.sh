#!/usr/bin/env bash
# Builds everything, tests included, in debug. `make run` and `make test` share this one build, so
# that neither rebuilds what the other built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh

log=.build/build.log
first=false
[ -x .build/debug/holdfastctl ] || first=true

# Swift 6.2 or newer.
check_swift() {
    local version
    command -v swift >/dev/null ||
        refuse "Swift is missing. Holdfast needs 6.2 or newer: https://www.swift.org/install"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -1)
    if [ "$(printf '%s\n' 6.2 "$version" | sort -V | head -1)" != 6.2 ]; then
        refuse "Swift ${version:-?} is too old. Holdfast needs 6.2 or newer."
    fi
}

# A first build writes about 2 GB and holds as much in memory; a later one far less.
check_room() {
    local disk_needed=1 memory_needed=1 disk memory
    if $first; then disk_needed=4 memory_needed=3; fi
    disk=$(df -Pk . | awk 'NR == 2 { print int($4 / 1048576) }')
    if ((disk < disk_needed)); then
        refuse "Not enough room: the build needs $disk_needed GB on the disk of $PWD, $disk GB are free."
    fi
    [ -r /proc/meminfo ] || return 0
    memory=$(awk '/^MemAvailable/ { print int($2 / 1048576 + 0.5) }' /proc/meminfo)
    if ((memory < memory_needed)); then
        refuse "Not enough memory: the build needs $memory_needed GB, about $memory GB are available."
    fi
}

# How far SwiftPM is, from its `[n/m]` lines. The first two stages count for themselves.
# shellcheck disable=SC2317,SC2034  # called and read by with_progress
look() {
    local step
    step=$(grep -oE '^\[[0-9]+/[0-9]+\]' "$1" | tail -n 1) || true
    case $step in
    '' | '[0/1]' | '[1/1]') progress="resolving packages" ;;
    *) progress="step ${step//[][]/}" ;;
    esac
}

# The errors of a failed build, each once with the lines that show its place.
print_errors() {
    awk '
        / error: /        { wanted = !seen[$0]++ }
        /^(\[|error: |warning: )/ { wanted = 0 }
        /^error: / && !/emit-module command failed|cancelled/ { wanted = !seen[$0]++ }
        wanted            { print }
    ' "$log" >&2
    if grep -qE 'signal 9|Killed' "$log"; then
        say "A compiler was killed: most likely the memory ran out." >&2
    fi
}

check_swift
check_room
if $first; then
    say "First build: about 4 minutes on 2 cores; later ones take seconds. Output: $log"
fi
started=$SECONDS
status=0
with_progress "Building" "$log" look swift build --build-tests || status=$?
if ((status != 0)); then
    print_errors
    say "The build failed after $(elapsed $((SECONDS - started))). Full output: $log" >&2
    exit "$status"
fi
say "Built in $(elapsed $((SECONDS - started)))."
