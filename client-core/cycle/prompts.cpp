#include "cycle/prompts.h"

#include <algorithm>

namespace sejawat::cycle {

const std::vector<Prompt>& prompts() {
  static const std::vector<Prompt> all{
      {"journal.pupils", "Apa yang siswa lakukan? Siapa yang ikut serta, siapa yang belum?",
       "What did the pupils do? Who took part, who did not yet?"},
      {"journal.methods", "Metode dan media apa yang dipakai? Adakah variasinya?",
       "Which methods and media were used? Was there variety?"},
      {"journal.teacher", "Apa yang Anda lakukan dan katakan? Jelaskah penugasannya?",
       "What did you do and say? Was the task clear?"},
      {"journal.expected", "Apa yang seharusnya terjadi?", "What should have happened?"},
      {"journal.gap", "Apa selisihnya?", "What is the gap?"},
      {"problem.title", "Apa masalahnya, dalam satu kalimat?", "What is the problem, in one sentence?"},
      {"problem.description", "Apa yang terjadi, dan apa yang seharusnya terjadi? Tanpa nama siswa.",
       "What happened, and what should have happened? Without pupils' names."},
      {"problem.category", "Tentang apa?", "What is it about?"},
      {"problem.frequency", "Seberapa sering?", "How often?"},
      {"contribution.text", "Mengapa begitu?", "Why is that so?"},
      {"root_cause.statement", "Apa yang ada di balik semua jawaban itu?",
       "What lies behind all the answers?"},
      {"root_cause.confidence", "Seberapa yakin Anda?", "How sure are you?"},
      {"idea.text", "Apa yang bisa membantu?", "What could help?"},
      {"alternative.title", "Apa yang bisa dicoba?", "What could be tried?"},
      {"alternative.requires", "Apa yang harus ada lebih dulu?", "What must be there first?"},
      {"trial.plan", "Apa yang berubah dalam rencana pembelajaran?", "What changes in the lesson plan?"},
      {"trial.plan_goals", "Tujuan apa yang berubah?", "Which goals change?"},
      {"trial.plan_steps", "Langkah apa yang berubah?", "Which steps change?"},
      {"trial.plan_media", "Media apa yang berubah?", "Which media change?"},
      {"trial.plan_assessment", "Asesmen apa yang berubah?", "How does the assessment change?"},
      {"trial.measures", "Dari mana Anda tahu bahwa ini berhasil? Tetapkan sebelum mencoba.",
       "How will you know that it works? Say so before trying."},
      {"trial.verdict_reason", "Apa buktinya?", "What is the evidence?"},
      {"reflection.findings", "Apa yang terlihat, dan apa artinya?", "What was seen, and what does it mean?"},
      {"practice.context", "Di kelas seperti apa?", "In what kind of class?"},
      {"practice.impact", "Apa yang berubah, juga bila tidak berhasil?",
       "What changed, even if it did not work?"},
      {"training.plans", "Apa yang akan Anda coba, dan kapan?", "What will you try, and by when?"},
      {"support_request.need", "Apa yang Anda butuhkan?", "What do you need?"},
      {"agenda_item.decision", "Apa yang diputuskan?", "What was decided?"},
      {"minutes.proceedings", "Bagaimana jalannya?", "How did it go?"},
      {"daily_discussion.summary", "Apa yang dipahami hari ini?", "What was understood today?"},
  };
  return all;
}

const Prompt* prompt(std::string_view of) {
  const auto found =
      std::find_if(prompts().begin(), prompts().end(), [&](const Prompt& one) { return of == one.of; });
  return found == prompts().end() ? nullptr : &*found;
}

}  // namespace sejawat::cycle
