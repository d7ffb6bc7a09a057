#include "api/sync_driver.h"

namespace sejawat::api {

base::Result<SyncDriver::Connection> SyncDriver::start(const space::CarrierAddress& carrier, bool live,
                                                       SyncMedia media) {
  if (sync_) return base::error(base::Code::already_exists, "a sync is running");
  // A host that starts syncs and never listens would fill the memory.
  constexpr std::size_t kMostUnheard = 256;
  if (events_.size() > kMostUnheard)
    return base::error(base::Code::quota_exceeded, "events were not fetched");
  SJ_TRY(auto session, core_.start_sync(carrier, live, media));
  Running running;
  running.connection = ++last_;
  if (last_ == 0) running.connection = ++last_;
  running.carrier = carrier;
  running.live = live;
  running.media = media;
  running.session = std::move(session);
  running.joining = core_.joining();
  running.deadline_ms = clock_.now().monotonic_ms + kConnectMs;
  sync_ = std::move(running);
  push(Connect{sync_->connection, carrier, live});
  return sync_->connection;
}

base::Status SyncDriver::cancel() {
  if (!sync_) return base::error(base::Code::not_found, "no sync is running");
  finish(base::Code::interrupted, "cancelled");
  return {};
}

base::Status SyncDriver::connected(Connection connection, bool one_shot) {
  if (!is(connection) || sync_->connected) return base::error(base::Code::not_found, "connection");
  if (one_shot && sync_->live) {
    // The old one must be gone before the new one takes its place.
    sync_->session.reset();
    auto session = core_.start_sync(sync_->carrier, false, sync_->media);
    if (!session.ok()) {
      finish(session.code(), session.error().detail());
      return {};
    }
    sync_->session = std::move(session).value();
    sync_->live = false;
  }
  sync_->connected = true;
  sync_->one_shot = one_shot;
  compose();
  return {};
}

void SyncDriver::nudge() {
  if (!sync_ || !sync_->live || !sync_->connected) return;
  const auto now = core_.to_say(sync_->media);
  if (now.ok() && *now == sync_->said) return;
  if (sync_->settled) return compose();
  sync_->again = true;
}

// Nothing to send or to fetch: the line stays, and is probed when it is silent for long.
void SyncDriver::settle() {
  Running& sync = *sync_;
  sync.settled = sync.settled_once = true;
  sync.deadline_ms = clock_.now().monotonic_ms + kProbeMs;
  const auto noted = core_.sync_settled(sync.carrier);
  if (!noted.ok()) return finish(noted.code(), noted.error().detail());
  const auto said = core_.to_say(sync.media);
  if (!said.ok()) return finish(said.code(), said.error().detail());
  sync.said = *said;
  push(Settled{sync.report.sent, sync.report.received});
}

void SyncDriver::compose() {
  sync_->settled = sync_->again = false;
  auto message = sync_->session->next_message();
  if (!message.ok()) {
    finish(message.code(), message.error().detail());
    return;
  }
  if (sync_->live) {
    const auto said = core_.to_say(sync_->media);  // sealing changed it
    if (!said.ok()) return finish(said.code(), said.error().detail());
    sync_->said = *said;
  }
  sync_->to_send = std::move(message).value();
  sync_->deadline_ms = clock_.now().monotonic_ms + kAnswerMs;
}

base::Status SyncDriver::received(Connection connection, base::ByteView bytes) {
  // On a channel a push may come before the host has fetched what is to be sent.
  if (!is(connection) || !sync_->connected || (sync_->to_send && !sync_->live)) {
    return base::error(base::Code::not_found, "connection");
  }
  SyncReport& report = sync_->report;
  report.bytes_down += bytes.size();
  auto progress = sync_->session->on_message(bytes);
  if (!progress.ok() || !progress->pushed) ++report.round_trips;
  if (!progress.ok()) {
    finish(progress.code(), progress.error().detail());
    return {};
  }
  report.sent = progress->sent;
  report.received = progress->received;
  report.media_sent = progress->media_sent;
  report.media_received = progress->media_received;
  if (progress->generation) report.generation = progress->generation;
  note_join();
  const bool awaiting = sync_->live && sync_->session->awaiting();
  bool more = progress->more;
  if (!more && !awaiting) {
    if (sync_->live && sync_->again) {
      compose();
      return {};
    }
    const auto changed = core_.change_old_keys(sync_->carrier);
    if (!changed.ok()) {
      finish(changed.code(), changed.error().detail());
      return {};
    }
    more = *changed;
    if (!more) {
      sync_->live ? settle() : finish(base::Code::ok, {});
      return {};
    }
  }
  push(Progress{progress->sent, progress->received, progress->segments_to_come, progress->bytes_to_come,
                progress->media_sent, progress->media_received});
  if (awaiting) return {};
  if (sync_->one_shot) sync_->session->reconnect();
  compose();
  return {};
}

base::Status SyncDriver::disconnected(Connection connection, base::Code code) {
  if (!is(connection)) return base::error(base::Code::not_found, "connection");
  const bool stood = sync_->connected;
  finish(code == base::Code::ok ? base::Code::offline : code, stood ? "the line was cut" : "no connection");
  return {};
}

void SyncDriver::tick() {
  if (!sync_ || clock_.now().monotonic_ms < sync_->deadline_ms) return;
  if (sync_->settled) return compose();
  finish(base::Code::timed_out, sync_->connected ? "no answer" : "no connection");
}

std::optional<SyncDriver::Outgoing> SyncDriver::outgoing() {
  if (!sync_ || !sync_->to_send) return std::nullopt;
  Outgoing out{sync_->connection, std::move(*sync_->to_send)};
  sync_->to_send.reset();
  sync_->report.bytes_up += out.message.size();
  return out;
}

void SyncDriver::note_join() {
  if (!sync_->joining || core_.joining()) return;
  push(Joined{*sync_->joining});
  sync_->joining.reset();
}

void SyncDriver::finish(base::Code code, std::string detail) {
  Running ended = std::move(*sync_);
  sync_.reset();
  ended.session.reset();
  SyncReport& report = ended.report;
  report.code = code;
  report.detail = std::move(detail);
  report.refused = core_.refused_in_sync();
  report.forks = core_.forks_in_sync();
  report.media_refused = core_.media_refused_in_sync();
  report.join = core_.join_state().code();
  // Whoever hangs up a line that had nothing left to say missed nothing.
  const bool whole = ended.settled && code == base::Code::interrupted;
  const auto noted = core_.finish_sync(ended.carrier, whole ? base::Code::ok : code);
  const auto pending = core_.pending();
  if (pending.ok()) report.pending = *pending;
  const auto media_pending = core_.media_pending();
  if (media_pending.ok()) report.media_pending = *media_pending;
  if (report.code == base::Code::ok && !noted.ok()) report.code = noted.code();
  if (report.code == base::Code::ok && !pending.ok()) report.code = pending.code();
  push(Disconnect{ended.connection});
  push(std::move(report));
}

void SyncDriver::push(Event event) {
  // Only the newest progress matters.
  if (std::holds_alternative<Progress>(event) && !events_.empty() &&
      std::holds_alternative<Progress>(events_.back())) {
    events_.pop_back();
  }
  events_.push_back(std::move(event));
}

std::optional<SyncDriver::Event> SyncDriver::next_event() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

std::optional<std::int64_t> SyncDriver::deadline_ms() const {
  if (!sync_) return std::nullopt;
  return sync_->deadline_ms;
}

}  // namespace sejawat::api
