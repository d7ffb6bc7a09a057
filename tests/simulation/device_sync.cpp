// A device and the servers: one-shot syncs, live sessions, and what must be true of what they say.
#include <algorithm>

#include "device.h"

namespace sejawat::simulation {
namespace {

constexpr std::int64_t kPatience = 20 * kSecond;

}  // namespace

void Device::roam(std::size_t site) {
  if (site == at_ || syncing()) return;
  world_.witness.sometimes(Sometimes::roams_to_another_server);
  at_ = site;
}

void Device::start_sync() {
  if (!has_person() || syncing()) return;
  // A join is taken where the invite came from.
  if (join_waits_ && join_site_ && world_.chance(700)) at_ = *join_site_;
  auto session = core_->start_sync(here().server->address(), false, media_);
  if (!settle_call("start sync", session.code())) return;
  ++world_.witness.counts().syncs;
  session_ = std::move(*session);
  current_ = {};
  current_.removed = is_removed_there();
  exchange();
}

bool Device::is_removed_there() { return id && here().server->up() && here().server->has_removed(*id); }

void Device::exchange() {
  auto message = session_->next_message();
  if (!settle_call("next message", message.code())) {
    if (up()) finish_sync(message.code());
    return;
  }
  const auto serial = ++serial_;
  if (offline_until > world_.now()) {
    world_.after(world_.between(1, kSecond), [this, serial] {
      if (serial == serial_ && syncing()) finish_sync(base::Code::offline);
    });
    return;
  }
  here().network->post(number_, std::move(*message), [this, serial](const base::Result<Answer>& answer) {
    if (serial == serial_ && syncing()) take(answer);
  });
}

void Device::start_live() {
  if (!has_person() || syncing() || offline_until > world_.now()) return;
  if (join_waits_ && join_site_) at_ = *join_site_;
  auto session = core_->start_sync(here().server->address(), true, media_);
  if (!settle_call("start live", session.code())) return;
  ++world_.witness.counts().syncs;
  session_ = std::move(*session);
  current_ = {};
  current_.removed = is_removed_there();
  const auto number = ++lines_;
  line_ = here().network->open_line(number_, [this, number](const base::Result<Answer>& answer) {
    if (number != lines_ || !line_ || !syncing()) return;
    if (!answer.ok()) world_.witness.sometimes(Sometimes::live_session_is_cut);
    take(answer);
  });
  send_on_line();
}

void Device::send_on_line() {
  auto message = session_->next_message();
  if (!settle_call("next live message", message.code())) {
    if (up()) finish_sync(message.code());
    return;
  }
  const auto serial = ++serial_;
  world_.after(kPatience, [this, serial] {
    if (serial == serial_ && line_ && syncing() && session_->awaiting()) finish_sync(base::Code::timed_out);
  });
  line_->send(std::move(*message));
}

// Something is new here: a live session sends it when nothing is awaited.
void Device::tell_live() {
  if (line_ && session_ && !session_->awaiting()) send_on_line();
}

void Device::hang_up() {
  if (line_ && syncing()) finish_sync(base::Code::interrupted);
}

void Device::take(const base::Result<Answer>& answer) {
  if (!answer.ok()) {
    finish_sync(answer.code());
    return;
  }
  auto progress = session_->on_message(answer->bytes);
  // "fenced": this very device was removed.
  std::set<base::Code> expected = {base::Code::unknown_membership, base::Code::fenced};
  if (answer->tampered) {
    expected = {base::Code::wrong_server_key, base::Code::cannot_decrypt, base::Code::malformed,
                base::Code::protocol_violation};
    world_.witness.always(Always::codes_are_expected, !progress.ok(), "an altered message was taken");
  }
  settle_call("on message", progress.code(), expected);
  if (!up()) return;
  world_.witness.sometimes(Sometimes::removed_device_is_told, progress.code() == base::Code::fenced);
  if (!progress.ok()) {
    finish_sync(progress.code());
    return;
  }
  if (!progress->more && !session_->awaiting()) {
    // As api/sync_driver does.
    const auto changed = core_->change_old_keys(here().server->address());
    if ((!changed.ok() || *changed) && !settle_call("change old keys", changed.code())) {
      if (up()) finish_sync(changed.code());
      return;
    }
    progress->more = *changed;
    world_.witness.sometimes(Sometimes::old_key_is_changed, *changed);
  }
  if (answer->promise) here().server->promised(*answer->promise, answer->lifetime);
  note_join();
  if (!answer->push) ++current_.exchanges;
  current_.sent = progress->sent;
  current_.received = progress->received;
  // What it brought itself may have undone the removal.
  if (current_.removed && current_.received > 0 && is_removed_there()) {
    world_.witness.always(Always::removed_is_not_served, false,
                          "device " + std::to_string(number_) + " was removed and is served all the same");
  }
  current_.same = answer->same && current_.exchanges == 1;
  current_.nothing_said = current_.nothing_said && answer->same;
  current_.brief = current_.exchanges == 1 ||
                   (current_.exchanges == 2 && progress->media_sent + progress->media_received == 0);
  current_.refused = current_.refused || answer->refused;
  current_.lifetime = answer->lifetime;
  if (line_ || !current_.as_of) current_.as_of = answer->as_of;
  world_.witness.sometimes(Sometimes::push_arrives, answer->push);
  world_.witness.sometimes(Sometimes::sync_takes_several_exchanges, current_.exchanges == 2);
  if (line_) {
    if (progress->more && !session_->awaiting()) {
      send_on_line();
    } else if (!session_->awaiting()) {
      note_live();
    }
    return;
  }
  const bool ends =
      world_.witness.always(Always::sync_ends, current_.exchanges < 100, "a sync of 100 exchanges");
  if (progress->more && ends) {
    session_->reconnect();
    exchange();
  } else {
    finish_sync(base::Code::ok);
  }
}

void Device::note_join() {
  if (!join_waits_) return;
  const auto code = core_->join_state().code();
  if (code == base::Code::offline || code == base::Code::key_missing) return;
  join_waits_ = false;
  world_.witness.event("join is decided", number_, static_cast<std::uint64_t>(code));
  world_.witness.sometimes(Sometimes::joined_by_invite, code == base::Code::ok);
  world_.witness.sometimes(Sometimes::invite_is_refused, code != base::Code::ok);
  world_.witness.always(Always::codes_are_expected,
                        code == base::Code::ok || code == base::Code::invite_invalid ||
                            code == base::Code::invite_expired || code == base::Code::invite_used ||
                            code == base::Code::invite_revoked || code == base::Code::unknown_membership ||
                            // A server that went back to before the community, and knows the device by its
                            // diary.
                            code == base::Code::unknown_space || code == base::Code::fenced,
                        std::string("join: ") + base::code_name(code));
}

// A live session that has nothing to do: what the app shows now is what it shows after a sync.
void Device::note_live() {
  auto status = core_->status();
  if (!settle_call("status", status.code())) return;
  check_sent(*status);
  if (up() && status->pending == 0 && status->quarantined == 0) mark_sent();
  if (up()) note_photos_sent(*status);
}

void Device::finish_sync(base::Code code) {
  drop_session();
  world_.witness.reached(Point::sync_end, code);
  current_.code = code;
  last_sync_ = current_;
  const auto& address = here().server->address();
  if (!settle_call("finish sync", core_->finish_sync(address, code).code())) return;
  auto status = core_->status();
  if (!settle_call("status", status.code())) return;
  last_sync_.pending = status->pending;
  last_sync_.brief = last_sync_.brief && (last_sync_.exchanges == 1 || status->media_wanted > 0);
  for (const auto& space : status->spaces) {
    world_.witness.sometimes(Sometimes::segment_waits_for_its_key, space.waiting_segments > 0);
  }
  world_.witness.event("pending", number_, status->pending);
  check_rejects(*status, code);
  if (code != base::Code::ok) return;
  check_sent(*status);
  if (!up()) return;
  check_delivery();
  if (up() && status->pending == 0 && status->quarantined == 0) mark_sent();
  if (up()) note_photos_sent(*status);
}

// The app now shows two check marks: all that is here must outlive this device.
void Device::mark_sent() {
  now_durable();
  for (auto& [dot, change] : saved_.certain) change.sent = true;
  for (auto& [id, shared] : saved_.shared) shared.sent = true;
}

// Whom a revocation sends to quarantine while the answer is on its way, the device cannot know of yet.
bool Device::learns_later(const base::SpaceId& space) {
  return current_.as_of && current_.as_of->count(space) != 0 &&
         here().server->records()[space] != current_.as_of->at(space);
}

// What is shown as sent lies on the carrier that said so, and counts there.
void Device::check_sent(const api::Status& status) {
  const Site site = here();
  const bool comparable = status.pending == 0 && status.quarantined == 0 && !person_.has_old_copies &&
                          !status.carriers.empty() &&
                          status.carriers.front().address.key == site.server->address().key &&
                          site.server->lifetime() == current_.lifetime && site.server->up();
  if (!comparable) return;
  const auto personal = personal_space();
  // Who is out is not told where their fence stands; that the space is refused the status says instead of
  // "sent".
  const auto& refusals = status.carriers.front().refusals;
  const bool is_told = std::any_of(refusals.begin(), refusals.end(), [&](const api::Refusal& refusal) {
    return personal && refusal.space == *personal && refusal.code == base::Code::fenced;
  });
  if (is_told) return;
  std::map<base::LogId, std::uint64_t> last;
  for (const auto* changes : {&saved_.certain, &saved_.seen}) {
    for (const auto& [dot, change] : *changes) {
      auto& position = last[dot.branch];
      position = std::max(position, dot.position);
    }
  }
  for (const auto& [log, position] : last) {
    const auto holds = personal ? site.server->holds(*personal, {log, position}) : Server::Holds::nothing;
    if ((holds == Server::Holds::late && learns_later(*personal)) || holds == Server::Holds::unreadable)
      continue;
    world_.witness.always(Always::sent_is_on_the_carrier, holds == Server::Holds::counted,
                          "device " + std::to_string(number_) + " shows as sent what its carrier " +
                              (holds == Server::Holds::late ? "keeps in quarantine" : "does not hold"));
  }
}

// The same of one entry, with everybody's changes.
void Device::check_delivery() {
  if (person_.objects.empty()) return;
  auto object = person_.objects.begin();
  std::advance(object, static_cast<std::ptrdiff_t>(world_.random.below(person_.objects.size())));
  auto delivery = core_->delivery(*object);
  if (!settle_call("delivery", delivery.code(), {base::Code::not_found})) return;
  const Site site = here();
  auto status = core_->status();
  if (!settle_call("status", status.code()) || *delivery != api::Delivery::on_carrier) return;
  if (status->carriers.empty() || !(status->carriers.front().address.key == site.server->address().key) ||
      site.server->lifetime() != current_.lifetime || !site.server->up()) {
    return;
  }
  const auto personal = personal_space();
  auto changes = changes_of(*core_, *object);
  if (!settle_call("look", changes.code()) || !personal) return;
  for (const auto& [dot, text] : *changes) {
    const auto holds = site.server->holds(*personal, dot);
    const bool late = holds == Server::Holds::late && !learns_later(*personal);
    world_.witness.always(Always::sent_is_on_the_carrier, holds != Server::Holds::nothing && !late,
                          "an entry is shown as sent and is not whole on the carrier");
  }
}

void Device::check_rejects(const api::Status& status, base::Code code) {
  const auto& key = here().server->address().key;
  for (const auto& carrier : status.carriers) {
    if (!(carrier.address.key == key)) continue;
    world_.witness.always(Always::rejects_reach_a_person, carrier.last_error == code,
                          "a sync failed, and the status says otherwise");
    if (code != base::Code::ok || !current_.refused) return;
    // Of a refused join the state of the join tells.
    const bool by_join = join_site_ && !join_waits_ && !core_->join_state().ok();
    world_.witness.always(Always::rejects_reach_a_person,
                          !carrier.refusals.empty() || status.quarantined > 0 || by_join,
                          "a carrier refused something, and the status does not show it");
  }
}

}  // namespace sejawat::simulation
