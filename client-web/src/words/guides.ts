// Guides of thirty seconds: what a screen is for and how it is used. `of`: first parts of addresses.
type Text = readonly [string, string];
export interface Guide {
  of: readonly string[];
  title: Text;
  steps: readonly Text[];
}

export const guides: readonly Guide[] = [
  {
    of: ['', 'sampah'],
    title: ['Mulai dari sini', 'Begin here'],
    steps: [
      ['Ketuk “Tulis catatan” dan tulis satu kejadian di kelas. Bisa tanpa sinyal.', 'Tap “Write an entry” and write down one event in class. No signal is needed.'],
      ['Catatan Anda pribadi. Kepala sekolah dan dinas tidak dapat membacanya.', 'Your entries are private. Neither principal nor district can read them.'],
      ['Baris di atas menunjukkan di mana tulisan Anda: ✓ di HP ini, ✓✓ sudah di server sekolah.', 'The line on top tells where your words are: ✓ on this phone, ✓✓ at the school server.'],
    ],
  },
  {
    of: ['tulis', 'catatan'],
    title: ['Menulis catatan', 'Writing an entry'],
    steps: [
      ['Pilih ranah: siswa, metode dan media, atau tindakan Anda. Satu saja sudah cukup.', 'Choose a domain: pupils, methods and media, or your own actions. One is enough.'],
      ['Tulis yang terjadi, lalu yang seharusnya. Bedanya adalah selisih.', 'Write what happened, then what should have. The difference is the gap.'],
      ['Setiap ketikan tersimpan sendiri. Dari selisih, ketuk “Jadikan masalah” bila perlu.', 'Everything you type is kept by itself. From the gap, tap “Make it a problem” if you like.'],
    ],
  },
  {
    of: ['bagikan', 'masalah'],
    title: ['Membagikan masalah', 'Sharing a problem'],
    steps: [
      ['Masalah adalah tulisan pendek tersendiri; catatan Anda tidak ikut dibagikan.', 'A problem is a short text of its own; your entry is not shared with it.'],
      ['Lihat dahulu “Yang dilihat rekan”. Nama dapat disamarkan.', 'Look at “What colleagues see” first. Your name can be hidden.'],
      ['Dapat dicabut kapan saja, tetapi yang sudah dibaca mungkin diingat.', 'It can be revoked at any time, but what was read may be remembered.'],
    ],
  },
  {
    of: ['diskusi', 'tanggapi'],
    title: ['Diskusi harian', 'Daily discussion'],
    steps: [
      ['Buka satu masalah dan tanyakan “Mengapa?”, sampai lima kali.', 'Open one problem and ask “Why?”, up to five times.'],
      ['Bila sebab paling dasar ketemu, tandai sebagai akar masalah.', 'When the deepest cause is found, mark it as the root cause.'],
      ['Yang belum ada akarnya berlanjut ke hari efektif berikutnya.', 'What has no root yet is carried over to the next school day.'],
    ],
  },
  {
    of: ['pekan', 'notulen', 'undangan'],
    title: ['Diskusi mingguan', 'Weekly discussion'],
    steps: [
      ['Setiap guru mendapat giliran. Lalu curah pendapat; nama disembunyikan sampai dikelompokkan.', 'Every teacher gets a turn. Then brainstorming; names stay hidden until ideas are grouped.'],
      ['Hasilnya daftar alternatif. Tidak ada pemungutan suara.', 'The result is a list of options. There is no vote.'],
      ['Notulen tersusun sendiri; ketua mengesahkan, lalu dapat dicetak.', 'Minutes draft themselves; the chair ratifies them, then they can be printed.'],
    ],
  },
  {
    of: ['alternatif', 'ujicoba', 'praktik'],
    title: ['Memilih dan mencoba', 'Choosing and trying'],
    steps: [
      ['Pilih satu alternatif untuk kelas Anda. Anda yang memilih.', 'Choose one option for your class. The choice is yours.'],
      ['Tulis rencana dan ukuran keberhasilan sebelum mencoba.', 'Write the plan and a success measure before you try.'],
      ['Sesudah mencoba, catat dampaknya dan tetapkan putusan bersama rekan.', 'Afterwards record the impact and give your verdict with colleagues.'],
    ],
  },
  {
    of: ['siklus', 'laporan'],
    title: ['Siklus Anda', 'Your cycles'],
    steps: [
      ['Dari masalah sampai dampak, satu linimasa menunjukkan setiap langkah dan jedanya.', 'From problem to impact, one timeline shows each step and its gaps.'],
      ['Yang diam lebih dari 8 hari efektif diberi tanda.', 'What was quiet for more than 8 school days is marked.'],
      ['Laporan siklus dapat dicetak; hanya Anda yang memulainya.', 'A cycle report can be printed; only you start that.'],
    ],
  },
  {
    of: ['observasi'],
    title: ['Lembar observasi', 'Observation sheet'],
    steps: [
      ['Pengamat memberi skor per butir saat mengajar diamati. Butir yang tidak berlaku dilewati.', 'The observer scores each item while a lesson is observed. Items that do not apply are skipped.'],
      ['Persentase baru terlihat sesudah lembar final.', 'The percentage shows only once the sheet is final.'],
      ['Hanya guru, pengamat, dan kepala sekolah yang membacanya. Untuk pembinaan, bukan penilaian kinerja.', 'Teacher, observer and principal alone read it. It is for coaching, not for rating.'],
    ],
  },
  {
    of: ['status'],
    title: ['Di mana tulisan saya?', 'Where are my words?'],
    steps: [
      ['“Menunggu dikirim” memuat setiap tulisan yang belum ada di server sekolah. Ketuk untuk membuka, mengubah, atau mengekspor.', '“Waiting to send” lists everything that the school server does not have yet. Tap to open, change or export it.'],
      ['Karantina menahan satu tulisan tanpa menghentikan yang lain. Alasannya tertulis.', 'Quarantine holds one thing back without stopping the others. The reason is given.'],
      ['Lama tanpa sinyal? “Ekspor darurat” menyimpan semuanya sebagai berkas.', 'No signal for long? “Emergency export” saves everything as a file.'],
    ],
  },
  {
    of: ['rekaman', 'versi'],
    title: ['Ada dua versi', 'Two versions'],
    steps: [
      ['Hal yang sama ditulis di dua HP tanpa saling tahu. Keduanya disimpan.', 'The same thing was written on two phones apart from each other. Both are kept.'],
      ['“Pakai ini” memilih yang di HP ini, “Pakai itu” yang dari HP lain. Atau gabungkan, atau simpan keduanya.', '“Use this” takes the one on this phone, “Use that” the other. Or merge them, or keep both.'],
      ['Pilihan dapat diurungkan selama 30 hari, di semua HP Anda.', 'The choice can be undone for 30 days, on all your phones.'],
    ],
  },
  {
    of: ['gabung', 'perangkat', 'kartu'],
    title: ['HP, kartu, dan undangan', 'Phones, card and invitation'],
    steps: [
      ['Bergabung cukup dengan memindai undangan dari sekolah.', 'To join, scan the invitation of your school.'],
      ['Kartu pemulihan adalah jalan kembali bila HP hilang. Simpan di kertas.', 'The recovery card is the way back when a phone is lost. Keep it on paper.'],
      ['HP yang hilang dikeluarkan dari “Perangkat saya” di HP lain.', 'A lost phone is removed under “My devices” on another phone.'],
    ],
  },
  {
    of: ['lainnya', 'pengaturan', 'pin', 'akun', 'privasi', 'dukungan'],
    title: ['Pengaturan dan privasi', 'Settings and privacy'],
    steps: [
      ['Ukuran huruf, bahasa, dan hemat kuota ada di Pengaturan.', 'Text size, language and data saver are under Settings.'],
      ['PIN mengunci aplikasi di HP bersama. Keluar tidak menghapus apa pun.', 'A PIN locks the app on a shared phone. Signing out deletes nothing.'],
      ['“Privasi saya” menunjukkan yang Anda bagikan dan yang dikirim tentang Anda.', '“My privacy” shows what you share and what is sent about you.'],
    ],
  },
];

export const guideOf = (path: string): Guide => guides.find((one) => one.of.includes(path)) ?? (guides[0] as Guide);
