#!/usr/bin/env bash
# No program that leaves the house has planted faults compiled in (base/planted.h); the simulator has.
set -euo pipefail
marker='sejawat: planted faults inside'
bad=0 seen=0
for program in "$SEJAWAT_BIN"/sejawat "$SEJAWAT_BIN"/sejawat-server; do
  [[ -f $program ]] || continue
  seen=$((seen + 1))
  if grep -q "$marker" "$program"; then
    echo "$program has planted faults"
    bad=1
  fi
done
if ! grep -q "$marker" "$SEJAWAT_BUILD/tests/test_simulation_planted"; then
  echo "the simulator has none: this test would not see them elsewhere"
  bad=1
fi
[[ $seen -gt 0 ]] || { echo "no program to look at"; bad=1; }
echo "$((1 - bad)) passed, $bad failed"
exit "$bad"
