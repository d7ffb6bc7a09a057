#include "server.h"

#include "storage_sqlite/sqlite_store.h"

namespace sejawat::simulation {
namespace {

constexpr std::uint64_t kServerNode = 1000;

bool says_nothing(const sync::ServerMessage& reply) {
  return reply.error == base::Code::ok && !reply.base_unknown && !reply.set && reply.spaces.empty() &&
         reply.records_taken == 0 && reply.segments_taken == 0;
}

}  // namespace

Server::Server(World& world, std::string folder, Planted planted)
    : world_(world),
      planted_(planted),
      clock_(world),
      random_(world.fork_seed()),
      disk_(world.witness, world.fork_seed(), kServerNode),
      folder_(std::move(folder)),
      mount_(folder_, disk_),
      key_(crypto::BoxKey::random(random_)) {
  address_.host = "127.0.0.1";
  address_.port = 8787;
  address_.key = key_.public_key();
  disk_.set_ignores_sync(planted == Planted::server_ignores_sync);
}

Server::~Server() = default;

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

void Server::start() {
  if (up()) return;
  const base::Status opened = open();
  world_.witness.event("server starts", static_cast<std::uint64_t>(opened.code()));
  const bool met_error = disk_.met_error();
  if (opened.ok() && !disk_.ended()) return;
  world_.witness.always(Always::store_opens_again, disk_.ended() || met_error,
                        "server: " + opened.error().detail);
  end(world_.chance(500) ? Ending::killed : Ending::power_cut);
}

void Server::end(Ending ending) {
  if (disk_.ended_in_sync()) world_.witness.sometimes(Sometimes::server_dies_during_commit);
  world_.witness.fault(ending == Ending::killed ? Fault::server_killed : Fault::server_power_cut);
  disk_.end_process();  // no destructor writes any more
  carrier_.reset();
  store_.reset();
  disk_.settle(ending);
  waiting_.clear();
  die_before_reply_ = false;
  world_.after(world_.between(kSecond, 10 * kMinute), [this] { start(); });
}

void Server::heal() {
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

void Server::promised(const Promise& promise) {
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

void Server::receive(base::Bytes message, Respond respond) {
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
  Request request;
  request.device = incoming->device;
  request.message = std::move(incoming->message);
  request.wall_seconds = clock_.now().wall_ms / 1000;
  request.done = [this, session, respond](base::Result<sync::ServerMessage> reply) {
    answer(*session, std::move(reply), respond);
  };
  waiting_.push_back(std::move(request));
  if (serving_) return;
  serving_ = true;
  world_.after(world_.between(1, 200), [this] { serve(); });
}

void Server::answer(sync::CarrierSession& session, base::Result<sync::ServerMessage> reply,
                    const Respond& respond) {
  if (!reply.ok()) return;
  auto promise = promise_now();
  if (!promise.ok()) return;
  plant(planted_, *reply);
  const bool all_taken = reply->records_taken + reply->segments_taken > 0 &&
                         reply->record_exceptions.empty() && reply->segment_exceptions.empty();
  world_.witness.sometimes(Sometimes::known_bytes_answered_as_stored, all_taken && **promise == *before_);
  const bool same = says_nothing(*reply);
  auto sealed = session.reply(*reply);
  if (!sealed.ok()) return;
  world_.witness.event("server answers", sealed->size(), same ? 1 : 0, *sealed);
  respond(Answer{std::move(*sealed), std::move(*promise), same, false});
}

// As storage/writer does it on its thread: all are ingested, one commit, and only then the answers.
base::Result<std::vector<carrier::Carrier::Ingested>> Server::commit(const std::vector<Request>& group) {
  std::vector<carrier::Carrier::Ingested> ingested;
  SJ_TRY_STATUS(store_->begin());
  for (const auto& request : group) {
    SJ_TRY(auto one, carrier_->ingest(request.device, request.message, request.wall_seconds));
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
  auto ingested = commit(group);
  const bool met_error = disk_.met_error();
  witness.event("server commits", group.size(), static_cast<std::uint64_t>(ingested.code()));
  if (!ingested.ok()) {
    witness.always(Always::codes_are_expected, met_error || disk_.ended(),
                   "server storage: " + ingested.error().detail);
    return false;
  }
  if (disk_.ended()) return false;
  if (die_before_reply_) {
    witness.sometimes(Sometimes::server_dies_between_commit_and_reply);
    return false;
  }
  witness.sometimes(Sometimes::group_commit_of_several, group.size() > 1);
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i].done(carrier_->answer(group[i].device, group[i].message, std::move((*ingested)[i])));
  }
  return !disk_.ended();
}

void Server::serve() {
  serving_ = false;
  if (!up() || waiting_.empty()) return;
  std::vector<Request> group;
  group.swap(waiting_);
  // As main.cpp: after a failure of the store the process ends at once.
  if (!serve(group)) end(world_.chance(500) ? Ending::killed : Ending::power_cut);
}

}  // namespace sejawat::simulation
