#!/usr/bin/env bash
# A school that has worked for some weeks, on a server that stays: with a link and a code for each role.
# Usage: school.sh FOLDER-OF-PROGRAMS FOLDER-OF-THE-WEB-APP FOLDER-OF-ITS-DATA ADDRESS:PORT [OPTION OF THE SERVER]...
set -euo pipefail

bin=${1:?the folder of the programs} web=${2:?the folder of the web app} data=${3:?a folder for the data} listen=${4:?ADDRESS:PORT}
shift 4
root=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/demo/common.sh
. "$root/common.sh"
mkdir -p "$data"
cd "$data"
trap stop_server EXIT
trap 'exit 0' INT TERM

step "The school's server"
start_server "$listen" --web "$web" "$@"
address=$(field address server.out)
operator_invite=$(field operator_invite server.out)
[[ $address == sejawats://* ]] && scheme=https || scheme=http
place=${address#*://}
place=${place%%/*}
origin=$scheme://$place
echo "$origin"

if [[ ! -e founded ]]; then
  step "The school: six teachers, five weeks"
  if [[ -z $operator_invite ]]; then die "$data holds a school that was not finished: remove that folder and start anew"; fi
  sejawat demo school --to stores --teachers 6 --weeks 5 --server "$address" --operator-invite "$operator_invite"
  touch founded
else
  step "The school of last time is there again ($data)"
fi

step "Join it from a browser window, or from a phone that scans the code; several may use the same"
for role in teacher facilitator principal; do
  sejawat --home stores/guru-01 --json invite --role "$role" --uses 20 --ttl 7d > invite.json
  link=$(field link invite.json)
  [[ -n $link ]] || die "no invitation for $role"
  join=$origin/#/gabung/${link#*#}
  printf '\n%s\n%s\n' "$role" "$join"
  # Black on white whatever the terminal's colours; plain where it is no terminal.
  qrencode --type="$([[ -t 1 ]] && echo ANSIUTF8 || echo UTF8)" --margin=2 "$join"
done
sejawat --home stores/guru-01 sync > /dev/null || die "the invitations did not reach the server"
if [[ $scheme == http ]]; then
  cat <<TEXT

A browser keeps a journal only for a secure address: this machine's own (above), or https. A phone on a cable reaches the
former with \`adb reverse tcp:${place##*:} tcp:${place##*:}\`; for the latter see README, "On a phone".
TEXT
fi
step "The server goes on running; Ctrl-C ends it. The school stays in $data"
wait "$server_pid"
