#include "cycle/observation.h"

#include <algorithm>

#include "base/order.h"
#include "values.h"

namespace sejawat::cycle {
namespace {

constexpr std::int64_t kMostPoints = 100;

std::string in(const PartValues& part, const char* field) {
  const auto found = part.values.find(field);
  return found == part.values.end() ? std::string() : found->second;
}

struct Line {
  const char* indonesian;
  const char* english;
};
// A sheet to begin with, after the skills that the study names; provisional, and data like any school's.
const Instrument& built_in() {
  static const Instrument sheet = [] {
    constexpr std::int64_t kScale = 4;
    const Line lines[] = {
        {"Menarik perhatian dan menumbuhkan rasa ingin tahu", "Catches attention and wakes curiosity"},
        {"Mengaitkan pelajaran dengan pengalaman siswa", "Links the lesson to pupils' experience"},
        {"Menyampaikan tujuan yang dipahami siswa", "Gives a goal that pupils understand"},
        {"Menjelaskan dengan bahasa yang jelas", "Explains in clear words"},
        {"Memberi contoh yang sesuai", "Gives fitting examples"},
        {"Menyampaikan materi secara runtut", "Presents the matter in order"},
        {"Memberi tugas yang jelas langkahnya", "Sets tasks with clear steps"},
        {"Memvariasikan metode", "Varies methods"},
        {"Memakai media yang membantu", "Uses media that help"},
        {"Menyesuaikan kegiatan dengan siswa, bukan hanya buku guru",
         "Fits activities to pupils, not only to the book"},
        {"Menerapkan pendekatan saintifik", "Applies a scientific approach"},
        {"Mengajukan pertanyaan terbuka", "Asks open questions"},
        {"Memberi waktu berpikir", "Gives time to think"},
        {"Menyebar pertanyaan kepada semua siswa", "Spreads questions over all pupils"},
        {"Melibatkan siswa dalam diskusi", "Involves pupils in discussion"},
        {"Menanggapi pendapat siswa", "Responds to what pupils say"},
        {"Mendampingi siswa yang tertinggal", "Stays beside pupils who fall behind"},
        {"Menjaga siswa tetap mengerjakan tugas", "Keeps pupils on their task"},
        {"Mengelola kelas dengan tenang", "Manages the class calmly"},
        {"Mengelola waktu sesuai rencana", "Keeps to the time planned"},
        {"Memeriksa pemahaman selama pelajaran", "Checks understanding on the way"},
        {"Menutup pelajaran bersama siswa", "Closes the lesson with the pupils"},
    };
    Instrument made{"mengajar", "Lembar observasi mengajar", "Sheet of an observed lesson", 1, true, false,
                    {}};
    for (const auto& line : lines) {
      const auto number = static_cast<std::int64_t>(made.items.size()) + 1;
      made.items.push_back({number, line.indonesian, line.english, kScale});
    }
    return made;
  }();
  return sheet;
}

}  // namespace

base::Result<std::vector<Instrument>> instruments(Records& records,
                                                  const std::vector<base::SpaceId>& spaces) {
  std::vector<Instrument> list{built_in()};
  for (const auto& space : spaces) {
    store::RecordFilter filter;
    filter.type = kInstrument;
    filter.space = space;
    SJ_TRY(auto own, records.all(filter));
    for (const auto& record : own) {
      const auto items = record.record.parts.find("items");
      if (record.state != "valid" || items == record.record.parts.end()) continue;
      Instrument sheet{record.value("code"), record.value("name"), record.value("name"), 0, false, true, {}};
      sheet.version = number_of(record.value("version"));
      for (const auto& part : items->second) {
        const std::int64_t max = number_of(in(part, "max"));
        if (max < 1 || max > kMostPoints) continue;
        sheet.items.push_back({number_of(in(part, "number")), in(part, "text"), in(part, "text"), max});
      }
      base::sort_stably(sheet.items,
                        [](const InstrumentItem& a, const InstrumentItem& b) { return a.number < b.number; });
      const auto same = std::find_if(list.begin(), list.end(),
                                     [&](const Instrument& one) { return one.code == sheet.code; });
      if (same == list.end()) {
        list.push_back(std::move(sheet));
      } else if (same->version < sheet.version || !same->own) {
        *same = std::move(sheet);
      }
    }
  }
  return list;
}

base::Result<base::ObjectId> begin_observation(Cycle& cycle, const base::SpaceId& space,
                                               const Instrument& sheet, Record record) {
  if (record.values["asked"] == cycle.desk().me().hex())
    return base::error(base::Code::invalid_argument, "asked: somebody else's lesson");
  record.type = kObservation;
  record.values["instrument"] = sheet.code;
  record.values["version"] = std::to_string(sheet.version);
  auto& scores = record.parts["scores"];
  scores.clear();
  for (const auto& item : sheet.items) {
    scores.push_back({0, {{"number", std::to_string(item.number)}, {"max", std::to_string(item.max)}}});
  }
  return cycle.begin(space, record);
}

std::string percent_of(std::int64_t sum, std::int64_t max) {
  if (max <= 0) return {};
  const std::int64_t hundredths = (sum * 10'000 * 2 + max) / (max * 2);
  const std::string cents = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (cents.size() < 2 ? "0" : "") + cents;
}

ObservationResult observation_result(const RecordView& observation) {
  ObservationResult result;
  const State* state = entity(kObservation)->states.by_name(observation.state);
  result.counted = state != nullptr && state->fixed;
  const auto scores = observation.record.parts.find("scores");
  if (scores == observation.record.parts.end()) return result;
  std::int64_t sum = 0;
  std::int64_t max = 0;
  for (const auto& part : scores->second) {
    ++result.items;
    if (in(part, "not_applicable") == "yes") {
      ++result.not_applicable;
      continue;
    }
    const std::string score = in(part, "score");
    if (score.empty()) continue;
    ++result.scored;
    const std::int64_t most = std::clamp<std::int64_t>(number_of(in(part, "max")), 0, kMostPoints);
    sum += std::clamp<std::int64_t>(number_of(score), 0, most);
    max += most;
  }
  if (!result.counted) return result;
  result.sum = sum;
  result.max = max;
  result.percent = percent_of(sum, max);
  return result;
}

}  // namespace sejawat::cycle
