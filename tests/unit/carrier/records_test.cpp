// What a carrier says to membership records.
#include <algorithm>

#include "fixture.h"

namespace sejawat::carrier {
namespace {

TEST_F(CarrierTest, ACommunityNeedsTheOperatorSecretAndTheSecretWorksOnce) {
  auto message = message_of({upload(school.id(), school.records())});
  EXPECT_EQ(verdict(send(admin, message).record_exceptions, 0), Code::not_permitted);
  message.hello->operator_secret = Bytes(16, 7);
  EXPECT_EQ(verdict(send(admin, message).record_exceptions, 0), Code::not_permitted);
  EXPECT_TRUE(found(admin, school).record_exceptions.empty());
  EXPECT_TRUE(found(admin, school).record_exceptions.empty()) << "the same once more changes nothing";

  const auto second = support::found_school(admin, 2);
  EXPECT_EQ(verdict(found(admin, second).record_exceptions, 0), Code::not_permitted);
  EXPECT_FALSE(carrier->operator_secret(random)->has_value()) << "a used invite is not printed again";
  EXPECT_EQ(carrier->survey().size(), 1U);
}

TEST_F(CarrierTest, TheOperatorSecretStaysTheSameUntilItIsUsed) {
  const auto again = carrier->operator_secret(random);
  ASSERT_TRUE(again->has_value());
  EXPECT_TRUE(base::equal((*again)->view(), operator_secret));
}

TEST_F(SchoolTest, AJoinMakesItsDeviceServedAtOnce) {
  const auto keys = invite();
  Books books;
  sync::ClientMessage message = message_of({upload(school.id(), {join_of(sari, keys)})});
  const auto reply = send(sari, message);
  EXPECT_TRUE(reply.record_exceptions.empty());
  EXPECT_EQ(reply.set, std::vector<base::SpaceId>{school.id()});
  ASSERT_EQ(reply.spaces.size(), 1U);
  // Genesis and invite come down, and the join that this message brought: its device holds nothing of the
  // space yet, and could not agree on a digest without it.
  EXPECT_EQ(reply.spaces[0].records.size(), 3U);
  books.settle(message, reply);
  EXPECT_FALSE(books.digest_differs);
  EXPECT_EQ(books.at(school.id()).position, 3U);
}

TEST_F(SchoolTest, InvitesThatExpiredAreUsedUpOrNeverWere) {
  const auto brief = invite(1, kNow + 10);
  EXPECT_EQ(offer(sari, school.id(), join_of(sari, brief), kNow + 11), Code::invite_expired);
  EXPECT_EQ(offer(sari, school.id(), join_of(sari, brief), kNow + 10), Code::ok);
  EXPECT_EQ(offer(budi, school.id(), join_of(budi, brief), kNow), Code::invite_used);
  const auto made_up = space::InviteKeys::from_secret(base::Secret16::random(random));
  EXPECT_EQ(offer(budi, school.id(), join_of(budi, made_up)), Code::invite_invalid);
  // The right name of an invite without its secret.
  auto forged = join_of(budi, invite());
  forged.back() ^= 1;
  EXPECT_EQ(offer(budi, school.id(), forged), Code::invite_invalid);
}

// "Known" would leave them waiting for ever.
TEST_F(SchoolTest, WhoWasRemovedAndOffersTheirJoinAgainHearsSo) {
  const auto join = join_of(sari, invite());
  ASSERT_EQ(offer(sari, school.id(), school.add(join)), Code::ok);
  const auto removal =
      space::write_person_removed(admin.author(), school.membership, sari.certificate.person(), {});
  ASSERT_EQ(offer(admin, school.id(), school.add(removal)), Code::ok);
  EXPECT_EQ(offer(sari, school.id(), join), Code::fenced);
}

TEST_F(SchoolTest, AJoinThatIsRepeatedUsesNothingUpEvenAfterTheInviteExpired) {
  const auto keys = invite(1, kNow + 10);
  const auto join = join_of(sari, keys);
  EXPECT_EQ(offer(sari, school.id(), join), Code::ok);
  EXPECT_EQ(offer(sari, school.id(), join, kNow + 100), Code::ok);
  EXPECT_EQ(carrier->survey()[0].members, 2U);
}

TEST_F(SchoolTest, AMemberWhoComesByTheSameInviteWithAnotherPhoneIsNoFurtherUse) {
  const auto keys = invite(2);
  EXPECT_EQ(offer(sari, school.id(), join_of(sari, keys)), Code::ok);
  const auto join_with_a_new_phone = [&](const Person& whose) {
    Person phone{random};
    phone.certificate = space::certify(whose.identity.sign, phone.keys, 200);
    const auto invite_record = school.membership.invites().at(keys.sign.public_key()).record;
    return offer(phone, school.id(),
                 space::write_join(phone.author(), school.id(), keys.sign, invite_record,
                                   whose.identity.box.public_key(), {}));
  };
  EXPECT_EQ(join_with_a_new_phone(sari), Code::ok);
  EXPECT_EQ(offer(budi, school.id(), join_of(budi, keys)), Code::ok) << "the second use is left";
  EXPECT_EQ(join_with_a_new_phone(budi), Code::ok) << "used up, but not by a further person";
  EXPECT_EQ(offer(stranger, school.id(), join_of(stranger, keys)), Code::invite_used);
}

// Two carriers on two islands: one admitted, the invite expired, then an admin brings the news.
TEST_F(SchoolTest, AJoinAdmittedElsewhereIsTakenFromAnAdminAfterTheInviteExpired) {
  admit(budi);
  const auto keys = invite(1, kNow + 10);
  const auto join = school.add(join_of(sari, keys));
  const Writing log(school, sari, random);
  EXPECT_EQ(offer(sari, school.id(), join, kNow + 11), Code::invite_expired);
  EXPECT_EQ(offer(budi, school.id(), join, kNow + 11), Code::invite_expired)
      << "a member cannot let people in";
  EXPECT_EQ(offer(admin, school.id(), join, kNow + 11), Code::ok);
  EXPECT_EQ(offer(sari, school.id(), log.enrolment, kNow + 11), Code::ok);
}

// Not even of somebody who belongs by another invite: by a revoked link for admins whoever knows it would be
// one, and could take out whoever revoked it, and the revocation with them. Nor by a used up one for no
// higher role: the domain role in it is sealed, and is held for good.
TEST_F(SchoolTest, AJoinByAnInviteThatEndedIsTakenFromNoMemberNorForWhoBelongsAnyway) {
  admit(budi);
  const auto of_admins = invite(1, kNow + 10, space::WireRole::admin);
  const auto used_up = invite();
  EXPECT_EQ(offer(stranger, school.id(), school.add(join_of(stranger, used_up))), Code::ok);
  const auto before = school;
  const auto join = school.add(join_of(sari, of_admins));
  const auto removal =
      school.add(space::write_person_removed(sari.author(), school.membership, admin.id(), {}));
  auto here = before;
  std::swap(school, here);
  const auto revoked =
      school.add(space::write_invite_revoked(admin.author(), school.membership, of_admins.sign.public_key()));
  EXPECT_EQ(offer(admin, school.id(), revoked), Code::ok);
  admit(sari);
  for (const auto* by : {&sari, &budi}) {
    EXPECT_EQ(offer(*by, school.id(), join), Code::invite_revoked);
    EXPECT_EQ(offer(*by, school.id(), removal), Code::unknown_membership);
    EXPECT_EQ(offer(*by, school.id(), join_of(sari, used_up)), Code::invite_used);
  }
  EXPECT_EQ(carrier->survey()[0].members, 4U);
}

// The invite fell with its author, who was removed where nobody knew of it; elsewhere it had admitted
// somebody whom an admin confirmed.
TEST_F(SchoolTest, AJoinByAnInviteThatFellIsTakenFromAnAdminWhoConfirmedIt) {
  admit(budi, space::WireRole::admin);
  const auto before = school.membership;
  const auto keys = space::InviteKeys::from_secret(base::Secret16::random(random));
  const auto invited = school.add(
      space::write_invite(budi.author(), school.membership, keys, space::WireRole::writer, 1, kNow + 10, {}));
  EXPECT_EQ(offer(budi, school.id(), invited), Code::ok);
  const auto join = school.add(join_of(sari, keys));
  const auto removal = school.add(space::write_person_removed(admin.author(), before, budi.id(), {}));
  EXPECT_EQ(offer(admin, school.id(), removal), Code::ok);
  EXPECT_EQ(offer(sari, school.id(), join), Code::invite_invalid) << "nobody vouches for it yet";
  EXPECT_EQ(offer(admin, school.id(), join), Code::ok);
  const auto confirmed =
      school.add(space::write_join_confirmed(admin.author(), school.membership, *space::record_id_of(join)));
  EXPECT_EQ(offer(admin, school.id(), confirmed), Code::ok);
  EXPECT_EQ(carrier->survey()[0].members, 2U);
}

TEST_F(SchoolTest, RecordsWhoseParentsAreMissingWaitAndComeInAnyOrder) {
  Writing first(school, admin, random);
  Writing second(school, admin, random);
  Writing third(school, admin, random);
  EXPECT_EQ(offer(admin, school.id(), third.enrolment), Code::unknown_membership);
  const auto reply =
      send(admin, message_of({upload(school.id(), {third.enrolment, second.enrolment, first.enrolment})}));
  EXPECT_TRUE(reply.record_exceptions.empty());
  EXPECT_EQ(reply.records_taken, 3U);
}

TEST_F(SchoolTest, TryingAgainIsBounded) {
  std::vector<Bytes> chain;
  for (int i = 0; i < 40; ++i) chain.push_back(Writing(school, admin, random).enrolment);
  const auto in_order = chain;
  std::reverse(chain.begin(), chain.end());
  const auto reply = send(admin, message_of({upload(school.id(), chain)}));
  EXPECT_EQ(reply.record_exceptions.size(), 32U);
  for (const auto& exception : reply.record_exceptions) EXPECT_EQ(exception.code, Code::unknown_membership);
  EXPECT_TRUE(send(admin, message_of({upload(school.id(), in_order)})).record_exceptions.empty());
}

TEST_F(SchoolTest, ADiaryIsHostedForMembersOnlyAndMayStandBeforeTheJoin) {
  const auto diary = support::diary_of(sari);
  auto reply = send(sari, message_of({upload(diary.id(), diary.records())}));
  EXPECT_EQ(verdict(reply.record_exceptions, 0), Code::not_permitted);
  EXPECT_EQ(verdict(reply.record_exceptions, 1), Code::unknown_space);
  reply =
      send(sari,
           message_of({upload(diary.id(), diary.records()), upload(school.id(), {join_of(sari, invite())})}));
  EXPECT_TRUE(reply.record_exceptions.empty());
  EXPECT_EQ(reply.set->size(), 2U);
}

TEST_F(SchoolTest, AJoinMayStandBeforeItsInviteInOneMessage) {
  const auto keys = space::InviteKeys::from_secret(base::Secret16::random(random));
  const auto offered = school.add(
      space::write_invite(admin.author(), school.membership, keys, space::WireRole::writer, 1, kNow + 9, {}));
  const auto reply = send(admin, message_of({upload(school.id(), {join_of(sari, keys), offered})}));
  EXPECT_TRUE(reply.record_exceptions.empty());
  EXPECT_EQ(carrier->survey()[0].members, 2U);
}

// Groups are founded by those who write in some community here, and not without end.
TEST_F(SchoolTest, AGroupNeedsSomebodyWhoWritesHere) {
  Limits limits;
  limits.groups_per_person = 1;
  open(limits);
  std::uint8_t salts = 0;
  const auto found_group = [&](const Person& by) {
    const std::array<std::uint8_t, 16> salt{++salts};
    const auto id = space::space_id(by.certificate.identity_key, space::SpaceKind::group, salt);
    return offer(
        by, id,
        space::write_genesis(by.author(), by.identity.box.public_key(), space::SpaceKind::group, salt));
  };
  EXPECT_EQ(found_group(stranger), Code::not_permitted);
  admit(budi, space::WireRole::reader);
  EXPECT_EQ(found_group(budi), Code::not_permitted);
  admit(sari);
  const auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  EXPECT_EQ(found_group(sari), Code::ok);
  EXPECT_EQ(found_group(sari), Code::not_permitted) << "one each, as this operator says";
  // Whoever is in a group of somebody else has founded none.
  const std::array<std::uint8_t, 16> salt{99};
  Community group(space::space_id(admin.certificate.identity_key, space::SpaceKind::group, salt));
  group.add(
      space::write_genesis(admin.author(), admin.identity.box.public_key(), space::SpaceKind::group, salt));
  const auto& wati = stranger;
  admit(wati);
  group.add(space::write_member(admin.author(), group.membership, wati.certificate.identity_key,
                                wati.identity.box.public_key(), space::WireRole::writer, {}));
  ASSERT_TRUE(send(admin, message_of({upload(group.id(), group.records())})).record_exceptions.empty());
  EXPECT_EQ(found_group(wati), Code::ok);
}

class GroupsTest : public SchoolTest {
 protected:
  Code found_group(Community& group, const Person& by, std::uint16_t salt) {
    return offer(by, group.id(),
                 group.add(space::write_genesis(by.author(), by.identity.box.public_key(),
                                                space::SpaceKind::group, salt_of(salt))));
  }
  static Community group_of(const Person& by, std::uint16_t salt) {
    return Community(space::space_id(by.certificate.identity_key, space::SpaceKind::group, salt_of(salt)));
  }
  static std::array<std::uint8_t, 16> salt_of(std::uint16_t salt) {
    return {static_cast<std::uint8_t>(salt), static_cast<std::uint8_t>(salt >> 8)};
  }
  Code add(Community& to, const Person& by, const Person& whom) {
    const auto record = space::write_member(by.author(), to.membership, whom.certificate.identity_key,
                                            whom.identity.box.public_key(), space::WireRole::writer, {});
    return offer(by, to.id(), to.add(record));
  }
};

TEST_F(GroupsTest, AGroupThatItsFounderLeftWasFoundedAllTheSame) {
  Limits limits;
  limits.groups_per_person = 1;
  open(limits);
  admit(budi);
  auto group = group_of(budi, 1);
  ASSERT_EQ(found_group(group, budi, 1), Code::ok);
  ASSERT_EQ(add(group, budi, admin), Code::ok);
  const auto left = space::write_person_removed(budi.author(), group.membership, budi.id(), {});
  ASSERT_EQ(offer(budi, group.id(), group.add(left)), Code::ok);
  auto another = group_of(budi, 2);
  EXPECT_EQ(found_group(another, budi, 2), Code::not_permitted);
  open(limits);
  EXPECT_EQ(offer(budi, another.id(), another.records().front()), Code::not_permitted);
}

// A reply that names more spaces than a message may would be none to any client, for ever.
TEST_F(GroupsTest, WhoIsAddedToAnyNumberOfGroupsIsServedTheirOwnSpaces) {
  Limits limits;
  limits.groups_per_person = 300;
  open(limits);
  admit(sari);
  admit(budi);
  const auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  auto own = group_of(sari, 1);
  ASSERT_EQ(found_group(own, sari, 1), Code::ok);
  for (std::uint16_t salt = 0; salt < sync::kMaxSpaces + 5; ++salt) {
    auto group = group_of(budi, salt);
    ASSERT_EQ(found_group(group, budi, salt), Code::ok);
    ASSERT_EQ(add(group, budi, sari), Code::ok);
  }
  const auto set = *send(sari, message_of({})).set;  // looks at whether it can be read, too
  EXPECT_EQ(set.size(), sync::kMaxSpaces);
  EXPECT_TRUE(std::is_sorted(set.begin(), set.end()));
  for (const auto& id : {school.id(), diary.id(), own.id()})
    EXPECT_TRUE(std::binary_search(set.begin(), set.end(), id));
  EXPECT_EQ(*send(sari, message_of({})).set, set);
}

TEST_F(GroupsTest, AnAnswerToHundredsOfVectorsIsNoLongerThanAMessage) {
  Limits limits;
  limits.groups_per_person = 300;
  open(limits);
  admit(sari);
  admit(budi);
  Peer peer(sari.device());
  sync::ClientMessage all;
  for (std::uint16_t salt = 2; salt < sync::kMaxSpaces; ++salt) {
    auto group = group_of(budi, salt);
    ASSERT_EQ(found_group(group, budi, salt), Code::ok);
    ASSERT_EQ(add(group, budi, sari), Code::ok);
    auto& part = all.spaces.emplace_back();
    part.space.id = group.id();
    part.vector.emplace();
    for (const auto& [id, bytes] : group.membership.records())
      part.vector->records.push_back(base::prefix_of<base::HeadTag>(id));
    std::sort(part.vector->records.begin(), part.vector->records.end());
  }
  Writing log(school, admin, random);
  send(admin, message_of({upload(school.id(), {log.enrolment})}));
  for (int i = 0; i < 8; ++i) {
    std::vector<Bytes> segments;
    while (segments.size() < 20) segments.push_back(log.write(2000));
    send(admin, message_of({upload(school.id(), {}, {run_of(log.id, std::move(segments))})}));
  }
  sync::ClientMessage first;
  first.hello.emplace();
  std::size_t answered = 0;
  auto reply = exchange(peer, first);
  ASSERT_GT(reply.bytes_to_come, 100'000U);
  for (bool asked = false; reply.segments_to_come > 0 || !reply.spaces.empty(); asked = true) {
    EXPECT_LE(sync::encode(reply).size(), sync::kMessageMax);
    for (const auto& part : reply.spaces) {
      answered += part.digest.size() == base::HeadTag::kSize ? 1 : 0;
      const bool named = asked && part.logs.empty();
      EXPECT_TRUE(!named || part.records.size() <= 1) << "what a vector names stays away";
    }
    reply = exchange(peer, asked ? sync::ClientMessage() : all);
  }
  EXPECT_EQ(answered, all.spaces.size() + 1) << "the groups and the school, each to its end";
}

TEST_F(SchoolTest, AGenesisThatDoesNotCheckFoundsNothing) {
  auto diary = support::diary_of(admin).records().front();
  diary.back() ^= 1;
  EXPECT_EQ(offer(admin, support::diary_of(admin).id(), diary), Code::bad_signature);
  EXPECT_EQ(carrier->survey().size(), 1U);
}

TEST_F(SchoolTest, BadRecordsAreToldApart) {
  admit(sari, space::WireRole::reader);
  Writing log(school, admin, random);
  EXPECT_EQ(offer(admin, school.id(), Bytes(30, 9)), Code::malformed);
  EXPECT_EQ(offer(admin, school.id(), Bytes(space::kMaxRecordBytes + 1, 9)), Code::too_large);
  EXPECT_EQ(offer(admin, support::diary_of(admin).id(), log.enrolment), Code::malformed) << "another space's";
  auto altered = log.enrolment;
  altered.back() ^= 1;
  EXPECT_EQ(offer(admin, school.id(), altered), Code::bad_signature);
  const auto key = crypto::SigningKey::from_seed(base::Secret32::random(random));
  const auto by_reader = space::write_log(sari.author(), school.membership, key);
  EXPECT_EQ(offer(sari, school.id(), by_reader), Code::unknown_membership) << "its parent has not come";
  EXPECT_EQ(offer(admin, school.id(), log.enrolment), Code::ok);
  EXPECT_EQ(offer(sari, school.id(), by_reader), Code::not_permitted);
  EXPECT_EQ(offer(admin, school.id(), log.enrolment), Code::ok) << "a duplicate";
}

TEST_F(SchoolTest, ABadRecordNeverStopsTheRest) {
  Writing first(school, admin, random);
  Writing second(school, admin, random);
  const auto reply = send(
      admin, message_of({upload(school.id(), {first.enrolment, Bytes(30, 9), Bytes{}, second.enrolment})}));
  EXPECT_EQ(reply.records_taken, 4U);
  EXPECT_EQ(verdict(reply.record_exceptions, 0), Code::ok);
  EXPECT_EQ(verdict(reply.record_exceptions, 1), Code::malformed);
  EXPECT_EQ(verdict(reply.record_exceptions, 2), Code::malformed);
  EXPECT_EQ(verdict(reply.record_exceptions, 3), Code::ok);
}

// Whatever a stranger sends, it hears the same whether the space is here or not.
TEST_F(SchoolTest, StrangersLearnNothing) {
  admit(sari);
  const auto diary = support::diary_of(sari);
  ASSERT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  Writing log = enrol(school, admin);
  const auto segment = log.write();
  ASSERT_EQ(write(admin, log, segment), Code::ok);
  Community copy(school.id());  // what a stranger could make up for this id
  const auto made_up = space::InviteKeys::from_secret(base::Secret16::random(random));
  auto altered = log.enrolment;
  altered.back() ^= 1;
  const auto key = crypto::SigningKey::from_seed(base::Secret32::random(random));
  const std::vector<std::pair<base::SpaceId, Bytes>> tries{
      {school.id(), school.records().front()},
      {school.id(), log.enrolment},
      {school.id(), altered},
      {school.id(), space::write_log(stranger.author(), school.membership, key)},
      {school.id(), space::write_device(stranger.author(), school.membership, stranger.certificate)},
      {school.id(), join_of(stranger, made_up)},
      {diary.id(), diary.records()[0]},
      {diary.id(), diary.records()[1]},
      {school.id(), Bytes(30, 9)},
      {school.id(), diary.records()[1]},
  };
  auto elsewhere = std::move(storage::open_sqlite(":memory:", random)).value();
  auto empty = std::move(Carrier::open(*elsewhere)).value();
  for (std::size_t i = 0; i < tries.size(); ++i) {
    const auto message =
        message_of({upload(tries[i].first, {tries[i].second}, {run_of(log.id, {segment, Bytes(5, 1)})})});
    const auto here = send(stranger, message);
    auto ingested = empty->ingest(stranger.device(), message, kNow);
    auto there = std::move(empty->answer(stranger.device(), message, std::move(ingested).value())).value();
    there.generation = here.generation;
    EXPECT_EQ(base::to_hex(sync::encode(here)), base::to_hex(sync::encode(there))) << "try " << i;
    EXPECT_FALSE(here.set.has_value());
    EXPECT_TRUE(here.spaces.empty());
  }
  auto nothing = message_of({});
  EXPECT_EQ(send(stranger, nothing).error, Code::unknown_membership);
  auto pretending = message_of({});
  pretending.hello->full = false;
  pretending.hello->set = log::set_tag({school.id()});
  pretending.hello->positions = {0};
  EXPECT_EQ(send(stranger, pretending).error, Code::unknown_membership);
}

// Rights come from signatures, not from who carries them.
TEST_F(SchoolTest, ANewRecordIsTakenFromWhoeverBringsIt) {
  const Writing log(school, admin, random);
  const auto before = carrier->survey()[0].arrivals;
  EXPECT_EQ(offer(stranger, school.id(), log.enrolment), Code::ok);
  EXPECT_EQ(carrier->survey()[0].arrivals, before + 1);
  EXPECT_EQ(send(stranger, message_of({})).error, Code::unknown_membership) << "and they are served nothing";
}

TEST_F(SchoolTest, ReplayingAFirstMessageChangesNothing) {
  const auto diary = support::diary_of(sari);
  Community copy = diary;
  Writing log(copy, sari, random);
  const auto message = message_of({upload(school.id(), {join_of(sari, invite())}),
                                   upload(diary.id(), copy.records(), {run_of(log.id, {log.write()})})});
  const auto first = send(sari, message);
  EXPECT_TRUE(first.record_exceptions.empty());
  EXPECT_TRUE(first.segment_exceptions.empty());
  const auto before = carrier->survey();
  for (int i = 0; i < 3; ++i) {
    const auto again = send(sari, message, kNow + 10'000);
    EXPECT_TRUE(again.record_exceptions.empty());
    EXPECT_TRUE(again.segment_exceptions.empty());
  }
  const auto now = carrier->survey();
  ASSERT_EQ(now.size(), before.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    EXPECT_EQ(now[i].arrivals, before[i].arrivals);
    EXPECT_EQ(now[i].usage, before[i].usage);
    EXPECT_EQ(now[i].members, before[i].members);
  }
}

}  // namespace
}  // namespace sejawat::carrier
