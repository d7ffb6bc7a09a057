// Where a server listens, and under which name clients find it.
#pragma once

#include <string>

#include "base/result.h"
#include "space/identity.h"

namespace sejawat::server {

// "ADDRESS:PORT", IPv6 in brackets.
base::Result<std::pair<std::string, std::uint16_t>> split_listen(const std::string& listen);
// 0.0.0.0 or ::, at which nobody can be reached.
bool is_every_address(const std::string& host);
// The address to announce: `named` ("HOST" or "HOST:PORT", --public) or, when empty, what is listened at.
base::Result<space::CarrierAddress> announced_address(const std::string& named, const std::string& host,
                                                      std::uint16_t port, bool tls,
                                                      const crypto::BoxKey& key);

}  // namespace sejawat::server
