#include "api_codec.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "attachment_codec.h"
#include "codec_values.h"
#include "cycle_codec.h"
#include "field_count.h"
#include "people_codec.h"
#include "sejawat/v1/api.pb.h"
#include "status_codec.h"

namespace sejawat::api::door {
namespace {

namespace wire = ::sejawat::v1::api;
using base::Code;

constexpr int kMaxDepth = 8;

// --- Entries

base::Result<cycle::JournalEntry> read_entry(const wire::JournalEntry& from) {
  cycle::JournalEntry entry;
  if (!from.id().empty()) {
    SJ_TRY(entry.id, id_of<base::ObjectId>(from.id(), "id: 8 bytes"));
    if (entry.id.is_zero()) return invalid_field("id: zero");
  }
  entry.date = from.date();
  entry.class_name = from.class_name();
  entry.subject = from.subject();
  entry.period = from.period();
  if (!from.kind().empty()) entry.kind = from.kind();
  entry.trial_id = from.trial_id();
  entry.mood = from.mood();
  for (const auto& item : from.events()) {
    cycle::JournalEvent event;
    event.element = item.element();
    if (item.domain() < wire::PUPILS || item.domain() > wire::TEACHER)
      return invalid_field("domain: unknown");
    event.domain = static_cast<cycle::Domain>(item.domain());
    event.happened = item.happened();
    event.expected = item.expected();
    event.gap = item.gap();
    entry.events.push_back(std::move(event));
  }
  for (const auto& tag : from.tags()) entry.tags.push_back(tag);
  return entry;
}

void write_entry(const cycle::JournalEntry& from, wire::JournalEntry& to) {
  to.set_id(bytes_of(from.id));
  to.set_date(text_of(from.date));
  to.set_class_name(text_of(from.class_name));
  to.set_subject(text_of(from.subject));
  to.set_period(text_of(from.period));
  to.set_kind(text_of(from.kind));
  to.set_trial_id(text_of(from.trial_id));
  to.set_mood(text_of(from.mood));
  for (const auto& event : from.events) {
    auto* item = to.add_events();
    item->set_element(event.element);
    item->set_domain(static_cast<wire::Domain>(event.domain));
    item->set_happened(text_of(event.happened));
    item->set_expected(text_of(event.expected));
    item->set_gap(text_of(event.gap));
  }
  for (const auto& tag : from.tags) to.add_tags(text_of(tag));
}

void write_version(const std::string& text, std::int64_t wall_ms, const MadeOn* made_on,
                   wire::cycle::Version& to) {
  to.set_text(text_of(text));
  to.set_written_ms(wall_ms);
  if (made_on == nullptr) return;
  if (made_on->device) to.set_device(bytes_of(*made_on->device));
  to.set_here(made_on->here);
}

void write_view(const View& from, wire::JournalView& to) {
  write_entry(from.view.entry, *to.mutable_entry());
  to.set_trashed(from.view.trashed);
  to.set_restored_by_edit(from.view.restored_by_edit);
  for (const auto& conflict : from.view.conflicts) {
    auto* item = to.add_conflicts();
    item->set_element(conflict.element);
    item->set_field(conflict.field);
    for (const auto& value : conflict.values) item->add_values(text_of(value));
    for (std::size_t i = 0; i < conflict.written.size(); ++i) {
      const auto found = from.made_on.find(conflict.written[i].dot);
      if (found == from.made_on.end()) continue;
      auto& version = *item->add_versions();
      write_version(conflict.values[i], conflict.written[i].wall_ms, &found->second, version);
      version.mutable_by()->set_id(bytes_of(from.me));
      version.mutable_by()->set_name(text_of(from.name));
    }
  }
  to.set_written_ms(from.view.wall_ms);
  to.set_delivery(static_cast<wire::Delivery>(from.delivery));
}

// --- Commands

base::Result<Command> read(const wire::CreateCommunity& from) {
  if (from.kind() < wire::SCHOOL || from.kind() > wire::DISTRICT)
    return invalid_field("kind: school, cluster or district");
  return Command(CreateCommunity{from.name(), static_cast<space::SpaceKind>(from.kind()), from.carrier(),
                                 from.operator_invite()});
}

base::Result<Command> read(const wire::CardConfirm& from) {
  if (static_cast<std::size_t>(from.words_size()) > space::RecoveryCard::kWords)
    return invalid_field("words: at most 17");
  CardConfirm confirm;
  for (const auto& item : from.words()) confirm.words.push_back({item.index(), item.word()});
  return Command(std::move(confirm));
}

base::Result<Command> read(const wire::Invite& from) {
  Invite invite{from.role(), from.ttl_seconds(), from.uses() == 0 ? 1 : from.uses(), {}};
  if (!from.space().empty()) {
    SJ_TRY(invite.space, id_of<base::SpaceId>(from.space(), "space: 16 bytes"));
  }
  return Command(std::move(invite));
}

base::Result<Command> read(const wire::JournalAdd& from) {
  if (from.entries().empty()) return invalid_field("entries: none");
  if (static_cast<std::size_t>(from.entries_size()) > kMaxEntriesPerAdd) {
    return base::error(Code::too_large, "entries: at most 1000");
  }
  JournalAdd add;
  for (const auto& item : from.entries()) {
    SJ_TRY(auto entry, read_entry(item));
    add.entries.push_back(std::move(entry));
  }
  return Command(std::move(add));
}

base::Result<Command> read(const wire::JournalEdit& from) {
  SJ_TRY(auto entry, read_entry(from.entry()));
  if (entry.id.is_zero()) return invalid_field("id: 8 bytes");
  return Command(JournalEdit{std::move(entry), from.leave_undecided()});
}

base::Result<Command> read(const wire::JournalList& from) {
  SJ_TRY(auto limit, read_limit(from.limit()));
  SJ_TRY(auto after, read_place<store::JournalKey>(from.after()));
  return Command(JournalList{from.trashed(), limit, std::move(after), from.undecided()});
}

base::Result<Command> read(const wire::JournalSearch& from) {
  SJ_TRY(auto limit, read_limit(from.limit()));
  SJ_TRY(auto after, read_place<store::JournalKey>(from.after()));
  return Command(JournalSearch{from.words(), limit, std::move(after)});
}

base::Result<Command> read(const wire::JournalRevisions& from) {
  SJ_TRY(auto id, id_of<base::ObjectId>(from.id(), "id: 8 bytes"));
  SJ_TRY(auto limit, read_limit(from.limit()));
  return Command(JournalRevisions{id, from.offset(), limit});
}

base::Result<Command> read(const wire::BundleExport& from) {
  ExportPiece piece{from.begin(), {}, from.without_personal()};
  if (static_cast<std::size_t>(from.spaces_size()) > sync::kMaxBundleParts)
    return invalid_field("spaces: at most 256");
  for (const auto& space : from.spaces()) {
    SJ_TRY(auto id, id_of<base::SpaceId>(space, "spaces: 16 bytes each"));
    piece.spaces.push_back(id);
  }
  return Command(std::move(piece));
}

base::Result<Command> read(const wire::SyncStart& from) {
  SyncStart start{from.carrier(), from.live(), SyncMedia::all};
  if (from.media() < 0 || from.media() > wire::MEDIA_NONE) return invalid_field("media");
  start.media = static_cast<SyncMedia>(from.media());
  return Command(std::move(start));
}

template <class OfEntry>
base::Result<Command> read_id(const wire::EntryId& from) {
  SJ_TRY(auto id, id_of<base::ObjectId>(from.id(), "id: 8 bytes"));
  return Command(OfEntry{id});
}

base::Result<Command> read_command(wire::Request& from) {
  switch (from.command_case()) {
    case wire::Request::kInit: {
      Init init{from.init().name(), {}};
      for (const auto& url : from.init().carriers()) init.carriers.push_back(url);
      return Command(std::move(init));
    }
    case wire::Request::kRecover: {
      Recover recover{from.recover().card(), from.recover().carrier()};
      auto& held = *from.mutable_recover()->mutable_card();
      base::wipe(held.data(), held.size());
      return Command(std::move(recover));
    }
    case wire::Request::kCardShow: return Command(CardShow{});
    case wire::Request::kCardConfirm: return read(from.card_confirm());
    case wire::Request::kLinkRequest: return Command(MakeLinkRequest{});
    case wire::Request::kLinkCheck: return Command(CheckLink{from.link_check().text()});
    case wire::Request::kLinkGrant: return Command(GrantLink{from.link_grant().text()});
    case wire::Request::kLinkOffer: return Command(ReadLinkOffer{from.link_offer().text()});
    case wire::Request::kLinkAccept: return Command(AcceptLink{from.link_accept().text()});
    case wire::Request::kDevices: return Command(ListDevices{from.devices().seen()});
    case wire::Request::kRevokeDevice: {
      SJ_TRY(auto device, id_of<base::DeviceId>(from.revoke_device().id(), "id: 16 bytes"));
      return Command(RevokeDevice{device});
    }
    case wire::Request::kCreateCommunity: return read(from.create_community());
    case wire::Request::kHostCommunity: {
      SJ_TRY(auto space, id_of<base::SpaceId>(from.host_community().space(), "space: 16 bytes"));
      return Command(HostCommunity{space, from.host_community().operator_invite()});
    }
    case wire::Request::kInvite: return read(from.invite());
    case wire::Request::kJoin: return Command(Join{from.join().link()});
    case wire::Request::kReadLink: return Command(ReadLink{from.read_link().link()});
    case wire::Request::kJournalAdd: return read(from.journal_add());
    case wire::Request::kJournalEdit: return read(from.journal_edit());
    case wire::Request::kJournalTrash: return read_id<JournalTrash>(from.journal_trash());
    case wire::Request::kJournalRestore: return read_id<JournalRestore>(from.journal_restore());
    case wire::Request::kJournalShow: return read_id<JournalShow>(from.journal_show());
    case wire::Request::kJournalList: return read(from.journal_list());
    case wire::Request::kJournalSearch: return read(from.journal_search());
    case wire::Request::kJournalRevisions: return read(from.journal_revisions());
    case wire::Request::kJournalDecide: {
      const auto& decide = from.journal_decide();
      SJ_TRY(auto id, id_of<base::ObjectId>(decide.id(), "id: 8 bytes"));
      return Command(JournalDecide{id, decide.element(), decide.field(), decide.value()});
    }
    case wire::Request::kJournalDecisions: return read_id<JournalDecisions>(from.journal_decisions());
    case wire::Request::kJournalUndo: {
      JournalUndo undo;
      SJ_TRY(undo.id, id_of<base::ObjectId>(from.journal_undo().id(), "id: 8 bytes"));
      SJ_TRY(undo.dot.branch, id_of<base::LogId>(from.journal_undo().dot().branch(), "branch: 16 bytes"));
      undo.dot.position = from.journal_undo().dot().position();
      return Command(undo);
    }
    case wire::Request::kUnsent: {
      ListUnsent list;
      list.offset = from.unsent().offset();
      SJ_TRY(list.limit, read_limit(from.unsent().limit()));
      return Command(list);
    }
    case wire::Request::kCardReissue: return Command(CardReissue{from.card_reissue().text()});
    case wire::Request::kStatus: return Command(GetStatus{});
    case wire::Request::kCarriers: return Command(GetCarriers{});
    case wire::Request::kAddCarrier: return Command(AddCarrier{from.add_carrier().url()});
    case wire::Request::kSyncStart: return read(from.sync_start());
    case wire::Request::kSyncCancel: return Command(SyncCancel{});
    case wire::Request::kBundleExport: return read(from.bundle_export());
    case wire::Request::kBundleImport:
      return Command(ImportPiece{from.bundle_import().begin(),
                                 base::to_bytes(base::as_bytes(from.bundle_import().piece())),
                                 from.bundle_import().last()});
    case wire::Request::kCycle: {
      SJ_TRY(auto cycle, read_cycle(from.cycle()));
      return Command(std::move(cycle));
    }
    case wire::Request::kAttachmentAdd: return read_attachment_add(from.attachment_add());
    case wire::Request::kAttachmentList: return read_attachment_list(from.attachment_list());
    case wire::Request::kAttachmentShow: return read_id<AttachmentShow>(from.attachment_show());
    case wire::Request::kAttachmentRead: return read_id<AttachmentRead>(from.attachment_read());
    case wire::Request::kAttachmentFetch: return read_id<AttachmentFetch>(from.attachment_fetch());
    case wire::Request::kAttachmentRemove: return read_id<AttachmentRemove>(from.attachment_remove());
    case wire::Request::kPeople: {
      SJ_TRY(auto people, read_people(from.people()));
      return Command(std::move(people));
    }
    case wire::Request::COMMAND_NOT_SET: break;
  }
  return Command(std::monostate{});
}

// --- Replies

using door::write;  // of attachments and status
void write(const Done&, wire::Reply& to) { to.mutable_done(); }
void write(const LinkCode& from, wire::Reply& to) {
  to.mutable_link_code()->set_text(from.text);
  to.mutable_link_code()->set_check_code(from.check_code);
}
void write(const LinkOffer& from, wire::Reply& to) {
  auto* offer = to.mutable_link_offer();
  offer->set_name(text_of(from.offer.name));
  offer->set_check_code(from.offer.check_code);
  for (const auto& carrier : from.offer.carriers) offer->add_carriers(carrier.url());
}
void write(const Devices& from, wire::Reply& to) {
  auto* list = to.mutable_devices();
  for (const auto& device : from.devices) {
    auto* item = list->add_devices();
    item->set_id(bytes_of(device.device));
    item->set_self(device.self);
    item->set_removed(device.removed);
    item->set_fresh(std::find(from.fresh.begin(), from.fresh.end(), device.device) != from.fresh.end());
  }
}
void write(const Card& from, wire::Reply& to) {
  to.mutable_card()->set_text(text_of(from.text));
  to.mutable_card()->set_code(from.code);
}
void write(const Created& from, wire::Reply& to) { to.mutable_created()->set_space(bytes_of(from.space)); }
void write(const NewInvite& from, wire::Reply& to) {
  to.mutable_invite()->set_link(from.link);
  to.mutable_invite()->set_expires_seconds(from.expires_seconds);
}
void write(const Link& from, wire::Reply& to) {
  auto& link = *to.mutable_link();
  link.set_kind(!from.invite                                        ? wire::Link::CARRIER
                : *from.invite == space::InviteKind::operator_token ? wire::Link::OPERATOR
                                                                    : wire::Link::MEMBER);
  link.set_host(text_of(from.carrier.host));
  link.set_port(from.carrier.port);
  link.set_tls(from.carrier.tls);
  link.set_carrier_key(bytes_of(from.carrier.key));
  if (!from.space.is_zero()) link.set_space(bytes_of(from.space));
}
void write(const EntryIds& from, wire::Reply& to) {
  for (const auto& id : from.ids) to.mutable_entry_ids()->add_ids(bytes_of(id));
}
void write(const View& from, wire::Reply& to) { write_view(from, *to.mutable_entry()); }
void write(const Page& from, wire::Reply& to) {
  auto& page = *to.mutable_page();
  for (const auto& view : from.entries) write_view(view, *page.add_entries());
  if (from.next) page.set_next(encode_place(*from.next));
}
void write(const Revisions& from, wire::Reply& to) {
  auto& page = *to.mutable_revisions();
  for (const auto& revision : from.revisions) {
    auto* item = page.add_revisions();
    item->set_written_ms(revision.wall_ms);
    write_entry(revision.entry, *item->mutable_entry());
  }
  page.set_total(static_cast<std::uint32_t>(from.total));
}
void write(const Decisions& from, wire::Reply& to) {
  write_decisions(from.shown, from.names, *to.mutable_decisions());
}
void write(const SyncStarted& from, wire::Reply& to) {
  to.mutable_sync_started()->set_connection(from.connection);
}
void write(const BundlePiece& from, wire::Reply& to) {
  auto& piece = *to.mutable_bundle_piece();
  piece.set_piece(std::string(base::as_text(from.piece)));
  piece.set_last(from.last);
  piece.set_segments(from.segments);
  piece.set_segments_planned(from.segments_planned);
}
void write(const BundleTaken& from, wire::Reply& to) {
  auto& taken = *to.mutable_bundle_taken();
  taken.set_checked(from.checked);
  taken.set_finished(from.report.has_value());
  if (!from.report) return;
  taken.set_not_for_us(from.report->not_for_us);
  for (const auto& space : from.report->spaces) {
    auto* item = taken.add_spaces();
    item->set_space(bytes_of(space.space));
    item->set_records(space.records);
    item->set_applied(space.applied);
    item->set_duplicate(space.duplicate);
    item->set_quarantined(space.quarantined);
    item->set_waiting_key(space.waiting_key);
    item->set_waiting_earlier(space.waiting_earlier);
    item->set_refused(space.refused);
    item->set_reason(static_cast<std::uint32_t>(space.reason));
  }
}

void write(const CycleReply& from, wire::Reply& to) { write_cycle(from, *to.mutable_cycle()); }
void write(const PeopleReply& from, wire::Reply& to) { write_people(from, *to.mutable_people()); }

// --- Events

void write(const SyncDriver::Connect& from, wire::Event& to) {
  auto& connect = *to.mutable_connect();
  connect.set_connection(from.connection);
  connect.set_url(text_of(from.address.url()));
  connect.set_host(text_of(from.address.host));
  connect.set_port(from.address.port);
  connect.set_tls(from.address.tls);
  connect.set_live(from.live);
}
void write(const SyncDriver::Settled& from, wire::Event& to) {
  to.mutable_settled()->set_sent(from.sent);
  to.mutable_settled()->set_received(from.received);
}
void write(const SyncDriver::Disconnect& from, wire::Event& to) {
  to.mutable_disconnect()->set_connection(from.connection);
}
void write(const SyncDriver::Progress& from, wire::Event& to) {
  auto& progress = *to.mutable_progress();
  progress.set_sent(from.sent);
  progress.set_received(from.received);
  progress.set_segments_to_come(from.segments_to_come);
  progress.set_bytes_to_come(from.bytes_to_come);
  progress.set_media_sent(from.media_sent);
  progress.set_media_received(from.media_received);
}
void write(const SyncDriver::Joined& from, wire::Event& to) {
  to.mutable_joined()->set_space(bytes_of(from.space));
}
void write(const SyncReport& from, wire::Event& to) {
  auto& ended = *to.mutable_ended();
  ended.set_code(static_cast<std::uint32_t>(from.code));
  ended.set_detail(text_of(from.detail));
  ended.set_sent(from.sent);
  ended.set_received(from.received);
  ended.set_bytes_up(from.bytes_up);
  ended.set_bytes_down(from.bytes_down);
  ended.set_round_trips(from.round_trips);
  ended.set_pending(from.pending);
  if (from.generation) ended.set_generation(bytes_of(*from.generation));
  ended.set_refused(from.refused);
  ended.set_forks(from.forks);
  ended.set_join(static_cast<std::uint32_t>(from.join));
  ended.set_media_sent(from.media_sent);
  ended.set_media_received(from.media_received);
  ended.set_media_pending(from.media_pending);
  ended.set_media_refused(static_cast<std::uint32_t>(from.media_refused));
}
void write(const SyncDriver::Event& from, wire::Event& to) {
  std::visit([&to](const auto& event) { write(event, to); }, from);
}
void write(const JournalChanged& from, wire::Event& to) {
  auto& journal = *to.mutable_journal();
  for (const auto& id : from.entries) journal.add_ids(bytes_of(id));
  journal.set_all(from.all);
}
void write(const Changed& from, wire::Event& to) {
  auto& changed = *to.mutable_changed();
  for (const auto& record : from.records) {
    auto* item = changed.add_records();
    item->set_id(bytes_of(record.id));
    item->set_space(bytes_of(record.space));
    if (const auto* kind = cycle::entity(record.type)) item->set_kind(kind->name);
  }
  for (const auto& space : from.spaces) changed.add_spaces(bytes_of(space));
  changed.set_all(from.all);
}
void write(const Pending& from, wire::Event& to) { to.mutable_pending()->set_count(from.count); }
void write(const Wake& from, wire::Event& to) { to.mutable_wake()->set_in_ms(from.in_ms); }

template <class Message>
base::Bytes bytes_of_message(const Message& message) {
  base::Bytes bytes(message.ByteSizeLong());
  SJ_CHECK(message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

void write_error(const base::Error& error, wire::Reply& to) {
  to.mutable_error()->set_code(static_cast<std::uint32_t>(error.code));
  to.mutable_error()->set_detail(text_of(error.detail()));
}

}  // namespace

base::Result<Request> decode_request(base::ByteView bytes) {
  if (bytes.size() > kMaxRequest) return base::error(Code::too_large, "request");
  SJ_TRY_STATUS(check_fields(bytes, kMaxFields));
  wire::Request from;
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxDepth);
  if (!from.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return base::error(Code::malformed, "request");
  }
  Request request;
  request.version = from.version();
  request.id = from.id();
  if (request.version == kVersion) request.command = read_command(from);
  return request;
}

base::Bytes encode_reply(std::uint64_t id, const base::Result<Result>& result) {
  wire::Reply reply;
  reply.set_version(kVersion);
  reply.set_id(id);
  if (result.ok()) {
    std::visit([&reply](const auto& value) { write(value, reply); }, *result);
  } else {
    write_error(result.error(), reply);
  }
  if (reply.ByteSizeLong() > kMaxReply) write_error(base::error(Code::too_large, "reply"), reply);
  base::Bytes bytes = bytes_of_message(reply);
  // Nothing secret stays behind in the message's memory.
  for (auto* secret : {reply.has_card() ? reply.mutable_card()->mutable_text() : nullptr,
                       reply.has_card() ? reply.mutable_card()->mutable_code() : nullptr,
                       reply.has_invite() ? reply.mutable_invite()->mutable_link() : nullptr}) {
    if (secret != nullptr) base::wipe(secret->data(), secret->size());
  }
  return bytes;
}

base::Bytes encode_event(const Event& event) {
  wire::Event to;
  to.set_version(kVersion);
  std::visit([&to](const auto& value) { write(value, to); }, event);
  return bytes_of_message(to);
}

}  // namespace sejawat::api::door
