#include "wire.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace sejawat::net_client {
namespace {

// Less within one timeout is as good as nothing.
constexpr std::uint64_t kLeastPassed = 512;
// In the kernel's tcp_info, which only grows, bytes that the other side acknowledged and then those that came
// from it; the C library's ends before them.
constexpr std::size_t kPassedAt = 120;

bool is_address(const std::string& host) {
  beast::error_code code;
  asio::ip::make_address(host, code);
  return !code;
}

}  // namespace

Wire::Wire(const LinkOptions& options) : options_(options) {
  if (options.stop_fd < 0) return;
  stop_.emplace(io_, ::dup(options.stop_fd));
  stop_->async_wait(asio::posix::stream_descriptor::wait_read,
                    [this](beast::error_code code) { stopped_ = stopped_ || !code; });
  // Between two steps too: the flag is looked at before each.
}

std::string Wire::host_header() const {
  const bool v6 = options_.host.find(':') != std::string::npos;
  return (v6 ? "[" + options_.host + "]" : options_.host) + ":" + std::to_string(options_.port);
}

base::Result<bool> Wire::wait_gently(const Step& step, int timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  io_.restart();
  while (!step.done) {
    if (stopped_) return base::error(base::Code::interrupted);
    if (io_.run_one_until(until) != 0) continue;
    if (std::chrono::steady_clock::now() >= until) return false;
    if (io_.stopped()) return base::error(base::Code::offline, "nothing is under way");
  }
  return true;
}

std::uint64_t Wire::bytes_passed() {
  if (!is_open()) return 0;
  std::array<std::uint8_t, kPassedAt + sizeof(std::array<std::uint64_t, 2>)> info{};
  socklen_t size = info.size();
  const int socket = lowest().native_handle();
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, info.data(), &size) != 0 || size < info.size()) return 0;
  std::array<std::uint64_t, 2> passed{};
  std::memcpy(passed.data(), info.data() + kPassedAt, sizeof(passed));
  return passed[0] + passed[1];
}

base::Status Wire::wait(const Step& step, int timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWholeMs);
  std::uint64_t passed = bytes_passed();
  auto waited = wait_gently(step, timeout_ms);
  while (waited.ok() && !*waited && std::chrono::steady_clock::now() < until) {
    const std::uint64_t now = bytes_passed();
    if (now < passed + kLeastPassed) break;
    passed = now;
    waited = wait_gently(step, timeout_ms);
  }
  if (waited.ok() && *waited) return {};
  // Buffers of what was started are the caller's: a closed socket ends it at once, and here.
  close();
  io_.restart();
  while (!step.done && io_.run_one_for(std::chrono::milliseconds(100)) != 0) {
  }
  if (!waited.ok()) return std::move(waited).error();
  return base::error(base::Code::timed_out);
}

void Wire::ignore_stop() {
  stop_.reset();
  stopped_ = false;
}

void Wire::close() {
  if (!socket_) return;
  beast::error_code ignored;
  socket_->shutdown(Tcp::socket::shutdown_both, ignored);
  socket_->close(ignored);
}

base::Status Wire::open() {
  close();
  tls_.reset();
  socket_.emplace(io_);
  struct Resolved : Step {
    Tcp::resolver::results_type found;
  };
  auto resolved = std::make_shared<Resolved>();
  Tcp::resolver resolver(io_);
  resolver.async_resolve(options_.host, std::to_string(options_.port),
                         [resolved](beast::error_code error, Tcp::resolver::results_type results) {
                           resolved->done = true;
                           resolved->code = error;
                           resolved->found = std::move(results);
                         });
  SJ_TRY_STATUS(wait(*resolved, options_.timeout_ms));
  if (resolved->code) return base::error(base::Code::offline, "name does not resolve");
  auto step = std::make_shared<Step>();
  asio::async_connect(*socket_, resolved->found, [step](beast::error_code error, const Tcp::endpoint&) {
    step->done = true;
    step->code = error;
  });
  SJ_TRY_STATUS(wait(*step, options_.timeout_ms));
  if (step->code) return base::error(base::Code::offline, "no connection");
  beast::error_code ignored;
  socket_->set_option(Tcp::no_delay(true), ignored);
  return options_.tls ? open_tls() : base::Status();
}

base::Status Wire::open_tls() {
  SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
  beast::error_code code;
  context_.set_default_verify_paths(code);  // the system's, or SSL_CERT_FILE
  tls_.emplace(*socket_, context_);
  SSL* native = tls_->native_handle();
  if (!is_address(options_.host)) SSL_set_tlsext_host_name(native, options_.host.c_str());
  tls_->set_verify_mode(asio::ssl::verify_peer, code);
  // Looked at, kept, and not insisted on: see link.h.
  counts.certificate_verified = true;
  tls_->set_verify_callback(
      [this, names_host = asio::ssl::host_name_verification(options_.host)](
          bool preverified, asio::ssl::verify_context& context) {
        if (!names_host(preverified, context)) counts.certificate_verified = false;
        return true;
      },
      code);
  auto step = std::make_shared<Step>();
  tls_->async_handshake(asio::ssl::stream_base::client, [step](beast::error_code error) {
    step->done = true;
    step->code = error;
  });
  SJ_TRY_STATUS(wait(*step, options_.timeout_ms));
  if (step->code) return base::error(base::Code::offline, "TLS handshake: " + step->code.message());
  return {};
}

base::Error refusal_of(unsigned status) {
  switch (status) {
    case 403: return base::error(base::Code::wrong_server_key);
    case 429:
    case 503: return base::error(base::Code::timed_out, "the server is busy");
    default: return base::error(base::Code::protocol_violation, "HTTP status " + std::to_string(status));
  }
}

}  // namespace sejawat::net_client
