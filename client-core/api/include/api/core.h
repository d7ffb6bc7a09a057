// The client as one object: a person's store, spaces, journal and sync (joins cycle, fold and sync). Owned by
// one thread. Every change is durable in the local store when the call returns; nothing here waits for a
// network.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "cycle/cycle.h"
#include "cycle/journal.h"
#include "space/device_link.h"
#include "space/identity.h"
#include "space/invite.h"
#include "space/membership.h"
#include "space/receipt.h"
#include "sync/session.h"

namespace sejawat::api {

struct SpaceStatus {
  base::SpaceId space;
  std::optional<space::SpaceKind> kind;  // nothing while its first record has not come
  bool shared() const { return kind && *kind != space::SpaceKind::personal; }
  std::string name;
  std::uint64_t unsealed_ops = 0;       // saved here only
  std::uint64_t waiting_segments = 0;   // received, key or dependency not here yet
  base::Code refused = base::Code::ok;  // last refusal by a carrier of something in this space
  std::uint64_t damaged = 0;            // stored records that do not check: kept, and left out
  bool admin = false;
  bool member = false;       // false: left, removed, or not yet in
  bool current_key = false;  // the key that is written with now is here
  std::uint64_t unreadable =
      0;                    // received segments that need a newer program, or that their author made wrong
  std::uint64_t forks = 0;  // logs of this person that were continued from an old copy: both ends are kept
};
// Why a carrier last refused something of a space. It stays here, is offered again at every sync, and the
// reason stands until the carrier takes it.
struct Refusal {
  base::SpaceId space;
  base::Code code = base::Code::ok;
  bool elsewhere = false;  // the space lives on another carrier: no trouble, and its segments wait for no one
};
struct CarrierStatus {
  space::CarrierAddress address;
  std::optional<base::GenerationId> generation;
  std::int64_t last_sync_wall_ms = 0;  // 0: never
  base::Code last_error = base::Code::ok;
  std::uint64_t unsent_segments = 0;          // sealed here, not acked by this carrier
  std::uint64_t unsent_media = 0;             // bytes of chunks here that it does not hold
  base::Code media_refused = base::Code::ok;  // why it took no chunk last
  std::vector<Refusal> refusals;
};
struct Fingerprint {
  base::Digest digest;        // of segments and records, as carriers compute it
  base::Digest state;         // fold::StateHash
  std::uint64_t objects = 0;  // entries and records, those in the trash too
};
// What a person may believe about an entry.
enum class Delivery : std::uint8_t {
  saved_here = 0,  // durable in this store
  on_carrier = 1,  // every change of it is durable on the home carrier as well
};
struct Status {
  bool has_person = false;
  bool card_unconfirmed = false;            // the recovery card is still here, and its owner may not have it
  std::vector<base::DeviceId> new_devices;  // own ones made elsewhere that nobody looked at yet
  std::string name;
  std::uint64_t entries = 0;
  std::uint64_t quarantined = 0;      // own segments that carriers hold and that count for nobody yet
  std::uint64_t pending = 0;          // ops and segments the home carrier does not hold durably yet
  std::int64_t oldest_unsent_ms = 0;  // wall time of the oldest op among them; 0: none
  std::uint64_t media_pending = 0;    // bytes of attachments that the home carrier does not hold yet
  std::uint64_t media_wanted = 0;     // chunks that are to be fetched
  std::vector<SpaceStatus> spaces;
  std::vector<CarrierStatus> carriers;
};

// One thing with changes that the home carrier of its space does not hold durably yet.
struct UnsentRecord {
  base::ObjectId object;
  base::SpaceId space;
  std::uint32_t type = 0;   // of its ops; 0: only erased ones
  std::string title, date;  // as a list shows it; empty when it is none of the journal or the cycle
  std::uint64_t changes = 0;
  std::int64_t since_wall_ms = 0;
  bool own = false;                     // written by this person
  base::Code refused = base::Code::ok;  // why the carrier last refused something of its space
};
// Where a change was made.
struct MadeOn {
  std::optional<base::DeviceId> device;  // nullopt: its log is not known here
  bool here = false;
};

struct MemberInfo {
  base::PersonId person;
  std::string name;         // as the member wrote it; empty until it has arrived
  std::string domain_role;  // "teacher" ...; empty until its key has arrived
  space::WireRole role = space::WireRole::reader;
  std::size_t devices = 0;
  bool self = false;
  bool provisional = false;  // joined by an invite that was revoked: an admin confirms
};
struct DeviceInfo {
  base::DeviceId device;
  bool self = false;
  bool removed = false;
};
struct InviteInfo {
  base::HeadTag id;  // names it on the command line
  std::string domain_role;
  std::uint32_t uses = 1;
  std::uint32_t joined = 0;
  std::int64_t expires_seconds = 0;
  bool revoked = false;
};
// Work beyond a fence: of somebody removed, demoted or not confirmed.
enum class Late : std::uint8_t {
  other = 0,       // none of these is known here
  removed,         // its writer does not belong any more
  device_removed,  // the device does not
  reader,          // may read and no longer write
  unconfirmed,     // joined by an invite that was being revoked
};
const char* late_name(Late late);  // "removed" ...
struct QuarantinedLog {
  base::SpaceId space;
  base::LogId log;
  base::PersonId person;
  std::string name;
  bool own = false;
  std::uint64_t first_segment = 0;
  std::uint64_t segments = 0;
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;
  Late why = Late::other;
  bool may_readmit = false;  // this person is an admin there
};

// One change of it, as far as this person's keys open it.
struct QuarantinedChange {
  base::ObjectId object;
  std::uint32_t type = 0;
  log::OpKind kind = log::OpKind::write;
  std::int64_t wall_ms = 0;
  struct Field {
    std::uint32_t element = 0;
    std::string name;                  // cycle/field_names.h
    std::optional<std::string> value;  // nullopt: removed
  };
  std::vector<Field> fields;
};
struct QuarantinedWork {
  QuarantinedLog log;
  std::vector<QuarantinedChange> changes;  // in the order of the log
  std::uint64_t unreadable = 0;            // segments without a key here
  std::vector<base::Bytes> sealed;         // the segments as they travel
};

// A photo or voice note (F4). What it says comes with text; what it shows is fetched when somebody asks.
inline constexpr std::size_t kMaxPhotoBytes = 150 * 1024;
inline constexpr std::size_t kMaxVoiceBytes = 120 * 1024;  // 60 s of Opus at 16 kbit/s
inline constexpr std::size_t kMaxAttached = 6;             // to one entry or record
// What of attachments a sync may carry: everything; only what somebody asked for (fetch_attachment), nothing
// up; text alone. Numbers as in api.proto.
enum class SyncMedia : std::uint8_t { all = 0, asked = 1, none = 2 };
struct AttachmentInfo {
  base::ObjectId id;
  base::ObjectId parent;
  base::SpaceId space;
  base::PersonId owner;
  std::string media_type;  // one of those that `attach` takes; empty: made by a newer program
  std::string caption;
  std::uint32_t size = 0;
  std::int64_t wall_ms = 0;
  bool own = false;
  std::uint64_t sealed_bytes = 0;  // of its chunks
  std::uint64_t sealed_here = 0;   // of them on this device
  std::uint64_t sealed_there = 0;  // of them at the home carrier, as far as is known
  bool wanted = false;             // to be fetched by the next syncs
  Delivery delivery = Delivery::saved_here;
  bool here() const { return sealed_bytes > 0 && sealed_here == sealed_bytes; }
};
// What erasing one entry or record takes (erase.cpp).
struct EraseReport {
  base::SpaceId space;
  std::uint64_t ops = 0;               // that are erased
  std::uint64_t others = 0;            // of it that others wrote, and that only they or an admin may erase
  std::uint64_t segments = 0;          // sealed ones that hold them
  std::uint64_t kept = 0;              // ops of those that were written once more
  std::uint64_t attachments = 0;       // photos and voice notes that go with it
  std::uint64_t attachment_bytes = 0;  // of those, as sealed
  std::vector<base::RecordId> records;
};
// An erasure of this person, and which carriers have signed that they hold the bytes no more.
struct ErasureStatus {
  base::SpaceId space;
  base::RecordId record;
  std::uint32_t reason = 0;
  std::int64_t wall_seconds = 0;
  std::uint64_t segments = 0;
  std::uint64_t ops = 0;
  std::uint64_t chunks = 0;  // pieces of attachments
  struct Carrier {
    space::CarrierAddress address;
    std::optional<space::Receipt> receipt;
    base::Bytes signed_bytes;  // of the receipt, as the carrier gave it
  };
  std::vector<Carrier> carriers;
};

class BundleExport;
class BundleImport;
struct BundleOptions;

class Core {
 public:
  // store errors as in store/store.h. `clock` and `random` are borrowed and must outlive the core.
  static base::Result<std::unique_ptr<Core>> open(const std::string& store_path,
                                                  const base::Secret32& store_key, base::Clock& clock,
                                                  base::Random& random, int lock_wait_ms);
  ~Core();
  struct State;  // of this room only

  // Person. already_exists when this store has one. The seed stays in the encrypted store until the card was
  // confirmed, so that a card that was lost on its way to paper can be shown again (card.cpp).
  base::Result<space::RecoveryCard> init(std::string_view name, std::vector<space::CarrierAddress> carriers);
  // The card once more, with the carriers of today; not_found: it was confirmed, this device holds no seed.
  base::Result<space::RecoveryCard> unconfirmed_card();
  base::Result<bool> card_unconfirmed();
  // That card with the carriers of today; card_invalid: another person's.
  base::Result<space::RecoveryCard> renewed_card(space::RecoveryCard old);
  // The person has it: the seed is wiped from the store.
  base::Status confirm_card();
  // Confirms it when these are its words (index from 0, any case); at least two different ones. card_invalid.
  struct CardWord {
    std::size_t index = 0;
    std::string word;
  };
  base::Status confirm_card(const std::vector<CardWord>& words);
  // For space::open_with_card with this person's card. not_found: no person in this store yet.
  base::Result<base::Bytes> seal_for_card(const base::Secret32& secret);

  // Linking a further device without the card (device_link.cpp). On the new one, which has no person yet: the
  // same request until it is answered. already_exists: this store has a person.
  base::Result<space::LinkRequest> link_request();
  // On a device that is linked: certifies the new one and hands it keys. It is told of nowhere until the new
  // device syncs. not_permitted: this device is removed, or too many certified each other in a row.
  base::Result<std::string> grant_link(const space::LinkRequest& request);
  // On the new one. Opening changes nothing: show name and check code first. not_found: nothing was
  // requested.
  struct LinkOffer {
    std::string name;
    std::string check_code;  // the other screen shows the same
    std::vector<space::CarrierAddress> carriers;
  };
  base::Result<LinkOffer> read_link_grant(std::string_view grant);
  base::Status accept_link(std::string_view grant);
  const base::PublicSignKey* identity_key() const;  // null before there is a person
  // Own devices that came since the last call of note_devices_seen, made elsewhere: by a card or by linking.
  std::vector<base::DeviceId> new_devices() const;
  base::Status note_devices_seen();

  bool has_person() const;
  std::string name() const;
  // A fresh device for the person on the card. The identity stays in memory until a sync has brought the
  // keys, so that this sync can open key boxes made out to it. The same card may be given again, after a
  // close before that sync for instance; already_exists when this store is another person's.
  base::Status recover(const space::RecoveryCard& card, const space::CarrierAddress& carrier);

  // Communities. `operator_secret` permits creation on the carrier; kept until the carrier has the space.
  base::Result<base::SpaceId> create_community(std::string_view name, space::SpaceKind kind,
                                               const space::CarrierAddress& carrier,
                                               const base::Secret16* operator_secret);
  // Offers a community that is known here to a carrier that does not have it (any more).
  base::Status host_community(const base::SpaceId& space, const space::CarrierAddress& carrier,
                              const base::Secret16& operator_secret);
  // For `community`, or for the first one that this person is admin of (not_found when there is none;
  // not_permitted when not its admin).
  struct NewInvite {
    space::InviteLink link;
    std::int64_t expires_seconds;
  };
  base::Result<NewInvite> invite(std::string_view domain_role, std::int64_t ttl_seconds, std::uint32_t uses,
                                 const base::SpaceId* community = nullptr);
  // Writes the join; the person must exist (init). Membership is real once the carrier took it: sync next. It
  // takes the place of a join that still waits.
  base::Status join(const space::InviteLink& link);
  // ok: joined; not_found: no join is waiting; offline: not taken yet; key_missing: taken, the space's key is
  // not here yet; else the carrier's last refusal of it.
  base::Status join_state();
  std::optional<base::SpaceId> joining() const;  // the space of the join that waits

  // Who belongs (members.cpp). Without a space: the first community that this person belongs to, else the
  // first one. not_found, not_permitted.
  base::Result<std::vector<MemberInfo>> members(const base::SpaceId* community = nullptr);
  base::Status change_role(const base::PersonId& person, std::string_view domain_role,
                           const base::SpaceId* community = nullptr);
  // Ends the person's logs where this device knows them, and opens an epoch without them. Oneself: leaves; an
  // admin's device then opens the epoch.
  base::Status remove_member(const base::PersonId& person, const base::SpaceId* community = nullptr);
  // Working groups (groups.cpp): a space each, with keys of its own, on the carrier of `community` (none: the
  // first one). Whoever founds it is its admin.
  base::Result<base::SpaceId> create_group(std::string_view name, const base::SpaceId* community = nullptr);
  // Adds somebody of another space of ours; they need do nothing. already_exists, not_found, not_permitted.
  base::Status add_member(const base::SpaceId& to, const base::PersonId& person,
                          std::string_view domain_role);
  base::Status confirm_member(const base::PersonId& person, const base::SpaceId* community = nullptr);
  base::Result<std::vector<InviteInfo>> invites(const base::SpaceId* community = nullptr);
  base::Status revoke_invite(const base::HeadTag& id, const base::SpaceId* community = nullptr);
  // Own devices; revoking one (and those it certified) holds in every space of this person.
  base::Result<std::vector<DeviceInfo>> devices();
  base::Status revoke_device(const base::DeviceId& device);
  base::Status rotate(const base::SpaceId& space);
  // Late work (fences.cpp): listed wherever it is held; an admin takes it after all.
  base::Result<std::vector<QuarantinedLog>> quarantine();
  base::Status readmit(const base::LogId& log);
  // quarantine.cpp. not_found: nothing of this log waits.
  base::Result<QuarantinedWork> quarantined_work(const base::LogId& log);

  // Journal, all in the personal space. Entries are written as given in one transaction: all or none.
  base::Result<std::vector<base::ObjectId>> add_entries(const std::vector<cycle::JournalEntry>& entries);
  base::Status edit_entry(const cycle::JournalEntry& entry, bool leave_undecided = false);
  base::Status decide_entry(const base::ObjectId& id, std::uint32_t element, std::string_view field,
                            std::string_view value);
  base::Status trash_entry(const base::ObjectId& id);
  base::Status restore_entry(const base::ObjectId& id);
  cycle::Journal& journal();
  // Attachments (attachments.cpp). `parent`: a journal entry, or a record in a space where this person
  // writes. What the content is is read from its first bytes: JPEG, PNG, WebP; Ogg, WebM, M4A, AMR.
  // not_found, not_permitted, too_large, quota_exceeded (kMaxAttached), invalid_argument (another kind of
  // file; caption). With a `nonce` of the caller's the same attachment is made only once: already_exists,
  // also where it was removed since.
  base::Result<base::ObjectId> attach(const base::ObjectId& parent, base::ByteView content,
                                      std::string_view caption,
                                      const std::optional<cycle::OriginNonce>& nonce = std::nullopt);
  // Of one thing, or all; oldest first.
  base::Result<std::vector<AttachmentInfo>> attachments(const std::optional<base::ObjectId>& parent);
  base::Result<AttachmentInfo> attachment(const base::ObjectId& id);  // not_found
  // offline: not all of it is on this device; fetch_attachment has the next syncs bring it.
  base::Result<base::Bytes> read_attachment(const base::ObjectId& id);
  base::Status fetch_attachment(const base::ObjectId& id);
  base::Status remove_attachment(const base::ObjectId& id);  // its owner only
  // Everything else of the cycle. Good for as long as this core; each call is a transaction of its own.
  cycle::Cycle& cycle();
  base::PersonId person() const;  // zero before there is one
  base::Result<std::vector<cycle::JournalRevision>> revisions(const base::ObjectId& id);
  // Choices between versions of an entry, and taking a change of it back (cycle/journal.h).
  base::Result<std::vector<cycle::Decision>> decisions(const base::ObjectId& id);
  base::Status undo_entry_change(const base::ObjectId& id, const log::Dot& change);
  MadeOn made_on(const base::SpaceId& space, const log::Dot& change) const;
  base::SpaceId personal_space() const;

  // Erases for good what this person may erase of an entry, record or attachment, and of what is attached to
  // it, removed or not: what they wrote, as an admin everything. Here at once, elsewhere as it gets there.
  // not_found, not_permitted; key_missing: not all is here that has to be written once more; too_large: some
  // of that was written once more too often already. A dry run says so as well. `reason` is a number of the
  // caller's (0: none said) and readable by carriers.
  base::Result<EraseReport> erase(const base::ObjectId& object, std::uint32_t reason, bool dry_run);
  base::Result<std::vector<ErasureStatus>> erasures();  // newest first

  base::Result<Status> status();
  base::Result<std::uint64_t> pending();  // as in Status
  base::Result<std::uint64_t> media_pending();
  // Differs whenever there is something new that a line could say; not by what is only read.
  struct ToSay {
    std::uint64_t pending = 0;  // as in Status
    std::uint64_t records = 0;  // of membership, in all spaces
    std::uint64_t wanted = 0;   // chunks that are to be fetched
    friend bool operator==(const ToSay&, const ToSay&) = default;
  };
  base::Result<ToSay> to_say(SyncMedia media);
  base::Code media_refused_in_sync() const;  // why the carrier of the last sync took a chunk no more; ok
  // In the order in which they were written here (unsent.cpp).
  base::Result<std::vector<UnsentRecord>> unsent();  // without title and date
  base::Status entitle(UnsentRecord& row);           // reads them
  base::Result<Delivery> delivery(const base::ObjectId& entry);
  base::Result<Delivery> delivery(const base::SpaceId& space, const base::ObjectId& record);
  // This person's spaces, from memory; of `SpaceStatus` only space, kind, name, admin, member, current_key.
  std::vector<SpaceStatus> spaces() const;
  // Of what is held and shown here of a space: equal on two devices that hold the same. Reads everything.
  // not_found: no such space; key_missing: its newest key is not here.
  base::Result<Fingerprint> fingerprint(const base::SpaceId& space);
  // Everybody's name, as they wrote it themselves, of all spaces of this person.
  base::Result<std::map<base::PersonId, std::string>> names();
  bool recovering() const;  // the identity of a card is in memory
  // What changed since the last call, here or by a sync; `all_...` when there are too many to name.
  struct Changes {
    std::vector<base::ObjectId> entries;  // of the journal
    bool all_entries = false;
    struct Record {
      base::SpaceId space;
      base::ObjectId id;
      std::uint32_t type = 0;  // 0: not known here
    };
    std::vector<Record> records;  // of the cycle
    bool all_records = false;
    std::set<base::SpaceId> spaces;  // whose members, roles, name or keys changed
    bool empty() const {
      return entries.empty() && !all_entries && records.empty() && !all_records && spaces.empty();
    }
  };
  Changes take_changes();
  base::Result<std::vector<Refusal>> refusals(const base::PublicBoxKey& carrier);
  // Where to sync: the carrier of the own space. The first one known; whoever belongs to a community
  // elsewhere and to none there any more has taken it along. nullopt before any.
  std::optional<space::CarrierAddress> home_carrier() const;
  // Where this space lives; of one that is not known the home carrier.
  std::optional<space::CarrierAddress> carrier_of(const base::SpaceId& space) const;
  base::Status add_carrier(const space::CarrierAddress& address);

  // One sync with one carrier. The session borrows the core and must not outlive it. `media` holds for all of
  // it: text goes either way.
  base::Result<std::unique_ptr<sync::ClientSession>> start_sync(const space::CarrierAddress& carrier,
                                                                bool live, SyncMedia media = SyncMedia::all);
  // Nothing is left to send or to fetch: keys that are three months old are changed, of spaces that live
  // there and whose admin this is (docs/PROTOCOL.md, "Epochs and key boxes"). True: there is something to
  // send again, at once, or other admins' devices would change the same ones.
  base::Result<bool> change_old_keys(const space::CarrierAddress& carrier);
  base::Status finish_sync(const space::CarrierAddress& carrier, base::Code outcome);
  // A live one has exchanged everything and goes on: what `status` says of that carrier is of now.
  base::Status sync_settled(const space::CarrierAddress& carrier);
  // Files in place of a line (api/bundle.h). Borrow the core.
  base::Result<std::unique_ptr<BundleExport>> export_bundle(BundleOptions options);
  base::Result<std::unique_ptr<BundleImport>> import_bundle();
  std::uint32_t refused_in_sync() const;  // records and segments that the carrier refused, since start_sync
  std::uint32_t forks_in_sync() const;    // own logs that turned out to have been continued from an old copy

 private:
  explicit Core(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::api
