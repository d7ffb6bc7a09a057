// Five school years on one device: what opening, listing and searching cost a person. In this process, over a
// real store.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "api/bundle.h"
#include "api/core.h"
#include "crypto/system_random.h"
#include "cycle/story.h"
#include "workloads.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

class SystemClock final : public base::Clock {
 public:
  base::Now now() override {
    using namespace std::chrono;
    return {duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count(),
            duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
  }
};

template <class Value>
Value need(base::Result<Value> result, const char* what) {
  if (!result.ok())
    give_up(std::string(what) + ": " + base::code_name(result.code()) + " " + result.error().detail());
  return std::move(result).value();
}
template <class Work>
double milliseconds(Work work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

// Median and worst of some rounds.
template <class Work>
json::object timed(std::size_t rounds, Work work) {
  std::vector<double> times;
  for (std::size_t i = 0; i < rounds; ++i) times.push_back(milliseconds(work));
  std::sort(times.begin(), times.end());
  return {{"median_ms", std::round(times[times.size() / 2] * 100) / 100},
          {"worst_ms", std::round(times.back() * 100) / 100}};
}

struct Store {
  std::string path;
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<api::Core> open() {
    return need(api::Core::open(path, base::Secret32(base::Bytes(32, 7)), clock, random, 1000), "open");
  }
};

std::string day(std::size_t n) {
  char text[16];
  std::snprintf(text, sizeof(text), "%04u-%02u-%02u", static_cast<unsigned>(2022 + (n / 336) % 5),
                static_cast<unsigned>(1 + (n / 28) % 12), static_cast<unsigned>(1 + n % 28));
  return text;
}

void write_entries(api::Core& core, const std::string& lines, std::size_t count) {
  std::vector<cycle::JournalEntry> batch;
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = lines.find('\n', at);
    json::error_code code;
    const json::value value = json::parse(lines.substr(at, end - at), code);
    if (code) give_up("prose is no JSON");
    at = end + 1;
    cycle::JournalEntry entry;
    entry.date = day(i);
    entry.class_name = "5A";
    for (const auto& one : value.at("events").as_array()) {
      cycle::JournalEvent event;
      event.domain = cycle::Domain::pupils;
      event.happened = std::string(one.at("happened").as_string());
      entry.events.push_back(std::move(event));
    }
    batch.push_back(std::move(entry));
    if (batch.size() < 500 && i + 1 < count) continue;
    need(core.add_entries(batch), "entries");
    batch.clear();
  }
}

// As a school writes them: a problem, three rungs of why, a root cause, two options, a trial, two answers.
std::vector<base::ObjectId> write_records(api::Core& core, const base::SpaceId& school, std::size_t count) {
  std::vector<base::ObjectId> problems;
  auto& cycle = core.cycle();
  for (std::size_t written = 0; written < count; written += 10) {
    const std::size_t n = problems.size();
    cycle::ProblemDraft draft;
    draft.values = {{"title", "Siswa belum berani bertanya " + std::to_string(n)},
                    {"description", "Saat pelajaran hanya beberapa anak yang bertanya; yang lain menunggu."},
                    {"found", day(n)}};
    const auto problem = need(cycle.share_problem(draft, school), "problem");
    for (int i = 0; i < 3; ++i)
      need(cycle.contribute(problem, "why", "Karena takut salah di depan teman"), "why");
    need(cycle.find_root(problem, {{"statement", "Tidak ada waktu tunggu setelah pertanyaan"}}), "root");
    cycle::Record option;
    option.values["title"] = "Waktu tunggu lima detik " + std::to_string(n);
    const auto alternative = need(cycle.propose(problem, option), "option");
    need(cycle.propose(problem, option), "option");
    cycle::Record trial;
    trial.values["class"] = "5A";
    need(cycle.choose(problem, alternative, trial), "trial");
    for (int i = 0; i < 2; ++i)
      need(cycle.contribute(problem, "reply", "Di kelas saya juga begitu"), "reply");
    problems.push_back(problem);
  }
  return problems;
}

}  // namespace

base::Bytes bundle_of(api::Core& core, const base::SpaceId& space, api::BundleVectors since) {
  api::BundleOptions options;
  options.spaces = {space};
  options.personal = false;
  options.since = std::move(since);
  auto bundle = need(core.export_bundle(std::move(options)), "export");
  base::Bytes file;
  for (;;) {
    const auto piece = need(bundle->next(), "piece");
    if (piece.empty()) return file;
    base::append(file, piece);
  }
}

// What 1,000 records cost that come in at once, on a store as full as this one: a copy of it takes them from
// a bundle. Verified, opened, applied, listed and searchable, durable.
json::object apply_incoming(const Store& store, const base::SpaceId& school, std::size_t rounds) {
  constexpr std::size_t kRecords = 1000;
  const std::string copy = store.path + ".before";
  Store source{store.path, {}, {}};
  base::Bytes file;
  {
    auto core = source.open();
    const auto whole = bundle_of(*core, school, {});
    auto reading = need(core->import_bundle(), "import");
    if (!reading->check(whole).ok() || !reading->checked().ok()) give_up("a bundle does not check");
    const auto vectors = reading->vectors();
    reading.reset();
    core.reset();
    std::filesystem::copy_file(store.path, copy);
    core = source.open();
    for (std::size_t i = 0; i < kRecords; ++i) {
      cycle::Record record;
      record.type = cycle::kContribution;
      record.values = {{"kind", "reply"}, {"text", "Di kelas saya juga begitu, nomor " + std::to_string(i)}};
      need(core->cycle().begin(school, record), "begin");
    }
    file = bundle_of(*core, school, vectors);
  }
  std::vector<double> times;
  for (std::size_t i = 0; i < rounds; ++i) {
    Store target{store.path + ".after" + std::to_string(i), {}, {}};
    std::filesystem::copy_file(copy, target.path);
    auto core = target.open();
    auto import = need(core->import_bundle(), "import");
    if (!import->check(file).ok() || !import->checked().ok()) give_up("a bundle does not check");
    store::RecordFilter found;
    found.type = cycle::kContribution;
    found.words = "nomor 999";
    if (!need(core->cycle().records().list(found), "list").empty()) give_up("it is there already");
    times.push_back(milliseconds([&] {
      if (!import->take(file).ok()) give_up("take");
      need(import->finish(), "finish");
    }));
    if (need(core->cycle().records().list(found), "list").size() != 1) give_up("what came is not there");
  }
  std::sort(times.begin(), times.end());
  return {{"records", kRecords},
          {"median_ms", std::round(times[times.size() / 2] * 10) / 10},
          {"worst_ms", std::round(times.back() * 10) / 10}};
}

json::object five_years(const Options& options) {
  const std::size_t entries = options.entries == 0 ? 10'000 : options.entries;
  const std::size_t records = options.clients == 0 ? entries * 5 : options.clients;
  const std::size_t rounds = options.rounds == 0 ? 9 : options.rounds;
  Folder folder(options.folder);
  Store store{folder / "store.db", {}, {}};
  base::SpaceId school;
  std::vector<base::ObjectId> problems;
  double writing = 0;
  {
    auto core = store.open();
    need(core->init("Bu Ani", {}), "init");
    space::CarrierAddress nowhere;
    nowhere.host = "127.0.0.1";
    nowhere.port = 1;
    nowhere.key.bytes.fill(9);
    school =
        need(core->create_community("SDN 30 Mataram", space::SpaceKind::school, nowhere, nullptr), "school");
    write_entries(*core, prose(options, "own", entries), entries);
    writing = milliseconds([&] { problems = write_records(*core, school, records); });
  }
  json::object out{{"entries", entries},
                   {"records", records},
                   {"write_a_record_ms", std::round(writing / static_cast<double>(records) * 1000) / 1000}};
  out["open_to_first_list"] = timed(rounds, [&] {
    auto core = store.open();
    if (need(core->journal().list(false, 0, 50), "list").size() != 50) give_up("a list is short");
  });
  auto core = store.open();
  auto& read = core->cycle().records();
  const cycle::SchoolDays days;
  cycle::Stories stories(read, core->journal(), days);
  const auto list = [&](const char* name, store::RecordFilter filter) {
    out[name] = timed(rounds, [&] { need(read.list(filter), name); });
  };
  store::RecordFilter newest;
  newest.type = cycle::kProblem;
  list("list_problems", newest);
  store::RecordFilter of_state = newest;
  of_state.state = std::uint8_t{1};
  list("list_problems_of_a_rare_state", of_state);
  store::RecordFilter of_owner;
  of_owner.type = cycle::kContribution;
  of_owner.owner = core->person();
  list("list_own_contributions", of_owner);
  store::RecordFilter anything;
  anything.space = school;
  list("list_everything", anything);
  store::RecordFilter undecided;
  undecided.undecided = true;
  list("list_undecided", undecided);
  store::RecordFilter common;
  common.words = "siswa bertanya";
  list("search_common_words", common);
  store::RecordFilter rare;
  rare.words = "bertanya 4321";
  list("search_rare_words", rare);
  out["search_entries"] = timed(rounds, [&] { need(core->journal().search("anak", 50), "search"); });
  out["story_of_a_problem"] =
      timed(rounds, [&] { need(stories.tell(problems[problems.size() / 2], "2026-11-25"), "story"); });
  out["options_of_a_problem"] =
      timed(rounds, [&] { need(core->cycle().menu(school, problems.front()), "menu"); });
  core.reset();
  out["apply_1000_incoming"] = apply_incoming(store, school, std::min<std::size_t>(rounds, 5));
  return out;
}

}  // namespace sejawat::bench
