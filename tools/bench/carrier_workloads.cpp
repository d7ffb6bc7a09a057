// Workloads of a server that many clients use at once.
#include <cmath>
#include <filesystem>

#include "clients.h"
#include "floors.h"
#include "replay.h"
#include "workloads.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

double rounded(double value, double unit) { return std::round(value / unit) * unit; }

struct Shape {
  const char* name;
  std::size_t entries_per_segment;
  std::size_t segments_per_message;
  std::size_t messages_per_client;
  std::size_t clients;
  std::size_t total_segments() const { return segments_per_message * messages_per_client * clients; }
};

void copy_folder(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

using Clients = std::vector<std::unique_ptr<Client>>;
using Scripts = std::vector<std::vector<std::string>>;

// Runs the clients against the server once and keeps their messages: they are sealed, so they count once, but
// a server that stands where it stood before takes them again.
Scripts record(School& school, const Shape& shape, Clients& clients,
               const std::vector<cycle::JournalEntry>& prose) {
  Scripts scripts;
  std::size_t at = 0;
  for (std::size_t i = 0; i < shape.clients; ++i) {
    std::vector<std::string> script;
    for (std::size_t m = 0; m < shape.messages_per_client; ++m) {
      for (std::size_t s = 0; s < shape.segments_per_message; ++s) {
        std::vector<cycle::JournalEntry> entries;
        for (std::size_t e = 0; e < shape.entries_per_segment; ++e)
          entries.push_back(prose[at++ % prose.size()]);
        clients[i]->write_segment(entries);
      }
      std::uint32_t sent = 0;
      const auto messages = clients[i]->sync(&sent);
      if (sent != shape.segments_per_message) give_up("a message does not hold the segments that it should");
      for (const auto& message : messages) script.push_back(post_request(school.port(), message));
    }
    scripts.push_back(std::move(script));
  }
  return scripts;
}

json::object one_round(School& school, const Shape& shape, const Scripts& scripts,
                       const std::string& snapshot) {
  school.stop_server();
  copy_folder(snapshot, school.data());
  school.start_server();
  const double commits_before = metric(school.port(), "sejawat_commits_total");
  const double cpu_before = school.server().cpu_seconds();
  const Replayed replayed = replay(school.port(), scripts);
  const double cpu = school.server().cpu_seconds() - cpu_before;
  const double commits = metric(school.port(), "sejawat_commits_total") - commits_before;
  if (replayed.refused != 0) give_up("the server refused a request");

  std::size_t bytes = 0;
  for (const auto& script : scripts) {
    for (const auto& request : script) bytes += request.size();
  }
  const double segments = static_cast<double>(shape.total_segments());
  const double ops = segments * static_cast<double>(shape.entries_per_segment);
  const std::vector<base::Bytes> rows(shape.total_segments(),
                                      base::Bytes(bytes / shape.total_segments(), 0x5A));
  const std::vector<base::Bytes> op_rows(static_cast<std::size_t>(ops),
                                         base::Bytes(bytes / static_cast<std::size_t>(ops), 0x5A));
  const auto per_commit = static_cast<std::size_t>(std::max(1.0, segments / std::max(1.0, commits)));
  const Floor sqlite = raw_sqlite(school.folder().path(), rows, per_commit);
  const Floor sqlite_ops = raw_sqlite(school.folder().path(), op_rows, 500);
  const Floor verified = verify(std::min<std::size_t>(shape.total_segments(), 2000));
  const double verify_each =
      verified.cpu_seconds / static_cast<double>(std::min<std::size_t>(shape.total_segments(), 2000));
  return json::object{
      {"segments_per_second", rounded(segments / replayed.wall_seconds, 1)},
      {"ops_per_second", rounded(ops / replayed.wall_seconds, 1)},
      {"segments_per_server_cpu_second", rounded(segments / cpu, 1)},
      {"ops_per_server_cpu_second", rounded(ops / cpu, 1)},
      {"server_cpu_us_per_segment", rounded(cpu / segments * 1e6, 0.1)},
      {"commits", commits},
      {"segments_per_commit", per_commit},
      {"p50_ms", rounded(replayed.p50_ms, 0.01)},
      {"p99_ms", rounded(replayed.p99_ms, 0.01)},
      {"server_rss_kib", school.server().rss_kib()},
      {"floor_sqlite_rows_per_second", rounded(segments / sqlite.wall_seconds, 1)},
      {"floor_sqlite_cpu_us_per_row", rounded(sqlite.cpu_seconds / segments * 1e6, 0.1)},
      {"floor_sqlite_op_rows_per_second", rounded(ops / sqlite_ops.wall_seconds, 1)},
      {"floor_verify_cpu_us", rounded(verify_each * 1e6, 0.1)},
      {"ratio_to_sqlite_rows", rounded(sqlite.wall_seconds / replayed.wall_seconds, 0.001)},
      {"ratio_to_sqlite_op_rows", rounded(sqlite_ops.wall_seconds / replayed.wall_seconds, 0.001)},
      {"cpu_ratio_to_verify_and_sqlite",
       rounded((verify_each + sqlite.cpu_seconds / segments) / (cpu / segments), 0.001)},
  };
}

Clients members(School& school, std::size_t count) {
  const std::string link = school.invite(count);
  Clients clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>(link, "Guru " + std::to_string(i)));
    clients.back()->sync();
  }
  for (int i = 0; i < 2; ++i) {
    for (auto& client : clients) client->sync();
  }
  return clients;
}

// Live channels cannot be recorded: the clients seal and encrypt as they go, so only the server's own time
// says much.
json::object measure_live(const Options& options) {
  const std::size_t count = options.clients == 0 ? 64 : options.clients;
  constexpr std::size_t kEntries = 30;
  School school(options);
  Clients clients = members(school, count);
  const auto prose_entries = entries_of(prose(options, "own", 2000));
  for (auto& client : clients) client->go_live();
  json::array rounds;
  std::size_t at = 0;
  for (std::size_t round = 0; round < (options.rounds == 0 ? 3 : options.rounds); ++round) {
    const double commits_before = metric(school.port(), "sejawat_commits_total");
    const double cpu_before = school.server().cpu_seconds();
    const double start = wall_seconds();
    for (std::size_t i = 0; i < kEntries; ++i) {
      for (auto& client : clients) client->send(prose_entries[at++ % prose_entries.size()]);
      for (auto& client : clients) client->await();
    }
    const double wall = wall_seconds() - start;
    const double cpu = school.server().cpu_seconds() - cpu_before;
    const double commits = metric(school.port(), "sejawat_commits_total") - commits_before;
    const double segments = static_cast<double>(count * kEntries);
    const double verify_each = verify(2000).cpu_seconds / 2000;
    rounds.push_back(json::object{{"segments_per_second", rounded(segments / wall, 1)},
                                  {"segments_per_server_cpu_second", rounded(segments / cpu, 1)},
                                  {"server_cpu_us_per_segment", rounded(cpu / segments * 1e6, 0.1)},
                                  {"commits", commits},
                                  {"server_rss_kib", school.server().rss_kib()},
                                  {"floor_verify_cpu_us", rounded(verify_each * 1e6, 0.1)},
                                  {"cpu_ratio_to_verify", rounded(verify_each / (cpu / segments), 0.001)}});
  }
  return json::object{{"clients", count}, {"segments", count * kEntries}, {"rounds", std::move(rounds)}};
}

json::object measure(const Options& options, const Shape& shape) {
  School school(options);
  Clients clients = members(school, shape.clients);
  const std::string snapshot = school.folder() / "snapshot";
  school.stop_server();
  copy_folder(school.data(), snapshot);
  school.start_server();
  const auto prose_entries = entries_of(prose(options, "own", 2000));
  const Scripts scripts = record(school, shape, clients, prose_entries);

  json::array rounds;
  for (std::size_t i = 0; i < (options.rounds == 0 ? 3 : options.rounds); ++i) {
    rounds.push_back(one_round(school, shape, scripts, snapshot));
  }
  // The server now holds what the recorded run gave it, or the figures would mean nothing.
  for (auto& client : clients) {
    std::uint32_t sent = 0;
    if (client->sync(&sent).size() != 1 || sent != 0) give_up("the server did not keep all that it was sent");
  }
  return json::object{{"clients", shape.clients},
                      {"segments", shape.total_segments()},
                      {"entries_per_segment", shape.entries_per_segment},
                      {"segments_per_message", shape.segments_per_message},
                      {"rounds", std::move(rounds)}};
}

}  // namespace

json::object batch_ingest(const Options& options) {
  const Shape shapes[] = {
      {"fifty_op_segments", 50, 7, 8, 32},
      {"single_entry_segments", 1, 80, 3, 64},
      {"single_entry_posts", 1, 1, 20, 64},
  };
  json::object result{
      {"target",
       "50-op segments: >= 30,000 ops per server CPU second, >= 0.3 (goal 0.45) of a bare SQLite "
       "loop; single-entry segments: >= 10,000 a second"}};
  for (Shape shape : shapes) {
    if (!options.shape.empty() && options.shape != shape.name) continue;
    if (options.clients != 0) shape.clients = options.clients;
    result[shape.name] = measure(options, shape);
  }
  constexpr const char* kLive = "single_entry_live";
  if (options.shape.empty() || options.shape == kLive) result[kLive] = measure_live(options);
  return result;
}

namespace {

// What `open` makes the server hold, by its resident memory before and after.
template <class Open>
json::object resident(Child& server, std::size_t count, Open open) {
  const long before = server.rss_kib();
  const auto held = open();
  const long after = server.rss_kib();
  return json::object{{"connections", count},
                      {"server_rss_kib_before", before},
                      {"server_rss_kib", after},
                      {"bytes_per_connection", (after - before) * 1024 / static_cast<long>(count)}};
}

}  // namespace

json::object idle_connections(const Options& options) {
  const std::size_t count = options.clients == 0 ? 9000 : options.clients;
  json::object result;
  {
    Options roomy = options;
    roomy.serve = {"--max-strangers", "20000"};
    School school(roomy);
    result["http"] =
        resident(school.server(), count, [&] { return std::make_unique<Idle>(school.port(), count); });
  }
  {
    Options roomy = options;
    roomy.serve = {"--max-per-device", "20000"};
    School school(roomy);
    Client client(school.invite(1), "Bu Citra");
    client.sync();
    client.sync();
    result["live"] = resident(school.server(), count, [&] {
      std::vector<std::unique_ptr<net_client::LiveLink>> links;
      for (std::size_t i = 0; i < count; ++i) links.push_back(client.stay());
      return links;
    });
  }
  result["target"] = "<= 8 KB of user space a connection";
  return result;
}

}  // namespace sejawat::bench
