// Workloads of one client that syncs: the programs as a teacher's device runs them, one process a command.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "clients.h"
#include "floors.h"
#include "workloads.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

double number(const json::object& from, const char* key) { return from.at(key).to_number<double>(); }
double rounded(double value, double unit) { return std::round(value / unit) * unit; }
double ms(double seconds) { return rounded(seconds * 1000, 0.01); }

// Bytes, round trips and cost of one client command that syncs and prints its report.
json::object figures_of(const json::object& report, const Finished& client, double server_cpu,
                        long server_rss) {
  const double frames = number(report, "frame_bytes_up") + number(report, "frame_bytes_down");
  const double all = number(report, "bytes_up") + number(report, "bytes_down");
  return json::object{
      {"frame_bytes_up", report.at("frame_bytes_up")},
      {"frame_bytes_down", report.at("frame_bytes_down")},
      {"frame_bytes", frames},
      {"bytes_up", report.at("bytes_up")},
      {"bytes_down", report.at("bytes_down")},
      {"bytes", all},
      {"round_trips", report.at("round_trips")},
      {"milliseconds", ms(client.wall_seconds)},
      {"client_cpu_ms", ms(client.cpu_seconds)},
      {"server_cpu_ms", ms(server_cpu)},
      {"client_max_rss_kib", client.max_rss_kib},
      {"server_rss_kib", server_rss},
  };
}

json::object sync_of(School& school, const std::string& home) {
  Finished client;
  const double before = school.server().cpu_seconds();
  const auto report = school.client_json(home, {"sync"}, &client);
  const double server_cpu = school.server().cpu_seconds() - before;
  return figures_of(report, client, server_cpu, school.server().rss_kib());
}

void add(School& school, const std::string& lines) {
  school.client("B", {"journal", "add", "--from", "-"}, lines);
}

// The log is enrolled and its first segment is there: what follows is the ordinary case.
void settle(School& school) {
  school.client("B", {"journal", "add", "--event", "pupils", "catatan pertama"});
  school.client("B", {"sync"});
  school.client("B", {"sync"});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at) + "\n");
    at = end + 1;
  }
  return lines;
}

// Median run of `rounds` by frame bytes: padding and texts vary, single figures should not be lucky ones.
json::object median(std::vector<json::object> runs) {
  std::sort(runs.begin(), runs.end(), [](const json::object& a, const json::object& b) {
    return number(a, "frame_bytes") < number(b, "frame_bytes");
  });
  json::object result = runs[runs.size() / 2];
  result["runs"] = runs.size();
  result["least_bytes"] = runs.front().at("bytes");
  result["most_bytes"] = runs.back().at("bytes");
  return result;
}

json::object batches(const Options& options, std::size_t per_sync, std::size_t most_rounds) {
  School school(options);
  settle(school);
  json::object result;
  for (const std::string style : {"own", "written", "unseen"}) {
    constexpr std::size_t kWritten = 30;
    const std::size_t rounds = style == "written" ? std::min(most_rounds, kWritten / per_sync) : most_rounds;
    const auto lines = lines_of(prose(options, style, per_sync * rounds));
    std::vector<json::object> runs;
    for (std::size_t round = 0; round < rounds; ++round) {
      std::string batch;
      for (std::size_t i = 0; i < per_sync; ++i) batch += lines[round * per_sync + i];
      add(school, batch);
      runs.push_back(sync_of(school, "B"));
    }
    json::object figures = median(std::move(runs));
    figures["bytes_per_entry"] = rounded(number(figures, "bytes") / static_cast<double>(per_sync), 0.1);
    result[style] = std::move(figures);
  }
  return result;
}

}  // namespace

json::object no_op(const Options& options) {
  School school(options);
  settle(school);
  std::vector<json::object> runs;
  for (std::size_t i = 0; i < (options.rounds == 0 ? 9 : options.rounds); ++i)
    runs.push_back(sync_of(school, "B"));
  json::object result = median(std::move(runs));
  result["target"] = "1 round trip, <= 230 B of frames, <= 380 B with HTTP lines";
  return result;
}

json::object one_entry(const Options& options) {
  json::object result = batches(options, 1, options.rounds == 0 ? 15 : options.rounds);
  result["target"] = "1 round trip, <= 600 B of frames, <= 750 B with HTTP lines";
  return result;
}

json::object twenty_entries(const Options& options) {
  json::object result = batches(options, 20, options.rounds == 0 ? 7 : options.rounds);
  result["target"] = "<= 150 B an entry";
  return result;
}

json::object first_upload(const Options& options) {
  const std::size_t entries = options.entries == 0 ? 1000 : options.entries;
  json::object result{{"entries", entries}};
  for (const char* style : {"own", "unseen"}) {
    School school(options);
    const std::string lines = prose(options, style, entries);
    const std::size_t floor = zstd19(lines);
    add(school, lines);
    json::object figures = sync_of(school, "B");
    const double bytes = number(figures, "bytes");
    figures["bytes_per_entry"] = rounded(bytes / static_cast<double>(entries), 0.01);
    figures["json_bytes"] = lines.size();
    figures["zstd19_of_all_json"] = floor;
    figures["ratio_to_zstd19"] = rounded(bytes / static_cast<double>(floor), 0.0001);
    result[style] = std::move(figures);
  }
  result["target"] = "own <= 145 B an entry; unseen <= 1.45 x zstd -19 of all JSON";
  return result;
}

namespace {

// Fresh devices recover a person's entries from the card, each beside a floor of the same run.
json::object recover(const Options& options, School& school, const std::string& card,
                     const std::string& lines) {
  const auto texts = lines_of(lines);
  json::array runs;
  double best_cpu = 1e9;
  double best_wall = 1e9;
  double best_floor = 1e9;
  for (std::size_t round = 0; round < (options.rounds == 0 ? 3 : options.rounds); ++round) {
    const std::string home = "D" + std::to_string(round);
    const Floor floor = raw_search(school.folder().path(), texts);
    const double server_before = school.server().cpu_seconds();
    const Finished recovered =
        school.client(home, {"recover", "--card-file", card, "--server", school.address()});
    const double server_cpu = school.server().cpu_seconds() - server_before;
    const Finished listed = school.client(home, {"--json", "journal", "list", "--limit", "20"});
    const Finished searched = school.client(home, {"--json", "journal", "search", "siswa"});
    const Finished status = school.client(home, {"--json", "status"});
    if (json::parse(status.out).at("entries").to_number<std::size_t>() != texts.size())
      give_up("entries are missing");
    runs.push_back(json::object{{"milliseconds", ms(recovered.wall_seconds)},
                                {"client_cpu_ms", ms(recovered.cpu_seconds)},
                                {"server_cpu_ms", ms(server_cpu)},
                                {"client_max_rss_kib", recovered.max_rss_kib},
                                {"list_ms", ms(listed.wall_seconds)},
                                {"list_cpu_ms", ms(listed.cpu_seconds)},
                                {"search_ms", ms(searched.wall_seconds)},
                                {"search_cpu_ms", ms(searched.cpu_seconds)},
                                {"floor_search_index_cpu_ms", ms(floor.cpu_seconds)},
                                {"floor_search_index_ms", ms(floor.wall_seconds)}});
    best_cpu = std::min(best_cpu, recovered.cpu_seconds);
    best_wall = std::min(best_wall, recovered.wall_seconds);
    best_floor = std::min(best_floor, floor.cpu_seconds);
    std::filesystem::remove_all(school.folder() / home);
  }
  return json::object{{"runs", std::move(runs)},
                      {"best_client_cpu_ms", ms(best_cpu)},
                      {"best_milliseconds", ms(best_wall)},
                      {"ratio_to_search_index_floor", rounded(best_cpu / best_floor, 0.01)},
                      {"server_rss_kib", school.server().rss_kib()}};
}

}  // namespace

json::object first_download(const Options& options) {
  const std::size_t entries = options.entries == 0 ? 10000 : options.entries;
  const std::string lines = prose(options, "own", entries);
  json::object result{{"entries", entries}};
  const auto wanted = [&](const char* shape) { return options.shape.empty() || options.shape == shape; };
  if (wanted("written_at_once")) {
    School school(options);
    add(school, lines);
    school.client("B", {"sync"});
    school.client("B", {"sync"});
    result["written_at_once"] = recover(options, school, school.folder() / "card.txt", lines);
  }
  if (wanted("written_day_by_day")) {
    // Years of days with signal: each entry left as a segment of its own.
    School school(options);
    Client client(school.invite(1), "Bu Citra");
    client.sync();
    // Sent before so many wait sealed that the next ones would wait unsealed and share a segment.
    constexpr std::size_t kSegmentsPerSync = 50;
    const auto days = entries_of(lines);
    std::uint32_t sent = 0;
    for (std::size_t i = 0; i < days.size(); ++i) {
      client.write_segment({days[i]});
      if ((i + 1) % kSegmentsPerSync != 0 && i + 1 != days.size()) continue;
      client.sync(&sent);
      if (sent != i % kSegmentsPerSync + 1) give_up("an entry did not make a segment of its own");
    }
    const std::string card = school.folder() / "citra.txt";
    must(platform::write_new_private_file(card, base::as_bytes(client.card())), "card");
    result["written_day_by_day"] = recover(options, school, card, lines);
  }
  result["target"] = "10,000 entries: <= 1,000 ms of client CPU, goal <= 1,000 ms";
  return result;
}

}  // namespace sejawat::bench
