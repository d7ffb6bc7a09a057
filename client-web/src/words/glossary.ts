// Terms of the app (the product's locked glossary): Indonesian, English, what it means in either.
export const glossary: readonly (readonly [string, string, string, string])[] = [
  ['Catatan harian', 'Daily journal entry', 'Yang terjadi di kelas hari ini. Pribadi, sampai Anda membagikan sebagian.', 'What happened in class today. Private until you share a part of it.'],
  ['Kondisi seharusnya', 'Expected condition', 'Yang Anda harapkan terjadi.', 'What you had hoped would happen.'],
  ['Selisih', 'Gap', 'Beda antara yang terjadi dan yang seharusnya: di sinilah masalahnya.', 'The difference between what happened and what should have: the problem lies here.'],
  ['Masalah pembelajaran', 'Learning problem', 'Satu masalah yang dirumuskan pendek, siap dibicarakan.', 'One problem, put briefly, ready to be talked about.'],
  ['Diskusi harian', 'Daily discussion', 'Rekan bertanya “mengapa?” sampai akar masalah ketemu.', 'Colleagues ask “why?” until the root cause is found.'],
  ['Akar masalah', 'Root cause', 'Sebab paling dasar, yang dapat diubah.', 'The deepest cause that can be changed.'],
  ['Diskusi mingguan', 'Weekly discussion', 'Setiap guru mendapat giliran; hasilnya daftar alternatif.', 'Every teacher gets a turn; a list of options comes out of it.'],
  ['Alternatif solusi', 'Solution option', 'Usul cara. Tidak ada pemungutan suara: tiap guru memilih sendiri.', 'A proposed way. No vote: each teacher chooses.'],
  ['Uji coba solusi', 'Solution trial', 'Mencoba satu alternatif di kelas dengan ukuran keberhasilan.', 'Trying one option in class, with a measure of success.'],
  ['Dampak', 'Impact', 'Yang berubah sesudah uji coba.', 'What changed after the trial.'],
  ['Refleksi bersama', 'Joint reflection', 'Menilai uji coba bersama rekan, lalu memutuskan langkah berikut.', 'Judging the trial with colleagues and deciding what comes next.'],
  ['Siklus', 'Cycle', 'Dari masalah sampai dampak, lalu mulai lagi.', 'From a problem to its impact, and on again.'],
  ['Karantina', 'Quarantine', 'Tulisan yang ditahan sampai operator mengizinkan. Tidak pernah dihapus.', 'Work that is held back until an admin allows it. Never deleted.'],
  ['Kartu pemulihan', 'Recovery card', 'Kertas berisi kata-kata Anda: jalan kembali bila HP hilang atau PIN terlupa.', 'The paper with your words: the way back when a phone is lost or a PIN forgotten.'],
  ['Kunci aplikasi (PIN)', 'App lock', 'Angka yang membuka catatan Anda di HP ini.', 'The digits that open your journal on this phone.'],
  ['Luring / Daring', 'Offline / online', 'Tanpa sinyal / dengan sinyal. Menulis selalu bisa.', 'Without / with a signal. Writing always works.'],
];
