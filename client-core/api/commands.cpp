#include "commands.h"

#include <algorithm>

#include "cycle_commands.h"
#include "cycle_reader.h"

namespace sejawat::api::door {
namespace {

using base::Code;

base::Result<Result> done(const base::Status& status) {
  if (!status.ok()) return status.error();
  return Result(Done{});
}

// An address, or an invite link of the kind that is wanted.
base::Result<space::InviteLink> operator_link(const std::string& url) {
  SJ_TRY(auto link, space::InviteLink::parse(url));
  if (link.kind != space::InviteKind::operator_token) {
    return base::error(Code::invite_invalid, "this is no operator invite");
  }
  return link;
}

base::Result<View> view_of(Core& core, cycle::JournalView view) {
  SJ_TRY(const auto delivery, core.delivery(view.entry.id));
  return View{std::move(view), delivery, {}, {}, {}};
}

std::size_t size_of(const cycle::JournalEntry& entry) {
  std::size_t size = 256 + entry.class_name.size() + entry.subject.size() + entry.period.size() +
                     entry.mood.size() + entry.trial_id.size();
  for (const auto& event : entry.events) {
    size += 32 + event.happened.size() + event.expected.size() + event.gap.size();
  }
  for (const auto& tag : entry.tags) size += 8 + tag.size();
  return size;
}
std::size_t size_of(const cycle::JournalView& view) {
  std::size_t size = size_of(view.entry);
  for (const auto& conflict : view.conflicts) {
    for (const auto& value : conflict.values) size += 32 + value.size();
  }
  return size;
}

// `views` was asked for with one more than `limit`, which tells whether there is more.
base::Result<Result> page_of(Core& core, std::vector<cycle::JournalView> views, std::size_t limit) {
  Page page;
  std::size_t size = 0;
  for (auto& view : views) {
    size += size_of(view);
    if (page.entries.size() == limit || (size > kMaxPageBytes && !page.entries.empty())) {
      page.next = cycle::key_of(page.entries.back().view);
      break;
    }
    SJ_TRY(auto shown, view_of(core, std::move(view)));
    page.entries.push_back(std::move(shown));
  }
  return Result(std::move(page));
}

// What fails ends the bundle: it is begun anew.
base::Result<Result> export_piece(Core& core, Bundles& bundles, ExportPiece& asked) {
  auto out = std::move(bundles.out);
  if (asked.begin) {
    BundleOptions options;
    options.spaces = std::move(asked.spaces);
    options.personal = !asked.without_personal;
    SJ_TRY(out, core.export_bundle(std::move(options)));
  }
  if (!out) return base::error(Code::not_found, "no bundle is being written");
  BundlePiece piece;
  SJ_TRY(piece.piece, out->next());
  piece.segments = out->counts().segments;
  piece.segments_planned = out->counts().segments_planned;
  piece.last = piece.piece.empty();
  if (!piece.last) bundles.out = std::move(out);
  return Result(std::move(piece));
}

base::Result<Result> import_piece(Core& core, Bundles& bundles, const ImportPiece& given) {
  auto in = std::move(bundles.in);
  if (given.begin) {
    bundles.checked = false;
    SJ_TRY(in, core.import_bundle());
  }
  if (!in) return base::error(Code::not_found, "no bundle is being read");
  BundleTaken taken;
  SJ_TRY_STATUS(bundles.checked ? in->take(given.piece) : in->check(given.piece));
  if (given.last && bundles.checked) {
    SJ_TRY(taken.report, in->finish());
    in.reset();
  } else if (given.last) {
    SJ_TRY_STATUS(in->checked());
    bundles.checked = true;
  }
  taken.checked = bundles.checked;
  bundles.in = std::move(in);
  return Result(std::move(taken));
}

Card card_out(const space::RecoveryCard& card, std::string_view name) {
  Card out;
  out.text = card.text(name);
  constexpr std::string_view kMark = "sejawat-card: ";
  const std::size_t at = out.text.find(kMark);
  SJ_CHECK(at != std::string::npos);
  // Up to the end: the servers stand below it.
  out.code = out.text.substr(at, out.text.find_last_not_of('\n') + 1 - at);
  return out;
}

struct Executor {
  Core& core;
  SyncDriver& sync;
  Bundles& bundles;

  base::Result<Result> operator()(std::monostate&) {
    return base::error(Code::version_unsupported, "command");
  }

  base::Result<Result> operator()(Init& init) {
    std::vector<space::CarrierAddress> carriers;
    for (const auto& url : init.carriers) {
      SJ_TRY(auto address, space::CarrierAddress::parse(url));
      carriers.push_back(std::move(address));
    }
    SJ_TRY(auto card, core.init(init.name, std::move(carriers)));
    return Result(card_out(card, init.name));
  }
  base::Result<Result> operator()(CardShow&) {
    SJ_TRY(auto card, core.unconfirmed_card());
    return Result(card_out(card, core.name()));
  }
  base::Result<Result> operator()(CardReissue& reissue) {
    auto old = space::RecoveryCard::parse(reissue.card);
    base::wipe(reissue.card.data(), reissue.card.size());
    if (!old.ok()) return std::move(old).error();
    SJ_TRY(auto card, core.renewed_card(std::move(*old)));
    return Result(card_out(card, core.name()));
  }
  base::Result<Result> operator()(CardConfirm& confirm) { return done(core.confirm_card(confirm.words)); }
  base::Result<Result> operator()(MakeLinkRequest&) {
    SJ_TRY(auto request, core.link_request());
    return Result(LinkCode{request.text(), space::link_check_code(request, nullptr)});
  }
  base::Result<Result> operator()(CheckLink& check) {
    SJ_TRY(auto request, space::LinkRequest::parse(check.text));
    return Result(LinkCode{{}, space::link_check_code(request, nullptr)});
  }
  base::Result<Result> operator()(GrantLink& grant) {
    SJ_TRY(auto request, space::LinkRequest::parse(grant.text));
    SJ_TRY(auto text, core.grant_link(request));
    return Result(LinkCode{std::move(text), space::link_check_code(request, core.identity_key())});
  }
  base::Result<Result> operator()(ReadLinkOffer& read) {
    SJ_TRY(auto offer, core.read_link_grant(read.text));
    return Result(LinkOffer{std::move(offer)});
  }
  base::Result<Result> operator()(AcceptLink& accept) { return done(core.accept_link(accept.text)); }
  base::Result<Result> operator()(ListDevices& list) {
    Devices out;
    SJ_TRY(out.devices, core.devices());
    out.fresh = core.new_devices();
    if (list.seen) SJ_TRY_STATUS(core.note_devices_seen());
    return Result(std::move(out));
  }
  base::Result<Result> operator()(RevokeDevice& revoke) { return done(core.revoke_device(revoke.device)); }
  base::Result<Result> operator()(Recover& recover) {
    auto card = space::RecoveryCard::parse(recover.card);
    base::wipe(recover.card.data(), recover.card.size());
    if (!card.ok()) return std::move(card).error();
    std::optional<space::CarrierAddress> carrier;
    if (!recover.carrier.empty()) {
      SJ_TRY(carrier, space::CarrierAddress::parse(recover.carrier));
    } else if (!card->carriers.empty()) {
      carrier = card->carriers.front();
    }
    if (!carrier) return base::error(Code::invalid_argument, "carrier: the card names none");
    if (sync.running()) return base::error(Code::already_exists, "a sync is running");
    return done(core.recover(*card, *carrier));
  }
  base::Result<Result> operator()(CreateCommunity& create) {
    SJ_TRY(auto address, space::CarrierAddress::parse(create.carrier));
    std::optional<space::InviteLink> permit;
    if (!create.operator_invite.empty()) {
      SJ_TRY(permit, operator_link(create.operator_invite));
      if (!(permit->carrier.key == address.key)) {
        return base::error(Code::invite_invalid, "the operator invite is another carrier's");
      }
    }
    SJ_TRY(auto space,
           core.create_community(create.name, create.kind, address, permit ? &permit->secret : nullptr));
    return Result(Created{space});
  }
  base::Result<Result> operator()(HostCommunity& host) {
    SJ_TRY(auto permit, operator_link(host.operator_invite));
    return done(core.host_community(host.space, permit.carrier, permit.secret));
  }
  base::Result<Result> operator()(Invite& invite) {
    SJ_TRY(auto made, core.invite(invite.role, invite.ttl_seconds, invite.uses,
                                  invite.space ? &*invite.space : nullptr));
    return Result(NewInvite{made.link.url(), made.expires_seconds});
  }
  base::Result<Result> operator()(Join& join) {
    SJ_TRY(auto link, space::InviteLink::parse(join.link));
    base::wipe(join.link.data(), join.link.size());
    return done(core.join(link));
  }
  base::Result<Result> operator()(ReadLink& read) {
    Link out;
    auto invite = space::InviteLink::parse(read.link);
    if (invite.ok()) {
      out.invite = invite->kind;
      out.carrier = invite->carrier;
      out.space = invite->space;
      return Result(std::move(out));
    }
    auto address = space::CarrierAddress::parse(read.link);
    if (!address.ok()) return std::move(invite).error();
    out.carrier = std::move(*address);
    return Result(std::move(out));
  }
  base::Result<Result> operator()(JournalAdd& add) {
    SJ_TRY(auto ids, core.add_entries(add.entries));
    return Result(EntryIds{std::move(ids)});
  }
  base::Result<Result> operator()(JournalEdit& edit) {
    return done(core.edit_entry(edit.entry, edit.leave_undecided));
  }
  base::Result<Result> operator()(JournalDecide& decide) {
    return done(core.decide_entry(decide.id, decide.element, decide.field, decide.value));
  }
  base::Result<Result> operator()(JournalTrash& trash) { return done(core.trash_entry(trash.id)); }
  base::Result<Result> operator()(JournalRestore& restore) { return done(core.restore_entry(restore.id)); }
  base::Result<Result> operator()(JournalShow& show) {
    SJ_TRY(auto view, core.journal().show(show.id));
    SJ_TRY(auto shown, view_of(core, std::move(view)));
    for (const auto& conflict : shown.view.conflicts) {
      for (const auto& one : conflict.written) {
        shown.made_on[one.dot] = core.made_on(core.personal_space(), one.dot);
      }
    }
    shown.name = core.name();
    shown.me = core.person();
    return Result(std::move(shown));
  }
  base::Result<Result> operator()(JournalList& list) {
    auto listed = list.undecided ? core.journal().undecided_after(list.after, list.limit + 1)
                                 : core.journal().list_after(list.trashed, list.after, list.limit + 1);
    SJ_TRY(auto views, std::move(listed));
    return page_of(core, std::move(views), list.limit);
  }
  base::Result<Result> operator()(JournalSearch& search) {
    SJ_TRY(auto views, core.journal().search_after(search.words, search.after, search.limit + 1));
    return page_of(core, std::move(views), search.limit);
  }
  base::Result<Result> operator()(JournalRevisions& asked) {
    SJ_TRY(auto all, core.revisions(asked.id));
    Revisions page;
    page.total = all.size();
    std::size_t size = 0;
    for (std::size_t i = asked.offset; i < all.size() && page.revisions.size() < asked.limit; ++i) {
      size += size_of(all[i].entry);
      if (size > kMaxPageBytes && !page.revisions.empty()) break;
      page.revisions.push_back(std::move(all[i]));
    }
    return Result(std::move(page));
  }
  base::Result<Result> operator()(JournalDecisions& asked) {
    Decisions out;
    SJ_TRY(auto all, core.decisions(asked.id));
    out.shown = decisions_shown(core, core.personal_space(), std::move(all));
    out.names[core.person()] = core.name();
    return Result(std::move(out));
  }
  base::Result<Result> operator()(JournalUndo& undo) {
    return done(core.undo_entry_change(undo.id, undo.dot));
  }
  base::Result<Result> operator()(ListUnsent& list) {
    SJ_TRY(auto all, core.unsent());
    UnsentPage page;
    page.total = all.size();
    std::size_t size = 0;
    for (std::size_t i = list.offset; i < all.size() && page.rows.size() < list.limit; ++i) {
      SJ_TRY_STATUS(core.entitle(all[i]));
      size += 128 + all[i].title.size();
      if (size > kMaxPageBytes && !page.rows.empty()) break;
      page.rows.push_back(std::move(all[i]));
    }
    return Result(std::move(page));
  }
  base::Result<Result> operator()(GetStatus&) {
    FullStatus full;
    SJ_TRY(full.status, core.status());
    full.join = core.join_state().code();
    full.syncing = sync.running() && !sync.settled();
    full.live = sync.settled();
    full.recovering = core.recovering();
    return Result(std::move(full));
  }
  base::Result<Result> operator()(GetCarriers&) {
    SJ_TRY(auto status, core.status());
    return Result(Carriers{std::move(status.carriers)});
  }
  base::Result<Result> operator()(AddCarrier& add) {
    SJ_TRY(auto address, space::CarrierAddress::parse(add.url));
    return done(core.add_carrier(address));
  }
  base::Result<Result> operator()(SyncStart& start) {
    std::optional<space::CarrierAddress> carrier = core.home_carrier();
    if (!start.carrier.empty()) {
      SJ_TRY(carrier, space::CarrierAddress::parse(start.carrier));
    }
    if (!carrier) return base::error(Code::not_found, "no carrier is known");
    SJ_TRY(auto connection, sync.start(*carrier, start.live, start.media));
    return Result(SyncStarted{connection});
  }
  base::Result<Result> operator()(SyncCancel&) { return done(sync.cancel()); }
  base::Result<Result> operator()(CycleRequest& request) {
    SJ_TRY(auto reply, execute_cycle(core, request));
    return Result(std::move(reply));
  }
  base::Result<Result> operator()(PeopleRequest& request) {
    SJ_TRY(auto reply, execute_people(core, request));
    return Result(std::move(reply));
  }
  base::Result<Result> operator()(ExportPiece& asked) { return export_piece(core, bundles, asked); }
  base::Result<Result> operator()(AttachmentAdd& add) {
    SJ_TRY(const auto id, core.attach(add.to, add.content, add.caption, add.nonce));
    return Result(AttachmentId{id});
  }
  base::Result<Result> operator()(AttachmentList& list) {
    SJ_TRY(auto all, core.attachments(list.of));
    return Result(AttachmentRows{std::move(all)});
  }
  base::Result<Result> operator()(AttachmentShow& show) {
    SJ_TRY(auto info, core.attachment(show.id));
    return Result(std::move(info));
  }
  base::Result<Result> operator()(AttachmentRead& read) {
    SJ_TRY(const auto info, core.attachment(read.id));
    SJ_TRY(auto content, core.read_attachment(read.id));
    return Result(AttachmentContent{std::move(content), info.media_type});
  }
  base::Result<Result> operator()(AttachmentFetch& fetch) { return done(core.fetch_attachment(fetch.id)); }
  base::Result<Result> operator()(AttachmentRemove& remove) {
    return done(core.remove_attachment(remove.id));
  }
  base::Result<Result> operator()(ImportPiece& given) { return import_piece(core, bundles, given); }
};

}  // namespace

base::Result<Result> execute(Core& core, SyncDriver& sync, Bundles& bundles, Command& command) {
  return std::visit(Executor{core, sync, bundles}, command);
}

}  // namespace sejawat::api::door
