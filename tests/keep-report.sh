#!/usr/bin/env bash
# keep-report.sh FILE COMMAND...: runs the command, shows its output and keeps it for tests/tally.mjs.
set -euo pipefail
report=$1
shift
mkdir -p "$(dirname "$report")"
"$@" 2>&1 | tee "$report"
