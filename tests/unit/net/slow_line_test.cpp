// A line that is slow and moves: deadlines are of what stands still, not of how long a transfer takes. Times
// are a hundredth of the real ones.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "base/random.h"
#include "crypto/noise.h"
#include "net/server.h"
#include "net_client/link.h"
#include "platform_posix/files.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"
#include "support/temporary_folder.h"

namespace sejawat::net {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPage = 6'000'000;  // more than the system keeps for a connection

// A TCP connection with small windows, as one on a slow line has.
class Slow {
 public:
  explicit Slow(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int small = 4096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    const int segment = 536;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Slow() { ::close(socket_); }
  Slow(const Slow&) = delete;
  Slow& operator=(const Slow&) = delete;
  bool say(std::string_view text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // At most so many bytes; none: the other side has ended it.
  std::string hear(std::size_t most) const {
    std::string text(most, ' ');
    const auto size = ::recv(socket_, text.data(), most, 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

 private:
  int socket_;
};

class SlowLine : public testing::Test {
 protected:
  SlowLine() {
    std::ofstream(folder / "page.bin") << std::string(kPage, 'x');
    options.web = folder;
    options.timeouts.body = options.timeouts.write = 300ms;
    options.timeouts.first_request = 300ms;
    options.timeouts.pause = 900ms;
    options.timeouts.transfer = 20s;
  }
  ~SlowLine() override {
    if (!serving.joinable()) return;
    ::kill(::getpid(), SIGTERM);
    serving.join();
  }
  void serve() {
    std::promise<std::uint16_t> listening;
    options.listening = [&](std::uint16_t at) { listening.set_value(at); };
    serving = std::thread([this] { EXPECT_TRUE(run_server(options, key, writer, random, clock).ok()); });
    port = listening.get_future().get();
  }
  // Reads a page so many bytes at a time; how many came before it ended.
  std::size_t read_page(std::size_t step, std::chrono::milliseconds pause, std::size_t enough) const {
    const Slow line(port);
    EXPECT_TRUE(line.say("GET /page.bin HTTP/1.1\r\nHost: x\r\n\r\n"));
    std::size_t came = 0;
    while (came < enough) {
      std::this_thread::sleep_for(pause);
      const auto part = line.hear(step);
      if (part.empty()) break;
      came += part.size();
    }
    return came;
  }
  // How a request ends whose body comes in pieces.
  std::string post(std::size_t body, std::size_t step, std::chrono::milliseconds pause) const {
    const Slow line(port);
    line.say("POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n");
    for (std::size_t sent = 0; sent < body; sent += step) {
      std::this_thread::sleep_for(pause);
      if (!line.say(std::string(std::min(step, body - sent), 'a'))) return {};
    }
    return line.hear(12);
  }

  support::TemporaryFolder own_folder;
  fs::path folder = own_folder.path();
  support::SeededRandom random{40};
  crypto::BoxKey key = crypto::BoxKey::random(random);
  std::unique_ptr<carrier::CarrierStore> store = std::move(storage::open_sqlite(":memory:", random)).value();
  std::unique_ptr<carrier::Carrier> carrier = std::move(carrier::Carrier::open(*store)).value();
  storage::Writer writer{*carrier, *store, [](const base::Error&) {}};
  platform::SystemClock clock;
  ServerOptions options;
  std::uint16_t port = 0;
  std::thread serving;
};

TEST_F(SlowLine, APageIsReadForAsLongAsItMoves) {
  serve();
  const auto start = Clock::now();
  EXPECT_GE(read_page(4'000, 10ms, 600'000), 600'000U);
  EXPECT_GT(Clock::now() - start, 4 * options.timeouts.write);
}

TEST_F(SlowLine, WhoReadsNothingIsLetGo) {
  serve();
  const Slow line(port);
  ASSERT_TRUE(line.say("GET /page.bin HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::this_thread::sleep_for(2 * options.timeouts.pause);
  std::size_t came = 0;
  for (auto part = line.hear(65'536); !part.empty(); part = line.hear(65'536)) came += part.size();
  EXPECT_LT(came, kPage);
}

// A hundredth of what a server does that is told nothing, on a line that pauses for a minute.
TEST_F(SlowLine, APauseOfAMinuteIsTheEndOfNoTransfer) {
  const Timeouts real;
  options.timeouts.body = real.body / 100;
  options.timeouts.write = real.write / 100;
  options.timeouts.pause = real.pause / 100;
  serve();
  std::size_t came = 0;
  const Slow page(port);
  ASSERT_TRUE(page.say("GET /page.bin HTTP/1.1\r\nHost: x\r\n\r\n"));
  const Slow body(port);
  ASSERT_TRUE(body.say("POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"));
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(body.say(std::string(1000, 'a')));
    // More than lies on the way.
    for (std::size_t part = 1; part > 0 && came < (static_cast<std::size_t>(i) + 1) * 1'200'000;) {
      part = page.hear(65'536).size();
      came += part;
    }
    if (i < 3) std::this_thread::sleep_for(600ms);
  }
  EXPECT_GE(came, 4'800'000U);
  EXPECT_EQ(body.hear(9), "HTTP/1.1 ") << "rubbish, and answered";
}

TEST_F(SlowLine, NoTransferTakesLongerThanTheWhole) {
  options.timeouts.transfer = 1s;
  serve();
  const auto start = Clock::now();
  EXPECT_LT(read_page(4'000, 10ms, kPage), kPage);
  EXPECT_GT(Clock::now() - start, 1s);
}

TEST_F(SlowLine, ABodyComesForAsLongAsItMoves) {
  serve();
  EXPECT_EQ(post(40'000, 400, 15ms).substr(0, 9), "HTTP/1.1 ") << "rubbish, and answered";
  EXPECT_EQ(post(400, 4, 15ms), "") << "a byte now and then is no movement";
}

// What an operator reads as "too slow" is what was under way.
TEST_F(SlowLine, AKeptConnectionThatEndsAndTheRestOfARefusalAreNotCountedAsTimeouts) {
  options.timeouts.idle = 200ms;
  serve();
  const auto timeouts = [&] {
    const Slow line(port);
    line.say("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::string all;
    for (auto part = line.hear(65'536); !part.empty(); part = line.hear(65'536)) all += part;
    const std::string name = "\nsejawat_timeouts_total ";
    const auto place = all.find(name);
    return place == std::string::npos ? -1 : std::atoi(all.c_str() + place + name.size());
  };
  const Slow kept(port);
  kept.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  const Slow refused(port);
  refused.say("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
  std::this_thread::sleep_for(2'500ms);
  EXPECT_EQ(timeouts(), 0);
  const Slow half(port);
  half.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /hea");
  const Slow silent(port);
  std::this_thread::sleep_for(800ms);
  EXPECT_EQ(timeouts(), 2);
}

// The writer is busy for longer than a body may stand still: that is nobody's slow line.
TEST_F(SlowLine, WhoWaitsForTheServerIsNotCutOff) {
  crypto::NoiseInitiator channel(base::as_bytes("sejawat/1"), crypto::BoxKey::random(random),
                                 key.public_key(), crypto::BoxKey::random(random));
  const auto first = channel.write_first(base::Bytes{0x0a, 0x02, 0x08, 0x01});  // a hello of version 1
  ASSERT_TRUE(first.ok());
  serve();
  ASSERT_TRUE(writer.copy((folder / "copy").string(),
                          [](const base::Status&) { std::this_thread::sleep_for(1200ms); }));
  const Slow line(port);
  line.say("POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(first->size()) + "\r\n\r\n");
  line.say(base::as_text(*first));
  EXPECT_EQ(line.hear(12), "HTTP/1.1 200");
}

// Inside TLS nothing is seen of a message before a whole record of it is here.
TEST_F(SlowLine, InsideTlsAFirstMessageIsAwaitedLikeABody) {
  const auto at = [&](const char* name) { return (folder / name).string(); };
  const auto make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -keyout " +
      at("key.pem") + " -out " + at("cert.pem") + " 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  options.tls_certificate = at("cert.pem");
  options.tls_key = at("key.pem");
  options.timeouts.body = 1500ms;
  serve();
  net_client::LinkOptions to;
  to.host = "127.0.0.1";
  to.port = port;
  to.tls = true;
  auto link = net_client::LiveLink::connect(to);
  ASSERT_TRUE(link.ok());
  const auto early = (*link)->receive(900);
  ASSERT_TRUE(early.ok()) << early.error().detail();
  EXPECT_FALSE(early->has_value());
  EXPECT_EQ((*link)->receive(5'000).code(), base::Code::offline) << "and no longer";
}

// The same on the side of a client: whatever answers, slowly and surely.
TEST(SlowServer, AnAnswerIsAwaitedForAsLongAsItMoves) {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 4), 0);
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
  constexpr std::size_t kAnswer = 40'000;
  const auto answer = [&](std::size_t step) {
    const int line = ::accept(listening, nullptr, nullptr);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kAnswer) + "\r\n\r\n";
    ::send(line, head.data(), head.size(), MSG_NOSIGNAL);
    for (std::size_t sent = 0; sent < kAnswer; sent += step) {
      std::this_thread::sleep_for(15ms);
      if (::send(line, std::string(step, 'a').data(), step, MSG_NOSIGNAL) < 0) break;
    }
    ::close(line);
  };
  const auto ask = [&](std::size_t step) {
    std::thread other(answer, step);
    net_client::LinkOptions options;
    options.host = "127.0.0.1";
    options.port = ntohs(address.sin_port);
    options.timeout_ms = 300;
    auto link = net_client::CarrierLink::connect(options);
    EXPECT_TRUE(link.ok());
    auto came = (*link)->post(base::Bytes(100, 1));
    link = base::error(base::Code::offline);
    other.join();
    return came;
  };
  const auto slow = ask(400);
  ASSERT_TRUE(slow.ok()) << slow.error().detail();
  EXPECT_EQ(slow->size(), kAnswer);
  EXPECT_EQ(ask(4).code(), base::Code::timed_out);
  ::close(listening);
}

}  // namespace
}  // namespace sejawat::net
