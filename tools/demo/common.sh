# What the scripts that play with real programs share. Sourced: needs $bin, and $work as the current folder.
# shellcheck shell=bash disable=SC2154

server_pid=
stop_server() {
  if [[ -n $server_pid ]]; then kill "$server_pid" 2>/dev/null || true; wait "$server_pid" 2>/dev/null || true; fi
  server_pid=
}

step() { printf '\n== %s\n' "$*"; }
die() { printf 'run: FAILED: %s\n' "$*" >&2; exit 1; }
# The string field $1 of the one JSON value in file $2.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2" | head -n 1; }
sejawat() { "$bin/sejawat" --lang id "$@"; }

# start_server ADDRESS:PORT [OPTION...]; prints what it says of itself into server.out.
start_server() {
  local listen=$1
  shift
  : > server.out
  "$bin/sejawat-server" serve --data server --listen "$listen" --json "$@" > server.out 2>> server.log &
  server_pid=$!
  for _ in $(seq 100); do
    if [[ -s server.out ]]; then return; fi
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  cat server.log >&2
  die "the server does not start on $listen"
}
