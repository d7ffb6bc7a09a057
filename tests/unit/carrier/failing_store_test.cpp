// A store that fails in the middle of an exchange. That is the carrier's end, said with the store's own code:
// never a verdict on what somebody brought, for which they would be told that it was refused.
#include "failing_store.h"
#include "carrier/audit.h"
#include "fixture.h"

namespace sejawat::carrier {
namespace {

// A day of a carrier, from its first start to an audit. Ends with the first error.
class Day {
 public:
  explicit Day(FailingStore& store) : store_(store) {}
  base::Status run() {
    SJ_TRY_STATUS(open());
    SJ_TRY(const auto secret, carrier_->operator_secret(random_));
    SJ_TRY_STATUS(found(base::to_bytes(secret->view())));
    SJ_TRY_STATUS(say(admin_, message_of({upload(school_.id(), {by_admin_->enrolment})})));
    SJ_TRY_STATUS(say(sari_, message_of({upload(school_.id(), {by_sari_->enrolment})})));
    SJ_TRY_STATUS(write_and_fork());
    SJ_TRY_STATUS(attach());
    SJ_TRY_STATUS(erase());
    SJ_TRY_STATUS(remove());
    SJ_TRY_STATUS(read());
    SJ_TRY_STATUS(live());
    SJ_TRY_STATUS(open());
    SJ_TRY(const auto checked, audit(store_));
    EXPECT_EQ(checked.spaces, 2U);
    return {};
  }

 private:
  base::Status open() {
    SJ_TRY(carrier_, Carrier::open(store_));
    carrier_->sign_receipts(key_);
    return {};
  }
  base::Status say(const Person& by, const sync::ClientMessage& message) {
    Peer peer(by.device());
    return say(peer, message);
  }
  base::Status say(Peer& peer, const sync::ClientMessage& message) {
    SJ_TRY_STATUS(store_.begin());
    SJ_TRY(auto ingested, carrier_->ingest(peer, message, kNow));
    SJ_TRY_STATUS(store_.commit());
    SJ_TRY(reply_, carrier_->answer(peer, message, std::move(ingested)));
    for (const auto* exceptions : {&reply_.record_exceptions, &reply_.segment_exceptions}) {
      for (const auto& exception : *exceptions)
        EXPECT_NE(exception.code, store_.code) << "call " << store_.fail_at;
    }
    for (const auto& state : reply_.chunk_states) EXPECT_NE(state.code, store_.code);
    EXPECT_NE(reply_.error, store_.code);
    return {};
  }
  base::Status write(const Person& by, const Writing& log, const Bytes& segment) {
    return say(by, message_of({upload(school_.id(), {}, {run_of(log.id, {segment})})}));
  }
  base::Status found(Bytes secret) {
    auto message = message_of({upload(school_.id(), school_.records())});
    message.hello->operator_secret = std::move(secret);
    SJ_TRY_STATUS(say(admin_, message));
    for (const auto* person : {&sari_, &budi_}) {
      const auto keys = space::InviteKeys::from_secret(base::Secret16::random(random_));
      const auto invite = school_.add(space::write_invite(admin_.author(), school_.membership, keys,
                                                          space::WireRole::writer, 1, kNow + 9, {}));
      SJ_TRY_STATUS(say(admin_, message_of({upload(school_.id(), {invite})})));
      const auto record = school_.membership.invites().at(keys.sign.public_key()).record;
      const auto join = school_.add(space::write_join(person->author(), school_.id(), keys.sign, record,
                                                      person->identity.box.public_key(), {}));
      SJ_TRY_STATUS(say(*person, message_of({upload(school_.id(), {join})})));
    }
    const auto diary = support::diary_of(sari_);
    SJ_TRY_STATUS(say(sari_, message_of({upload(diary.id(), diary.records())})));
    by_admin_.emplace(school_, admin_, random_);
    by_sari_.emplace(school_, sari_, random_);
    return {};
  }
  base::Status write_and_fork() {
    SJ_TRY_STATUS(write(admin_, *by_admin_, by_admin_->write()));
    Writing copy = *by_admin_;
    erased_ = {by_admin_->id, 0, base::prefix_of<base::HeadTag>(by_admin_->head.hash)};
    for (int i = 0; i < 2; ++i) SJ_TRY_STATUS(write(admin_, *by_admin_, by_admin_->write()));
    for (int i = 0; i < 2; ++i) SJ_TRY_STATUS(write(admin_, copy, copy.write()));
    // More than a reply holds.
    for (int i = 0; i < 3; ++i) SJ_TRY_STATUS(write(admin_, *by_admin_, by_admin_->write(25'000)));
    first_of_sari_ = by_sari_->write();
    SJ_TRY_STATUS(write(sari_, *by_sari_, first_of_sari_));
    fence_ = {by_sari_->id, 1, base::prefix_of<base::HeadTag>(by_sari_->head.hash)};
    return write(sari_, *by_sari_, first_of_sari_);  // once more
  }
  sync::ClientMessage piece(const Bytes& of, std::size_t offset, std::size_t size) const {
    auto message = message_of({});
    message.chunks.push_back({{0, school_.id()},
                              log::chunk_id(of),
                              static_cast<std::uint32_t>(of.size()),
                              static_cast<std::uint32_t>(offset),
                              base::to_bytes(base::ByteView(of).subspan(offset, size))});
    return message;
  }
  base::Status attach() {
    SJ_TRY_STATUS(say(admin_, piece(photo_, 0, 400)));
    SJ_TRY_STATUS(say(admin_, piece(photo_, 400, 600)));
    SJ_TRY_STATUS(say(admin_, piece(begun_, 0, 400)));
    SJ_TRY_STATUS(say(sari_, piece(hers_, 0, 400)));
    auto message = message_of({});
    message.hello->chunk_mark = reply_.chunk_mark;
    SJ_TRY_STATUS(say(admin_, message));
    Peer peer(admin_.device());
    peer.greeted = true;
    peer.follow({school_.id()}, carrier_->survey()[school_first() ? 0 : 1].arrivals);
    sync::ClientMessage fetch;
    fetch.wants.push_back({{0, school_.id()}, log::chunk_id(photo_), 0, 500});
    SJ_TRY_STATUS(say(peer, fetch));
    EXPECT_EQ(reply_.chunks.at(0).bytes.size(), 500 - 96U);
    return {};
  }
  bool school_first() const { return carrier_->survey()[0].space == school_.id(); }
  // Its first segment, and an attachment, are told to be gone; a second erasure waits for its witness.
  base::Status erase() {
    std::vector<log::ChunkId> chunks = {log::chunk_id(photo_), log::chunk_id(begun_)};
    std::sort(chunks.begin(), chunks.end());
    const auto all = school_.add(
        space::write_erased(admin_.author(), school_.membership, 0, {{erased_, {{0, 3}}}}, {}, chunks));
    SJ_TRY_STATUS(say(admin_, message_of({upload(school_.id(), {all})})));
    const auto by_herself = school_.add(
        space::write_erased(sari_.author(), school_.membership, 0, {}, {}, {log::chunk_id(hers_)}));
    SJ_TRY_STATUS(say(sari_, message_of({upload(school_.id(), {by_herself})})));
    const auto witness = by_admin_->write();
    const log::SegmentName quoting{by_admin_->id, by_admin_->head.count - 1,
                                   base::prefix_of<base::HeadTag>(by_admin_->head.hash)};
    const auto some = school_.add(space::write_erased(admin_.author(), school_.membership, 0,
                                                      {{{fence_.log, 0, fence_.head}, {{0, 1}}}}, {quoting}));
    SJ_TRY_STATUS(say(admin_, message_of({upload(school_.id(), {some})})));
    SJ_TRY_STATUS(write(admin_, *by_admin_, witness));
    // A body that comes once more after it went: nobody lacks it.
    SJ_TRY_STATUS(write(sari_, *by_sari_, first_of_sari_));
    auto asking = message_of({});
    for (const auto& record : {all, some})
      asking.receipts.push_back({school_.id(), *space::record_id_of(record)});
    SJ_TRY_STATUS(say(admin_, asking));
    EXPECT_EQ(reply_.receipts.size(), 2U);
    return {};
  }
  base::Status remove() {
    const auto removal =
        school_.add(space::write_person_removed(admin_.author(), school_.membership, sari_.id(), {fence_}));
    SJ_TRY_STATUS(say(admin_, message_of({upload(school_.id(), {removal})})));
    SJ_TRY_STATUS(write(sari_, *by_sari_, by_sari_->write()));
    EXPECT_EQ(verdict(reply_.segment_exceptions, 0), Code::fenced);
    SJ_TRY_STATUS(write(admin_, *by_sari_, first_of_sari_));
    auto hello = message_of({});
    return say(sari_, hello);  // who was removed hears what is held of its logs
  }
  // Somebody who has nothing, who asks for vectors, who says what it holds, who was here yesterday.
  base::Status read() {
    sync::ClientMessage message;
    message.hello.emplace();
    SJ_TRY_STATUS(say(budi_, message));
    const std::vector<base::SpaceId> set = {school_.id()};
    message.hello->set = log::set_tag(set);
    message.hello->full = true;
    SJ_TRY_STATUS(say(budi_, message));
    auto mine = upload(school_.id());
    mine.vector = reply_.spaces.at(0).vector;
    mine.vector->records.pop_back();
    Peer peer(budi_.device());
    peer.greeted = true;
    peer.follow(set, std::nullopt);
    sync::ClientMessage holding;
    holding.spaces = {mine};
    SJ_TRY_STATUS(say(peer, holding));
    sync::ClientMessage first;  // of one that says so without having been here
    first.hello.emplace();
    first.spaces = {mine};
    SJ_TRY_STATUS(say(budi_, first));
    message.hello->full = false;
    message.hello->positions = {2};
    SJ_TRY(const auto digest, store_.digest_at(school_.id(), 2));
    message.hello->base = log::account_digest({{school_.id(), *digest}});
    SJ_TRY_STATUS(say(budi_, message));
    EXPECT_FALSE(reply_.base_unknown);
    return {};
  }
  base::Status live() {
    Peer peer(budi_.device());
    sync::ClientMessage hello;
    hello.hello.emplace();
    hello.hello->live = true;
    SJ_TRY_STATUS(say(peer, hello));
    EXPECT_GT(reply_.bytes_to_come, 0U);
    do {
      SJ_TRY_STATUS(say(peer, {}));
    } while (reply_.bytes_to_come > 0);
    Peer behind = peer;
    behind.positions.at(0) = 1;
    SJ_TRY_STATUS(write(admin_, *by_admin_, by_admin_->write()));
    SJ_TRY(const auto pushed, carrier_->push(peer));
    EXPECT_TRUE(pushed.has_value());
    SJ_TRY(const auto invited, carrier_->push(behind));
    EXPECT_TRUE(invited && invited->bytes_to_come > 0) << "it is not pushed all of that";
    return {};
  }

  FailingStore& store_;
  support::SeededRandom random_{60};
  Person admin_{random_};
  Person sari_{random_};
  Person budi_{random_};
  crypto::BoxKey key_ = crypto::BoxKey::random(random_);
  support::Community school_ = support::found_school(admin_);
  std::optional<Writing> by_admin_;
  std::optional<Writing> by_sari_;
  Bytes photo_ = Bytes(1'000, 1);
  Bytes begun_ = Bytes(1'000, 2);
  Bytes hers_ = Bytes(1'000, 3);
  log::SegmentName erased_;
  space::Fence fence_;
  Bytes first_of_sari_;
  std::unique_ptr<Carrier> carrier_;
  sync::ServerMessage reply_;
};

class FailingCarrierStore : public testing::Test {
 protected:
  Code play(std::size_t fail_at, Code code) {
    support::SeededRandom random(61);
    auto inner = storage::open_sqlite(":memory:", random);
    EXPECT_TRUE(inner.ok());
    FailingStore store(**inner);
    store.fail_at = fail_at;
    store.code = code;
    const auto ended = Day(store).run().code();
    calls = store.calls;
    return ended;
  }
  std::size_t calls = 0;
};

TEST_F(FailingCarrierStore, AnEngineWithBackupsOfItsOwnMakesNoCopies) {
  support::SeededRandom random(62);
  auto inner = storage::open_sqlite(":memory:", random);
  ASSERT_TRUE(inner.ok());
  EXPECT_EQ(FailingStore(**inner).copy_to("copy").code(), Code::version_unsupported);
}

TEST_F(FailingCarrierStore, AtAnyCallEndsTheCarrierWithItsCodeAndIsNoVerdict) {
  ASSERT_EQ(play(SIZE_MAX, Code::storage_failed), Code::ok);
  const std::size_t all = calls;
  ASSERT_GT(all, 150U);
  for (std::size_t n = 0; n < all; ++n) {
    const auto codes = n % 2 == 0 ? std::array{Code::disk_full, Code::store_locked}
                                  : std::array{Code::storage_failed, Code::store_key_wrong};
    for (const auto code : codes) {
      ASSERT_EQ(play(n, code), code) << "call " << n;
      ASSERT_EQ(calls, n + 1) << "nothing is asked of a store that failed";
    }
  }
}

}  // namespace
}  // namespace sejawat::carrier
