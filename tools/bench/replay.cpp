#include "replay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/check.h"
#include "processes.h"
#include "school.h"

namespace sejawat::bench {
namespace {

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) give_up("no more descriptors: raise ulimit -n");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    give_up("no connection to the server");
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return descriptor;
}

// Size of the first whole answer in `text`, 0 while it is not whole.
std::size_t whole_answer(const std::string& text) {
  static const std::string kLength = "Content-Length: ";
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const auto length = text.find(kLength);
  if (length == std::string::npos || length > end) give_up("an answer without a length");
  const std::size_t size = end + 4 + std::strtoul(text.c_str() + length + kLength.size(), nullptr, 10);
  return text.size() >= size ? size : 0;
}

void send_all(int descriptor, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) give_up("the server closed a connection");
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
}

bool receive(int descriptor, std::string& to) {
  std::array<char, 65536> block{};
  const ssize_t count = ::recv(descriptor, block.data(), block.size(), 0);
  if (count > 0) to.append(block.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::string ask(int descriptor, const std::string& request) {
  send_all(descriptor, request);
  std::string answer;
  while (whole_answer(answer) == 0) {
    if (!receive(descriptor, answer)) give_up("the server closed a connection");
  }
  return answer;
}

struct Connection {
  const std::vector<std::string>* script = nullptr;
  std::size_t next = 0;
  double sent_at = 0;
  std::string answer;
};

}  // namespace

std::string post_request(std::uint16_t port, base::ByteView body) {
  std::string request = "POST /sync HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request.append(base::as_text(body));
  return request;
}

Replayed replay(std::uint16_t port, const std::vector<std::vector<std::string>>& scripts) {
  std::vector<pollfd> waits;
  std::vector<Connection> connections;
  for (const auto& script : scripts) {
    if (script.empty()) continue;
    waits.push_back({connect_to(port), POLLIN, 0});
    connections.push_back({&script, 0, 0, {}});
  }
  Replayed result;
  std::vector<double> latencies;
  const double start = wall_seconds();
  for (std::size_t i = 0; i < connections.size(); ++i) {
    connections[i].sent_at = wall_seconds();
    send_all(waits[i].fd, connections[i].script->front());
  }
  for (std::size_t busy = connections.size(); busy > 0;) {
    if (::poll(waits.data(), waits.size(), 30000) <= 0) give_up("the server does not answer");
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if ((waits[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      Connection& one = connections[i];
      if (!receive(waits[i].fd, one.answer)) give_up("the server closed a connection");
      if (whole_answer(one.answer) == 0) continue;
      latencies.push_back(wall_seconds() - one.sent_at);
      ++result.requests;
      if (one.answer.compare(0, 12, "HTTP/1.1 200") != 0) ++result.refused;
      one.answer.clear();
      if (++one.next < one.script->size()) {
        one.sent_at = wall_seconds();
        send_all(waits[i].fd, (*one.script)[one.next]);
      } else {
        ::close(waits[i].fd);
        waits[i].fd = -1;
        --busy;
      }
    }
  }
  result.wall_seconds = wall_seconds() - start;
  std::sort(latencies.begin(), latencies.end());
  if (!latencies.empty()) {
    result.p50_ms = latencies[latencies.size() / 2] * 1000;
    result.p99_ms = latencies[latencies.size() * 99 / 100] * 1000;
  }
  return result;
}

Idle::Idle(std::uint16_t port, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sockets_.push_back(connect_to(port));
    ask(sockets_.back(), "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
}
Idle::~Idle() {
  for (const int descriptor : sockets_) ::close(descriptor);
}

double metric(std::uint16_t port, const std::string& name) {
  const int descriptor = connect_to(port);
  const std::string answer = ask(descriptor, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ::close(descriptor);
  const auto at = answer.find("\n" + name + " ");
  if (at == std::string::npos) give_up("no metric " + name);
  return std::strtod(answer.c_str() + at + name.size() + 2, nullptr);
}

}  // namespace sejawat::bench
