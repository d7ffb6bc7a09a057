// A real carrier over a real database, clients with real stores, and the line between them in one process.
// The hooks stand where a hostile or broken carrier would.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "api/sync_driver.h"
#include "base/codec.h"
#include "carrier/carrier.h"
#include "log_seal/seal.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/fakes.h"

namespace sejawat::api {

// Number of the content in a membership record (proto MembershipBody).
enum RecordKind : std::uint64_t { kGenesis = 10, kDevice, kLog, kInvite, kJoin, kEpoch, kBoxes };

inline std::uint64_t last_field(base::ByteView message, base::ByteView* first) {
  base::Reader reader(message);
  std::uint64_t last = 0;
  std::uint64_t tag = 0;
  while (reader.remaining() > 0 && reader.varint(tag)) {
    base::ByteView value;
    std::uint64_t number = 0;
    if ((tag & 7U) == 2 ? !reader.prefixed(message.size(), value) : !reader.varint(number)) break;
    if (first != nullptr && last == 0) *first = value;
    last = tag >> 3;
  }
  return last;
}
inline std::uint64_t kind_of(base::ByteView record) {
  base::ByteView body;
  last_field(record, &body);
  return last_field(body, nullptr);
}

class Folder {
 public:
  Folder() {
    // In memory where that is possible: these tests wait for thousands of commits.
    path_ = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    path_ += "/sejawat-api-XXXXXX";
    SJ_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class Server {
 public:
  Server(support::SeededRandom& random, support::ManualClock& clock)
      : random_(random), clock_(clock), key_(crypto::BoxKey::random(random)) {
    open();
  }
  space::CarrierAddress address() const {
    space::CarrierAddress address;
    address.host = "carrier.example";
    address.port = 8787;
    address.key = key_.public_key();
    return address;
  }
  base::Secret16 operator_secret() {
    auto secret = carrier_->operator_secret(random_);
    SJ_CHECK(secret.ok() && secret->has_value());
    secret_ = base::to_bytes((*secret)->view());
    return std::move(**secret);
  }
  // As if an operator let one more community in.
  void permit(const base::SpaceId& space) {
    SJ_CHECK(store_->put_meta("operator_used_by", space.view()).ok());
  }
  base::Secret16 last_operator_secret() const { return base::Secret16(secret_); }
  const crypto::BoxKey& key() const { return key_; }

  void open() {
    auto store = storage::open_sqlite(folder_.file("carrier.db"), random_);
    SJ_CHECK(store.ok());
    store_ = std::move(store).value();
    auto carrier = carrier::Carrier::open(*store_);
    SJ_CHECK(carrier.ok());
    carrier_ = std::move(carrier).value();
    carrier_->sign_receipts(key_);
  }
  void close() {
    carrier_.reset();
    store_.reset();
  }
  // A copy of the disk, and the return to it: with a new generation, as a restore makes one, or without.
  void back_up() {
    close();
    std::filesystem::copy_file(folder_.file("carrier.db"), folder_.file("copy"),
                               std::filesystem::copy_options::overwrite_existing);
    open();
  }
  void restore(bool new_generation) {
    close();
    std::filesystem::remove(folder_.file("carrier.db-wal"));
    std::filesystem::copy_file(folder_.file("copy"), folder_.file("carrier.db"),
                               std::filesystem::copy_options::overwrite_existing);
    open();
    if (!new_generation) return;
    SJ_CHECK(store_->put_meta("generation", random_.id<base::GenerationId>().view()).ok());
    close();
    open();
  }
  // As if everything had come here another way, under this server's own key and generation.
  void hold_what(Server& other) {
    close();
    other.close();
    std::filesystem::remove(folder_.file("carrier.db-wal"));
    std::filesystem::copy_file(other.folder_.file("carrier.db"), folder_.file("carrier.db"),
                               std::filesystem::copy_options::overwrite_existing);
    other.open();
    open();
    SJ_CHECK(store_->put_meta("generation", random_.id<base::GenerationId>().view()).ok());
    close();
    open();
  }
  void lose_disk() {
    close();
    std::filesystem::remove(folder_.file("carrier.db"));
    std::filesystem::remove(folder_.file("carrier.db-wal"));
    open();
  }
  // Of what it holds of a space.
  base::Digest digest(const base::SpaceId& space) {
    auto tip = store_->tip(space);
    SJ_CHECK(tip.ok() && tip->has_value());
    return log::SpaceDigest::from_state(space, (*tip)->digest_state)->value();
  }
  std::string disk() {
    close();
    FILE* file = fopen(folder_.file("carrier.db").c_str(), "rb");
    SJ_CHECK(file != nullptr);
    std::string bytes;
    char block[65536];
    for (std::size_t n = 0; (n = fread(block, 1, sizeof(block), file)) > 0;) bytes.append(block, n);
    fclose(file);
    open();
    return bytes;
  }

  // Hooks. `on_request` before anything is taken, `on_reply` before it is sealed.
  std::function<void(sync::ClientMessage&)> on_request;
  std::function<void(sync::ServerMessage&)> on_reply;
  std::optional<base::Code> refuse_segments;  // verdict on each of them
  int cut_after = -1;  // replies until the line is cut: the message arrives, its answer does not
  std::size_t requests = 0;

  base::Result<base::Bytes> exchange(sync::CarrierSession& session, base::ByteView message) {
    SJ_TRY(auto incoming, session.on_message(message));
    ++requests;
    if (on_request) on_request(incoming.message);
    const std::uint32_t withheld = withhold(incoming.message);
    SJ_TRY_STATUS(store_->begin());
    SJ_TRY(auto ingested, carrier_->ingest(incoming.device, incoming.message,
                                           clock_.now().wall_ms / 1000 + clock_ahead_seconds));
    SJ_TRY_STATUS(store_->commit());
    SJ_TRY(auto reply, carrier_->answer(incoming.device, incoming.message, std::move(ingested)));
    refuse(reply, withheld);
    if (on_reply) on_reply(reply);
    if (cut_after == 0) return base::error(base::Code::offline, "cut");
    if (cut_after > 0) --cut_after;
    return session.reply(reply);
  }
  std::int64_t clock_ahead_seconds = 0;

  // A channel that stays open.
  struct Line {
    Line(const crypto::BoxKey& key, base::Random& random) : session(key, random) {}
    sync::CarrierSession session;
    std::optional<carrier::Peer> peer;
  };
  std::unique_ptr<Line> line() { return std::make_unique<Line>(key_, random_); }
  base::Result<base::Bytes> exchange(Line& line, base::ByteView message) {
    SJ_TRY(auto incoming, line.session.on_message(message));
    ++requests;
    if (!line.peer) line.peer.emplace(incoming.device);
    const std::uint32_t withheld = withhold(incoming.message);
    SJ_TRY_STATUS(store_->begin());
    SJ_TRY(auto ingested, carrier_->ingest(*line.peer, incoming.message, clock_.now().wall_ms / 1000));
    SJ_TRY_STATUS(store_->commit());
    SJ_TRY(auto reply, carrier_->answer(*line.peer, incoming.message, std::move(ingested)));
    refuse(reply, withheld);
    return line.session.reply(reply);
  }
  // nullopt: nothing is new for it.
  base::Result<std::optional<base::Bytes>> push(Line& line) {
    carrier_->take_changes();
    SJ_TRY(auto message, carrier_->push(*line.peer));
    if (!message) return std::optional<base::Bytes>();
    SJ_TRY(auto sealed, line.session.reply(*message));
    return std::optional<base::Bytes>(std::move(sealed));
  }

  std::vector<base::Bytes> records(const base::SpaceId& space) { return store_->records(space).value(); }

 private:
  std::uint32_t withhold(sync::ClientMessage& message) const {
    std::uint32_t withheld = 0;
    if (!refuse_segments) return 0;
    for (auto& upload : message.spaces) {
      for (const auto& run : upload.logs) withheld += static_cast<std::uint32_t>(run.segments.size());
      upload.logs.clear();
    }
    return withheld;
  }
  void refuse(sync::ServerMessage& reply, std::uint32_t withheld) const {
    if (withheld == 0) return;
    reply.segments_taken = withheld;
    for (std::uint32_t i = 0; i < withheld; ++i) reply.segment_exceptions.push_back({i, *refuse_segments});
  }

  support::SeededRandom& random_;
  support::ManualClock& clock_;
  Folder folder_;
  crypto::BoxKey key_;
  base::Bytes secret_;
  std::unique_ptr<carrier::CarrierStore> store_;
  std::unique_ptr<carrier::Carrier> carrier_;
};

// What records mean that came in any order, those of other spaces among them.
inline space::Membership membership_of(const base::SpaceId& id, const std::vector<base::Bytes>& records) {
  space::Membership membership(id);
  for (bool more = true; more;) {
    more = false;
    for (const auto& record : records) more = membership.add(record).ok() || more;
  }
  return membership;
}

class World : public ::testing::Test {
 protected:
  support::SeededRandom random{7};
  support::ManualClock clock;
  Folder folder;
  Server server{random, clock};
  std::vector<base::SpaceId> joined;  // as events told

  std::unique_ptr<Core> open(const std::string& name) {
    auto core = Core::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), clock, random, 0);
    EXPECT_TRUE(core.ok()) << (core.ok() ? "" : core.error().detail());
    return core.ok() ? std::move(core).value() : nullptr;
  }
  using Store = store::Store;
  static fold::OpCodec codec() {
    return {[](const log::Op& op) { return log::encode_op(op); },
            [](base::ByteView bytes) { return log::decode_op(bytes); }};
  }
  // As that person's program would write it, if it were not ours. The core of that name is closed.
  void write_as(const std::string& name, const base::SpaceId& space, log::Op op) {
    auto store = std::move(Store::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), 0)).value();
    const auto own = store->own_log(space);
    ASSERT_TRUE(own.ok() && own->has_value());
    ASSERT_TRUE(
        fold::write_local(*store, codec(), space, (*own)->log, std::move(op), clock.now().wall_ms).ok());
  }
  // A person in a store of that name.
  std::unique_ptr<Core> person(const std::string& name, space::RecoveryCard* card = nullptr) {
    auto core = open(name);
    auto made = core->init(name, {server.address()});
    EXPECT_TRUE(made.ok());
    if (card != nullptr) *card = std::move(made).value();
    return core;
  }
  // The first community on the carrier, with its founder, synced.
  std::unique_ptr<Core> founder(const std::string& name = "Ani", space::RecoveryCard* card = nullptr) {
    auto core = person(name, card);
    const auto secret = server.operator_secret();
    auto community =
        core->create_community("SDN 30 Mataram", space::SpaceKind::school, server.address(), &secret);
    EXPECT_TRUE(community.ok());
    EXPECT_EQ(sync(*core).code, base::Code::ok);
    return core;
  }
  space::InviteLink invite_by(Core& admin, const char* role = "teacher", std::int64_t ttl = 3600,
                              std::uint32_t uses = 1) {
    auto invite = admin.invite(role, ttl, uses);
    EXPECT_TRUE(invite.ok());
    EXPECT_EQ(sync(admin).code, base::Code::ok);
    return std::move(invite->link);
  }
  std::unique_ptr<Core> member(Core& admin, const std::string& name, space::RecoveryCard* card = nullptr) {
    const auto link = invite_by(admin);
    auto core = person(name, card);
    EXPECT_TRUE(core->join(link).ok());
    EXPECT_EQ(sync(*core).code, base::Code::ok);
    EXPECT_TRUE(core->join_state().ok());
    return core;
  }

  SyncReport sync(Core& core, bool one_shot = true) { return sync(core, server, one_shot); }
  SyncReport sync(Core& core, SyncMedia media) { return sync(core, server, true, media); }
  SyncReport sync(Core& core, Server& with, bool one_shot = true, SyncMedia media = SyncMedia::all) {
    SyncDriver driver(core, clock);
    auto started = driver.start(with.address(), false, media);
    if (!started.ok()) return report_of(started.code());
    EXPECT_TRUE(driver.connected(*started, one_shot).ok());
    std::unique_ptr<sync::CarrierSession> session;
    for (int exchanges = 0;; ++exchanges) {
      if (exchanges == 200) {
        ADD_FAILURE() << "a sync that does not end";
        break;
      }
      auto out = driver.outgoing();
      if (!out) break;
      if (one_shot || !session) session = std::make_unique<sync::CarrierSession>(with.key(), random);
      auto reply = with.exchange(*session, out->message);
      const auto taken = reply.ok() ? driver.received(out->connection, *reply)
                                    : driver.disconnected(out->connection, reply.code());
      EXPECT_TRUE(taken.ok());
    }
    std::optional<SyncReport> report;
    while (auto event = driver.next_event()) {
      if (auto* ended = std::get_if<SyncReport>(&*event)) report = *ended;
      if (auto* told = std::get_if<SyncDriver::Joined>(&*event)) joined.push_back(told->space);
    }
    EXPECT_TRUE(report.has_value());
    return report.value_or(report_of(base::Code::internal));
  }
  static SyncReport report_of(base::Code code) {
    SyncReport report;
    report.code = code;
    return report;
  }

  static cycle::JournalEntry entry(std::string happened, const char* date = "2026-11-24") {
    cycle::JournalEntry entry;
    entry.date = date;
    entry.class_name = "5A";
    cycle::JournalEvent event;
    event.happened = std::move(happened);
    entry.events.push_back(std::move(event));
    return entry;
  }
  // No picture, but what begins like one.
  base::Bytes photo(std::size_t size = 100'000) {
    base::Bytes bytes(size);
    random.fill(bytes);
    const std::uint8_t jpeg[] = {0xFF, 0xD8, 0xFF};
    std::copy(std::begin(jpeg), std::end(jpeg), bytes.begin());
    return bytes;
  }
  static base::ObjectId add(Core& core, std::string happened) {
    auto ids = core.add_entries({entry(std::move(happened))});
    EXPECT_TRUE(ids.ok());
    return ids.ok() ? ids->front() : base::ObjectId{};
  }
  static base::ObjectId begin_problem(Core& core, const base::SpaceId& school, std::string title) {
    cycle::Record record;
    record.type = cycle::kProblem;
    record.values["title"] = std::move(title);
    const auto problem = core.cycle().begin(school, record);
    EXPECT_TRUE(problem.ok());
    return problem.ok() ? *problem : base::ObjectId{};
  }
  // What a list shows, newest first, in one line.
  static std::string texts(Core& core) {
    auto views = core.journal().list(false, 0, 1000);
    EXPECT_TRUE(views.ok());
    std::string out;
    if (!views.ok()) return out;
    for (const auto& view : *views) {
      for (const auto& event : view.entry.events) out += (out.empty() ? "" : "|") + event.happened;
    }
    return out;
  }
  static Status status(Core& core) {
    auto status = core.status();
    EXPECT_TRUE(status.ok());
    return status.ok() ? std::move(status).value() : Status{};
  }
  static std::uint64_t pending(Core& core) { return status(core).pending; }
  static const SpaceStatus& community(const Status& status) {
    static const SpaceStatus none;
    for (const auto& space : status.spaces) {
      if (space.kind == space::SpaceKind::school) return space;
    }
    return none;
  }
  static const SpaceStatus& personal(const Status& status) {
    static const SpaceStatus none;
    for (const auto& space : status.spaces) {
      if (space.kind == space::SpaceKind::personal) return space;
    }
    return none;
  }
};

}  // namespace sejawat::api
