#include "witness.h"

#include <cstdlib>
#include <iostream>

#include "crypto/hash.h"

namespace sejawat::simulation {
namespace {

constexpr std::array kFaults = {"device killed",
                                "device power cut",
                                "server killed",
                                "server power cut",
                                "unsynced writes dropped",
                                "unsynced writes reordered",
                                "write torn",
                                "disk full",
                                "I/O error",
                                "read error",
                                "request lost",
                                "reply lost",
                                "reply too late",
                                "duplicate sent",
                                "old message replayed",
                                "message altered",
                                "server unreachable",
                                "device long offline",
                                "clock jump",
                                "device lost for good",
                                "live line cut",
                                "network partition",
                                "server rolled back",
                                "server wiped",
                                "device restored from a backup",
                                "device cloned",
                                "answered in part",
                                "server copied"};
constexpr std::array kSometimes = {"device dies during commit",
                                   "server dies during commit",
                                   "server dies between commit and reply",
                                   "device dies during sync",
                                   "unsure change survives",
                                   "unsure change vanishes",
                                   "group commit of several",
                                   "known bytes answered as stored",
                                   "sync takes several exchanges",
                                   "messages overtake each other",
                                   "concurrent edit keeps both",
                                   "edit wins over delete",
                                   "conflict is resolved",
                                   "joined by invite",
                                   "invite is refused",
                                   "recovered from card",
                                   "all devices lost and recovered",
                                   "segment waits for its key",
                                   "second owner is refused",
                                   "clock wrong by decades",
                                   "goes on after a disk error",
                                   "push arrives",
                                   "live session is cut",
                                   "roams to another server",
                                   "carrier is not what it was",
                                   "generation alone does not tell",
                                   "old copy comes back",
                                   "member is removed",
                                   "role is changed",
                                   "device is revoked",
                                   "invite is revoked",
                                   "invite admits several",
                                   "admins act apart",
                                   "removed device is told",
                                   "late work waits in quarantine",
                                   "late work is readmitted",
                                   "late shared work waits",
                                   "join is confirmed",
                                   "key is rotated",
                                   "entry is erased",
                                   "survivors are written once more",
                                   "edit survives an erasure",
                                   "photo is attached",
                                   "photo is sent",
                                   "photo is removed",
                                   "photo is erased",
                                   "photo comes to another device",
                                   "something is shared",
                                   "shared words are read",
                                   "old key is changed",
                                   "older server answers",
                                   "server is updated",
                                   "older device asks",
                                   "device is updated",
                                   "twenty devices meet",
                                   "member cheats",
                                   "cheat is taken",
                                   "cheat is refused",
                                   "cheat is put out",
                                   "phone is stolen",
                                   "stolen phone is revoked"};
constexpr std::array kAlways = {"codes are expected",
                                "store opens again",
                                "saved is durable",
                                "all or nothing",
                                "sent is durable",
                                "sync ends",
                                "settles",
                                "digests agree",
                                "devices converge",
                                "nothing is lost",
                                "nothing is invented",
                                "text is found",
                                "private stays private",
                                "wire is sealed",
                                "server holds no plaintext",
                                "device disk is sealed",
                                "card brings all back",
                                "sent is on the carrier",
                                "rejects reach a person",
                                "base is lost with reason only",
                                "messages are capped",
                                "servers agree",
                                "membership converges",
                                "keys reach members only",
                                "fenced is not shown",
                                "late work is kept",
                                "removed is not served",
                                "invite admits whom it may",
                                "erased stays erased",
                                "erased bodies are gone",
                                "last words are in sight",
                                "photos are kept",
                                "late work is told apart",
                                "who is put out stays out"};
static_assert(kFaults.size() == static_cast<std::size_t>(Fault::count_));
static_assert(kSometimes.size() == static_cast<std::size_t>(Sometimes::count_));
static_assert(kAlways.size() == static_cast<std::size_t>(Always::count_));

template <class Array>
void add_each(Array& to, const Array& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

bool wants_log() {
  static const bool wanted = std::getenv("SEJAWAT_SIMULATE_LOG") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  return wanted;
}

}  // namespace

const char* name_of(Fault fault) { return kFaults.at(static_cast<std::size_t>(fault)); }
bool is_of_cheats(Sometimes property) {
  return property >= Sometimes::member_cheats && !is_of_thefts(property);
}
bool is_of_thefts(Sometimes property) { return property >= Sometimes::phone_is_stolen; }
bool is_of_links(const Reachable& point) {
  return point.code == base::Code::invite_used || point.code == base::Code::invite_revoked;
}
bool is_newer(Always property) { return property >= Always::fenced_is_not_shown; }
bool is_of_enemies(Always property) { return property == Always::who_is_put_out_stays_out; }
bool is_newer(Sometimes property) { return property >= Sometimes::photo_is_attached; }
const char* name_of(Sometimes property) { return kSometimes.at(static_cast<std::size_t>(property)); }
const char* name_of(Always property) { return kAlways.at(static_cast<std::size_t>(property)); }

void Counts::add(const Counts& other) {
  add_each(faults, other.faults);
  add_each(sometimes, other.sometimes);
  add_each(always, other.always);
  add_each(reached, other.reached);
  operations += other.operations;
  syncs += other.syncs;
  events += other.events;
}

std::uint64_t Counts::faults_in_all() const {
  std::uint64_t sum = 0;
  for (const auto count : faults) sum += count;
  return sum;
}

struct Witness::Hash {
  crypto::Hasher hasher{"sjw.sim.trace", base::Hash32::kSize};
};

Witness::Witness(std::uint64_t seed) : hash_(std::make_unique<Hash>()) { hash_->hasher.u64(seed); }
Witness::~Witness() = default;

void Witness::event(std::string_view kind, std::uint64_t a, std::uint64_t b, base::ByteView bytes) {
  ++counts_.events;
  hash_->hasher.prefixed(base::as_bytes(kind)).u64(a).u64(b).prefixed(bytes);
  if (wants_log()) std::cerr << "  " << kind << ' ' << a << ' ' << b << ' ' << bytes.size() << '\n';
}

void Witness::fault(Fault fault) {
  ++counts_.faults.at(static_cast<std::size_t>(fault));
  event(name_of(fault));
}

void Witness::sometimes(Sometimes property, bool happened) {
  if (happened) ++counts_.sometimes.at(static_cast<std::size_t>(property));
}

void Witness::reached(Point point, base::Code code) {
  for (std::size_t i = 0; i < kReachable.size(); ++i) {
    if (kReachable[i].point == point && kReachable[i].code == code) ++counts_.reached[i];
  }
}

bool Witness::always(Always property, bool holds, std::string_view detail) {
  ++counts_.always.at(static_cast<std::size_t>(property));
  if (!holds) {
    event("violated", static_cast<std::uint64_t>(property));
    if (!violation_) violation_ = Violation{property, std::string(detail)};
    if (wants_log()) std::cerr << "  VIOLATED " << name_of(property) << ": " << detail << '\n';
  }
  return holds;
}

base::Hash32 Witness::trace_hash() { return hash_->hasher.id<base::Hash32>(); }

}  // namespace sejawat::simulation
