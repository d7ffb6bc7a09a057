#include "network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace sejawat::bench {
namespace {

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, text.c_str(), &address.sin_addr);
  return address;
}

}  // namespace

bool enter_own_network(const std::vector<std::string>& addresses) {
  if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  bool ok = ::ioctl(fd, SIOCGIFFLAGS, &request) == 0;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  ok = ok && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string label = "lo:" + std::to_string(i + 1);
    const sockaddr_in address = address_of(addresses[i], 0);
    request = {};
    label.copy(request.ifr_name, IFNAMSIZ - 1);
    std::memcpy(&request.ifr_addr, &address, sizeof(address));
    ok = ok && ::ioctl(fd, SIOCSIFADDR, &request) == 0;
  }
  ::close(fd);
  return ok;
}

int connect_to(const std::string& to, std::uint16_t port, const std::string& from) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  bool ok = true;
  if (!from.empty()) {
    // A port is chosen as the connection is made, so that one may have two connections to two places.
    const int on = 1;
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    const sockaddr_in own = address_of(from, 0);
    ok = ::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) == 0;
  }
  const sockaddr_in other = address_of(to, port);
  if (ok && ::connect(fd, reinterpret_cast<const sockaddr*>(&other), sizeof(other)) == 0) return fd;
  ::close(fd);
  return -1;
}

ProcessorApart::ProcessorApart() {
  if (::sched_getaffinity(0, sizeof(all_), &all_) != 0 || CPU_COUNT(&all_) < 2) return;
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &all_)) --last;
  cpu_set_t others = all_;
  CPU_CLR(last, &others);
  if (::sched_setaffinity(0, sizeof(others), &others) == 0) number_ = last;
}

ProcessorApart::~ProcessorApart() {
  if (exists()) static_cast<void>(::sched_setaffinity(0, sizeof(all_), &all_));
}

void ProcessorApart::take() const {
  if (!exists()) return;
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(number_, &own);
  static_cast<void>(::sched_setaffinity(0, sizeof(own), &own));
}

}  // namespace sejawat::bench
