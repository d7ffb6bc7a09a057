// The contract of api.proto as plain structures; api_codec.cpp translates.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "api/bundle.h"
#include "api/core.h"
#include "api/sync_driver.h"
#include "cycle_messages.h"
#include "people_messages.h"

namespace sejawat::api::door {

inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kMaxEntriesPerAdd = 1000;
inline constexpr std::size_t kMaxPage = 500;
inline constexpr std::size_t kDefaultPage = 50;
inline constexpr std::size_t kMaxPageBytes = 4 * 1024 * 1024;  // of texts; a page ends early above it

// --- Commands
struct Init {
  std::string name;
  std::vector<std::string> carriers;
};
struct Recover {
  std::string card, carrier;
};
struct CardShow {};
struct CardReissue {
  std::string card;
};
struct CardConfirm {
  std::vector<Core::CardWord> words;
};
struct MakeLinkRequest {};
struct CheckLink {
  std::string text;
};
struct GrantLink {
  std::string text;
};
struct ReadLinkOffer {
  std::string text;
};
struct AcceptLink {
  std::string text;
};
struct ListDevices {
  bool seen = false;
};
struct RevokeDevice {
  base::DeviceId device;
};
struct CreateCommunity {
  std::string name;
  space::SpaceKind kind = space::SpaceKind::personal;
  std::string carrier, operator_invite;
};
struct HostCommunity {
  base::SpaceId space;
  std::string operator_invite;
};
struct Invite {
  std::string role;
  std::uint32_t ttl_seconds = 0;
  std::uint32_t uses = 1;
  std::optional<base::SpaceId> space;
};
struct Join {
  std::string link;
};
struct ReadLink {
  std::string link;
};
struct JournalAdd {
  std::vector<cycle::JournalEntry> entries;
};
struct JournalEdit {
  cycle::JournalEntry entry;
  bool leave_undecided = false;
};
struct JournalDecide {
  base::ObjectId id;
  std::uint32_t element = 0;
  std::string field, value;
};
struct JournalTrash {
  base::ObjectId id;
};
struct JournalRestore {
  base::ObjectId id;
};
struct JournalShow {
  base::ObjectId id;
};
struct JournalList {
  bool trashed = false;
  std::size_t limit = kDefaultPage;
  std::optional<store::JournalKey> after;
  bool undecided = false;
};
struct JournalSearch {
  std::string words;
  std::size_t limit = kDefaultPage;
  std::optional<store::JournalKey> after;
};
struct JournalRevisions {
  base::ObjectId id;
  std::size_t offset = 0;
  std::size_t limit = kDefaultPage;
};
struct JournalDecisions {
  base::ObjectId id;
};
struct JournalUndo {
  base::ObjectId id;
  log::Dot dot;
};
struct ListUnsent {
  std::size_t offset = 0;
  std::size_t limit = kDefaultPage;
};
struct GetStatus {};
struct GetCarriers {};
struct AddCarrier {
  std::string url;
};
struct SyncStart {
  std::string carrier;
  bool live = false;
  SyncMedia media = SyncMedia::all;
};
struct SyncCancel {};
struct ExportPiece {
  bool begin = false;
  std::vector<base::SpaceId> spaces;
  bool without_personal = false;
};
struct ImportPiece {
  bool begin = false;
  base::Bytes piece;
  bool last = false;
};
struct AttachmentAdd {
  base::ObjectId to;
  base::Bytes content;
  std::string caption;
  std::optional<cycle::OriginNonce> nonce;
};
struct AttachmentList {
  std::optional<base::ObjectId> of;
};
struct AttachmentShow {
  base::ObjectId id;
};
struct AttachmentRead {
  base::ObjectId id;
};
struct AttachmentFetch {
  base::ObjectId id;
};
struct AttachmentRemove {
  base::ObjectId id;
};
using Command =
    std::variant<std::monostate, Init, Recover, CardShow, CardConfirm, MakeLinkRequest, CheckLink, GrantLink,
                 ReadLinkOffer, AcceptLink, ListDevices, RevokeDevice, CreateCommunity, HostCommunity, Invite,
                 Join, ReadLink, JournalAdd, JournalEdit, JournalTrash, JournalRestore, JournalShow,
                 JournalList, JournalSearch, JournalRevisions, GetStatus, GetCarriers, AddCarrier, SyncStart,
                 SyncCancel, ExportPiece, ImportPiece, AttachmentAdd, AttachmentList, AttachmentShow,
                 AttachmentRead, AttachmentFetch, AttachmentRemove, CardReissue, JournalDecide,
                 JournalDecisions, JournalUndo, ListUnsent, CycleRequest, PeopleRequest>;
struct Request {
  std::uint32_t version = 0;
  std::uint64_t id = 0;
  // monostate: a command of a later version; an error: a command that does not fit its message
  base::Result<Command> command = Command{};
};

// --- Replies
struct Done {};
struct LinkCode {
  std::string text, check_code;
};
struct LinkOffer {
  Core::LinkOffer offer;
};
struct Devices {
  std::vector<DeviceInfo> devices;
  std::vector<base::DeviceId> fresh;
};
struct Card {
  std::string text, code;
};
struct Created {
  base::SpaceId space;
};
struct NewInvite {
  std::string link;
  std::int64_t expires_seconds = 0;
};
struct Link {
  std::optional<space::InviteKind> invite;  // nullopt: a carrier's address
  space::CarrierAddress carrier;
  base::SpaceId space;
};
struct EntryIds {
  std::vector<base::ObjectId> ids;
};
struct View {
  cycle::JournalView view;
  Delivery delivery = Delivery::saved_here;
  // Of each conflict's values, and by whom they all are; empty in lists.
  std::map<log::Dot, MadeOn> made_on;
  std::string name;
  base::PersonId me;
};
struct Decisions {
  DecisionsShown shown;
  std::map<base::PersonId, std::string> names;
};
struct UnsentPage {
  std::vector<UnsentRecord> rows;
  std::size_t total = 0;
};
struct Page {
  std::vector<View> entries;
  std::optional<store::JournalKey> next;
};
struct Revisions {
  std::vector<cycle::JournalRevision> revisions;
  std::size_t total = 0;
};
struct FullStatus {
  Status status;
  base::Code join = base::Code::not_found;
  bool syncing = false;
  bool live = false;
  bool recovering = false;
};
struct Carriers {
  std::vector<CarrierStatus> carriers;
};
struct SyncStarted {
  std::uint32_t connection = 0;
};
struct BundlePiece {
  base::Bytes piece;
  bool last = false;
  std::uint32_t segments = 0, segments_planned = 0;
};
struct BundleTaken {
  bool checked = false;
  std::optional<BundleReport> report;  // finished
};
struct AttachmentId {
  base::ObjectId id;
};
struct AttachmentRows {
  std::vector<AttachmentInfo> attachments;
};
struct AttachmentContent {
  base::Bytes content;
  std::string media_type;
};
using Result = std::variant<Done, Card, LinkCode, LinkOffer, Devices, Created, NewInvite, Link, EntryIds,
                            View, Page, Revisions, FullStatus, Carriers, SyncStarted, BundlePiece,
                            BundleTaken, AttachmentId, AttachmentRows, AttachmentInfo, AttachmentContent,
                            Decisions, UnsentPage, CycleReply, PeopleReply>;

// --- Events beside those of the sync
struct JournalChanged {
  std::vector<base::ObjectId> entries;
  bool all = false;
};
struct Changed {
  std::vector<Core::Changes::Record> records;
  std::vector<base::SpaceId> spaces;
  bool all = false;
};
struct Pending {
  std::uint64_t count = 0;
};
struct Wake {
  std::uint32_t in_ms = 0;
};
using Event = std::variant<SyncDriver::Event, JournalChanged, Changed, Pending, Wake>;

}  // namespace sejawat::api::door
