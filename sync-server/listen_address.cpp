#include "listen_address.h"

namespace sejawat::server {
namespace {

const std::string kScheme = "sejawat://";
const std::string kSchemeTls = "sejawats://";
constexpr std::uint16_t kHttp = 80;
constexpr std::uint16_t kHttps = 443;

}  // namespace

Named split_scheme(const std::string& named) {
  if (named.rfind(kSchemeTls, 0) == 0) return {true, named.substr(kSchemeTls.size())};
  if (named.rfind(kScheme, 0) == 0) return {false, named.substr(kScheme.size())};
  return {std::nullopt, named};
}

base::Result<std::pair<std::string, std::uint16_t>> split_listen(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return base::error(base::Code::invalid_argument, "--listen ADDRESS:PORT");
  unsigned port = 0;
  for (const char c : listen.substr(colon + 1)) {
    if (c < '0' || c > '9' || port > 65535) return base::error(base::Code::invalid_argument, "port");
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port > 65535 || colon + 1 == listen.size()) return base::error(base::Code::invalid_argument, "port");
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return std::make_pair(host, static_cast<std::uint16_t>(port));
}

bool is_every_address(const std::string& host) {
  return host == "0.0.0.0" || host.find_first_not_of("0:") == std::string::npos;
}

base::Result<space::CarrierAddress> announced_address(const std::string& named, const std::string& host,
                                                      std::uint16_t port, bool tls,
                                                      const crypto::BoxKey& key) {
  space::CarrierAddress address;
  address.tls = tls;
  address.host = host;
  address.port = port;
  address.key = key.public_key();
  if (named.empty()) return address;
  auto [scheme, host_port] = split_scheme(named);
  const auto bracket = host_port.rfind(']');
  const auto colon = host_port.rfind(':');
  const bool with_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  if (!with_port) host_port += ":" + std::to_string(scheme.value_or(false) ? kHttps : port);
  // One spelling of an address, so what clients will parse is what is judged.
  return space::CarrierAddress::parse((scheme.value_or(tls) ? kSchemeTls : kScheme) + host_port + "/#" +
                                      base::to_base64url(key.public_key().view()));
}

std::string page_origin(const space::CarrierAddress& address) {
  std::string host;
  for (const char c : address.host) host += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (host.find(':') != std::string::npos && host.front() != '[') host = "[" + host + "]";
  const bool standard = address.port == (address.tls ? kHttps : kHttp);
  return (address.tls ? "https://" : "http://") + host + (standard ? "" : ":" + std::to_string(address.port));
}

}  // namespace sejawat::server
