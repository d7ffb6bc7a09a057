#include "space/identity.h"

#include <gtest/gtest.h>

#include <cctype>

#include "space/invite.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

base::Secret32 seed_of(std::uint64_t number) {
  support::SeededRandom random(number);
  return base::Secret32::random(random);
}

CarrierAddress address_of(const char* host) {
  support::SeededRandom random(77);
  return {host, 7443, false, random.id<base::PublicBoxKey>()};
}

TEST(Identity, FollowsFromTheSeedAlone) {
  const auto one = Identity::from_seed(seed_of(1));
  const auto again = Identity::from_seed(seed_of(1));
  const auto other = Identity::from_seed(seed_of(2));
  EXPECT_EQ(one.sign.public_key(), again.sign.public_key());
  EXPECT_EQ(one.box.public_key(), again.box.public_key());
  EXPECT_TRUE(base::equal(one.first_personal_epoch.view(), again.first_personal_epoch.view()));
  EXPECT_NE(person_id(one.sign.public_key()), person_id(other.sign.public_key()));
  EXPECT_FALSE(base::equal(one.sign.seed(), one.box.secret()));
}

TEST(DeviceKeys, ReadBackWhatTheyWrote) {
  support::SeededRandom random;
  const auto keys = DeviceKeys::random(random);
  const auto bytes = keys.serialise();
  ASSERT_EQ(bytes.size(), 64U);
  const auto read = DeviceKeys::parse(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->sign.public_key(), keys.sign.public_key());
  EXPECT_EQ(read->box.public_key(), keys.box.public_key());
  EXPECT_EQ(DeviceKeys::parse(base::ByteView(bytes).first(63)).code(), Code::malformed);
}

TEST(DeviceCertificate, ChainsToTheIdentityInAtMostFourLinks) {
  support::SeededRandom random;
  const auto identity = Identity::from_seed(seed_of(1));
  auto keys = DeviceKeys::random(random);
  auto certificate = certify(identity.sign, keys, 5);
  for (int length = 1; length <= 4; ++length) {
    const auto parsed = parse_certificate(certificate.bytes);
    ASSERT_TRUE(parsed.ok()) << length;
    EXPECT_EQ(parsed->person(), person_id(identity.sign.public_key()));
    EXPECT_EQ(parsed->device(), device_id(keys.sign.public_key()));
    auto next = DeviceKeys::random(random);
    const auto half =
        certify_by_device(certificate, keys.sign, next.sign.public_key(), next.box.public_key(), 6);
    const auto whole = take_possession(half, next);
    if (length < 4) {
      ASSERT_TRUE(whole.ok()) << length;
      EXPECT_EQ(whole->issuers.size(), static_cast<std::size_t>(length));
      EXPECT_EQ(whole->issuers.front(), certificate.device());
      certificate = *whole;
    } else {
      EXPECT_EQ(whole.code(), Code::too_large);
    }
    keys = std::move(next);
  }
}

TEST(DeviceCertificate, RefusesEveryFlippedBit) {
  support::SeededRandom random;
  const auto keys = DeviceKeys::random(random);
  const auto good = certify(Identity::from_seed(seed_of(1)).sign, keys, 5).bytes;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(parse_certificate(bad).ok()) << bit;
  }
}

TEST(DeviceCertificate, RefusesAnIssuerOfAnotherPerson) {
  support::SeededRandom random;
  const auto mine = DeviceKeys::random(random);
  const auto theirs = DeviceKeys::random(random);
  auto issuer = certify(Identity::from_seed(seed_of(2)).sign, theirs, 5);
  issuer.identity_key = Identity::from_seed(seed_of(1)).sign.public_key();
  const auto forged =
      certify_by_device(issuer, theirs.sign, mine.sign.public_key(), mine.box.public_key(), 6);
  EXPECT_EQ(take_possession(forged, mine).code(), Code::bad_signature);
}

TEST(DeviceCertificate, IsNotFinishedFromRubbish) {
  support::SeededRandom random;
  const auto keys = DeviceKeys::random(random);
  EXPECT_EQ(take_possession(base::Bytes(10, 0xFF), keys).code(), Code::malformed);
  EXPECT_EQ(take_possession(base::Bytes(2049, 0), keys).code(), Code::too_large);
  EXPECT_EQ(parse_certificate(base::Bytes(2049, 0)).code(), Code::too_large);
}

TEST(DeviceCertificate, IsWorthNothingWithoutTheSignatureOfTheDeviceItself) {
  support::SeededRandom random;
  const auto identity = Identity::from_seed(seed_of(1));
  const auto issuer = DeviceKeys::random(random);
  const auto theirs = DeviceKeys::random(random);
  const auto certificate = certify(identity.sign, issuer, 5);
  const auto half =
      certify_by_device(certificate, issuer.sign, theirs.sign.public_key(), theirs.box.public_key(), 6);
  EXPECT_EQ(parse_certificate(half).code(), Code::bad_signature);
  EXPECT_EQ(take_possession(half, issuer).code(), Code::bad_signature);
  EXPECT_TRUE(take_possession(half, theirs).ok());
}

TEST(RecoveryCard, ReadsBackWholeOrByWordsOrByTheMachineLine) {
  RecoveryCard card;
  card.seed = seed_of(3);
  card.carriers = {address_of("sekolah.example"), address_of("fd00::1")};
  const auto text = card.text("Ibu Sari\nserver: palsu");
  const auto read = RecoveryCard::parse(text);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(base::equal(read->seed.view(), card.seed.view()));
  ASSERT_EQ(read->carriers.size(), 2U);
  EXPECT_EQ(read->carriers[1].url(), card.carriers[1].url());

  std::string words;
  std::string machine;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end - at);
    if (line.rfind("kata:", 0) == 0) words += line.substr(5) + "\n";
    if (line.rfind("sejawat-card:", 0) == 0) machine = line;
    at = end + 1;
  }
  for (char& c : words) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const auto& form : {words, machine}) {
    const auto part = RecoveryCard::parse(form);
    ASSERT_TRUE(part.ok()) << form.size();
    EXPECT_TRUE(base::equal(part->seed.view(), card.seed.view()));
  }
}

// Either the damage is told, or it touched nothing that matters and the seed is the right one.
TEST(RecoveryCard, NoDamagedCharacterGivesAnotherSeed) {
  RecoveryCard card;
  card.seed = seed_of(4);
  const auto text = card.text("Pak Budi");
  const auto first = text.find("kata:");
  std::size_t refused = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : std::string("abdijkmotuz7-_ \n")) {
      if (text[at] == other) continue;
      auto bad = text;
      bad[at] = other;
      const auto read = RecoveryCard::parse(bad);
      if (read.ok()) {
        EXPECT_TRUE(base::equal(read->seed.view(), card.seed.view())) << at << other;
      } else {
        EXPECT_EQ(read.code(), Code::card_invalid);
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, (text.size() - first) * 10);
}

TEST(RecoveryCard, RefusesEachDamagedWordWhenThereIsNoMachineLine) {
  RecoveryCard card;
  card.seed = seed_of(5);
  const auto text = card.text("");
  const auto words = text.substr(text.find("kata:"), text.find("\nsejawat-card:") - text.find("kata:"));
  ASSERT_TRUE(RecoveryCard::parse(words).ok());
  for (std::size_t at = 5; at < words.size(); ++at) {
    if (words[at] < 'a' || words.compare(at, 1, ":") == 0) continue;
    const auto line = words.rfind('\n', at);
    if (at - (line == std::string::npos ? 0 : line + 1) < 5) continue;  // the mark, not a word
    for (const char other : std::string("abdfghijklmnoprstuvz")) {
      if (words[at] == other) continue;
      auto bad = words;
      bad[at] = other;
      EXPECT_EQ(RecoveryCard::parse(bad).code(), Code::card_invalid) << at << other;
    }
  }
}

TEST(RecoveryCard, RefusesALineTooManyAndTwoSeeds) {
  RecoveryCard card;
  card.seed = seed_of(6);
  card.carriers = {address_of("a"), address_of("b"), address_of("c")};
  const auto text = card.text("");
  const auto read = RecoveryCard::parse(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->carriers.size(), 2U) << "a card names two carriers at most";
  const auto server = "server: " + card.carriers[2].url() + "\n";
  EXPECT_EQ(RecoveryCard::parse(text + server).code(), Code::card_invalid);
  EXPECT_EQ(RecoveryCard::parse(text + "server: nowhere\n").code(), Code::card_invalid);
  const auto machine = text.substr(text.find("sejawat-card:"));
  EXPECT_EQ(RecoveryCard::parse(text + machine).code(), Code::card_invalid);
  EXPECT_EQ(RecoveryCard::parse("sejawat-card: ?\n").code(), Code::card_invalid);
  RecoveryCard other;
  other.seed = seed_of(7);
  const auto theirs = other.text("");
  const auto words =
      theirs.substr(theirs.find("kata:"), theirs.find("\nsejawat-card:") - theirs.find("kata:"));
  EXPECT_EQ(RecoveryCard::parse(words + "\n" + machine).code(), Code::card_invalid) << "which one?";
  EXPECT_EQ(RecoveryCard::parse(words + " " + words).code(), Code::card_invalid) << "17 words and no more";
  // As a message on the way to the phone may leave it.
  std::string blanks = "\t" + words + "\r\n";
  for (char& c : blanks) c = c == ' ' ? '\t' : c;
  const auto spaced = RecoveryCard::parse(blanks);
  ASSERT_TRUE(spaced.ok());
  EXPECT_TRUE(base::equal(spaced->seed.view(), other.seed.view()));
}

TEST(RecoveryCard, RefusesWhatIsNoCard) {
  for (const char* text : {"", "lusab", "sejawat-card:", "sejawat-card: AAAA", "server: x", "halo dunia"}) {
    EXPECT_EQ(RecoveryCard::parse(text).code(), Code::card_invalid) << text;
  }
  EXPECT_EQ(RecoveryCard::parse(std::string(100000, 'a')).code(), Code::card_invalid);
}

TEST(CarrierAddress, RoundTripsNamesAndAddresses) {
  for (const char* host : {"sekolah.example", "192.168.1.2", "fd00::1", "::1", "FD00::ab:192.168.1.2",
                           "1:2:3:4:5:6:7:8", "Sekolah-1_a.EXAMPLE", "z", "a"}) {
    auto address = address_of(host);
    for (const bool tls : {false, true}) {
      address.tls = tls;
      const auto read = CarrierAddress::parse(address.url());
      ASSERT_TRUE(read.ok()) << address.url();
      EXPECT_EQ(read->url(), address.url());
      EXPECT_EQ(read->host, host);
      EXPECT_EQ(read->tls, tls);
      EXPECT_EQ(read->key, address.key);
    }
  }
}

TEST(CarrierAddress, RefusesHostileOnes) {
  const std::string key = base::to_base64url(address_of("a").key.view());
  const std::string long_host(254, 'a');
  for (const std::string& url : {std::string(),
                                 "http://a:1/#" + key,
                                 "sejawat://:1/#" + key,
                                 "sejawat://a/#" + key,
                                 "sejawat://a:0/#" + key,
                                 "sejawat://a:01/#" + key,
                                 "sejawat://a:65536/#" + key,
                                 "sejawat://a:99999999999/#" + key,
                                 "sejawat://a:-1/#" + key,
                                 "sejawat://a:1#" + key,
                                 "sejawat://a:1/#" + key.substr(1),
                                 "sejawat://a:1/#" + key + "A",
                                 "sejawat://a b:1/#" + key,
                                 "sejawat://[fd00::1:1/#" + key,
                                 "sejawat://[]:1/#" + key,
                                 "sejawat://[zz::1]:1/#" + key,
                                 "sejawat://[:]:1/#" + key,
                                 "sejawat://[12]:1/#" + key,
                                 "sejawat://[a:b]:1/#" + key,
                                 "sejawat://[fd00:::1]:1/#" + key,
                                 "sejawat://[1:2:3:4:5:6:7:8:9:a]:1/#" + key,
                                 "sejawat://[" + std::string(45, ':') + "1]:1/#" + key,
                                 "sejawat://[fd00::1]/#" + key,
                                 "sejawat://[fd00::1]8443/#" + key,
                                 "sejawat://-a:1/#" + key,
                                 "sejawat://.a:1/#" + key,
                                 "sejawat://a{b:1/#" + key,
                                 "sejawat://a@b:1/#" + key,
                                 "sejawat://a`b:1/#" + key,
                                 "sejawat://a~b:1/#" + key,
                                 std::string("sejawat://a:1"),
                                 "sejawat://a:/#" + key,
                                 "sejawat://a:1/#" + key.substr(0, 42) + "?",
                                 "sejawat://u@a:1/#" + key,
                                 "sejawat://a..b:1/#" + key,
                                 "sejawat://" + long_host + ":1/#" + key,
                                 std::string("sejawat://a\0b:1/#", 17) + key,
                                 "sejawat://a:1/#" + base::to_base64url(base::Bytes(32))}) {
    EXPECT_EQ(CarrierAddress::parse(url).code(), Code::invalid_argument) << url;
  }
}

TEST(InviteLink, RoundTripsBothKinds) {
  support::SeededRandom random(9);
  InviteLink link;
  link.carrier = address_of("fd00::1");
  link.space = random.id<base::SpaceId>();
  link.secret = base::Secret16::random(random);
  link.record = random.id<base::HeadTag>();
  for (const auto kind : {InviteKind::member, InviteKind::operator_token}) {
    link.kind = kind;
    if (kind == InviteKind::operator_token) link.space = {};
    if (kind == InviteKind::operator_token) link.record = {};
    const auto read = InviteLink::parse(link.url());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->url(), link.url());
    EXPECT_EQ(read->kind, kind);
    EXPECT_EQ(read->record, link.record);
    EXPECT_EQ(read->carrier.key, link.carrier.key);
    EXPECT_EQ(InviteKeys::from_secret(read->secret).sign.public_key(),
              InviteKeys::from_secret(link.secret).sign.public_key());
  }
}

TEST(InviteLink, RefusesHostileOnes) {
  support::SeededRandom random(9);
  InviteLink link;
  link.carrier = address_of("a");
  link.space = random.id<base::SpaceId>();
  const auto good = link.url();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(InviteLink::parse(good.substr(0, size)).code(), Code::invite_invalid) << size;
  }
  EXPECT_EQ(InviteLink::parse(good + "AAAA").code(), Code::invite_invalid);
  EXPECT_EQ(InviteLink::parse(std::string(600, ' ') + good).code(), Code::invite_invalid);
  EXPECT_EQ(InviteLink::parse("ftp" + good).code(), Code::invite_invalid);
  EXPECT_EQ(InviteLink::parse(link.carrier.url()).code(), Code::invite_invalid);
  link.kind = InviteKind::operator_token;  // with a space
  EXPECT_EQ(InviteLink::parse(link.url()).code(), Code::invite_invalid);
  auto secretive = InviteLink::parse(good);
  ASSERT_TRUE(secretive.ok());
  secretive->space = {};
  EXPECT_EQ(InviteLink::parse(secretive->url()).code(), Code::invite_invalid) << "a member's, of no space";
  secretive->kind = InviteKind::operator_token;
  EXPECT_TRUE(InviteLink::parse(secretive->url()).ok());
  secretive->record = random.id<base::HeadTag>();
  EXPECT_EQ(InviteLink::parse(secretive->url()).code(), Code::invite_invalid) << "nor has it a record";
  link.kind = static_cast<InviteKind>(2);
  EXPECT_EQ(InviteLink::parse(link.url()).code(), Code::invite_invalid);
}

}  // namespace
}  // namespace sejawat::space
