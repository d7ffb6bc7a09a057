// What a space's records cost whoever keeps them: judged one by one as they come, judged again when a program
// starts, and in memory. In this process.
#include <malloc.h>

#include "crypto/system_random.h"
#include "floors.h"
#include "space/membership.h"
#include "workloads.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

constexpr std::array<std::uint8_t, 16> kSalt{1};

struct Member {
  explicit Member(base::Random& random)
      : identity(space::Identity::from_seed(base::Secret32::random(random))),
        keys(space::DeviceKeys::random(random)),
        certificate(space::certify(identity.sign, keys, 100)) {}
  space::Author author() const { return {&keys, &certificate, 200}; }
  space::Identity identity;
  space::DeviceKeys keys;
  space::DeviceCertificate certificate;
};

base::RecordId put(space::Membership& to, base::ByteView record) {
  const auto added = to.add(record);
  if (!added.ok()) give_up(std::string("record: ") + base::code_name(added.code()));
  return *added;
}

// Of a school: who founded it and one teacher.
struct Staff {
  explicit Staff(base::Random& random)
      : founder(random),
        teacher(random),
        membership(space::space_id(founder.certificate.identity_key, space::SpaceKind::school, kSalt)) {
    put(membership, space::write_genesis(founder.author(), founder.identity.box.public_key(),
                                         space::SpaceKind::school, kSalt));
    const auto invite = space::InviteKeys::from_secret(base::Secret16::random(random));
    const auto offered = put(membership, space::write_invite(founder.author(), membership, invite,
                                                             space::WireRole::writer, 1, 0, {}));
    put(membership,
        space::write_join(teacher.author(), membership.space(), invite.sign,
                          base::prefix_of<base::HeadTag>(offered), teacher.identity.box.public_key(), {}));
  }
  Member founder;
  Member teacher;
  space::Membership membership;
};

double replay(const space::Membership& whole) {
  const double from = own_cpu_seconds();
  space::Membership again(whole.space());
  for (const auto& [id, bytes] : whole.records()) put(again, bytes);
  static_cast<void>(again.members().size());
  return own_cpu_seconds() - from;
}

std::size_t allocated() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

// A teacher adds devices of their own and removes each again. In a chain every record knows all before it; in
// a star each pair knows of no other.
json::object removals(const Options& options) {
  const std::size_t pairs = options.entries == 0 ? 1000 : options.entries;
  crypto::SystemRandom random;
  json::object result{{"pairs", pairs}};
  for (const std::string shape : {"chain", "star"}) {
    if (!options.shape.empty() && options.shape != shape) continue;
    Staff school(random);
    const space::Membership start = school.membership;
    space::Membership& at = school.membership;
    double last = 0;
    const double from = own_cpu_seconds();
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto keys = space::DeviceKeys::random(random);
      const auto certificate = space::certify(school.teacher.identity.sign, keys, 100);
      space::Membership apart = shape == "star" ? start : space::Membership(start.space());
      space::Membership& seen = shape == "star" ? apart : at;
      const auto device = space::write_device(school.teacher.author(), seen, certificate);
      if (shape == "star") put(apart, device);
      const double before = own_cpu_seconds();
      put(at, device);
      static_cast<void>(at.members().size());  // a server asks after each
      const auto removal =
          space::write_device_removed(school.teacher.author(), seen, certificate.device(), {});
      put(at, removal);
      static_cast<void>(at.members().size());
      last = (own_cpu_seconds() - before) / 2;
    }
    result[shape] = json::object{
        {"seconds", own_cpu_seconds() - from}, {"last_add_ms", last * 1000}, {"replay_seconds", replay(at)}};
  }
  return result;
}

// Logs enrolled one after another.
json::object records(const Options& options) {
  const std::size_t most = options.entries == 0 ? 65'536 : options.entries;
  crypto::SystemRandom random;
  Staff school(random);
  const auto key = crypto::SigningKey::from_seed(base::Secret32::random(random));
  std::vector<base::Bytes> all;
  while (school.membership.records().size() < most) {
    put(school.membership, space::write_log(school.teacher.author(), school.membership, key));
  }
  for (const auto& [id, bytes] : school.membership.records()) all.push_back(bytes);
  json::object result{{"records", most}};
  json::array sizes;
  for (std::size_t count = most / 4; count <= most; count *= 4) {
    const std::size_t before = allocated();
    space::Membership again(school.membership.space());
    for (std::size_t i = 0; i < count; ++i) put(again, all[i]);
    const std::size_t bytes = allocated() - before;
    sizes.push_back(json::object{{"records", count}, {"bytes", bytes}, {"bytes_each", bytes / count}});
  }
  result["memory"] = std::move(sizes);
  return result;
}

// Keys opened side by side: each by a record that knows of the genesis alone.
json::object epochs(const Options& options) {
  const std::size_t most = options.entries == 0 ? 8'000 : options.entries;
  crypto::SystemRandom random;
  const Staff school(random);
  space::Membership start(school.membership.space());
  put(start, school.membership.records().front().second);
  space::Membership at = start;
  double last = 0;
  const double from = own_cpu_seconds();
  for (std::size_t i = 0; i < most; ++i) {
    const auto record =
        space::write_epoch(school.founder.author(), start, base::Secret32::random(random), {}, random);
    const double before = own_cpu_seconds();
    put(at, record);
    static_cast<void>(at.current_epoch());  // a server asks after each
    last = own_cpu_seconds() - before;
  }
  return {{"epochs", most},
          {"seconds", own_cpu_seconds() - from},
          {"last_add_ms", last * 1000},
          {"replay_seconds", replay(at)}};
}

}  // namespace sejawat::bench
