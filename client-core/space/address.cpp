#include "space/identity.h"

namespace sejawat::space {
namespace {

constexpr std::size_t kMaxHost = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  if (host.front() == '-' || host.front() == '.') return false;
  for (const char c : host) {
    if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '_') return false;
  }
  return host.find("..") == std::string_view::npos;
}

// A shape, not a proof: the resolver has the last word.
bool is_ipv6(std::string_view host) {
  if (host.size() < 2 || host.size() > 45) return false;
  std::size_t colons = 0;
  for (const char c : host) {
    if (c == ':') ++colons;
    if (!is_hex(c) && c != ':' && c != '.') return false;
  }
  return colons >= 2 && colons <= 8 && host.find(":::") == std::string_view::npos;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

base::Error refused(const char* what) { return base::error(base::Code::invalid_argument, what); }

}  // namespace

std::string CarrierAddress::url() const {
  std::string out = tls ? "sejawats://" : "sejawat://";
  out += host.find(':') == std::string::npos ? host : "[" + host + "]";
  return out + ":" + std::to_string(port) + "/#" + base::to_base64url(key.view());
}

base::Result<CarrierAddress> CarrierAddress::parse(std::string_view url) {
  CarrierAddress address;
  if (take(url, "sejawats://")) {
    address.tls = true;
  } else if (!take(url, "sejawat://")) {
    return refused("address scheme");
  }
  std::size_t host_end = 0;
  if (take(url, "[")) {
    host_end = url.find(']');
    if (host_end == std::string_view::npos || !is_ipv6(url.substr(0, host_end)))
      return refused("address host");
    address.host = std::string(url.substr(0, host_end));
    url.remove_prefix(host_end + 1);
  } else {
    host_end = url.find(':');
    if (host_end == std::string_view::npos || !is_name(url.substr(0, host_end)))
      return refused("address host");
    address.host = std::string(url.substr(0, host_end));
    url.remove_prefix(host_end);
  }
  if (!take(url, ":")) return refused("address port");
  std::uint32_t port = 0;
  std::size_t digits = 0;
  for (; digits < url.size() && is_digit(url[digits]); ++digits) {
    if (digits == 5) return refused("address port");
    port = port * 10 + static_cast<std::uint32_t>(url[digits] - '0');
  }
  if (digits == 0 || url.front() == '0' || port > 65535) return refused("address port");
  address.port = static_cast<std::uint16_t>(port);
  url.remove_prefix(digits);
  if (!take(url, "/#")) return refused("address key");
  base::Bytes key;
  if (url.size() != 43 || !base::from_base64url(url, key)) return refused("address key");
  const auto parsed = base::PublicBoxKey::from(key);
  if (!parsed || parsed->is_zero()) return refused("address key");
  address.key = *parsed;
  return address;
}

}  // namespace sejawat::space
