// Who may connect, and how often: decided before anything is read or allocated for a stranger. Sans-IO; one
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

namespace sejawat::net {

// Where a connection comes from, as far as limits go: an IPv4 address, or the /64 of an IPv6 address, which
// one household or one attacker has whole.
struct Origin {
  std::array<std::uint8_t, 8> prefix{};
  // The machine itself: tests, a reverse proxy, an operator. Only the overall limit holds for it.
  bool loopback = false;
  friend bool operator==(const Origin&, const Origin&) = default;
};
Origin origin_of_v4(const std::array<std::uint8_t, 4>& address);
Origin origin_of_v6(const std::array<std::uint8_t, 16>& address);  // mapped IPv4 counts as IPv4

// The /48 that it lies in, of which hosts give out thousands of /64; of an IPv4 address itself.
Origin network_of(const Origin& origin);

struct OriginHash {
  std::size_t operator()(const Origin& origin) const noexcept;
};

struct Rate {
  double burst = 0;  // at once, after a while of less
  double per_second = 0;
};

struct AdmissionLimits {
  std::size_t connections = 10000;  // fewer where the system gives fewer descriptors (fitting)
  // Of them, those on which nobody was served yet: one more, and one of these is let go.
  std::size_t strangers = 2500;
  // So many of one network are a school that wakes up; what is beyond goes first. Never more than an eighth.
  std::size_t strangers_per_network = 200;
  // A school or a village behind one address is hundreds of phones.
  std::size_t connections_per_origin = 1000;
  // WebSockets of one device, the newest: a phone that comes back leaves some behind that nobody has noticed.
  std::size_t connections_per_device = 8;
  // A connection that comes and goes costs us an accept, and all others their turn in the queue before it. A
  // school that opens the app for the first time comes with thousands.
  Rate arrivals{2000, 200};
  // TLS handshakes cost us a signature before we know who asks, and a page opens several connections.
  Rate tls_handshakes{500, 50};
  // Handshakes of ours cost us two X25519 and 64 KiB.
  Rate handshakes{500, 50};
  // All of one /48 together have so many times these rates: whoever has one has 65,536 addresses of ours.
  double rates_per_network = 4;
  std::size_t origins = 65536;  // remembered at once
};

// What of them can be kept with so many descriptors, of which the server needs some itself; and a tenth of
// the places for those whom it knows.
AdmissionLimits fitting(AdmissionLimits limits, std::size_t descriptors);

// Whether there is a place, or where there is none.
enum class Entry { admitted, none_of_origin, none };

class Admission {
 public:
  explicit Admission(const AdmissionLimits& limits)
      : rates_{limits.arrivals, limits.tls_handshakes, limits.handshakes}, limits_(limits) {}
  // Every `admitted` is matched by one leave().
  Entry enter(const Origin& origin);
  void leave(const Origin& origin);
  // What one origin may do so often, and its network times that. `now_ms` never goes back.
  // False: close it.
  bool arrival(const Origin& origin, std::int64_t now_ms);
  bool tls_handshake(const Origin& origin, std::int64_t now_ms);
  // False: answer 429, read nothing.
  bool handshake(const Origin& origin, std::int64_t now_ms);
  std::size_t connections() const { return connections_; }

 private:
  enum Rated : std::size_t { kArrivals, kTlsHandshakes, kHandshakes, kRates };  // places in what follows
  struct Bucket {
    double tokens = 0;
    std::int64_t at_ms = 0;
    void refill(const Rate& rate, double times, std::int64_t now_ms);
  };
  struct Place {
    std::size_t connections = 0;
    std::array<Bucket, kRates> buckets;
  };
  using Places = std::unordered_map<Origin, Place, OriginHash>;
  // `times` the rates. nullptr: no room to remember one more.
  Place* place(Places& places, const Origin& origin, double times);
  void forget_idle(Places& places, double times);
  bool take(const Origin& origin, Rated which, std::int64_t now_ms);

  const std::array<Rate, kRates> rates_;
  AdmissionLimits limits_;
  std::size_t connections_ = 0;
  std::int64_t latest_ms_ = 0;
  Places places_;
  Places networks_;  // their rates only
};

}  // namespace sejawat::net
