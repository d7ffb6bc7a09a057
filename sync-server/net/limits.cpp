#include "net/limits.h"

#include <algorithm>
#include <cstring>

namespace sejawat::net {

Origin origin_of_v4(const std::array<std::uint8_t, 4>& address) {
  Origin origin;
  // 2002::/16 (6to4) is what such a prefix would be in IPv6: nobody else's.
  origin.prefix = {0x20, 0x02, address[0], address[1], address[2], address[3], 0, 0};
  origin.loopback = address[0] == 127;
  return origin;
}

Origin origin_of_v6(const std::array<std::uint8_t, 16>& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), address.begin())) {
    return origin_of_v4({address[12], address[13], address[14], address[15]});
  }
  static constexpr std::array<std::uint8_t, 16> kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  Origin origin;
  std::copy_n(address.begin(), origin.prefix.size(), origin.prefix.begin());
  origin.loopback = address == kLoopback;
  return origin;
}

Origin network_of(const Origin& origin) {
  Origin network = origin;
  network.prefix[6] = network.prefix[7] = 0;
  return network;
}

std::size_t OriginHash::operator()(const Origin& origin) const noexcept {
  // The table is small and capped, so a crafted collision costs a walk of it at most once a connection; mixed
  // all the same, because neighbours differ in few bits.
  std::uint64_t value = 0;
  std::memcpy(&value, origin.prefix.data(), sizeof(value));
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  return static_cast<std::size_t>(value);
}

AdmissionLimits fitting(AdmissionLimits limits, std::size_t descriptors) {
  // Database, log, listener, files that are being read, a backup.
  constexpr std::size_t kOwn = 64;
  limits.connections = std::min(limits.connections, descriptors - std::min(kOwn, descriptors / 2));
  limits.strangers =
      std::min(limits.strangers, std::max<std::size_t>(1, limits.connections - limits.connections / 10));
  return limits;
}

void Admission::Bucket::refill(const Rate& rate, double times, std::int64_t now_ms) {
  const double passed = static_cast<double>(std::max<std::int64_t>(0, now_ms - at_ms)) / 1000;
  tokens = std::min(times * rate.burst, tokens + passed * times * rate.per_second);
  at_ms = now_ms;
}

void Admission::forget_idle(Places& places, double times) {
  for (auto at = places.begin(); at != places.end();) {
    bool idle = at->second.connections == 0;
    for (std::size_t i = 0; i < kRates; ++i) {
      Bucket& bucket = at->second.buckets[i];
      bucket.refill(rates_[i], times, latest_ms_);
      idle = idle && bucket.tokens >= times * rates_[i].burst;
    }
    at = idle ? places.erase(at) : std::next(at);
  }
}

Admission::Place* Admission::place(Places& places, const Origin& origin, double times) {
  const auto found = places.find(origin);
  if (found != places.end()) return &found->second;
  if (places.size() >= limits_.origins) forget_idle(places, times);
  if (places.size() >= limits_.origins) return nullptr;
  Place fresh;
  for (std::size_t i = 0; i < kRates; ++i) fresh.buckets[i] = {times * rates_[i].burst, latest_ms_};
  return &places.emplace(origin, fresh).first->second;
}

Entry Admission::enter(const Origin& origin) {
  Place* known = origin.loopback ? nullptr : place(places_, origin, 1);
  if (!origin.loopback && (known == nullptr || known->connections >= limits_.connections_per_origin))
    return Entry::none_of_origin;
  if (connections_ >= limits_.connections) return Entry::none;
  if (known != nullptr) ++known->connections;
  ++connections_;
  return Entry::admitted;
}

void Admission::leave(const Origin& origin) {
  --connections_;
  if (origin.loopback) return;
  const auto found = places_.find(origin);
  if (found != places_.end()) --found->second.connections;
}

bool Admission::arrival(const Origin& origin, std::int64_t now_ms) { return take(origin, kArrivals, now_ms); }

bool Admission::tls_handshake(const Origin& origin, std::int64_t now_ms) {
  return take(origin, kTlsHandshakes, now_ms);
}

bool Admission::handshake(const Origin& origin, std::int64_t now_ms) {
  return take(origin, kHandshakes, now_ms);
}

bool Admission::take(const Origin& origin, Rated which, std::int64_t now_ms) {
  latest_ms_ = std::max(latest_ms_, now_ms);
  if (origin.loopback) return true;
  const double times = limits_.rates_per_network;
  Place* own = place(places_, origin, 1);
  Place* network = place(networks_, network_of(origin), times);
  if (own == nullptr || network == nullptr) return false;
  Bucket& of_own = own->buckets[which];
  Bucket& of_network = network->buckets[which];
  of_own.refill(rates_[which], 1, now_ms);
  of_network.refill(rates_[which], times, now_ms);
  // From both or neither: one who asks too often takes nothing from the others of the network.
  if (of_own.tokens < 1 || of_network.tokens < 1) return false;
  of_own.tokens -= 1;
  of_network.tokens -= 1;
  return true;
}

}  // namespace sejawat::net
