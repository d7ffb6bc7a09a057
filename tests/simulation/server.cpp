#include "server.h"

#include <algorithm>

#include "older.h"
#include "storage_sqlite/sqlite_store.h"

namespace sejawat::simulation {
namespace {

constexpr std::uint64_t kServerNode = 1000;

bool says_nothing(const sync::ServerMessage& reply) {
  return reply.error == base::Code::ok && !reply.base_unknown && !reply.whose && !reply.set &&
         reply.spaces.empty() && reply.records_taken == 0 && reply.segments_taken == 0;
}

// Verdicts that a person has to hear of. The others are "later", or settled without anybody: a fork by its
// device, a join by what became of it.
bool refuses(const std::vector<sync::Exception>& exceptions) {
  return std::any_of(exceptions.begin(), exceptions.end(), [](const sync::Exception& one) {
    switch (one.code) {
      case base::Code::not_permitted:
      case base::Code::fenced:
      case base::Code::quota_exceeded:
      case base::Code::too_large: return true;
      default: return false;
    }
  });
}

bool is_taken(const sync::ServerMessage& reply, std::uint32_t place) {
  const auto& exceptions = reply.segment_exceptions;
  return std::none_of(exceptions.begin(), exceptions.end(),
                      [place](const sync::Exception& one) { return one.place == place; });
}

// From which segment on all of a log lies beyond what its fences name; nullopt: nothing does.
std::optional<std::uint64_t> fenced_from(const space::Membership& members, base::ByteView log) {
  for (const auto& [id, enrolled] : members.logs()) {
    if (!enrolled.fence || !base::equal(id.view().subspan(0, log.size()), log)) continue;
    std::uint64_t from = 0;
    for (const auto& fence : enrolled.fences()) from = std::max(from, fence.count);
    return from;
  }
  return std::nullopt;
}

}  // namespace

Server::Server(World& world, std::string folder, std::uint64_t number, Planted planted)
    : world_(world),
      planted_(planted),
      number_(number),
      clock_(world),
      random_(world.fork_seed()),
      disk_(world.witness, world.fork_seed(), kServerNode + number),
      folder_(std::move(folder)),
      mount_(folder_, disk_),
      key_(crypto::BoxKey::random(random_)) {
  address_.host = "127.0.0.1";
  address_.port = static_cast<std::uint16_t>(8787 + number);
  address_.key = key_.public_key();
  disk_.set_ignores_sync(planted == Planted::server_ignores_sync);
}

Server::~Server() {
  disk_.end_process();  // nobody looks at it any more: no checkpoint
}

base::Status Server::open() {
  SJ_TRY(auto store, storage::open_sqlite(folder_ + "/carrier.db", random_));
  store_ = plant(planted_, std::move(store));
  SJ_TRY(auto carrier, carrier::Carrier::open(*store_));
  SJ_TRY(auto secret, carrier->operator_secret(random_));
  if (secret && !operator_secret_) operator_secret_ = std::move(secret);
  carrier_ = std::move(carrier);
  check_promises();
  return {};
}

void Server::update() {
  world_.witness.sometimes(Sometimes::server_is_updated, older_);
  older_ = false;
}

void Server::start() {
  if (up()) return;
  if (older_ && world_.chance(300)) update();
  const base::Status opened = open();
  world_.witness.event("server starts", static_cast<std::uint64_t>(opened.code()));
  const bool met_error = disk_.met_error();
  if (opened.ok() && !disk_.ended()) return;
  world_.witness.always(Always::store_opens_again, disk_.ended() || met_error,
                        "server: " + opened.error().detail());
  end(world_.chance(500) ? Ending::killed : Ending::power_cut);
}

void Server::end(Ending ending) {
  if (disk_.ended_in_sync()) world_.witness.sometimes(Sometimes::server_dies_during_commit);
  world_.witness.fault(ending == Ending::killed ? Fault::server_killed : Fault::server_power_cut);
  close_process(ending);
  world_.after(world_.between(kSecond, 10 * kMinute), [this] { start(); });
}

void Server::close_process(Ending ending) {
  disk_.end_process();  // no destructor writes any more
  carrier_.reset();
  store_.reset();
  known_.clear();
  disk_.settle(ending);
  waiting_.clear();
  die_before_reply_ = false;
  for (const auto& [id, live] : std::exchange(lives_, {})) {
    live->deliver(base::error(base::Code::interrupted));
  }
}

void Server::go_back(const Disk::Image& image) {
  close_process(Ending::killed);
  disk_.load(image);
  operator_secret_.reset();  // what the store holds now is read at the next start
  // Nothing that it promised holds any more; clients have to find out by themselves.
  promises_.clear();
  ++lifetime_;
  world_.stores_went_back = true;
  world_.after(world_.between(kSecond, 10 * kMinute), [this] { start(); });
}

void Server::roll_back() {
  world_.witness.fault(Fault::server_rolled_back);
  went_back_as_it_was_ = true;
  go_back(*snapshot_);
}

void Server::change_places() {
  world_.witness.fault(Fault::server_copied);
  went_back_as_it_was_ = true;
  auto other = disk_.image();
  go_back(*snapshot_);
  snapshot_ = std::move(other);
}

void Server::wipe() {
  world_.witness.fault(Fault::server_wiped);
  went_back_as_it_was_ = false;
  go_back({});
}

void Server::heal() {
  update();
  older_devices_ = false;
  in_part_ = 0;
  disk_.heal();
  die_before_reply_ = false;
  start();
}

base::Result<std::shared_ptr<const Promise>> Server::promise_now() {
  auto promise = std::make_shared<Promise>();
  SJ_TRY(auto spaces, store_->spaces());
  for (const auto& space : spaces) {
    SJ_TRY(auto tip, store_->tip(space));
    if (!tip) continue;
    SJ_TRY(auto digest, store_->digest_at(space, tip->position));
    if (digest) (*promise)[space] = {tip->position, *digest};
  }
  return std::shared_ptr<const Promise>(std::move(promise));
}

void Server::promised(const Promise& promise, std::uint64_t lifetime) {
  if (lifetime != lifetime_) return;
  for (const auto& [space, place] : promise) {
    auto& kept = promises_[space];
    if (place.first > kept.first) kept = place;
  }
}

void Server::check_promises() {
  for (const auto& [space, place] : promises_) {
    auto digest = store_->digest_at(space, place.first);
    if (!digest.ok()) return;  // the disk ended or failed: the next start looks again
    world_.witness.always(Always::sent_is_durable, *digest && **digest == place.second,
                          "the server came back without something that it had acknowledged");
  }
}

void Server::receive(const base::Bytes& message, const Respond& respond) {
  auto session = std::make_shared<sync::CarrierSession>(key_, random_);
  auto incoming = session->on_message(message);
  world_.witness.event("server receives", message.size(), static_cast<std::uint64_t>(incoming.code()),
                       message);
  if (!incoming.ok()) {
    // As sejawat-server: 403 for what is not meant for this key, else 400.
    const bool foreign = incoming.code() == base::Code::cannot_decrypt;
    respond(base::error(foreign ? base::Code::wrong_server_key : base::Code::protocol_violation));
    return;
  }
  look_at(incoming->device, incoming->message);
  const bool older = asks_as_older(incoming->device);
  if (older) skip_newer(incoming->message);
  Request request;
  request.device = incoming->device;
  request.message = std::move(incoming->message);
  request.peer = std::make_shared<carrier::Peer>(request.device);
  const base::PublicBoxKey device = request.device;
  request.done = [this, session, respond, device, older](base::Result<sync::ServerMessage> reply) {
    if (reply.ok()) look_at(device, *reply);
    if (reply.ok() && older) skip_newer(*reply);
    auto answer = seal(*session, std::move(reply));
    if (answer) respond(std::move(*answer));
  };
  wait_for(std::move(request));
}

void Server::bring(const base::PublicBoxKey& connection, const base::SpaceId& space,
                   std::vector<base::Bytes> records) {
  Request request;
  request.device = connection;
  request.message.hello.emplace();
  request.message.spaces.push_back({{0, space}, std::move(records), {}, std::nullopt});
  request.peer = std::make_shared<carrier::Peer>(connection);
  request.done = [this](base::Result<sync::ServerMessage> reply) {
    if (!reply.ok()) return;
    world_.witness.sometimes(Sometimes::cheat_is_taken, reply->records_taken > 0);
    world_.witness.sometimes(Sometimes::cheat_is_refused, !reply->record_exceptions.empty());
  };
  wait_for(std::move(request));
}

void Server::wait_for(Request request) {
  request.wall_seconds = clock_.now().wall_ms / 1000;
  waiting_.push_back(std::move(request));
  if (serving_) return;
  serving_ = true;
  world_.after(world_.between(1, 200), [this] { serve(); });
}

std::optional<Answer> Server::seal(sync::CarrierSession& session, base::Result<sync::ServerMessage> reply) {
  if (!reply.ok()) return std::nullopt;
  auto promise = promise_now();
  if (!promise.ok()) return std::nullopt;
  Answer answer;
  answer.refused = refuses(reply->record_exceptions) || refuses(reply->segment_exceptions);
  for (const auto* exceptions : {&reply->record_exceptions, &reply->segment_exceptions}) {
    for (const auto& one : *exceptions) {
      world_.witness.event("verdict", one.place, static_cast<std::uint64_t>(one.code));
      world_.witness.reached(Point::verdict, one.code);
    }
  }
  plant(planted_, *reply);
  const bool all_taken = reply->records_taken + reply->segments_taken > 0 &&
                         reply->record_exceptions.empty() && reply->segment_exceptions.empty();
  world_.witness.sometimes(Sometimes::known_bytes_answered_as_stored,
                           all_taken && before_ && **promise == *before_);
  answer.same = says_nothing(*reply);
  answer.push = reply->push;
  answer.lifetime = lifetime_;
  auto sealed = session.reply(*reply);
  if (!sealed.ok()) return std::nullopt;
  world_.witness.event("server answers", sealed->size(), answer.same ? 1 : 0, *sealed);
  answer.bytes = std::move(*sealed);
  if (!answer.push) answer.promise = *promise;
  answer.as_of = records_before_;
  return answer;
}

// --- live connections

std::uint64_t Server::connect(Respond deliver) {
  if (!up()) return 0;
  lives_[++last_connection_] = std::make_shared<Live>(key_, random_, std::move(deliver));
  return last_connection_;
}

void Server::receive_live(std::uint64_t connection, const base::Bytes& message) {
  const auto found = lives_.find(connection);
  if (found == lives_.end()) return;
  const auto live = found->second;
  auto incoming = live->session.on_message(message);
  world_.witness.event("server receives live", message.size(), static_cast<std::uint64_t>(incoming.code()),
                       message);
  if (!incoming.ok()) {
    lives_.erase(connection);
    live->deliver(base::error(base::Code::interrupted));
    return;
  }
  look_at(incoming->device, incoming->message);
  if (!live->peer) {
    live->peer.emplace(incoming->device);
    live->older = asks_as_older(incoming->device);
  }
  if (live->older) skip_newer(incoming->message);
  live->answering = true;
  Request request;
  request.device = incoming->device;
  request.message = std::move(incoming->message);
  request.peer = std::shared_ptr<carrier::Peer>(live, &*live->peer);
  request.done = [this, live](base::Result<sync::ServerMessage> reply) {
    const bool refused = !reply.ok() || reply->error != base::Code::ok;
    if (reply.ok()) look_at(live->peer->device, *reply);
    if (reply.ok() && live->older) skip_newer(*reply);
    auto answer = seal(live->session, std::move(reply));
    live->answering = false;
    look_at(*live->peer);
    if (answer) live->deliver(std::move(*answer));
    if (refused) live->deliver(base::error(base::Code::interrupted));
  };
  wait_for(std::move(request));
}

// As net/live and net/websocket_session: after the answers of a group everybody else hears what is new, and
// whose device was removed is cut.
void Server::push_news() {
  const carrier::Changes changes = carrier_->take_changes();
  const auto lives = lives_;
  for (const auto& [id, live] : lives) {
    if (!live->peer || live->answering) continue;
    const auto lost = changes.cut.find(live->peer->device);
    if (lost != changes.cut.end() &&
        carrier::Peer::is_cut_by(lost->second, live->peer->set, live->peer->left)) {
      lives_.erase(id);
      live->deliver(base::error(base::Code::interrupted));
      continue;
    }
    auto message = carrier_->push(*live->peer);
    if (!message.ok()) return;  // the disk; the next commit finds out
    if (!*message) continue;
    look_at(*live->peer);
    if (live->older) skip_newer(**message);
    auto answer = seal(live->session, std::move(**message));
    if (answer) live->deliver(std::move(*answer));
  }
}

// --- looking

bool Server::was_removed(const base::PublicBoxKey& device) {
  for (const auto& [space, count] : records()) {
    const auto* of = membership(space);
    if (of == nullptr) continue;
    for (const auto& [id, row] : of->removed_devices()) {
      if (row.box_key == device) return true;
    }
  }
  return false;
}

void Server::look_at(const base::PublicBoxKey& device, const sync::ClientMessage& message) {
  if (!message.hello || !message.hello->full || !message.hello->set) return;
  // A set that changed is a reason too, and an ack that no digest confirmed; then this server said so itself,
  // or gave its last ack with the group that removed the device, or with the question whose device it is.
  const bool told = told_unknown_.count(device) != 0 || acked_and_asked_whose_.count(device) != 0;
  world_.witness.always(Always::base_is_lost_with_reason_only,
                        told || world_.stores_went_back || was_removed(device),
                        "a client holds something else than its carrier says, and no store went back");
}

void Server::look_at(const base::PublicBoxKey& device, const sync::ServerMessage& reply) {
  world_.witness.sometimes(Sometimes::carrier_is_not_what_it_was, lifetime_ > 0 && reply.generation);
  if (reply.whose && reply.records_taken + reply.segments_taken > 0) acked_and_asked_whose_.insert(device);
  if (!reply.base_unknown) return;
  world_.witness.sometimes(Sometimes::generation_alone_does_not_tell, went_back_as_it_was_);
  told_unknown_.insert(device);
  if (reply.generation) return;  // it does not know the device any more
  world_.witness.always(Always::base_is_lost_with_reason_only, reply.set || world_.stores_went_back,
                        "a carrier does not know what it said, and no store went back");
}

void Server::look_at(const carrier::Peer& peer) {
  const bool capped = peer.own.size() <= carrier::Peer::kMaxOwn && peer.positions.size() == peer.set.size() &&
                      peer.set.size() <= sync::kMaxSpaces;
  world_.witness.always(Always::messages_are_capped, capped, "a connection that keeps too much");
}

// What lies beyond a fence that this server knows is never simply taken: other phones would count on it.
void Server::look_at(const sync::ClientMessage& message, const carrier::Carrier::Ingested& ingested) {
  std::uint32_t place = 0;
  for (std::size_t i = 0; i < message.spaces.size(); ++i) {
    const auto& space = ingested.spaces[i];
    const auto* members = space ? carrier_->membership(*space) : nullptr;
    for (const auto& run : message.spaces[i].logs) {
      for (const auto& bytes : run.segments) {
        const bool taken = is_taken(ingested.reply, place++);
        const auto fenced = members != nullptr ? fenced_from(*members, run.log) : std::nullopt;
        if (!fenced) continue;
        const auto segment = log::decode_segment(bytes);
        const auto header = segment.ok() ? log::decode_header(segment->header)
                                         : base::Result<log::SegmentHeader>(segment.error());
        world_.witness.always(Always::late_work_is_told_apart,
                              !taken || !header.ok() || header->segment_no < *fenced,
                              "a server takes what lies beyond a fence as if it counted");
      }
    }
  }
}

const space::Membership* Server::membership(const base::SpaceId& space) {
  if (!up()) return nullptr;
  auto& known = known_[space];
  if (!known) known = std::make_unique<Known>(space);
  auto records = store_->records(space);
  if (!records.ok()) return nullptr;
  for (; known->records < records->size(); ++known->records) {
    if (!known->membership.add((*records)[known->records]).ok()) return nullptr;
  }
  return known->membership.has_genesis() ? &known->membership : nullptr;
}

Server::Holds Server::holds(const base::SpaceId& space, const log::Dot& dot) {
  if (!up()) return Holds::nothing;
  const auto* known = membership(space);
  // An end of a forked log has a name of its own on a device, and may be the first chain of the log here.
  if (known != nullptr && known->logs().count(dot.branch) == 0) return Holds::counted;
  auto head = store_->head(space, dot.branch);
  if (!head.ok()) return Holds::unreadable;
  if (!*head || (*head)->next_op <= dot.position) return Holds::nothing;
  const auto* members = membership(space);
  if (members == nullptr) return Holds::nothing;
  const auto log = members->logs().find(dot.branch);
  if (log == members->logs().end()) return Holds::nothing;
  if (!log->second.fence) return Holds::counted;
  if (log->second.fence->count == 0) return Holds::late;
  auto last = store_->segment(space, dot.branch, log->second.fence->count - 1);
  if (!last.ok()) return Holds::unreadable;
  if (!*last) return Holds::counted;  // it holds less than the fence lets through
  auto segment = log::decode_segment(**last);
  auto header = segment.ok() ? log::decode_header(segment->header)
                             : base::Result<log::SegmentHeader>(base::error(base::Code::malformed));
  if (!header.ok()) return Holds::nothing;
  return dot.position < header->first_op + header->op_count ? Holds::counted : Holds::late;
}

bool Server::has_removed(const base::DeviceId& device) {
  bool removed = false;
  for (const auto& [space, count] : records()) {
    const auto* of = membership(space);
    if (of == nullptr || of->devices().count(device) != 0) return false;
    removed = removed || of->removed_devices().count(device) != 0;
  }
  return removed;
}

bool Server::hosts(const base::SpaceId& space) {
  if (!up()) return false;
  auto tip = store_->tip(space);
  return tip.ok() && *tip;
}

Promise Server::tips() {
  if (!up()) return {};
  auto now = promise_now();
  return now.ok() ? **now : Promise{};
}

Records Server::records() {
  Records counts;
  auto spaces = store_->spaces();
  for (const auto& space : spaces.ok() ? *spaces : std::vector<base::SpaceId>{}) {
    auto tip = store_->tip(space);
    if (tip.ok() && *tip) counts[space] = (*tip)->usage.records;
  }
  return counts;
}

// Of each log's segments that an erasure names whole no body is left.
void Server::check_erased_bodies() {
  if (!up()) return;
  auto spaces = store_->spaces();
  for (const auto& space : spaces.ok() ? *spaces : std::vector<base::SpaceId>{}) {
    const auto* of = membership(space);
    if (of == nullptr) continue;
    for (const auto& erasure : of->erasures()) {
      for (const auto& part : erasure.segments) {
        if (of->logs().count(part.name.log) == 0) continue;
        auto bytes = store_->segment(space, part.name.log, part.name.segment_no);
        auto segment = bytes.ok() && *bytes ? log::decode_segment(**bytes)
                                            : base::Result<log::Segment>(base::error(base::Code::not_found));
        auto header = segment.ok() ? log::decode_header(segment->header)
                                   : base::Result<log::SegmentHeader>(base::error(base::Code::not_found));
        if (!header.ok() || !of->erased_ops(part.name).all(header->op_count)) continue;
        auto hash = store_->hash_of(space, part.name.log, part.name.segment_no);
        // Another end of that log has the same place.
        if (!hash.ok() || !*hash || !(base::prefix_of<base::HeadTag>(**hash) == part.name.tag)) continue;
        world_.witness.always(Always::erased_bodies_are_gone, segment->erased.has_value(),
                              "a server holds a body of which everything was erased");
      }
    }
  }
}

// The first uploads of a message, as if the others had not been looked at: those have no verdict.
void Server::shorten(sync::ClientMessage& message) {
  std::size_t records = 0;
  std::size_t segments = 0;
  for (const auto& space : message.spaces) {
    records += space.records.size();
    for (const auto& run : space.logs) segments += run.segments.size();
  }
  if (records + segments == 0 || !world_.chance(in_part_)) return;
  world_.witness.fault(Fault::answered_in_part);
  records = world_.random.below(records + 1);
  segments = world_.random.below(segments + 1);
  const auto keep = [](auto& items, std::size_t& left) {
    items.resize(std::min(items.size(), left));
    left -= items.size();
  };
  for (auto& space : message.spaces) {
    keep(space.records, records);
    for (auto& run : space.logs) keep(run.segments, segments);
    space.logs.erase(std::remove_if(space.logs.begin(), space.logs.end(),
                                    [](const auto& run) { return run.segments.empty(); }),
                     space.logs.end());
  }
}

bool Server::asks_as_older(const base::PublicBoxKey& device) {
  const bool older = older_devices_ && is_older(device, world_.now());
  world_.witness.sometimes(Sometimes::older_device_asks, older);
  if (older) {
    asked_as_older_.insert(device);
  } else {
    world_.witness.sometimes(Sometimes::device_is_updated, asked_as_older_.erase(device) != 0);
  }
  return older;
}

// As storage/writer does it on its thread: all are ingested, one commit, and only then the answers.
base::Result<std::vector<carrier::Carrier::Ingested>> Server::commit(const std::vector<Request>& group) {
  std::vector<carrier::Carrier::Ingested> ingested;
  SJ_TRY_STATUS(store_->begin());
  for (const auto& request : group) {
    SJ_TRY(auto one, carrier_->ingest(*request.peer, request.message, request.wall_seconds));
    look_at(request.message, one);
    ingested.push_back(std::move(one));
  }
  SJ_TRY_STATUS(store_->commit());
  return ingested;
}

bool Server::serve(const std::vector<Request>& group) {
  Witness& witness = world_.witness;
  auto before = promise_now();
  if (!before.ok()) return false;
  before_ = std::move(*before);
  records_before_ = std::make_shared<Records>(records());
  auto ingested = commit(group);
  const bool met_error = disk_.met_error();
  witness.event("server commits", group.size(), static_cast<std::uint64_t>(ingested.code()));
  if (!ingested.ok()) {
    witness.always(Always::codes_are_expected, met_error || disk_.ended(),
                   "server storage: " + ingested.error().detail());
    return false;
  }
  if (disk_.ended()) return false;
  if (die_before_reply_) {
    witness.sometimes(Sometimes::server_dies_between_commit_and_reply);
    return false;
  }
  witness.sometimes(Sometimes::group_commit_of_several, group.size() > 1);
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i].done(carrier_->answer(*group[i].peer, group[i].message, std::move((*ingested)[i])));
  }
  push_news();
  return !disk_.ended();
}

void Server::serve() {
  serving_ = false;
  if (!up() || waiting_.empty()) return;
  std::vector<Request> group;
  group.swap(waiting_);
  for (auto& request : group) {
    if (in_part_ > 0) shorten(request.message);
    if (!older_) continue;
    skip_newer(request.message);
    world_.witness.sometimes(Sometimes::older_server_answers);
  }
  // As main.cpp: after a failure of the store the process ends at once.
  if (!serve(group)) end(world_.chance(500) ? Ending::killed : Ending::power_cut);
}

}  // namespace sejawat::simulation
