#!/usr/bin/env bash
# Several processes play the same run: table and trace do not depend on their number, and a run that is stopped
# says where it goes on.
set -euo pipefail
simulate="${SEJAWAT_BIN:?}/sejawat-simulate"
passed=0 failed=0
check() {
  if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "not so: $1"; fi
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Everything but how long it took.
play() { "$simulate" --json "$@" 2>/dev/null | sed 's/"seconds":[^,]*,//'; }
play --seed 11 --schedules 14 >"$folder/one"
play --seed 11 --schedules 14 --jobs 3 >"$folder/three"
check "three processes report what one does" cmp -s "$folder/one" "$folder/three"

# A fault: what is found first is found first, whoever came upon it.
play --seed 11 --schedules 60 --planted "server drops segments" >"$folder/one" || true
play --seed 11 --schedules 60 --planted "server drops segments" --jobs 3 >"$folder/three" || true
check "three processes fail as one does" cmp -s "$folder/one" "$folder/three"
check "and they did fail" grep -q '"ok":false' "$folder/three"

"$simulate" --seed 11 --schedules 100000 --jobs 2 >"$folder/out" 2>"$folder/err" &
running=$!
sleep 4
kill -INT "$running"
code=0
wait "$running" || code=$?
check "a stopped run ends with 130" test "$code" = 130
check "it names the schedule with which it goes on" grep -q -- "--from [1-9]" "$folder/err"
check "it shows the table of what was played" grep -q "schedules, .* operations" "$folder/out"
check "nothing else than what it was asked for" grep -Eq -- "--schedules 100000 --from [0-9]+$" "$folder/err"
reached=$(sed -n 's/.*--from \([0-9]*\).*/\1/p' "$folder/err")
check "and that table is of the first ones, whole" grep -q "^$reached schedules" "$folder/out"

"$simulate" --seed 11 --schedules 100000 --shape cheats --planted "server drops segments" --keep-going >/dev/null 2>"$folder/err" &
running=$!
sleep 2
kill -INT "$running"
wait "$running" || true
check "a run of another shape goes on as that" grep -Eq -- \
  '--from [0-9]+ --planted "server drops segments" --shape cheats$' "$folder/err"

echo "$passed passed, $failed failed"
test "$failed" = 0
