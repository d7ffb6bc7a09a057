#include <algorithm>

#include "base/planted.h"
#include "client_state.h"
#include "log/digest.h"

namespace sejawat::sync {
namespace {

// What a line that was cut is trusted with at first: some of those that we know are cut every 8 KiB.
constexpr std::size_t kFirstOnBadLine = 6 * 1024;

// What framing of a space, a run and a segment can add to their bytes, generously.
constexpr std::size_t kItemOverhead = 48;

// What a vector costs on the wire, generously.
constexpr std::size_t kVectorEntry = 48;
std::size_t size_of(const Vector& vector) {
  return vector.entries.size() * kVectorEntry + vector.records.size() * base::HeadTag::kSize;
}

base::Code verdict_of(const std::vector<Exception>& exceptions, std::size_t place, std::size_t taken) {
  if (place >= taken && SJ_PLANTED(client_believes_silence)) return base::Code::ok;
  if (SJ_PLANTED(client_shifts_verdicts)) ++place;
  if (place >= taken) return base::Code::timed_out;  // no verdict: to be offered again
  for (const auto& exception : exceptions) {
    if (exception.place == place) return exception.code;
  }
  return base::Code::ok;
}

}  // namespace

ClientSession::ClientSession(SessionOptions options, const crypto::BoxKey& device, ClientShelf& shelf,
                             base::Random& random)
    : state_(new State{std::move(options), device.clone(), shelf, random}) {
  state_->full = state_->options.full;
  state_->bad_line = state_->options.bad_line;
}
ClientSession::~ClientSession() = default;

void ClientSession::reconnect() {
  state_->handshake.reset();
  state_->channel.reset();
  state_->hello_due = true;
  state_->awaiting = false;
  state_->confirmed = false;
  state_->full_asked = false;
  state_->carried = 0;
}

void ClientSession::reconnect_after_cut() {
  reconnect();
  state_->bad_line = true;
}

bool ClientSession::awaiting() const { return state_->awaiting; }

SpaceRef ClientSession::State::refer(const base::SpaceId& space, bool set_agreed) const {
  const auto found = std::find(set.begin(), set.end(), space);
  if (!set_agreed || found == set.end()) return {0, space};
  return {static_cast<std::uint32_t>(found - set.begin()) + 1, space};
}

base::Status ClientSession::State::add_space(const base::SpaceId& space, bool set_agreed, Room& room,
                                             ClientMessage& message) {
  const bool alone = message.spaces.empty();
  if (room.trusted < kItemOverhead * 4 || message.spaces.size() == kMaxSpaces) return {};
  SpaceUpload upload;
  upload.space = refer(space, set_agreed);
  room.take(kItemOverhead);
  const auto due = std::find(vectors_due.begin(), vectors_due.end(), space);
  if (due != vectors_due.end()) {
    SJ_TRY(auto vector, shelf.vector_of(space));
    if (alone && size_of(vector) > room.whole) {
      // A vector that no message holds: what it leaves out comes once more, which changes nothing.
      vector.records.resize(std::min(vector.records.size(), room.whole / 2 / base::HeadTag::kSize));
      const std::size_t left = room.whole - vector.records.size() * base::HeadTag::kSize;
      vector.entries.resize(std::min(vector.entries.size(), left / kVectorEntry));
    }
    if (size_of(vector) <= (alone ? room.whole : room.trusted)) {
      room.take(size_of(vector));
      upload.vector = std::move(vector);
      vectors_due.erase(due);
      vectors_sent.insert(space);
    }
  }
  if (asking.count(space) != 0) {
    if (upload.vector) message.spaces.push_back(std::move(upload));
    return {};
  }
  SJ_TRY(auto records, shelf.records_to_offer(space));
  bool full_up = false;
  for (auto& record : records) {
    full_up = full_up ||
              !fits(record.size() + kItemOverhead, room);  // a later one may need the one that stays here
    if (full_up) {
      uploaded.kept_records.emplace_back(space, std::move(record));
      continue;
    }
    room.take(record.size() + kItemOverhead);
    uploaded.records.emplace_back(space, record);
    upload.records.push_back(std::move(record));
  }
  if (!full_up && room.trusted > kItemOverhead * 4) {
    SJ_TRY(auto offers, shelf.segments_to_offer(space, room.trusted - kItemOverhead * 4));
    for (auto& offer : offers) {
      LogRun run;
      run.log = base::to_bytes(offer.enrolment_known ? base::prefix_of<base::HeadTag>(offer.log).view()
                                                     : offer.log.view());
      for (auto& segment : offer.segments) {
        const std::size_t cost = segment.size() + 4 + (run.segments.empty() ? kItemOverhead : 0);
        full_up = full_up || !fits(cost, room);
        if (full_up) {
          uploaded.kept_segments.push_back({space, offer.log, std::move(segment)});
          continue;
        }
        room.take(cost);
        uploaded.segments.push_back({space, offer.log, segment});
        run.segments.push_back(std::move(segment));
      }
      if (!run.segments.empty()) upload.logs.push_back(std::move(run));
    }
  }
  if (!upload.records.empty() || !upload.logs.empty() || upload.vector)
    message.spaces.push_back(std::move(upload));
  return {};
}

// A message that was never answered: what it carried is not on its way any more.
base::Status ClientSession::State::settle_lost() {
  if (uploaded.empty()) return {};
  ClientShelf::Outcome outcome;
  ServerMessage nothing;
  add_verdicts(nothing, outcome);
  SJ_TRY_STATUS(add_chunk_news(nothing, outcome));
  SJ_TRY(auto applied, shelf.apply(outcome));
  static_cast<void>(applied);
  uploaded = {};
  return {};
}

base::Result<ClientMessage> ClientSession::State::compose() {
  ClientMessage message;
  SJ_TRY_STATUS(settle_lost());
  SJ_TRY(auto carrier, shelf.carrier_state());
  if (carrier.cursors.size() != carrier.set.size() || carrier.set.size() > kMaxSpaces) {
    return base::error(base::Code::internal, "a cursor for each space of the set");
  }
  bool set_agreed = true;
  unnamed = false;
  if (hello_due) {
    set = carrier.set;
    unnamed = set.empty();
    Hello hello;
    hello.live = options.live;
    hello.full = full || set.empty();
    hello.generation = carrier.generation;
    hello.chunk_mark = carrier.chunk_mark;
    hello.person = carrier.person;
    set_agreed = !set.empty();
    if (!set.empty()) {
      hello.set = log::set_tag(set);
      if (!hello.full) {
        std::vector<std::pair<base::SpaceId, base::Digest>> digests;
        for (std::size_t i = 0; i < set.size(); ++i) {
          digests.emplace_back(set[i], carrier.cursors[i].digest);
          hello.positions.push_back(carrier.cursors[i].position);
        }
        hello.base = log::account_digest(digests);
      }
    }
    full_asked = hello.full;
    if (!operator_secret_done) hello.operator_secret = options.operator_secret;
    message.hello = std::move(hello);
  }
  SJ_TRY(message.receipts, shelf.receipts_to_ask());
  Room room;
  room.whole = room.trusted = kMessageMax - crypto::kNoiseFirstOverhead - encode(message).size();
  if (bad_line) {
    room.trusted = std::min(room.whole, std::max(carried, kFirstOnBadLine));
    shelf.seal_at_most(room.trusted - kItemOverhead * 6);
  }
  SJ_TRY(auto offering, shelf.spaces_to_offer());
  if (message.hello && set.empty()) SJ_TRY_STATUS(note_asking(offering));
  // What was asked for goes first: each message then answers for one space at least, whatever else waits.
  std::vector<base::SpaceId> spaces = vectors_due;
  for (const auto& space : offering) {
    if (std::find(spaces.begin(), spaces.end(), space) == spaces.end()) spaces.push_back(space);
  }
  for (const auto& space : spaces) SJ_TRY_STATUS(add_space(space, set_agreed, room, message));
  SJ_TRY_STATUS(add_media(set_agreed, room, message));
  return message;
}

// At a carrier that was never met much may have come another way: what is held is said first, once in a sync,
// and what it lacks goes with the next message.
base::Status ClientSession::State::note_asking(const std::vector<base::SpaceId>& offering) {
  asking.clear();
  if (asked_once) return {};
  for (const auto& space : offering) {
    SJ_TRY(const bool ask, shelf.ask_first(space));
    if (!ask || asking.size() == kMaxSpaces || vectors_due.size() == kMaxSpaces) continue;
    asking.insert(space);
    if (std::find(vectors_due.begin(), vectors_due.end(), space) == vectors_due.end())
      vectors_due.push_back(space);
  }
  return {};
}

// It knows nothing of us, so it must hear everything: as to any new carrier, with the next message.
bool ClientSession::State::stranger_after_all(base::Code refusal) {
  if (asking.empty() || refusal != base::Code::unknown_membership) return false;
  asking.clear();
  asked_once = true;
  vectors_due.clear();
  vectors_sent.clear();
  hello_due = true;
  return true;
}

base::Result<base::Bytes> ClientSession::next_message() {
  State& state = *state_;
  if (state.awaiting) {
    return base::error(base::Code::protocol_violation, "the last message has no answer yet");
  }
  SJ_TRY(auto message, state.compose());
  const base::Bytes payload = encode(message);
  state.on_its_way = payload.size();
  state.hello_due = false;
  state.awaiting = true;
  if (state.channel) {
    state.confirmed = true;
    return state.channel->send.encrypt(payload);
  }
  state.handshake = std::make_unique<crypto::NoiseInitiator>(base::as_bytes(kPrologue), state.device,
                                                             state.options.carrier_key,
                                                             crypto::BoxKey::random(state.random));
  return state.handshake->write_first(payload);
}

base::Result<base::SpaceId> ClientSession::State::resolve(const SpaceRef& ref,
                                                          const std::vector<base::SpaceId>& in) const {
  if (ref.index == 0) return ref.id;
  if (ref.index > in.size()) return base::error(base::Code::protocol_violation, "space outside the set");
  return in[ref.index - 1];
}

void ClientSession::State::add_verdicts(const ServerMessage& message, ClientShelf::Outcome& outcome) const {
  for (std::size_t i = 0; i < uploaded.records.size(); ++i) {
    outcome.verdicts.records.push_back({uploaded.records[i].first, uploaded.records[i].second,
                                        verdict_of(message.record_exceptions, i, message.records_taken)});
  }
  for (std::size_t i = 0; i < uploaded.segments.size(); ++i) {
    const auto& segment = uploaded.segments[i];
    outcome.verdicts.segments.push_back({segment.space, segment.log, segment.bytes,
                                         verdict_of(message.segment_exceptions, i, message.segments_taken)});
  }
  for (const auto& [space, bytes] : uploaded.kept_records) {
    outcome.verdicts.records.push_back({space, bytes, base::Code::timed_out});
  }
  for (const auto& segment : uploaded.kept_segments) {
    outcome.verdicts.segments.push_back({segment.space, segment.log, segment.bytes, base::Code::timed_out});
  }
}

// Whether a verdict came that will not come again: stored, or refused for good for the first time.
bool ClientSession::State::decided(const ClientShelf::Verdicts& verdicts) {
  bool any = false;
  const auto judge = [&](base::Code code, const base::Bytes& bytes) {
    if (code == base::Code::timed_out || code == base::Code::unknown_membership) return;
    // The end of a segment or record is its signature.
    const std::size_t size = std::min<std::size_t>(bytes.size(), base::Signature::kSize);
    any = refused.insert(base::Bytes(bytes.end() - static_cast<std::ptrdiff_t>(size), bytes.end())).second ||
          any;
  };
  for (const auto& verdict : verdicts.records) judge(verdict.code, verdict.bytes);
  for (const auto& verdict : verdicts.segments) {
    // Stored ones are counted by the shelf.
    if (verdict.code != base::Code::ok) judge(verdict.code, verdict.bytes);
  }
  return any;
}

// Whether an exchange did what none before it in this sync did. Cursors, sets and vectors are no news: they
// move as the carrier likes.
bool ClientSession::State::has_news(const ClientShelf::Outcome& outcome,
                                    const ClientShelf::Applied& applied) {
  bool any = applied.records_received > 0 || applied.segments_received > 0;
  for (const auto& verdict : outcome.verdicts.segments) {
    if (verdict.code != base::Code::ok || verdict.bytes.size() < base::Signature::kSize) continue;
    const auto signature = base::ByteView(verdict.bytes).last(base::Signature::kSize);
    any = taken.insert(*base::HeadTag::from(signature.first(base::HeadTag::kSize))).second || any;
  }
  for (const auto& news : outcome.chunks) {
    if (news.code != base::Code::ok) continue;
    const std::uint64_t upto = news.offered ? news.held : std::uint64_t{news.offset} + news.bytes.size();
    auto& before = furthest[news.chunk];
    if (upto <= before || upto > UINT32_MAX) continue;
    before = static_cast<std::uint32_t>(upto);
    any = true;
  }
  return any;
}

// That neither side named a set, once in a sync: what is acked after that is what the carrier has now.
bool ClientSession::State::named_none(const ServerMessage& message, const ClientShelf::Outcome& outcome) {
  if (!unnamed || stranger || message.set || message.whose || !outcome.of_own_logs.empty()) return false;
  stranger = true;
  return true;
}

base::Result<ClientShelf::Outcome> ClientSession::State::outcome_of(ServerMessage& message) {
  ClientShelf::Outcome outcome;
  outcome.generation = message.generation;
  outcome.set = message.set;
  outcome.base_unknown = message.base_unknown;
  outcome.wall_seconds = message.wall_seconds;
  outcome.chunks_unknown = message.chunks_unknown;
  outcome.whose = message.whose;
  outcome.chunk_mark = message.chunk_mark;
  if (!message.push) {
    add_verdicts(message, outcome);
    SJ_TRY_STATUS(add_chunk_news(message, outcome));
  }
  outcome.receipts = std::move(message.receipts);
  const auto& indexed = message.set ? *message.set : set;
  for (auto& reply : message.spaces) {
    SJ_TRY(auto space, resolve(reply.space, indexed));
    for (auto& record : reply.records) outcome.arrivals.records.emplace_back(space, std::move(record));
    for (auto& run : reply.logs) {
      const auto log = base::LogId::from(run.log);
      if (!log) return base::error(base::Code::protocol_violation, "a log by prefix");
      outcome.arrivals.runs.push_back({space, *log, std::move(run.segments)});
    }
    if (reply.space.index == 0 && reply.vector) {
      outcome.of_own_logs.emplace_back(space, std::move(*reply.vector));
      continue;
    }
    outcome.moved.push_back({space, reply.position, std::move(reply.digest), std::move(reply.vector)});
  }
  outcome.to_stranger = !message.push && named_none(message, outcome);
  return outcome;
}

// A push says what is new and nothing about what is on its way (docs/PROTOCOL.md, "Sync messages").
base::Status ClientSession::State::judge_push(const ServerMessage& message) const {
  bool plain = options.live && confirmed && !message.generation && !message.set && !message.base_unknown &&
               message.error == base::Code::ok && message.records_taken == 0 && message.segments_taken == 0 &&
               message.record_exceptions.empty() && message.segment_exceptions.empty() && !message.media &&
               message.chunk_states.empty() && message.chunks.empty() && !message.chunk_mark &&
               !message.chunks_unknown && !message.whose && message.receipts.empty();
  for (const auto& part : message.spaces) plain = plain && part.space.index != 0 && !part.vector;
  if (!plain) return base::error(base::Code::protocol_violation, "a push that is none");
  return {};
}

base::Result<ServerMessage> ClientSession::State::open(base::ByteView bytes) {
  base::Bytes payload;
  if (channel) {
    SJ_TRY(auto opened, channel->receive.decrypt(bytes));
    payload = std::move(opened);
  } else {
    if (!handshake) return base::error(base::Code::protocol_violation, "an answer to nothing");
    SJ_TRY(auto second, handshake->read_second(bytes));
    payload = std::move(second.payload);
    channel = std::move(second.channel);
    handshake.reset();
  }
  SJ_TRY(auto message, decode_server(payload));
  if (message.push) {
    SJ_TRY_STATUS(judge_push(message));
    return message;
  }
  if (!awaiting) return base::error(base::Code::protocol_violation, "an answer to nothing");
  awaiting = false;
  carried += on_its_way;
  // What was asked for is still due where it asked back.
  if (full_asked) full = message.whose;
  full_asked = false;
  return message;
}

base::Status ClientSession::State::note_refusal(const ServerMessage& message) {
  // Nothing was taken; who refuses is worth keeping, and what it holds of a device that it serves no more.
  ClientShelf::Outcome refusal;
  for (const auto& part : message.spaces) {
    if (part.space.index == 0 && part.vector) refusal.of_own_logs.emplace_back(part.space.id, *part.vector);
  }
  refusal.to_stranger = message.error == base::Code::unknown_membership && named_none(message, refusal);
  if (!message.generation && refusal.of_own_logs.empty() && !refusal.to_stranger) return {};
  refusal.generation = message.generation;
  refusal.base_unknown = message.base_unknown;
  SJ_TRY(auto noted, shelf.apply(refusal));
  static_cast<void>(noted);
  if (message.generation) progress.generation = message.generation;
  return {};
}

// Whether vectors came that ours are due for.
bool ClientSession::State::note_vectors(const ClientShelf::Outcome& outcome) {
  bool any = false;
  for (const auto& moved : outcome.moved) {
    if (!moved.vector || vectors_sent.count(moved.space) != 0) continue;
    if (vectors_sent.size() + vectors_due.size() >= kMaxSpaces) break;
    any = true;
    if (std::find(vectors_due.begin(), vectors_due.end(), moved.space) == vectors_due.end()) {
      vectors_due.push_back(moved.space);
    }
  }
  return any;
}

// True when the next message is to ask for vectors. At most once: what differs after that needs a person, not
// another round.
bool ClientSession::State::base_lost() {
  if (full_tried) return false;
  full_tried = true;
  vectors_due.clear();  // to be asked for anew
  vectors_sent.clear();
  full = true;
  hello_due = true;
  return true;
}

namespace {

bool moved_between(const ClientShelf::CarrierState& before, const ClientShelf::CarrierState& after) {
  bool moved = before.cursors.size() != after.cursors.size();
  for (std::size_t i = 0; !moved && i < after.cursors.size(); ++i) {
    moved = before.cursors[i].position != after.cursors[i].position ||
            !(before.cursors[i].digest == after.cursors[i].digest);
  }
  return moved;
}

}  // namespace

base::Result<ClientSession::Progress> ClientSession::on_message(base::ByteView bytes) {
  State& state = *state_;
  SJ_TRY(auto message, state.open(bytes));
  if (message.error != base::Code::ok) {
    SJ_TRY_STATUS(state.note_refusal(message));
    if (state.stranger_after_all(message.error)) {
      state.progress.more = true;
      return state.progress;
    }
    return base::error(message.error, "the carrier refused");
  }
  SJ_TRY(auto before, state.shelf.carrier_state());
  message.chunks_unknown = message.chunks_unknown && !state.chunks_lost;
  state.chunks_lost = state.chunks_lost || message.chunks_unknown;
  SJ_TRY(auto outcome, state.outcome_of(message));
  const bool set_changed = message.set && *message.set != state.set;
  const bool vectors = state.note_vectors(outcome);
  if (message.push && SJ_PLANTED(client_ignores_pushes)) outcome.arrivals = {};
  SJ_TRY(auto applied, state.shelf.apply(outcome));
  if (!message.push) {
    state.uploaded = {};
    state.asked_once = state.asked_once || !state.asking.empty();
    state.asking.clear();
    state.operator_secret_done = true;
  }

  Progress& progress = state.progress;
  progress.pushed = message.push;
  progress.sent += applied.segments_sent;
  progress.received += applied.segments_received;
  progress.bytes_to_come = message.bytes_to_come;
  progress.segments_to_come = message.segments_to_come;
  progress.media_sent += applied.media_sent;
  progress.media_received += applied.media_received;
  const bool media_moved = applied.media_sent > 0 || applied.media_received > 0 || applied.media_decided ||
                           (message.media && !state.media_agreed);
  state.media_agreed = state.media_agreed || message.media;
  if (message.generation) progress.generation = message.generation;
  SJ_TRY(auto after, state.shelf.carrier_state());
  state.set = after.set;  // none, where the carrier turned out not to know what it once named
  if (!progress.generation) progress.generation = after.generation;
  const bool asked_whose = message.whose && !state.said_whose;
  if (asked_whose) state.said_whose = state.hello_due = true;
  const bool again = asked_whose || ((message.base_unknown || applied.digest_mismatch) && state.base_lost());
  SJ_TRY(auto offers, state.shelf.spaces_to_offer());
  const bool decided = state.decided(outcome.verdicts);
  // A push that only invites has moved nothing; the carrier waits until it is followed.
  const bool moved_on = message.push || outcome.to_stranger || applied.segments_sent > 0 ||
                        applied.segments_received > 0 || set_changed || moved_between(before, after) ||
                        decided || vectors || !outcome.arrivals.records.empty();
  const bool to_come = message.bytes_to_come > 0 || message.segments_to_come > 0;
  state.text_to_come = to_come;
  SJ_TRY(const bool media_left, state.shelf.media_waiting());
  const bool media_goes_on =
      media_left && (message.chunks_unknown || (state.media_agreed && (moved_on || media_moved)));
  const bool news = state.has_news(outcome, applied) || decided;
  state.without_news = news ? 0 : state.without_news + 1;
  const bool goes_on = (media_goes_on || (to_come && moved_on) || (!offers.empty() && moved_on)) &&
                       state.without_news < State::kMostWithoutNews;
  progress.more = goes_on || again || !state.vectors_due.empty() || (state.options.live && !state.confirmed);
  if (!progress.more) state.without_news = 0;  // on a line that stays the next word begins anew
  return progress;
}

}  // namespace sejawat::sync
