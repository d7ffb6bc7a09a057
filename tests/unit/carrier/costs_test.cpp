// What somebody who means harm can have a carrier do, and what that costs them.
#include "costs.h"
#include "space/receipt.h"

namespace sejawat::carrier {
namespace {

TEST_F(CostTest, WhatAVectorNamesIsNotReadHoweverMuchItIs) {
  std::vector<Writing> logs;
  logs.push_back(enrol(school, admin));
  logs.push_back(enrol(school, admin));
  for (int i = 0; i < 300; ++i) {
    auto& log = logs[static_cast<std::size_t>(i % 2)];
    ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  }
  const auto holds_all = vector_of(school, logs);
  const auto missing = logs[0].write();
  ASSERT_EQ(write(admin, logs[0], missing), Code::ok);
  const auto record = Writing(school, admin, random).enrolment;
  ASSERT_EQ(offer(admin, school.id(), record), Code::ok);
  ASSERT_EQ(write(admin, logs[1], logs[1].write()), Code::ok);
  FailingStore watched(*store);
  carrier = std::move(Carrier::open(watched)).value();
  watched.arrivals = 0;
  const auto reply = send(admin, holds_all);
  EXPECT_LE(watched.arrivals, 4U);
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_EQ(reply.spaces[0].records, std::vector<Bytes>{record});
  ASSERT_EQ(reply.spaces[0].logs.size(), 2U);
  EXPECT_EQ(reply.spaces[0].logs[0].segments, std::vector<Bytes>{missing});
  EXPECT_EQ(reply.spaces[0].position, carrier->survey()[0].arrivals);
  carrier.reset();
}

// Whoever holds something of everything: each part goes on where the last one ended, and all of it comes.
TEST_F(CostTest, WhatAVectorLeavesOutComesInPartsAndInOrder) {
  std::vector<Writing> logs;
  for (int i = 0; i < 3; ++i) logs.push_back(enrol(school, admin));
  for (int i = 0; i < 60; ++i) {
    auto& log = logs[static_cast<std::size_t>(i % 3)];
    ASSERT_EQ(write(admin, log, log.write(2000)), Code::ok);
  }
  const auto holds = vector_of(school, logs);
  Writing fork = logs[1];
  std::vector<Bytes> expected;
  for (int i = 0; i < 40; ++i) {
    auto& log = i % 4 == 0 ? fork : logs[static_cast<std::size_t>(i % 3)];
    expected.push_back(log.write(4000));
    ASSERT_EQ(write(admin, log, expected.back()), Code::ok);
  }
  const auto reply = send(admin, holds);
  ASSERT_EQ(reply.spaces.size(), 1U);
  std::vector<Bytes> came;
  for (const auto& run : reply.spaces[0].logs)
    came.insert(came.end(), run.segments.begin(), run.segments.end());
  ASSERT_GT(came.size(), 10U);
  ASSERT_LT(came.size(), expected.size());
  EXPECT_TRUE(std::equal(came.begin(), came.end(), expected.begin()));
  EXPECT_EQ(reply.spaces[0].position, carrier->survey()[0].arrivals - (expected.size() - came.size()));
  EXPECT_EQ(reply.segments_to_come, expected.size() - came.size());
}

TEST_F(CostTest, APersonHasOneAllowanceHoweverManyPhonesTheyHave) {
  admit(sari);
  const Person second = another_phone(admin);
  Limits limits;
  limits.segment_burst = 4;
  limits.segments_per_second = 1;
  limits.record_burst = 2;
  limits.records_per_second = 1;
  open(limits);
  std::vector<Writing> logs;
  for (int i = 0; i < 2; ++i) logs.push_back(enrol(school, i == 0 ? admin : second));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(write(admin, logs[0], logs[0].write()), Code::ok);
    EXPECT_EQ(write(second, logs[1], logs[1].write()), Code::ok);
  }
  EXPECT_EQ(write(second, logs[1], logs[1].draft()), Code::timed_out);
  EXPECT_EQ(write(admin, logs[0], logs[0].draft()), Code::timed_out);
  EXPECT_EQ(write(sari, logs[1], logs[1].draft()), Code::ok) << "another person";
  EXPECT_EQ(offer(second, school.id(), Writing(school, second, random).enrolment), Code::timed_out);
}

// What lost phones of one person still bring is counted together as well.
TEST_F(CostTest, RemovedPhonesOfAPersonShareTheirAllowance) {
  std::vector<Person> phones;
  std::vector<Writing> logs;
  for (int i = 0; i < 2; ++i) phones.push_back(another_phone(admin));
  for (const auto& phone : phones) logs.push_back(enrol(school, phone));
  for (const auto& phone : phones) {
    const auto removal = school.add(
        space::write_device_removed(admin.author(), school.membership, phone.certificate.device(), {}));
    ASSERT_EQ(offer(admin, school.id(), removal), Code::ok);
  }
  Limits limits;
  limits.segment_burst = 1;
  limits.segments_per_second = 1;
  open(limits);
  EXPECT_EQ(write(phones[0], logs[0], logs[0].draft()), Code::fenced);
  EXPECT_EQ(write(phones[1], logs[1], logs[1].draft()), Code::timed_out);
}

class TheftTest : public CostTest {
 protected:
  TheftTest() {
    limits.segment_burst = limits.record_burst = 2 * Allowances::kOwnPart;
    limits.segments_per_second = limits.records_per_second = 1;
  }
  // More than a person may bring at once, of which nothing checks.
  void flood(const Person& by, const Writing& log, std::int64_t now = kNow) {
    const std::vector<Bytes> rubbish(3 * Allowances::kOwnPart, Bytes(3, 7));
    send(by, message_of({upload(school.id(), {}, {run_of(log.id, rubbish)})}), now);
    std::vector<Bytes> records;
    while (records.size() < rubbish.size()) {
      records.push_back(space::write_log(by.author(), school.membership,
                                         crypto::SigningKey::from_seed(base::Secret32::random(random))));
      records.back().back() ^= 1;
    }
    const auto reply = send(by, message_of({upload(school.id(), records)}), now);
    EXPECT_EQ(verdict(reply.record_exceptions, static_cast<std::uint32_t>(records.size() - 1)),
              Code::timed_out);
  }
  Limits limits;
};

TEST_F(TheftTest, AStolenPhoneKeepsItsOwnerFromNothing) {
  const Person stolen = another_phone(admin);
  const Person lost = another_phone(admin);
  Writing of_stolen = enrol(school, stolen);
  Writing log = enrol(school, admin);
  const auto remove = [&](const Person& phone) {
    return offer(admin, school.id(),
                 school.add(space::write_device_removed(admin.author(), school.membership,
                                                        phone.certificate.device(), {})));
  };
  open(limits);
  flood(stolen, of_stolen);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  EXPECT_EQ(remove(stolen), Code::ok);
  // And removed it goes on. What the owner may bring has filled up meanwhile, and beyond what is theirs
  // alone.
  const auto later = kNow + 1'000;
  flood(stolen, of_stolen, later);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(write(admin, log, log.write(), later), Code::ok);
  EXPECT_EQ(remove(lost), Code::ok);
  EXPECT_EQ(write(stolen, of_stolen, of_stolen.draft(), later), Code::timed_out);
  open(limits);
  flood(stolen, of_stolen);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(write(admin, log, log.write()), Code::ok);
}

// Removed from its owner's own space it counts nowhere, and nor does what it certified, which nobody removed.
TEST_F(TheftTest, WhatAStolenPhoneCertifiedPaysLikeIt) {
  const Person stolen = another_phone(admin);
  Person further(random);
  const auto half = space::certify_by_device(stolen.certificate, stolen.keys.sign,
                                             further.keys.sign.public_key(), further.device(), 1);
  further.certificate = *space::take_possession(half, further.keys);
  const auto introduced =
      school.add(space::write_device(stolen.author(), school.membership, further.certificate));
  ASSERT_EQ(offer(stolen, school.id(), introduced), Code::ok);
  Writing of_further = enrol(school, further);
  Writing log = enrol(school, admin);
  Community diary = support::diary_of(admin);
  diary.add(space::write_device(admin.author(), diary.membership, stolen.certificate));
  diary.add(space::write_device_removed(admin.author(), diary.membership, stolen.certificate.device(), {}));
  ASSERT_TRUE(send(admin, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  open(limits);
  flood(further, of_further);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(write(admin, log, log.write()), Code::ok);
  EXPECT_EQ(write(further, of_further, of_further.draft()), Code::timed_out);
}

// A tag of eight bytes in the hello, and a thousand phones had a thousand allowances.
TEST_F(CostTest, WhoNamesNobodyOfTheirsPaysWithTheOthersAllTheSame) {
  const Person second = another_phone(admin);
  Limits limits;
  limits.segment_burst = 2;
  limits.segments_per_second = 1;
  const auto of_nobody = [&](const Person& by, const Writing& log, const Bytes& segment) {
    auto message = message_of({upload(school.id(), {}, {run_of(log.id, {segment})})});
    message.hello->person = base::prefix_of<sync::PersonTag>(stranger.id());
    return verdict(send(by, message).segment_exceptions, 0);
  };
  Writing first_log = enrol(school, admin);
  Writing second_log = enrol(school, second);
  open(limits);
  EXPECT_EQ(of_nobody(admin, first_log, first_log.write()), Code::ok);
  EXPECT_EQ(of_nobody(second, second_log, second_log.write()), Code::ok);
  EXPECT_EQ(of_nobody(admin, first_log, first_log.draft()), Code::timed_out);
  EXPECT_EQ(of_nobody(second, second_log, second_log.draft()), Code::timed_out);
  const auto removal = school.add(
      space::write_device_removed(admin.author(), school.membership, second.certificate.device(), {}));
  ASSERT_EQ(offer(admin, school.id(), removal), Code::ok);
  open(limits);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(of_nobody(second, second_log, second_log.write()), Code::fenced);
  EXPECT_EQ(write(second, second_log, second_log.draft()), Code::timed_out) << "one allowance, named or not";
}

TEST(AllowancesTest, ADeviceHasALittleForItselfAndAPersonNotMuchMoreByThat) {
  constexpr Rate kRate{4 * Allowances::kOwnPart, 1};
  Allowances allowances;
  const auto device = [](int number, bool first_hand) {
    return Payer{{1}, {static_cast<std::uint8_t>(number)}, first_hand};
  };
  const auto all_of = [&](const Payer& payer, std::int64_t now) {
    std::uint32_t taken = 0;
    while (allowances.take(payer, now, kRate)) ++taken;
    return taken;
  };
  // A lost phone and what it certified since.
  EXPECT_EQ(all_of(device(0, false), 0), kRate.burst + 4);
  std::uint32_t further = 0;
  for (int i = 1; i < 100; ++i) further += all_of(device(i, false), 0);
  EXPECT_EQ(further, 15U * 4) << "sixteen have something of their own";
  EXPECT_FALSE(allowances.take(device(100, false), 0, kRate));
  EXPECT_EQ(all_of(device(101, true), 0), 4U) << "and who comes back by the card";
  EXPECT_EQ(all_of(device(102, false), 0), 0U);
  EXPECT_EQ(all_of({{1}, {}, false}, 0), 0U);
  EXPECT_EQ(all_of({{2}, {}, false}, 0), kRate.burst) << "another person";
  // What was let in and cost more, and what was given back.
  EXPECT_EQ(all_of({{1}, {}, false}, 2), 2U);
  EXPECT_TRUE(allowances.take(device(101, true), 2, kRate));
  allowances.spend(device(101, true), 9);
  EXPECT_FALSE(allowances.take(device(101, true), 2, kRate));
  allowances.give_back(device(101, true), kRate);
  EXPECT_TRUE(allowances.take(device(101, true), 2, kRate));
}

TEST_F(CostTest, WhatIsHereAlreadyIsLookedUpAtARateOfItsOwn) {
  Writing log = enrol(school, admin);
  std::vector<Bytes> seen;
  for (int i = 0; i < 5; ++i) seen.push_back(log.write());
  ASSERT_TRUE(
      send(admin, message_of({upload(school.id(), {}, {run_of(log.id, seen)})})).segment_exceptions.empty());
  Limits limits;
  limits.segment_burst = 3;
  limits.segments_per_second = 1;
  limits.repeat_burst = 7;
  limits.repeats_per_second = 1;
  FailingStore watched(*store);
  carrier = std::move(Carrier::open(watched, limits)).value();
  const auto replay = message_of({upload(school.id(), {}, {run_of(log.id, seen)})});
  EXPECT_TRUE(send(admin, replay).segment_exceptions.empty());
  EXPECT_EQ(send(admin, replay).segment_exceptions.size(), 2U) << "after the third that was too many";
  const auto before = watched.calls;
  EXPECT_EQ(send(admin, replay).segment_exceptions.size(), 4U);
  const auto of_one = watched.calls - before;
  EXPECT_EQ(write(admin, log, log.write()), Code::ok) << "and what is new is taken all the same";
  EXPECT_LT(of_one, 20U);
  carrier.reset();
}

TEST_F(CostTest, ASignatureThatIsTriedAgainstManyEndsCostsAsManyTries) {
  Writing log = enrol(school, admin);
  ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  std::vector<Writing> ends;
  for (int i = 0; i < 8; ++i) ends.push_back(log);
  for (auto& end : ends) {
    ASSERT_EQ(write(admin, end, end.write()), Code::ok);
    ASSERT_EQ(write(admin, end, end.write()), Code::ok);
  }
  Limits limits;
  limits.segment_burst = 12;
  limits.segments_per_second = 1;
  open(limits);
  auto forged = ends[0].draft();
  forged.back() ^= 1;
  EXPECT_EQ(write(admin, ends[0], forged), Code::bad_signature);
  EXPECT_EQ(write(admin, ends[0], forged), Code::bad_signature) << "four are left, and it takes eight";
  EXPECT_EQ(write(admin, ends[0], forged), Code::timed_out);
}

TEST_F(CostTest, ReceiptsAreLookedUpAtARate) {
  const auto key = crypto::BoxKey::random(random);
  Writing log = enrol(school, admin);
  ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  const log::SegmentName name{log.id, 0, base::prefix_of<base::HeadTag>(log.head.hash)};
  const auto record = space::write_erased(admin.author(), school.membership, 0, {{name, {{0, 3}}}}, {});
  ASSERT_EQ(offer(admin, school.id(), record), Code::ok);
  Limits limits;
  limits.repeat_burst = 5;
  limits.repeats_per_second = 1;
  open(limits);
  carrier->sign_receipts(key);
  auto ask = message_of({});
  for (int i = 0; i < 4; ++i) ask.receipts.push_back({school.id(), *space::record_id_of(record)});
  EXPECT_EQ(send(admin, ask).receipts.size(), 2U) << "each costs itself and what it names";
  EXPECT_TRUE(send(admin, ask).receipts.empty());
  EXPECT_EQ(send(admin, ask, kNow + 2).receipts.size(), 1U);
  EXPECT_EQ(write(admin, log, log.write()), Code::ok) << "and nothing of what may be brought";
}

// Keys cost strangers nothing, signatures cost us time.
TEST_F(CostTest, NoSignatureOfAStrangersIsLookedAtBeyondTheirAllowance) {
  Limits limits;
  limits.record_burst = 1;
  limits.records_per_second = 1;
  open(limits);
  const auto found_group = [&] {
    const Person anybody(random);
    const std::array<std::uint8_t, 16> salt{5};
    const auto id = space::space_id(anybody.certificate.identity_key, space::SpaceKind::group, salt);
    auto record = space::write_genesis(anybody.author(), anybody.identity.box.public_key(),
                                       space::SpaceKind::group, salt);
    const auto& certificate = anybody.certificate.bytes;
    const auto at = std::search(record.begin(), record.end(), certificate.begin(), certificate.end());
    EXPECT_NE(at, record.end());
    // Of its signature a bit, wherever the encoding ends.
    *(at + static_cast<std::ptrdiff_t>(certificate.size()) - 2) ^= 1;
    return offer(anybody, id, record);
  };
  EXPECT_NE(found_group(), Code::timed_out);
  EXPECT_EQ(found_group(), Code::timed_out);
  EXPECT_EQ(found_group(), Code::timed_out);
}

// A group that somebody else added one to does not go before what one belongs to.
TEST_F(CostTest, RepliesFillWithWhatMattersMostToThePerson) {
  admit(sari);
  Community diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  // Its id is smaller than both.
  std::optional<Community> group;
  std::array<std::uint8_t, 16> salt{};
  for (int i = 0; !group; ++i) {
    salt = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    const auto id = space::space_id(admin.certificate.identity_key, space::SpaceKind::group, salt);
    if (id < school.id() && id < diary.id()) group.emplace(id);
  }
  group->add(
      space::write_genesis(admin.author(), admin.identity.box.public_key(), space::SpaceKind::group, salt));
  group->add(space::write_member(admin.author(), group->membership, sari.certificate.identity_key,
                                 sari.identity.box.public_key(), space::WireRole::reader, {}));
  ASSERT_TRUE(send(admin, message_of({upload(group->id(), group->records())})).record_exceptions.empty());
  Writing in_group = enrol(*group, admin);
  Writing in_school = enrol(school, admin);
  Writing in_diary = enrol(diary, sari);
  Peer live(sari.device());
  sync::ClientMessage hello;
  hello.hello.emplace();
  hello.hello->live = true;
  const auto say = [&](const sync::ClientMessage& message) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(live, message, kNow);
    EXPECT_TRUE(store->commit().ok());
    return carrier->answer(live, message, std::move(ingested).value()).value();
  };
  say(hello);
  say({});
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(write(admin, in_group, in_group.write(4000)), Code::ok);
    ASSERT_EQ(write(admin, in_school, in_school.write(4000)), Code::ok);
  }
  ASSERT_EQ(write(sari, in_diary, in_diary.write(4000)), Code::ok);
  Books books;
  const auto reply = exchange(sari, books);
  std::map<base::SpaceId, std::size_t> bytes;
  std::uint32_t last = 0;
  for (const auto& part : reply.spaces) {
    EXPECT_GT(part.space.index, last) << "written in the order of the set";
    last = part.space.index;
    for (const auto& run : part.logs) {
      for (const auto& segment : run.segments) bytes[books.set.at(part.space.index - 1)] += segment.size();
    }
  }
  EXPECT_EQ(bytes[diary.id()] / 4000, 1U);
  EXPECT_GT(bytes[school.id()], 40'000U);
  EXPECT_LT(bytes[group->id()], bytes[school.id()] / 4);
  // And pushes as well: the parts are whole ones, so the group waits until it is asked for.
  const auto pushed = carrier->push(live);
  ASSERT_TRUE(pushed.ok() && *pushed);
  std::set<std::uint32_t> indexes;
  for (const auto& part : (*pushed)->shared) indexes.insert(part.index);
  const auto place = std::lower_bound(live.set.begin(), live.set.end(), group->id()) - live.set.begin();
  EXPECT_EQ(indexes.size(), 1U);
  EXPECT_EQ(indexes.count(static_cast<std::uint32_t>(place) + 1), 0U);
}

}  // namespace
}  // namespace sejawat::carrier
