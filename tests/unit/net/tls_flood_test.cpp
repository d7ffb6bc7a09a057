// A TLS client that sends nothing but what TLS itself answers: the loop is everybody's, so no read may work
// through all of it at once.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "base/random.h"
#include "net/server.h"
#include "platform_posix/files.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"
#include "support/temporary_folder.h"

namespace sejawat::net {
namespace {

using Clock = std::chrono::steady_clock;

// A client's end of a TLS connection.
class Client {
 public:
  explicit Client(std::uint16_t port)
      : context_(SSL_CTX_new(TLS_client_method())),
        ssl_(SSL_new(context_)),
        socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    SSL_set_fd(ssl_, socket_);
    EXPECT_EQ(SSL_connect(ssl_), 1);
  }
  ~Client() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  std::string ask(std::string_view request) const {
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string answer(64, ' ');
    const int size = SSL_read(ssl_, answer.data(), static_cast<int>(answer.size()));
    answer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return answer;
  }
  // So many changes of its key, made beforehand: sending them costs nothing, reading them does.
  std::string key_updates(int count) const {
    BIO* memory = BIO_new(BIO_s_mem());
    BIO_up_ref(memory);
    SSL_set0_wbio(ssl_, memory);
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
      EXPECT_EQ(SSL_do_handshake(ssl_), 1);
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string all(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return all;
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  int socket_;
};

TEST(TlsFlood, AChangeOfKeysAfterTheOtherHoldsUpNobodyElse) {
  const support::TemporaryFolder own_folder;
  const std::filesystem::path folder = own_folder.path();
  const auto at = [&](const char* name) { return (folder / name).string(); };
  const auto make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -keyout " +
      at("key.pem") + " -out " + at("cert.pem") + " 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  support::SeededRandom random{41};
  const auto key = crypto::BoxKey::random(random);
  const auto store = std::move(storage::open_sqlite(":memory:", random)).value();
  const auto carrier = std::move(carrier::Carrier::open(*store)).value();
  storage::Writer writer{*carrier, *store, [](const base::Error&) {}};
  platform::SystemClock clock;
  ServerOptions options;
  options.tls_certificate = at("cert.pem");
  options.tls_key = at("key.pem");
  std::promise<std::uint16_t> listening;
  options.listening = [&](std::uint16_t port) { listening.set_value(port); };
  std::thread serving([&] { EXPECT_TRUE(run_server(options, key, writer, random, clock).ok()); });
  const std::uint16_t port = listening.get_future().get();

  const Client flood(port);
  const auto updates = flood.key_updates(200'000);
  std::atomic<bool> begun{false};
  std::thread flooding([&] {
    flood.send(std::string_view(updates).substr(0, updates.size() / 4));
    begun = true;
    flood.send(std::string_view(updates).substr(updates.size() / 4));
  });
  while (!begun) std::this_thread::yield();
  const auto start = Clock::now();
  const Client other(port);
  EXPECT_EQ(other.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").substr(0, 12), "HTTP/1.1 200");
  const auto took = Clock::now() - start;
  EXPECT_LT(took, std::chrono::seconds(1))
      << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms";
  flooding.join();
  ::kill(::getpid(), SIGTERM);
  serving.join();
}

}  // namespace
}  // namespace sejawat::net
