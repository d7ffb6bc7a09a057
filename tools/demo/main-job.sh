#!/usr/bin/env bash
# Plays the main job where it can be seen, and checks every step: two teachers, one of them offline.
# Usage: main-job.sh FOLDER-OF-PROGRAMS
set -euo pipefail

bin=${1:?the folder of the programs}
# shellcheck source=tools/demo/common.sh
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

step "A school server starts, on embedded SQLite"
start_server 127.0.0.1:0
address=$(field address server.out)
operator_invite=$(field operator_invite server.out)
endpoint=${address#sejawat://}
endpoint=${endpoint%%/*}
echo "$address"

step "Bu Ani makes the school and invites a colleague"
sejawat --home ani init --name "Bu Ani" --card-file ani-card.txt
sejawat --home ani community create --name "SDN Melati Senja" --kind school --server "$address" \
  --operator-invite "$operator_invite"
sejawat --home ani --json invite --role teacher > invite.json
link=$(field link invite.json)

step "Pak Budi joins with the link; his recovery card is printed once"
sejawat --home budi join "$link" --name "Pak Budi" --card-file budi-card.txt

step "The line is cut: the server is gone, and Pak Budi writes"
stop_server
sentence="Kelompok belakang berhenti bekerja begitu soal cerita dibagikan"
sejawat --home budi journal add --date 2026-11-23 --class 5A --subject Matematika \
  --event pupils "$sentence" "Setiap kelompok mencoba dulu sebelum bertanya" "Soal cerita dibaca tanpa dipahami"
sejawat --home budi journal add --date 2026-11-24 --class 5A --subject IPAS \
  --event teacher "Penjelasan saya terlalu panjang" "Anak mengamati lebih dulu" "Waktu mengamati habis"
if sejawat --home budi sync; then die "a sync without a server cannot work"; fi
sejawat --home budi status

step "The line is back"
start_server "$endpoint"
sejawat --home budi sync
sejawat --home ani sync

step "His phone is lost; a second device is made from the card alone"
sejawat --home budi2 recover --card-file budi-card.txt --server "$address"
sejawat --home budi2 journal list
sejawat --home budi2 --json journal list | grep -qF "$sentence" || die "the second device lacks an entry"
[[ $(sejawat --home budi2 --json journal list | wc -l) -eq 2 ]] || die "the second device lacks an entry"

step "What Bu Ani sees of his private journal"
sejawat --home ani --json journal list > ani-sees.txt
if [[ -s ani-sees.txt ]]; then die "private entries leaked"; fi
echo "(nothing)"

step "What the server's disk shows of it"
for needle in "$sentence" "Pak Budi" "Bu Ani" "SDN Melati" "Matematika"; do
  for place in server server.log budi ani budi2; do
    if grep -raqF -e "$needle" "$place"; then die "'$needle' stands readable in $place"; fi
  done
done
tail -c 96 server/carrier.db-wal | od -An -tx1
echo "No sentence and no name is found in the server's files, its log, or the devices' own files."
