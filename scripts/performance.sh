#!/usr/bin/env bash
# Measures how fast a phone is back and what channels and the background cost, and draws docs/performance.md's plots and tables: make performance.
# With --draw only draws what was measured before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/progress.sh
. scripts/progress.sh

measured=docs/measurements/return.jsonl
python=.build/plots/bin/python

# A few milliseconds are what is measured, so nothing else should run.
if [ "${1:-}" != --draw ]; then
    mkdir -p "$(dirname "$measured")"
    .build/debug/holdfastctl measure >"$measured.new" || refuse "Nothing was measured."
    mv "$measured.new" "$measured"
    channels=$(dirname "$measured")/channels.jsonl
    .build/debug/holdfastctl measure --channels >"$channels.new" || refuse "Channels were not measured."
    mv "$channels.new" "$channels"
    pocket=$(dirname "$measured")/background.jsonl
    .build/debug/holdfastctl measure --background 60 >"$pocket.new" || refuse "The background was not measured."
    mv "$pocket.new" "$pocket"
fi
if ! "$python" -c 'import matplotlib' 2>/dev/null; then
    say "Installing matplotlib into .build/plots"
    python3 -m venv .build/plots || refuse "Plots need python3 with venv: apt-get install python3-venv"
    .build/plots/bin/pip -q install 'matplotlib==3.10.7'
fi
"$python" scripts/plot-performance.py
say "Drawn: docs/performance.md, docs/plots."
