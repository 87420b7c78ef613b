#!/usr/bin/env bash
# Removes what the build made, and nothing else. What a running server keeps (.holdfast) stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -rf .build .build-*
