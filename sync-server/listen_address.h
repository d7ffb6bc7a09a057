// Where a server listens, and under which name clients find it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "space/identity.h"

namespace sejawat::server {

// "ADDRESS:PORT", IPv6 in brackets.
base::Result<std::pair<std::string, std::uint16_t>> split_listen(const std::string& listen);
// 0.0.0.0 or ::, at which nobody can be reached.
bool is_every_address(const std::string& host);
// A named address without its scheme, and whether that says TLS; nullopt: it says nothing.
struct Named {
  std::optional<bool> tls;
  std::string host_port;
};
Named split_scheme(const std::string& named);
// The address to announce: `named` (--public) or, when empty, what is listened at. "HOST" or "HOST:PORT" are
// found as this server is; with "sejawats://" or "sejawat://" before it, as what stands before this server
// is, and then sejawats:// without a port is 443.
base::Result<space::CarrierAddress> announced_address(const std::string& named, const std::string& host,
                                                      std::uint16_t port, bool tls,
                                                      const crypto::BoxKey& key);
// How a browser names a page that was opened there.
std::string page_origin(const space::CarrierAddress& address);

}  // namespace sejawat::server
