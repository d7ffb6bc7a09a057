// A server of the demo school's own, on this machine alone: the program beside this one, ended when done.
#pragma once

#include <string>

#include "session.h"

namespace sejawat::cli::demo {

class OwnServer {
 public:
  OwnServer() = default;
  ~OwnServer() { end(); }
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  // offline: it does not start; why stands in its log, beside its data.
  base::Status start(const std::string& data);
  void end();
  const std::string& address() const { return address_; }
  const std::string& operator_invite() const { return operator_invite_; }

 private:
  int pid_ = -1;
  int output_ = -1;
  std::string address_, operator_invite_;
};

}  // namespace sejawat::cli::demo
