// What somebody who means harm can have a carrier do, and what that costs them.
#include "failing_store.h"
#include "fixture.h"
#include "space/receipt.h"

namespace sejawat::carrier {
namespace {

class CostTest : public SchoolTest {
 protected:
  // A further phone of that person, known in the school.
  Person another_phone(const Person& of) {
    Person phone(random);
    phone.identity = space::Identity::from_seed(base::Secret32::random(random));
    phone.certificate = space::certify(of.identity.sign, phone.keys, 100);
    const auto record = school.add(space::write_device(of.author(), school.membership, phone.certificate));
    EXPECT_EQ(offer(of, school.id(), record), Code::ok);
    return phone;
  }
  Community group_of(const Person& founder, std::uint8_t number) {
    const std::array<std::uint8_t, 16> salt{number};
    Community group(space::space_id(founder.certificate.identity_key, space::SpaceKind::group, salt));
    group.add(space::write_genesis(founder.author(), founder.identity.box.public_key(),
                                   space::SpaceKind::group, salt));
    EXPECT_EQ(offer(founder, group.id(), group.records().front()), Code::ok);
    return group;
  }
  Bytes log_of(const Person& by, const Community& in) {
    return space::write_log(by.author(), in.membership,
                            crypto::SigningKey::from_seed(base::Secret32::random(random)));
  }
  static sync::ClientMessage vector_of(const Community& of, const std::vector<Writing>& logs) {
    auto mine = upload(of.id());
    mine.vector.emplace();
    for (const auto& log : logs)
      mine.vector->entries.push_back({log.id, log.head.count, base::prefix_of<base::HeadTag>(log.head.hash)});
    for (const auto& record : of.records())
      mine.vector->records.push_back(base::prefix_of<base::HeadTag>(*space::record_id_of(record)));
    std::sort(mine.vector->records.begin(), mine.vector->records.end());
    sync::ClientMessage message;
    message.hello.emplace();
    message.spaces = {mine};
    return message;
  }
};

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

class QuestionTest : public CostTest {
 protected:
  ~QuestionTest() override { carrier.reset(); }
  void open_with(const Limits& limits) { carrier = std::move(Carrier::open(watched, limits)).value(); }
  // And how often the store was asked for it.
  Code ask(const Person& by, const sync::ClientMessage& message, std::int64_t now = kNow) {
    const auto before = watched.calls;
    EXPECT_TRUE(watched.begin().ok());
    auto ingested = carrier->ingest(by.device(), message, now);
    EXPECT_TRUE(watched.commit().ok());
    const auto reply = carrier->answer(by.device(), message, std::move(ingested).value());
    calls = watched.calls - before;
    return reply.ok() ? reply->error : reply.code();
  }
  std::size_t calls = 0;
  FailingStore watched{*store};
};

// A vector of sixty bytes has every log and record of a space looked at.
TEST_F(QuestionTest, WhatIsAskedIsLookedForAtARate) {
  admit(sari);
  std::vector<Writing> logs;
  for (int i = 0; i < 30; ++i) {
    logs.push_back(enrol(school, admin));
    ASSERT_EQ(write(admin, logs.back(), logs.back().write()), Code::ok);
  }
  const auto anew = vector_of(school, {});
  auto full = message_of({});
  full.hello->set = log::set_tag({school.id()});
  full.hello->full = true;
  Limits limits;
  // Of thirty logs, and for a vector of as many records twice.
  for (const auto& [question, looks] :
       {std::pair(anew, 1U + 30 / 8 + 66 / 64), std::pair(full, 1U + 30 / 8)}) {
    limits.question_burst = 4 * looks;
    limits.questions_per_second = looks;
    open_with(limits);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(sari, question), Code::ok);
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(ask(sari, question), Code::timed_out);
      EXPECT_LT(calls, 10U);
    }
    EXPECT_EQ(ask(admin, question), Code::ok) << "others are not kept from it";
    EXPECT_EQ(ask(sari, question, kNow + 1), Code::ok) << "one more a second";
    EXPECT_EQ(ask(sari, question, kNow + 1), Code::timed_out);
  }
  // What goes on where it was asks nothing of that, and what is brought is taken all the same.
  open_with(limits);
  Books books;
  exchange(sari, books);
  for (int i = 0; i < 10; ++i) ask(sari, anew);
  EXPECT_EQ(ask(sari, anew), Code::timed_out);
  EXPECT_EQ(exchange(sari, books).error, Code::ok);
  auto with_segment = anew;
  with_segment.spaces.push_back(upload(school.id(), {}, {run_of(logs[0].id, {logs[0].write()})}));
  const auto before = carrier->survey()[0].arrivals;
  EXPECT_EQ(ask(admin, with_segment), Code::ok);
  EXPECT_EQ(carrier->survey()[0].arrivals, before + 1);
}

// Each entry is looked for at every end of its log.
TEST_F(QuestionTest, EntriesOfALogWithManyEndsCostAsManyLooks) {
  Writing log = enrol(school, admin);
  ASSERT_EQ(write(admin, log, log.write()), Code::ok);
  for (int i = 0; i < 8; ++i) {
    Writing end = log;
    ASSERT_EQ(write(admin, end, end.write()), Code::ok);
  }
  auto question = vector_of(school, {});
  for (std::uint64_t i = 0; i < 1'000; ++i)
    question.spaces[0].vector->entries.push_back({log.id, i + 1, random.id<base::HeadTag>()});
  Limits limits;
  limits.question_burst = 2'000;
  open_with(limits);
  EXPECT_EQ(ask(admin, question), Code::ok);
  EXPECT_GT(calls, 7'000U);
  EXPECT_EQ(ask(admin, question), Code::timed_out);
  EXPECT_LT(calls, 10U);
}

TEST_F(QuestionTest, WhoWasRemovedIsToldAtARateToo) {
  admit(sari);
  Writing log = enrol(school, sari);
  ASSERT_EQ(write(sari, log, log.write()), Code::ok);
  for (int i = 0; i < 16; ++i) enrol(school, admin);
  ASSERT_EQ(offer(admin, school.id(),
                  school.add(space::write_person_removed(admin.author(), school.membership, sari.id(), {}))),
            Code::ok);
  Limits limits;
  limits.question_burst = 3;
  open_with(limits);
  EXPECT_EQ(send(sari, message_of({})).spaces.size(), 1U);
  const auto reply = send(sari, message_of({}));
  EXPECT_EQ(reply.error, Code::fenced) << "and hears that it is out all the same";
  EXPECT_TRUE(reply.spaces.empty());
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

TEST_F(CostTest, GroupsOfOneFounderShareWhatTheyMayTakeUp) {
  admit(sari);
  std::vector<Community> groups;
  std::vector<Writing> logs;
  for (std::uint8_t i = 0; i < 3; ++i) groups.push_back(group_of(sari, i));
  for (auto& group : groups) logs.push_back(enrol(group, sari));
  Writing in_school = enrol(school, sari);
  const auto segment = logs[0].draft(1000);
  Limits limits;
  std::uint64_t of_records = 0;
  for (const auto& group : groups) {
    for (const auto& record : group.records()) of_records += record.size();
  }
  limits.community_bytes = segment.size() + 100 + (of_records + 1) / 2;
  limits.group_quotas_per_person = 2;
  open(limits);
  EXPECT_EQ(write(sari, logs[0], segment), Code::ok);
  EXPECT_EQ(write(sari, logs[1], logs[1].draft(1000)), Code::ok);
  EXPECT_EQ(write(sari, logs[2], logs[2].draft(1000)), Code::quota_exceeded);
  Writing another = enrol(groups[2], sari);
  EXPECT_EQ(write(sari, logs[2], logs[2].draft(16)), Code::quota_exceeded) << "records take room as well";
  EXPECT_EQ(write(sari, in_school, in_school.draft(1000)), Code::ok) << "the school has its own";
}

// All records of all spaces are resident, and anybody is admin of groups of theirs.
TEST_F(CostTest, RecordsOfAllGroupsOfOneFounderShareTheRoomOfOneCommunity) {
  admit(sari);
  std::vector<Community> groups;
  for (std::uint8_t i = 0; i < 3; ++i) groups.push_back(group_of(sari, i));
  const auto budi_in = space::write_member(sari.author(), groups[0].membership, budi.certificate.identity_key,
                                           budi.identity.box.public_key(), space::WireRole::writer, {});
  ASSERT_EQ(offer(sari, groups[0].id(), groups[0].add(budi_in)), Code::ok);
  const Person wati(random);
  const auto wati_in = space::write_member(sari.author(), groups[0].membership, wati.certificate.identity_key,
                                           wati.identity.box.public_key(), space::WireRole::writer, {});
  ASSERT_EQ(offer(sari, groups[0].id(), groups[0].add(wati_in)), Code::ok);
  Limits limits;
  limits.records = 20;
  limits.records_part = 1;
  limits.records_removal_part = 20;
  open(limits);
  for (std::size_t i = 5; i < 19; ++i)
    ASSERT_EQ(offer(sari, groups[i % 3].id(), log_of(sari, groups[i % 3])), Code::ok) << i;
  for (const auto& group : groups)
    EXPECT_EQ(offer(sari, group.id(), log_of(sari, group)), Code::quota_exceeded);
  EXPECT_EQ(offer(sari, school.id(), log_of(sari, school)), Code::ok) << "the school has its own";
  EXPECT_EQ(offer(admin, school.id(), log_of(admin, school)), Code::ok);
  const auto remove = [&](const Person& who) {
    return offer(
        sari, groups[0].id(),
        groups[0].add(space::write_person_removed(sari.author(), groups[0].membership, who.id(), {})));
  };
  EXPECT_EQ(remove(budi), Code::ok) << "who takes somebody out has the last of it";
  EXPECT_EQ(remove(wati), Code::quota_exceeded);
  limits.records = 1000;
  std::uint64_t bytes = 0;
  for (const auto& one : carrier->survey()) {
    if (one.kind == space::SpaceKind::group) bytes += one.usage.record_bytes;
  }
  const auto next = log_of(sari, groups[2]);
  limits.records_removal_part = 1'000'000'000;
  limits.record_bytes = bytes + next.size() - 1;
  open(limits);
  EXPECT_EQ(offer(sari, groups[2].id(), next), Code::quota_exceeded) << "of their bytes as well";
  ++limits.record_bytes;
  open(limits);
  EXPECT_EQ(offer(sari, groups[2].id(), next), Code::ok);
}

TEST_F(CostTest, ADiaryAndAGroupHaveLessRoomForRecordsThanACommunity) {
  admit(sari);
  Community diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  const Community group = group_of(sari, 1);
  Limits limits;
  limits.personal_records = 4;
  limits.group_records = 3;
  open(limits);
  const auto room_left = [&](const Person& by, const Community& in) {
    int left = 0;
    while (left < 10 && offer(by, in.id(), log_of(by, in)) == Code::ok) ++left;
    return left;
  };
  EXPECT_EQ(room_left(sari, diary), 4 - static_cast<int>(diary.records().size()));
  EXPECT_EQ(room_left(sari, group), 2);
  EXPECT_EQ(room_left(admin, school), 10);
  limits = {};
  limits.personal_record_bytes = limits.group_record_bytes = 1;
  open(limits);
  EXPECT_EQ(room_left(sari, diary) + room_left(sari, group), 0) << "bytes likewise";
  EXPECT_EQ(room_left(admin, school), 10);
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

class LowDisk : public CostTest {
 protected:
  LowDisk() { limits.reserve_bytes = 1'000'000; }
  ~LowDisk() override { carrier.reset(); }
  void open_with(std::uint64_t free) {
    watched.disk.free = free;
    watched.disk.held = 50'000;
    carrier = std::move(Carrier::open(watched, limits)).value();
  }
  FailingStore watched{*store};
  Limits limits;
};

TEST_F(LowDisk, BodiesAreRefusedAndRecordsAndErasuresStillGo) {
  Writing log = enrol(school, admin);
  const auto first = log.write();
  ASSERT_EQ(write(admin, log, first), Code::ok);
  const log::SegmentName name{log.id, 0, base::prefix_of<base::HeadTag>(log.head.hash)};
  open_with(limits.reserve_bytes - 1);
  EXPECT_EQ(write(admin, log, log.draft()), Code::quota_exceeded);
  EXPECT_EQ(write(admin, log, first), Code::ok) << "what is held stays acknowledged";
  auto photo = message_of({});
  const Bytes chunk(1'000, 3);
  photo.chunks.push_back({{0, school.id()}, log::chunk_id(chunk), 1'000, 0, chunk});
  EXPECT_EQ(send(admin, photo).chunk_states.at(0).code, Code::quota_exceeded);
  admit(sari);
  // What survives is written once more by who erases: that comes in, and the body goes.
  const auto witness = log.write();
  const log::SegmentName named{log.id, 1, base::prefix_of<base::HeadTag>(log.head.hash)};
  const auto record = space::write_erased(admin.author(), school.membership, 0, {{name, {{0, 1}}}}, {named});
  EXPECT_EQ(offer(admin, school.id(), record), Code::ok);
  EXPECT_EQ(write(admin, log, witness), Code::ok);
  EXPECT_TRUE(log::decode_segment(**store->segment(school.id(), log.id, 0))->erased.has_value());
  const auto next = log.write();
  EXPECT_EQ(write(admin, log, next), Code::quota_exceeded);
  watched.disk.free = limits.reserve_bytes;
  EXPECT_EQ(write(admin, log, next), Code::ok) << "it goes on where it stopped";
  EXPECT_EQ(send(admin, photo).chunk_states.at(0).code, Code::ok);
}

// What makes room takes some first, and an erasure costs nothing to invent: a full disk ends the server.
TEST_F(LowDisk, OfTheLastOfItOnlyWhatAnAdminOfTheCommunityBringsIsTaken) {
  admit(sari);
  Writing log = enrol(school, sari);
  Writing of_admin = enrol(school, admin);
  const auto erased_by = [&](const Person& by, Writing& of) {
    const auto first = of.write();
    EXPECT_EQ(write(by, of, first), Code::ok);
    const log::SegmentName name{of.id, 0, base::prefix_of<base::HeadTag>(of.head.hash)};
    const auto witness = of.write();
    const log::SegmentName named{of.id, 1, base::prefix_of<base::HeadTag>(of.head.hash)};
    EXPECT_EQ(offer(by, school.id(),
                    school.add(
                        space::write_erased(by.author(), school.membership, 0, {{name, {{0, 1}}}}, {named}))),
              Code::ok);
    return witness;
  };
  const auto witness = erased_by(sari, log);
  const auto of_office = erased_by(admin, of_admin);
  const std::array<std::uint8_t, 16> salt{3};
  Community group(space::space_id(sari.certificate.identity_key, space::SpaceKind::group, salt));
  group.add(
      space::write_genesis(sari.author(), sari.identity.box.public_key(), space::SpaceKind::group, salt));
  ASSERT_EQ(offer(sari, group.id(), group.records().front()), Code::ok);
  const auto in_group = Writing(group, sari, random).enrolment;
  const auto record = space::write_log(sari.author(), school.membership,
                                       crypto::SigningKey::from_seed(base::Secret32::random(random)));
  const auto diary = support::diary_of(sari);

  open_with(limits.reserve_bytes / 4 - 1);
  EXPECT_EQ(offer(sari, school.id(), record), Code::timed_out) << "no verdict: to be offered again";
  EXPECT_EQ(write(sari, log, witness), Code::timed_out);
  EXPECT_EQ(offer(sari, group.id(), in_group), Code::timed_out) << "anybody is admin of groups of theirs";
  EXPECT_EQ(offer(sari, diary.id(), diary.records().front()), Code::timed_out);
  EXPECT_EQ(offer(sari, school.id(), log.enrolment), Code::ok) << "what is held stays acknowledged";
  EXPECT_EQ(write(admin, of_admin, of_office), Code::ok);
  EXPECT_EQ(offer(admin, school.id(), Writing(school, admin, random).enrolment), Code::ok);
  watched.disk.free = limits.reserve_bytes / 4;
  EXPECT_EQ(offer(sari, school.id(), record), Code::ok);
  EXPECT_EQ(write(sari, log, witness), Code::ok);
}

TEST_F(LowDisk, WhoWantsToWriteBesideTheStoreIsToldBefore) {
  open_with(limits.reserve_bytes + 100);
  EXPECT_FALSE(carrier->runs_low());
  EXPECT_FALSE(carrier->runs_low(100));
  EXPECT_TRUE(carrier->runs_low(101));
  limits.reserve_bytes = 0;
  open_with(0);
  EXPECT_FALSE(carrier->runs_low(1'000)) << "nobody asked for a reserve";
}

}  // namespace
}  // namespace sejawat::carrier
