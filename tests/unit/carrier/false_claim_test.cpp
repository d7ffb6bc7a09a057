// Who calls another's device theirs, in a space of their own.
#include <algorithm>

#include "fixture.h"

namespace sejawat::carrier {
namespace {

// A certificate names a box key that nobody proves to hold: a false claim must not take a device from its
// owner.
struct FalseClaimTest : SchoolTest {
  Community host_sari_and_budi() {  // and Sari's diary
    admit(sari);
    admit(budi);
    auto diary = support::diary_of(sari);
    EXPECT_TRUE(send(sari, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
    return diary;
  }
  static sync::ClientMessage hello_of(const Person& whose) {
    auto message = message_of({});
    message.hello->person = base::prefix_of<sync::PersonTag>(whose.id());
    return message;
  }
  space::DeviceCertificate budi_claims_sari_s_key() {
    const auto claimed = space::DeviceKeys::random(random);
    const auto half = space::certify_by_device(budi.certificate, budi.keys.sign, claimed.sign.public_key(),
                                               sari.device(), 1);
    auto claim = *space::take_possession(half, claimed);
    const auto says = school.add(space::write_device(budi.author(), school.membership, claim));
    EXPECT_EQ(offer(budi, school.id(), says), Code::ok);
    return claim;
  }
};

TEST_F(FalseClaimTest, ClaimingTheBoxKeyOfAnothersDeviceTakesNothingFromIt) {
  const auto diary = host_sari_and_budi();
  budi_claims_sari_s_key();
  const auto own_diary = support::diary_of(budi);
  ASSERT_TRUE(
      send(budi, message_of({upload(own_diary.id(), own_diary.records())})).record_exceptions.empty());

  const auto after = [&] {
    const auto set = *send(sari, hello_of(sari)).set;
    EXPECT_EQ(std::count(set.begin(), set.end(), diary.id()), 1) << "still served to its owner";
    const auto others = *send(budi, message_of({})).set;
    EXPECT_EQ(std::count(others.begin(), others.end(), diary.id()), 0) << "and to nobody else";
  };
  after();
  open({});  // and after a restart, in whichever order it reads
  after();
}

// Or any member would have a colleague's phone fetch whatever they have, on their data plan.
TEST_F(FalseClaimTest, WhoSaysWhoTheyAreIsServedNothingOfWhoClaimsTheirKey) {
  const auto diary = host_sari_and_budi();
  budi_claims_sari_s_key();
  const auto trash = support::diary_of(budi);
  ASSERT_TRUE(send(budi, message_of({upload(trash.id(), trash.records())})).record_exceptions.empty());

  const auto asked = send(sari, message_of({}));
  EXPECT_TRUE(asked.whose);
  EXPECT_FALSE(asked.set.has_value());
  EXPECT_TRUE(asked.spaces.empty());
  EXPECT_FALSE(send(budi, message_of({})).whose) << "nobody else calls his phone theirs";
  auto hello = hello_of(sari);
  const std::vector<base::SpaceId> theirs{std::min(school.id(), diary.id()),
                                          std::max(school.id(), diary.id())};
  EXPECT_EQ(*send(sari, hello).set, theirs);
  hello.hello->person = base::prefix_of<sync::PersonTag>(admin.id());
  EXPECT_EQ(send(sari, hello).error, Code::unknown_membership) << "no certificate names the key for them";
}

TEST_F(FalseClaimTest, APhoneThatItsOwnerRevokedIsNotServedAsThatOfWhoClaimsIt) {
  auto diary = host_sari_and_budi();
  budi_claims_sari_s_key();
  const auto phone = space::DeviceKeys::random(random);
  const auto other = space::certify(sari.identity.sign, phone, 1);
  for (auto* space : {&diary, &school}) {
    ASSERT_EQ(offer(sari, space->id(),
                    space->add(space::write_device({&phone, &other, 1}, space->membership, other))),
              Code::ok);
  }
  for (auto* space : {&diary, &school}) {
    const auto revoked = space->add(
        space::write_device_removed({&phone, &other, 1}, space->membership, sari.certificate.device(), {}));
    Peer by(phone.box.public_key());
    const auto reply = exchange(by, message_of({upload(space->id(), {revoked})}));
    ASSERT_EQ(verdict(reply.record_exceptions, 0), Code::ok);
  }
  const auto asked = send(sari, message_of({}));
  EXPECT_TRUE(asked.whose);
  EXPECT_TRUE(asked.spaces.empty());
  EXPECT_FALSE(asked.set.has_value());
  const auto told = send(sari, hello_of(sari));
  EXPECT_EQ(told.error, Code::fenced);
  for (const auto& part : told.spaces) EXPECT_TRUE(part.records.empty() && part.logs.empty());
}

TEST_F(FalseClaimTest, AClaimChangesNothingForAConnectionThatIsOpen) {
  host_sari_and_budi();
  Peer line(sari.device());
  const auto say = [&](const sync::ClientMessage& message) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(line, message, kNow);
    EXPECT_TRUE(store->commit().ok());
    return carrier->answer(line, message, std::move(ingested).value()).value();
  };
  const auto before = *say(message_of({})).set;
  const auto trash = support::diary_of(budi);
  ASSERT_TRUE(send(budi, message_of({upload(trash.id(), trash.records())})).record_exceptions.empty());
  budi_claims_sari_s_key();
  const auto reply = say({});
  EXPECT_FALSE(reply.whose);
  EXPECT_FALSE(reply.set.has_value()) << "as it was";
  EXPECT_EQ(line.set, before);
}

// Wherever the claim was made, and however much was written by it.
TEST_F(FalseClaimTest, AClaimInASpaceThatTheOwnerIsNotInNeitherCutsThemNorFillsTheirAnswers) {
  host_sari_and_budi();
  constexpr std::array<std::uint8_t, 16> kSalt{1};
  Community group(space::space_id(budi.certificate.identity_key, space::SpaceKind::group, kSalt));
  ASSERT_EQ(offer(budi, group.id(),
                  group.add(space::write_genesis(budi.author(), budi.identity.box.public_key(),
                                                 space::SpaceKind::group, kSalt))),
            Code::ok);
  const auto claimed = space::DeviceKeys::random(random);
  const auto half =
      space::certify_by_device(budi.certificate, budi.keys.sign, claimed.sign.public_key(), sari.device(), 1);
  const auto claim = *space::take_possession(half, claimed);
  ASSERT_EQ(offer(budi, group.id(), group.add(space::write_device(budi.author(), group.membership, claim))),
            Code::ok);
  const space::Author as_claimed{&claimed, &claim, 1};
  const auto log = space::DeviceKeys::random(random).sign;
  ASSERT_EQ(offer(budi, group.id(), group.add(space::write_log(as_claimed, group.membership, log))),
            Code::ok);
  static_cast<void>(carrier->take_changes());
  ASSERT_EQ(
      offer(budi, group.id(),
            group.add(space::write_device_removed(budi.author(), group.membership, claim.device(), {}))),
      Code::ok);
  const auto cut = carrier->take_changes().cut;
  const auto lost = cut.find(sari.device());
  EXPECT_TRUE(lost == cut.end() || lost->second == std::set<base::SpaceId>{group.id()})
      << "connections that were served that group, of which she has none";
  for (const auto& hello : {message_of({}), hello_of(sari)}) {
    for (const auto& part : send(sari, hello).spaces) EXPECT_NE(part.space.id, group.id());
  }
}

// Nor must taking such a claim back, in whichever way.
TEST_F(FalseClaimTest, RemovingAFalseClaimTakesNothingFromTheOwner) {
  host_sari_and_budi();
  const auto claim = budi_claims_sari_s_key();
  static_cast<void>(carrier->take_changes());
  const auto after = [&](const char* what) {
    EXPECT_EQ(carrier->take_changes().cut.count(sari.device()), 0U) << what;
    EXPECT_EQ(send(sari, message_of({})).set->size(), 2U) << what;
    open({});
    EXPECT_EQ(send(sari, message_of({})).set->size(), 2U) << what << ", after a restart";
  };
  const auto removal =
      school.add(space::write_device_removed(budi.author(), school.membership, claim.device(), {}));
  ASSERT_EQ(offer(budi, school.id(), removal), Code::ok);
  after("the device that he called his");
  const auto removed =
      school.add(space::write_person_removed(admin.author(), school.membership, budi.id(), {}));
  ASSERT_EQ(offer(admin, school.id(), removed), Code::ok);
  after("and he himself");
  auto log = enrol(school, sari);
  EXPECT_EQ(write(sari, log, log.write()), Code::ok);
}

}  // namespace
}  // namespace sejawat::carrier
