#!/usr/bin/env bash
# Checks the format of the Swift sources and, where shellcheck is installed, the scripts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Generated code keeps the format its generator gave it.
find Package.swift Sources Tests Fuzz -name '*.swift' ! -name '*.pb.swift' -print0 |
    xargs -0 swift format lint --strict --parallel || {
    echo "The format differs: \`swift format -i -r Package.swift Sources Tests Fuzz\` mends most of it." >&2
    exit 1
}
if command -v shellcheck >/dev/null; then
    shellcheck -x scripts/*.sh .ci/run
fi
