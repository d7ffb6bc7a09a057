// What strangers cost: memory before anything is known of them, and the time of those who are served
// meanwhile.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <thread>

#include "clients.h"
#include "crypto/noise.h"
#include "network.h"
#include "space/invite.h"
#include "sync/session.h"
#include "workloads.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

double rounded(double value, double unit) { return std::round(value / unit) * unit; }

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool say(int fd, std::string_view text) {
  return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}
// Waits for some answer; false when the connection is over.
bool hear(int fd) {
  char block[65536];
  return ::recv(fd, block, sizeof(block), 0) > 0;
}
void drop_what_came(int fd) {
  char block[65536];
  while (::recv(fd, block, sizeof(block), MSG_DONTWAIT) > 0) {
  }
}

constexpr std::string_view kPartialHead = "POST /sync HTTP/1.1\r\nHost: sekolah.example\r\nContent-Le";
constexpr std::string_view kUpgrade =
    "GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// Whoever comes from this machine itself is exempt from the rates of a server, so these have addresses of
// their own: one for the server and whoever is good, four for who is not.
constexpr const char* kServer = "192.0.2.1";
constexpr std::array<const char*, 4> kAttackers{"198.51.100.1", "198.51.100.2", "198.51.100.3",
                                                "198.51.100.4"};

struct Attack {
  const char* name;
  std::uint16_t port = 0;
  std::string request;  // what one sends over and over
  // Runs until it is killed.
  void (*run)(const Attack&);

  // From each address in turn.
  int connect() const {
    static std::size_t turn = 0;
    return connect_to(kServer, port, kAttackers[turn++ % kAttackers.size()]);
  }
};

// Keeps `count` connections open that say `first`, and then `drip` once a second.
void hold(const Attack& attack, std::size_t count, std::string_view first, std::string_view drip) {
  std::vector<int> sockets(count, -1);
  for (;;) {
    for (int& fd : sockets) {
      char byte = 0;
      const bool over = fd >= 0 && ::recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
      if (fd >= 0 && (over || (!drip.empty() && !say(fd, drip)))) {
        ::close(fd);
        fd = -1;
      }
      if (fd < 0 && (fd = attack.connect()) >= 0) say(fd, first);
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

// One request after another on eight connections, as fast as it goes.
void repeat(const Attack& attack) {
  std::vector<int> sockets(8, -1);
  for (;;) {
    for (int& fd : sockets) {
      if (fd < 0) fd = attack.connect();
      if (fd >= 0 && !say(fd, attack.request)) {
        ::close(fd);
        fd = -1;
      }
    }
    for (int& fd : sockets) {
      if (fd >= 0 && !hear(fd)) {
        ::close(fd);
        fd = -1;
      }
    }
  }
}

void silent(const Attack& attack) { hold(attack, 2000, {}, {}); }
void slow_heads(const Attack& attack) { hold(attack, 1000, kPartialHead, "a"); }
void connects(const Attack& attack) {
  for (;;) {
    const int fd = attack.connect();
    if (fd < 0) continue;
    // Without a goodbye, after which no port would be left soon.
    const linger none{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    ::close(fd);
  }
}
void pings(const Attack& attack) {
  std::string burst;
  for (int i = 0; i < 200; ++i) burst.append("\x89\x81\0\0\0\0x", 7);
  std::vector<int> sockets(20, -1);
  for (;;) {
    for (int& fd : sockets) {
      if (fd < 0 && (fd = attack.connect()) >= 0) {
        say(fd, kUpgrade);
        hear(fd);
      }
      if (fd >= 0 && !say(fd, burst)) {
        ::close(fd);
        fd = -1;
      }
      if (fd >= 0) drop_what_came(fd);
    }
  }
}

class Running {
 public:
  Running(const Attack& attack, const ProcessorApart& processor) : pid_(::fork()) {
    if (pid_ != 0) return;
    allow_many_files();
    processor.take();
    attack.run(attack);
    ::_exit(0);
  }
  ~Running() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  pid_t pid_;
};

std::string post_of(base::ByteView body) {
  return "POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(base::as_text(body));
}

std::vector<Attack> attacks_on(const School& school) {
  crypto::SystemRandom random;
  base::Bytes rubbish(60'000);
  random.fill(rubbish);
  const auto address = must(space::CarrierAddress::parse(school.address()), "address");
  crypto::NoiseInitiator stranger(base::as_bytes(sync::kPrologue), crypto::BoxKey::random(random),
                                  address.key, crypto::BoxKey::random(random));
  sync::ClientMessage hello;
  hello.hello.emplace();
  const std::string handshake = post_of(must(stranger.write_first(sync::encode(hello)), "handshake"));
  const std::uint16_t port = school.port();
  return {
      {"2,000 silent sockets", port, {}, silent},
      {"1,000 heads, a byte a second", port, {}, slow_heads},
      {"20 floods of pings", port, {}, pings},
      {"connecting and leaving", port, {}, connects},
      {"handshakes of strangers", port, handshake, repeat},
      {"60 kB rubbish", port, post_of(rubbish), repeat},
      {"requests for a page", port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", repeat},
  };
}

struct Times {
  std::vector<double> milliseconds;
  double at(double part) {
    std::sort(milliseconds.begin(), milliseconds.end());
    return milliseconds[static_cast<std::size_t>(part * static_cast<double>(milliseconds.size() - 1))];
  }
};

// One-shot syncs that bring one entry each: a connection, a handshake, an fsync.
void good_client(Client& client, std::size_t count, Times& times,
                 const std::vector<cycle::JournalEntry>& entries, std::size_t& at) {
  for (std::size_t i = 0; i < count; ++i) {
    client.write_segment({entries[at++ % entries.size()]});
    const double start = wall_seconds();
    client.sync();
    times.milliseconds.push_back((wall_seconds() - start) * 1000);
    // Below the rate that its own address has.
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
}

long held_by(School& school, std::size_t count, std::string_view first) {
  std::vector<int> sockets;
  const auto open = [&](std::size_t many) {
    for (std::size_t i = 0; i < many; ++i) {
      const int fd = connect_to("127.0.0.1", school.port());
      if (fd < 0) give_up("no more connections");
      if (!first.empty()) say(fd, first);
      sockets.push_back(fd);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  };
  open(100);
  const long before = school.server().rss_kib();
  open(count);
  const long after = school.server().rss_kib();
  for (const int fd : sockets) ::close(fd);
  return (after - before) * 1024 / static_cast<long>(count);
}

}  // namespace

json::object strangers(const Options& options) {
  allow_many_files();
  const std::size_t count = options.clients == 0 ? 5000 : options.clients;
  json::object result{{"connections", count}, {"target", "<= 4 KiB of user space a connection"}};
  Options roomy = options;
  roomy.serve = {"--max-strangers", "20000", "--max-connections", "20000"};
  const std::string long_head = std::string(kPartialHead) + "ngth: 5\r\nX-Long: " + std::string(3900, 'a');
  for (const auto& [name, first] : {std::pair<const char*, std::string>{"before_the_first_byte", ""},
                                    {"after_one_byte", "P"},
                                    {"after_part_of_a_head", std::string(kPartialHead)},
                                    {"after_almost_four_kib_of_a_head", long_head}}) {
    School school(roomy);
    result[std::string(name) + "_bytes"] = held_by(school, count, first);
  }
  return result;
}

json::object bad_clients(const Options& given) {
  allow_many_files();
  std::vector<std::string> addresses(kAttackers.begin(), kAttackers.end());
  addresses.emplace_back(kServer);
  if (!enter_own_network(addresses)) give_up("the system gives no network of its own");
  const ProcessorApart processor;
  Options options = given;
  options.host = kServer;
  School school(options);
  Client client(school.invite(1), "Bu Citra");
  client.sync();
  client.sync();
  const auto entries = entries_of(prose(options, "own", 2000));
  auto attacks = attacks_on(school);
  Times alone;
  std::vector<Times> beside(attacks.size());
  std::size_t at = 0;
  const std::size_t rounds = options.rounds == 0 ? 4 : options.rounds;
  const std::size_t samples = options.entries == 0 ? 60 : options.entries;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < attacks.size(); ++i) {
      good_client(client, samples / 3, alone, entries, at);
      const Running running(attacks[i], processor);
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      good_client(client, samples, beside[i], entries, at);
    }
  }
  json::object result{{"samples_each", rounds * samples},
                      {"attacker_has_a_processor", processor.exists()},
                      {"alone_p50_ms", rounded(alone.at(0.5), 0.01)},
                      {"alone_p99_ms", rounded(alone.at(0.99), 0.01)}};
  json::array rows;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    rows.push_back(json::object{{"attack", attacks[i].name},
                                {"p50_ms", rounded(beside[i].at(0.5), 0.01)},
                                {"p99_ms", rounded(beside[i].at(0.99), 0.01)},
                                {"p50_ratio", rounded(beside[i].at(0.5) / alone.at(0.5), 0.01)},
                                {"p99_ratio", rounded(beside[i].at(0.99) / alone.at(0.99), 0.01)}});
  }
  result["beside"] = std::move(rows);
  return result;
}

}  // namespace sejawat::bench
