// Networks and processors of a bench that measures what a server does with whoever comes from elsewhere.
#pragma once

#include <sched.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sejawat::bench {

// From here on this process and its children have a network of their own, in which this machine has these
// IPv4 addresses, none of which is a loopback address. Only one thread may run yet. False: the system does
// not let.
bool enter_own_network(const std::vector<std::string>& addresses);

// A TCP connection of `from` (empty: whatever fits) to `to`; -1: none.
int connect_to(const std::string& to, std::uint16_t port, const std::string& from = {});

// The last of the processors that this process may use; for as long as this lives, it and the children that
// it starts leave it to whoever takes it.
class ProcessorApart {
 public:
  ProcessorApart();
  ~ProcessorApart();
  ProcessorApart(const ProcessorApart&) = delete;
  ProcessorApart& operator=(const ProcessorApart&) = delete;
  bool exists() const { return number_ >= 0; }  // not where there is one alone
  void take() const;                            // this process, from now on

 private:
  cpu_set_t all_{};
  int number_ = -1;
};

}  // namespace sejawat::bench
