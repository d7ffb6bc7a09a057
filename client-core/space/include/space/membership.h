// Who belongs to a space, evaluated from its DAG of signed records. Order of arrival does not matter as long
// as parents come first; `add` says unknown_membership when they have not. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "space/identity.h"
#include "space/invite.h"

namespace sejawat::space {

enum class SpaceKind : std::uint8_t { personal = 1, group = 2, school = 3, cluster = 4, district = 5 };
enum class WireRole : std::uint8_t { carrier = 1, reader = 2, writer = 3, admin = 4 };
inline constexpr std::size_t kMaxRecordBytes = 16 * 1024;

base::SpaceId space_id(const base::PublicSignKey& creator, SpaceKind kind,
                       const std::array<std::uint8_t, 16>& salt);
base::SpaceId personal_space_id(const base::PublicSignKey& identity);

struct Member {
  base::PersonId person;
  base::PublicSignKey identity_key;
  base::PublicBoxKey identity_box;
  WireRole role = WireRole::reader;
  base::Bytes sealed_profile;  // ciphertext for members
};
struct Device {
  base::DeviceId device;
  base::PersonId person;
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
};
struct EnrolledLog {
  base::LogId log;
  base::PublicSignKey key;
  base::DeviceId device;
  base::PersonId person;
};
struct Invite {
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
  WireRole role = WireRole::reader;
  std::uint32_t uses = 1;
  std::int64_t expires_seconds = 0;
  base::HeadTag record;      // names it as a parent of joins
  std::uint32_t joined = 0;  // joins seen here
};
struct EpochInfo {
  base::EpochId epoch;
  struct Predecessor {
    base::EpochId epoch;
    base::Bytes nonce;
    base::Bytes sealed_key;
  };
  std::vector<Predecessor> predecessors;
};
struct KeyBoxes {
  base::EpochId epoch;
  base::PublicBoxKey ephemeral;
  std::map<base::HeadTag, base::Bytes> boxes;  // by first 8 bytes of the recipient key
};

class Membership {
 public:
  explicit Membership(const base::SpaceId& space) : space_(space) {}

  // Checks and applies one record (proto MembershipRecord). `already_exists` for one it has. Codes otherwise:
  // malformed, too_large, bad_signature, unknown_membership (parents or author not here yet), not_permitted,
  // invite_invalid. Expiry and use counts are the carrier's filters (see carrier/), never judged here.
  // A record of a kind that this version does not know is kept and carried, and has no meaning yet.
  base::Result<base::RecordId> add(base::ByteView record);

  const base::SpaceId& space() const { return space_; }
  bool has_genesis() const { return genesis_kind_.has_value(); }
  SpaceKind kind() const { return *genesis_kind_; }
  bool has_record(const base::RecordId& id) const;
  bool has_prefix(const base::HeadTag& tag) const;
  std::vector<base::HeadTag> frontier() const;  // ascending heads of the DAG
  const std::vector<std::pair<base::RecordId, base::Bytes>>& records() const {
    return records_;
  }  // in order of add

  const std::map<base::PersonId, Member>& members() const { return members_; }
  const std::map<base::DeviceId, Device>& devices() const { return devices_; }
  const std::map<base::LogId, EnrolledLog>& logs() const { return logs_; }
  const std::map<base::PublicSignKey, Invite>& invites() const { return invites_; }
  const std::vector<EpochInfo>& epochs() const { return epochs_; }  // in order of add
  const std::vector<KeyBoxes>& key_boxes() const { return key_boxes_; }
  std::optional<Device> device_by_box_key(const base::PublicBoxKey& key) const;
  std::optional<WireRole> role_of(const base::PersonId& person) const;
  // writer or admin, through a device of a member
  bool may_write(const base::LogId& log) const;
  // newest opened epoch: writers seal with it
  std::optional<base::EpochId> current_epoch() const;

 private:
  base::SpaceId space_;
  std::optional<SpaceKind> genesis_kind_;
  std::vector<std::pair<base::RecordId, base::Bytes>> records_;
  std::map<base::HeadTag, std::size_t> by_prefix_;
  std::map<base::HeadTag, bool> heads_;
  std::map<base::PersonId, Member> members_;
  std::map<base::DeviceId, Device> devices_;
  std::map<base::LogId, EnrolledLog> logs_;
  std::map<base::PublicSignKey, Invite> invites_;
  std::vector<EpochInfo> epochs_;
  std::vector<KeyBoxes> key_boxes_;
  // By place in records_: parents, and the role that a genesis or a join gave to somebody. Permission is
  // judged in the causal past of a record, so that the order of arrival changes nothing.
  struct Grant {
    base::PersonId person;
    WireRole role = WireRole::carrier;
  };
  std::vector<std::vector<std::size_t>> parents_;
  std::map<std::size_t, Grant> grants_;
  std::vector<std::size_t> epoch_records_;  // place of the record that opened epochs_[i]
  friend struct MembershipRules;
};

base::RecordId record_id(base::ByteView body);
// Of an encoded MembershipRecord, without judging it. malformed, too_large.
base::Result<base::RecordId> record_id_of(base::ByteView record);
// First 8 bytes of a hash of space and key; the same as in log_seal.
base::EpochId epoch_id(const base::SpaceId& space, const base::Secret32& key);

// Looks into a record without a Membership: which space, and is it a genesis or a join (whose device may then
// be served).
struct RecordPeek {
  base::SpaceId space;
  bool genesis = false;
  std::optional<DeviceCertificate> device;  // genesis, device and join records carry one (checked)
  std::optional<base::PublicSignKey> join_invite;
};
base::Result<RecordPeek> peek_record(base::ByteView record);

// Writing records. `parents` = membership.frontier(). All return the encoded MembershipRecord.
struct Author {
  const DeviceKeys* keys = nullptr;  // borrowed
  const DeviceCertificate* certificate = nullptr;
  std::int64_t wall_seconds = 0;
};
base::Bytes write_personal_genesis(
    const Identity& identity);  // deterministic: the same bytes from the same card
base::Bytes write_genesis(const Author& author, const base::PublicBoxKey& identity_box, SpaceKind kind,
                          const std::array<std::uint8_t, 16>& salt);
base::Bytes write_device(const Author& author, const Membership& to, const DeviceCertificate& certificate);
base::Bytes write_log(const Author& author, const Membership& to, const base::PublicSignKey& log_key);
base::Bytes write_invite(const Author& author, const Membership& to, const InviteKeys& keys, WireRole role,
                         std::uint32_t uses, std::int64_t expires_seconds, base::ByteView sealed_role);
// The newcomer knows only the link: the record's one parent is found from the invite on the carrier's side,
// so it names none.
base::Bytes write_join(const Author& author, const base::SpaceId& space, const crypto::SigningKey& invite,
                       const base::PublicBoxKey& identity_box, base::ByteView sealed_profile);
base::Bytes write_epoch(const Author& author, const Membership& to, const base::Secret32& key,
                        const std::vector<std::pair<base::EpochId, const base::Secret32*>>& predecessors,
                        base::Random& random);
// Boxes `key` to every current member device, identity box key and open invite that has no box for it yet;
// nullopt when nobody is missing.
std::optional<base::Bytes> write_boxes(const Author& author, const Membership& to, const base::EpochId& epoch,
                                       const base::Secret32& key, base::Random& random);

// All epoch keys that `own` can open: its boxes, then predecessors of what was opened.
std::map<base::EpochId, base::Secret32> open_epochs(
    const Membership& of, const std::vector<const crypto::BoxKey*>& own,
    const std::map<base::EpochId, const base::Secret32*>& known);
// Encrypted fields of records (names, domain roles): nonce and ciphertext under a key derived from the epoch.
base::Bytes seal_field(const base::EpochId& epoch, const base::Secret32& key, base::ByteView plain,
                       base::Random& random);
base::Result<base::Bytes> open_field(const std::map<base::EpochId, const base::Secret32*>& keys,
                                     base::ByteView sealed);

}  // namespace sejawat::space
