#include "cycle/labels.h"

#include <algorithm>

namespace sejawat::cycle {
namespace {

struct Word {
  const char* key;
  const char* indonesian;
  const char* english;
};

// Looked through from the front: a table that is there when the program begins, where a map would be code
// that makes it.
constexpr Word kWords[] = {
    // Kinds of records.
    {"problem", "masalah", "problem"},
    {"round", "siklus", "cycle"},
    {"root_cause", "akar masalah", "root cause"},
    {"alternative", "alternatif solusi", "solution option"},
    {"trial", "uji coba", "trial"},
    {"reflection", "refleksi bersama", "joint reflection"},
    {"practice", "praktik baik", "good practice"},
    {"contribution", "kontribusi", "contribution"},
    {"endorsement", "dukungan", "support"},
    {"training", "pelatihan", "training"},
    {"daily_discussion", "diskusi harian", "daily discussion"},
    {"weekly_discussion", "diskusi mingguan", "weekly discussion"},
    {"agenda_item", "butir agenda", "agenda item"},
    {"idea", "curah pendapat", "idea"},
    {"grouping", "pengelompokan", "grouping"},
    {"attendance", "kehadiran", "attendance"},
    {"minutes", "notulen", "minutes"},
    {"recurrence", "jadwal rutin", "recurring schedule"},
    {"group", "kelompok kerja", "working group"},
    {"school_year", "tahun ajaran", "school year"},
    {"calendar_day", "hari kalender", "calendar day"},
    {"class", "rombel", "class"},
    {"category", "kategori", "category"},
    {"support_request", "permintaan dukungan", "request for support"},
    {"cluster", "gugus", "cluster"},
    {"entry", "catatan harian", "journal entry"},
    {"instrument", "instrumen", "instrument"},
    {"observation", "lembar observasi", "observation sheet"},
    // Chapters of a story.
    {"why", "mengapa?", "why?"},
    {"reply", "tanggapan", "reply"},
    {"evidence", "bukti", "evidence"},
    {"question", "pertanyaan", "question"},
    {"me_too", "saya juga mengalami", "me too"},
    {"started", "uji coba berjalan", "trial started"},
    {"impact", "dampak", "impact"},
    {"verdict", "putusan", "verdict"},
    {"new_round", "siklus baru", "new cycle"},
    {"step", "langkah", "step"},
    {"intent", "usulan perubahan", "proposed change"},
    // States.
    {"identified", "teridentifikasi", "identified"},
    {"shared", "dibagikan", "shared"},
    {"analysed", "dianalisis", "analysed"},
    {"rooted", "akar ditetapkan", "root cause set"},
    {"alternatives", "alternatif tersedia", "options available"},
    {"chosen", "solusi dipilih", "solution chosen"},
    {"tried", "diuji coba", "being tried"},
    {"reflected", "direfleksikan", "reflected"},
    {"solved", "teratasi", "solved"},
    {"new_cycle", "siklus baru", "new cycle"},
    {"postponed", "ditunda", "postponed"},
    {"closed", "ditutup", "closed"},
    {"withdrawn", "dicabut", "withdrawn"},
    {"planned", "direncanakan", "planned"},
    {"ready", "siap", "ready"},
    {"running", "berjalan", "running"},
    {"impact_recorded", "dampak tercatat", "impact recorded"},
    {"concluded", "disimpulkan", "concluded"},
    {"cancelled", "dibatalkan", "cancelled"},
    {"proposed", "diusulkan", "proposed"},
    {"formulated", "dirumuskan", "formulated"},
    {"available", "tersedia", "available"},
    {"tested", "teruji", "tested"},
    {"good_practice", "praktik baik", "good practice"},
    {"offered", "ditawarkan", "offered"},
    {"open", "terbuka", "open"},
    {"summarised", "dirangkum", "summarised"},
    {"scheduled", "dijadwalkan", "scheduled"},
    {"turns", "giliran bicara", "speaking turns"},
    {"brainstorm", "curah pendapat", "brainstorming"},
    {"choosing", "memilih", "choosing"},
    {"minutes_draft", "notulen draf", "minutes drafted"},
    {"draft", "draf", "draft"},
    {"ratified", "disahkan", "ratified"},
    {"archived", "diarsipkan", "archived"},
    {"rescheduled", "dijadwal ulang", "rescheduled"},
    {"requested", "diajukan", "requested"},
    {"answered", "ditanggapi", "answered"},
    {"fulfilled", "dipenuhi", "fulfilled"},
    {"final", "final", "final"},
    {"discussed", "dibahas", "discussed"},
    {"acknowledged", "diakui guru", "acknowledged"},
    {"responded", "ditanggapi guru", "responded"},
    {"valid", "berlaku", "in force"},
    {"retired", "pensiun", "retired"},
    {"support_request.not_yet", "belum dapat", "not possible yet"},
    // Choices.
    {"effective", "efektif", "effective"},
    {"partly", "sebagian efektif", "partly effective"},
    {"not_yet", "belum efektif", "not yet effective"},
    {"inconclusive", "tidak dapat disimpulkan", "inconclusive"},
    {"low", "kelas rendah (I–III)", "lower grades"},
    {"high", "kelas tinggi (IV–VI)", "upper grades"},
    {"once", "sekali", "once"},
    {"often", "sering", "often"},
    {"daily", "setiap hari", "every day"},
    {"weekly", "setiap minggu", "every week"},
    {"repeat", "ulangi", "repeat"},
    {"modify", "modifikasi", "modify"},
    {"other_root", "akar lain", "another root cause"},
    {"done", "selesai", "done"},
    {"worse", "memburuk", "worse"},
    {"same", "tetap", "the same"},
    {"better", "membaik", "better"},
    {"present", "hadir", "present"},
    {"excused", "izin", "excused"},
    {"sick", "sakit", "sick"},
    {"duty", "tugas", "on duty"},
    {"absent", "alpa", "absent"},
    {"pupils", "siswa", "pupils"},
    {"teacher", "guru", "teacher"},
    {"methods", "metode dan media", "methods and media"},
    {"material", "bahan atau materi", "material"},
    {"facilities", "sarana", "facilities"},
    {"time", "waktu", "time"},
    {"family", "keluarga", "family"},
    {"management", "manajemen", "management"},
    {"peer", "sejawat", "colleague"},
    {"expert", "ahli", "expert"},
    {"literature", "literatur", "literature"},
    {"school_progress", "kemajuan sekolah", "the school's progress"},
    {"other", "lain-lain", "other"},
    {"holiday", "libur", "holiday"},
    {"exam", "ujian", "exam"},
    {"school_day", "hari efektif", "school day"},
    {"swap_hours", "tukar jam", "swap of hours"},
    {"room", "ruang", "room"},
    {"observer", "pengamat", "observer"},
    {"model_teacher", "guru model", "model teacher"},
    {"helper", "pembantu", "helper"},
    {"yes", "ya", "yes"},
    {"no", "tidak", "no"},
    // Fields and parts.
    {"title", "judul", "title"},
    {"description", "uraian", "description"},
    {"band", "jenjang", "grade band"},
    {"subject", "mata pelajaran", "subject"},
    {"hide_name", "samarkan nama", "hide name"},
    {"frequency", "frekuensi", "frequency"},
    {"severity", "tingkat", "severity"},
    {"found", "ditemukan", "found"},
    {"statement", "rumusan", "statement"},
    {"confidence", "keyakinan", "confidence"},
    {"kind", "jenis", "kind"},
    {"name", "nama", "name"},
    {"person", "orang", "person"},
    {"role", "peran", "role"},
    {"status", "status", "status"},
    {"date", "tanggal", "date"},
    {"dates", "tanggal", "dates"},
    {"place", "tempat", "place"},
    {"starts", "mulai", "starts"},
    {"ends", "selesai", "ends"},
    {"leader", "pimpinan", "chair"},
    {"recorder", "notulis", "minute-taker"},
    {"summary", "rangkuman", "summary"},
    {"decision", "keputusan", "decision"},
    {"decisions", "keputusan", "decisions"},
    {"follow_ups", "tindak lanjut", "follow-up"},
    {"agenda", "susunan acara", "agenda"},
    {"proceedings", "jalannya", "proceedings"},
    {"measures", "ukuran keberhasilan", "success measures"},
    {"collaborators", "kolaborator", "collaborators"},
    {"participants", "peserta", "participants"},
    {"members", "anggota", "members"},
    {"steps", "langkah", "steps"},
    {"materials", "bahan", "materials"},
    {"cost", "biaya", "cost"},
    {"requires", "prasyarat", "requires"},
    {"source", "sumber", "source"},
    {"plan", "rencana pembelajaran", "lesson plan"},
    {"before", "awal", "before"},
    {"target", "target", "target"},
    {"after", "akhir", "after"},
    {"effect", "perubahan", "effect"},
    {"verdict_reason", "alasan putusan", "reason for the verdict"},
    {"next", "lanjutan", "next"},
    {"findings", "temuan", "findings"},
    {"need", "kebutuhan", "need"},
    {"asked", "diminta kepada", "asked"},
    {"note", "keterangan", "note"},
    {"text", "isi", "text"},
    {"context", "konteks", "context"},
    {"occasion", "kesempatan", "occasion"},
    {"items", "butir", "items"},
    {"scores", "skor", "scores"},
    {"score", "skor", "score"},
    {"not_applicable", "tidak berlaku", "not applicable"},
    {"topic", "topik", "topic"},
    {"cluster_word", "kelompok gagasan", "group of ideas"},
};

}  // namespace

std::string label(const std::string& key, bool english) {
  for (const auto& word : kWords) {
    if (key == word.key) return english ? word.english : word.indonesian;
  }
  // "KIND.WORD" where a word means something else in that kind of record.
  const auto dot = key.rfind('.');
  if (dot != std::string::npos) return label(key.substr(dot + 1), english);
  std::string plain = key;
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return plain;
}

const char* kind_name(FieldKind kind) {
  switch (kind) {
    case FieldKind::text: return "text";
    case FieldKind::prose: return "prose";
    case FieldKind::date: return "date";
    case FieldKind::time: return "time";
    case FieldKind::number: return "number";
    case FieldKind::yes_no: return "yes_no";
    case FieldKind::choice: return "choice";
    case FieldKind::person: return "person";
    case FieldKind::record: return "record";
  }
  return "text";
}

}  // namespace sejawat::cycle
