// A code of the core as people read it: what happened, that the data is safe where that is so, what to do. Never the number.
const safe = ['Data Anda aman di HP ini.', 'Your data is safe on this phone.'] as const;
const known: Record<number, readonly [string, string]> = {
  1: ['Isian tidak sesuai. Perbaiki lalu ulangi.', 'That input is not valid. Correct it and try again.'],
  3: ['Sudah ada, dan tidak ditimpa.', 'It exists already and was not overwritten.'],
  4: ['Peran Anda tidak mengizinkan ini. Mintalah kepada operator.', 'Your role does not permit this. Ask the operator.'],
  5: ['Belum terkirim. Coba lagi saat ada sinyal.', 'Not sent yet. Try again when there is a signal.'],
  6: ['Yang menjawab bukan server sekolah Anda. Tidak ada yang terkirim.', 'Whoever answered is not your school’s server. Nothing was sent.'],
  7: ['Server terlalu lama menjawab. Coba lagi nanti.', 'The server took too long. Try again later.'],
  9: ['Ruang HP penuh; perubahan terakhir belum tersimpan. Kosongkan ruang.', 'The phone is full; the last change was not saved. Free some space.'],
  14: ['Terlalu panjang. Bagi menjadi beberapa catatan.', 'Too long. Split it into several entries.'],
  17: ['Kunci belum tiba. Sinkronkan lagi nanti.', 'A key has not arrived yet. Sync again later.'],
  23: ['Tautan undangan tidak berlaku. Mintalah yang baru.', 'The invitation is not valid. Ask for a new one.'],
  24: ['Undangan kedaluwarsa. Mintalah yang baru.', 'The invitation has expired. Ask for a new one.'],
  25: ['Undangan sudah habis dipakai. Mintalah yang baru.', 'The invitation is used up. Ask for a new one.'],
  26: ['Undangan sudah dicabut. Hubungi operator.', 'The invitation was revoked. Ask the operator.'],
  27: ['Perangkat ini sudah dikeluarkan. Hubungi operator.', 'This device was removed. Ask the operator.'],
  28: ['Jatah ruang di server habis. Hubungi operator.', 'The quota on the server is used up. Ask the operator.'],
  29: ['Versi aplikasi dan server berbeda. Muat ulang saat ada sinyal.', 'App and server differ in version. Reload when there is a signal.'],
  30: ['Mungkin halaman masuk Wi-Fi yang menjawab. Masuk dulu ke Wi-Fi.', 'Perhaps a Wi-Fi sign-in page answered. Sign in to the Wi-Fi first.'],
  32: ['Kartu tidak terbaca atau salah ketik. Periksa setiap kata.', 'The card cannot be read or has a typing error. Check every word.'],
  34: ['Terhenti. Ulangi kapan saja.', 'Stopped. Repeat it at any time.'],
};
const other = ['Belum berhasil. Coba lagi.', 'That did not work yet. Try again.'] as const;

// What is asked to be corrected, or was not written for want of room, is not yet anything that is kept.
const unkept = [1, 9, 14];

export const sentence = (code: number, language: 0 | 1): string => (known[code] ?? other)[language] + (unkept.includes(code) ? '' : ` ${safe[language]}`);
