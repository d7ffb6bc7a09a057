// The paper's four steps as a play of three weeks: journal, daily discussion, weekly discussion, trial; then again.
// Cici and Dedi have no signal from Tuesday to Wednesday of the first week, Dedi again from Wednesday to the next Monday.
export function play(room) {
  const { does } = { does: (...args) => room.does(...args) };
  // 1. Catatan harian: what happened beside what should have happened.
  room.day = '2026-08-03';
  const entry = does('B', 'journal', 'add', '--date', room.day, '--class', '5A', '--subject', 'IPAS', '--event', 'pupils',
    'Saat diskusi kelompok hanya dua anak berbicara, yang lain menyalin.', 'Setiap anak menyampaikan satu pendapat.',
    'Sebagian besar siswa diam saat diskusi kelompok.').id;
  does('B', 'problem', 'share', '--from-entry', entry);
  const problem = does('B', '--yes', 'problem', 'share', '--from-entry', entry, '--category', 'engagement', '--frequency', 'often').id;
  does('A', 'record', 'add', 'calendar_day', '--set', 'date=2026-08-17', '--set', 'kind=holiday', '--set', 'note=Hari Kemerdekaan');
  room.meet();

  // 2. Diskusi harian: why? Two of the four write without a signal.
  does('A', 'problem', 'why', problem, 'Tugas kelompok bisa selesai tanpa berdiskusi.');
  room.day = '2026-08-04';
  does('C', 'problem', 'me-too', problem);
  does('C', 'problem', 'why', problem, 'Pertanyaan di lembar kerja hanya punya satu jawaban.');
  does('D', 'problem', 'me-too', problem);
  does('D', 'problem', 'reply', problem, 'Di kelas 4 juga begitu, terutama bila kelompoknya besar.');
  does('A', 'sync');
  does('B', 'problem', 'why', problem, 'Saya menyalin tugas dari buku tanpa menyesuaikannya.');
  does('B', 'sync');
  room.day = '2026-08-05';
  room.meet();
  does('B', 'problem', 'root', problem, 'Tugas diskusi tertutup: satu jawaban, jadi satu anak cukup.', '--kind', 'methods');
  does('B', 'sync');
  room.meet(['A', 'C']);

  // 3. Diskusi mingguan: everybody has a turn; ideas without names; a menu, no vote.
  room.day = '2026-08-07';
  const meeting = does('A', 'discussion', 'weekly', '--title', 'Diskusi pekan pertama', '--place', 'Ruang guru', '--starts', '13:00',
    '--leader', 'Bu Ani Suryani', '--recorder', 'Bu Cici Lestari').id;
  does('A', 'discussion', 'agenda', meeting, '--make');
  for (const phase of ['turns', 'brainstorm']) does('A', 'discussion', 'step', meeting, phase);
  room.meet(['A', 'B', 'C']);
  const ideas = [does('A', 'discussion', 'idea', meeting, 'Kartu peran: penanya, pencatat, juru bicara', '--problem', problem).id,
    does('B', 'discussion', 'idea', meeting, 'Kelompok tiga orang saja', '--problem', problem).id,
    does('C', 'discussion', 'idea', meeting, 'Pertanyaan terbuka yang jawabannya berbeda-beda', '--problem', problem).id];
  room.meet(['A', 'B', 'C']);
  does('A', 'discussion', 'step', meeting, 'grouping');
  does('A', 'discussion', 'group', ideas[0], 'Peran dalam kelompok kecil');
  does('A', 'discussion', 'group', ideas[1], 'Peran dalam kelompok kecil');
  const menu = room.all('A', 'discussion', 'formulate', meeting);
  const roles = menu.find((option) => option.values.title === 'Peran dalam kelompok kecil').id;
  const open = menu.find((option) => option.id !== roles).id;
  does('A', 'discussion', 'step', meeting, 'choosing');
  for (const home of ['A', 'B', 'C']) does(home, 'discussion', 'attend', meeting, '--time', '13:00');
  room.meet(['A', 'B', 'C']);
  does('C', 'discussion', 'minutes', meeting, '--decision', 'Pak Budi mencoba kartu peran pekan depan', '--follow-up',
    'Menyiapkan kartu peran', 'Bu Cici Lestari', '2026-08-10');
  does('C', 'sync');
  does('A', 'sync');
  does('A', 'discussion', 'ratify', meeting);
  // Dedi has read nothing since Wednesday, and adds what he knows.
  does('D', 'problem', 'reply', problem, 'Coba juga tempat duduk melingkar.');

  // 4. Uji coba: a measure declared before; the impact goes back into the journal.
  room.day = '2026-08-10';
  room.meet();
  const first = does('B', 'solution', 'choose', problem, roles, '--class', '5A', '--planned', '2026-08-11').id;
  does('B', 'trial', 'prepare', first, '--plan', 'Diskusi 15 menit, tiga anak, kartu peran bergilir', '--measure',
    'Anak yang berpendapat', '2 dari 24', '20 dari 24', '--collaborator', 'Pak Dedi Wirawan', 'observer');
  room.day = '2026-08-11';
  does('B', 'trial', 'start', first);
  room.day = '2026-08-13';
  does('B', 'trial', 'impact', first, '--happened', 'Sebelas anak berpendapat, sisanya membaca kartu saja.', '--measure',
    'Anak yang berpendapat', '11 dari 24', 'better');
  room.meet();
  room.day = '2026-08-14';
  does('D', 'trial', 'reflect', first, '--findings', 'Kartu membantu, pertanyaannya masih tertutup.', '--proposed', 'partly');
  does('D', 'sync');
  does('B', 'sync');
  does('B', 'trial', 'conclude', first, '--verdict', 'partly', '--reason', 'Peran saja belum cukup', '--next', 'modify');
  room.meet();

  // The cycle goes on.
  room.day = '2026-08-18';
  const second = does('B', 'solution', 'choose', problem, open, '--class', '5A', '--planned', '2026-08-19').id;
  does('B', 'trial', 'prepare', second, '--plan-steps', 'Satu pertanyaan terbuka per kelompok, kartu peran tetap dipakai', '--measure',
    'Anak yang berpendapat', '11 dari 24', '20 dari 24');
  room.day = '2026-08-19';
  does('B', 'trial', 'start', second);
  room.day = '2026-08-20';
  does('B', 'trial', 'impact', second, '--happened', 'Hampir semua anak berpendapat dan saling menanggapi.', '--measure',
    'Anak yang berpendapat', '21 dari 24', 'solved');
  room.meet();
  room.day = '2026-08-21';
  does('A', 'trial', 'reflect', second, '--findings', 'Pertanyaan terbuka yang membuat perbedaannya.', '--proposed', 'effective');
  room.meet();
  does('B', 'trial', 'conclude', second, '--verdict', 'effective', '--reason', '21 dari 24 anak berpendapat');
  does('B', 'trial', 'practice', second, '--title', 'Pertanyaan terbuka dengan kartu peran', '--topic', 'diskusi');
  room.meet();
  return { problem, entry, meeting, first, second };
}
