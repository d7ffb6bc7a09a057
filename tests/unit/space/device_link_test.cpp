// Codes that two devices show each other.
#include "space/device_link.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "support/fakes.h"

namespace sejawat::space {
namespace {

using base::Code;

struct Linking : ::testing::Test {
  support::SeededRandom random{11};
  DeviceKeys fresh = DeviceKeys::random(random);
  LinkRequest request{fresh.sign.public_key(), fresh.box.public_key()};

  LinkGrant grant() {
    LinkGrant grant;
    grant.certificate = base::Bytes(300, 1);
    grant.genesis = base::Bytes(200, 2);
    grant.name = "Bu Ani";
    auto carrier =
        CarrierAddress::parse("sejawat://carrier.example:8787/#" + base::to_base64url(base::Bytes(32, 9)));
    SJ_CHECK(carrier.ok());
    grant.carriers.push_back(*carrier);
    grant.keys.push_back({random.id<base::SpaceId>(), base::Secret32::random(random)});
    return grant;
  }
};

TEST_F(Linking, ARequestReadsBackWithBlanksAroundIt) {
  const auto again = LinkRequest::parse("  " + request.text() + "\n");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->sign_key, request.sign_key);
  EXPECT_EQ(again->box_key, request.box_key);
}

TEST_F(Linking, ARequestWithAnyWrongLetterIsRefused) {
  const std::string text = request.text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(LinkRequest::parse(altered).ok()) << i;
  }
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(LinkRequest::parse(text.substr(0, i)).ok()) << i;
}

TEST_F(Linking, AGrantOpensOnTheDeviceThatAskedAndNowhereElse) {
  const auto made = grant();
  const auto text = made.seal_to(request, random);
  ASSERT_TRUE(text.ok());
  const auto opened = LinkGrant::open(*text, fresh);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->certificate, made.certificate);
  EXPECT_EQ(opened->genesis, made.genesis);
  EXPECT_EQ(opened->name, "Bu Ani");
  ASSERT_EQ(opened->carriers.size(), 1U);
  EXPECT_EQ(opened->carriers[0].url(), made.carriers[0].url());
  ASSERT_EQ(opened->keys.size(), 1U);
  EXPECT_EQ(opened->keys[0].space, made.keys[0].space);
  EXPECT_TRUE(crypto::equal_secret(opened->keys[0].key.view(), made.keys[0].key.view()));

  const auto other = DeviceKeys::random(random);
  EXPECT_EQ(LinkGrant::open(*text, other).code(), Code::cannot_decrypt);
}

TEST_F(Linking, AnAlteredGrantIsRefused) {
  const auto text = grant().seal_to(request, random);
  ASSERT_TRUE(text.ok());
  for (std::size_t i = 0; i < text->size(); i += 3) {
    std::string altered = *text;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(LinkGrant::open(altered, fresh).ok()) << i;
  }
  for (std::size_t i = 0; i < text->size(); i += 7)
    EXPECT_FALSE(LinkGrant::open(text->substr(0, i), fresh).ok()) << i;
}

TEST_F(Linking, CodesOfAnotherVersionOrKindSaySo) {
  EXPECT_EQ(LinkRequest::parse("sejawat-link:" + base::to_base64url(base::Bytes(69, 2))).code(),
            Code::version_unsupported);
  EXPECT_EQ(LinkRequest::parse("sejawat://carrier.example:1/#x").code(), Code::invalid_argument);
  EXPECT_EQ(LinkRequest::parse(std::string(kMaxLinkText + 1, 'A')).code(), Code::invalid_argument);
  EXPECT_EQ(LinkGrant::open(request.text(), fresh).code(), Code::invalid_argument);
}

// By a device that signed itself into the room and means harm: what opens is judged like anything else.
TEST_F(Linking, WhatIsInsideOfAGrantIsHostileToo) {
  const auto holding = [&](const std::function<void(base::Writer&)>& write, std::size_t cut = SIZE_MAX) {
    base::Writer plain;
    write(plain);
    const base::ByteView whole = plain.bytes();
    base::Writer context;
    context.raw(base::as_bytes("sejawat-grant:"));
    context.raw(request.sign_key.view());
    context.raw(request.box_key.view());
    const auto ephemeral = crypto::BoxKey::random(random);
    const auto key = base::Secret32::random(random);
    base::Bytes payload{1};
    base::append(payload, ephemeral.public_key().view());
    base::append(payload, *crypto::box_seal(ephemeral, request.box_key, key.view(), context.bytes()));
    base::append(payload, crypto::seal(key, {}, whole.first(std::min(cut, whole.size())), context.bytes()));
    return LinkGrant::open("sejawat-grant:" + base::to_base64url(payload), fresh).code();
  };
  const std::string url = "sejawat://a:1/#" + base::to_base64url(base::Bytes(32, 9));
  const auto start = [&](base::Writer& out, std::uint8_t carriers, std::string_view address) {
    out.prefixed(base::Bytes(10, 1));
    out.prefixed(base::Bytes(10, 2));
    out.prefixed(base::as_bytes("Bu Ani"));
    out.u8(carriers);
    for (std::uint8_t i = 0; i < carriers; ++i) out.prefixed(base::as_bytes(address));
  };
  const auto keys = [](base::Writer& out, std::uint8_t count) {
    out.u8(count);
    for (std::uint8_t i = 0; i < count; ++i) out.raw(base::Bytes(16 + 32, 3));
  };
  const auto good = [&](base::Writer& out) {
    start(out, 2, url);
    keys(out, 8);
  };
  base::Writer whole;
  good(whole);
  for (std::size_t cut = 0; cut < whole.bytes().size(); ++cut) {
    EXPECT_EQ(holding(good, cut), Code::malformed) << cut;
  }
  EXPECT_EQ(holding(good), Code::ok);
  EXPECT_EQ(holding([&](auto& out) { good(out), out.u8(0); }), Code::malformed) << "more behind it";
  EXPECT_EQ(holding([&](auto& out) { start(out, 3, url), keys(out, 0); }), Code::malformed);
  EXPECT_EQ(holding([&](auto& out) { start(out, 1, url), keys(out, 9); }), Code::malformed);
  EXPECT_EQ(holding([&](auto& out) { start(out, 1, "nowhere"), keys(out, 0); }), Code::invalid_argument);
  EXPECT_EQ(holding([&](auto& out) { start(out, 1, std::string(513, 'a')), keys(out, 0); }), Code::malformed);
  EXPECT_EQ(holding([](auto& out) { out.prefixed(base::Bytes(2049)); }), Code::malformed);
}

TEST_F(Linking, BlanksOfAnyKindAroundACodeDoNotMatter) {
  EXPECT_TRUE(LinkRequest::parse("\r\n\t " + request.text() + " \t\r\n").ok());
  EXPECT_EQ(LinkRequest::parse(" \t\r\n").code(), Code::invalid_argument);
  EXPECT_EQ(LinkRequest::parse("sejawat-link:").code(), Code::invalid_argument);
  EXPECT_EQ(LinkRequest::parse("sejawat-link:" + base::to_base64url(base::Bytes(60, 1))).code(),
            Code::invalid_argument);
  EXPECT_EQ(LinkGrant::open("sejawat-grant:" + base::to_base64url(base::Bytes(20, 1)), fresh).code(),
            Code::invalid_argument);
}

// What a point of small order would give away is no secret.
TEST_F(Linking, AKeyThatNobodyHoldsGetsNoGrant) {
  EXPECT_EQ(grant().seal_to(LinkRequest{request.sign_key, base::PublicBoxKey{}}, random).code(),
            Code::malformed);
}

TEST_F(Linking, TheCheckCodeFollowsFromEveryKeyOfTheCode) {
  const auto code = link_check_code(request, nullptr);
  EXPECT_EQ(code.size(), 4 * 5 + 3U);
  const auto identity = Identity::from_seed(base::Secret32::random(random)).sign.public_key();
  EXPECT_NE(link_check_code(request, &identity), code);
  auto other = request;
  other.box_key.bytes[0] ^= 1;
  EXPECT_NE(link_check_code(other, nullptr), code);
  other = request;
  other.sign_key.bytes[31] ^= 1;
  EXPECT_NE(link_check_code(other, nullptr), code);
}

}  // namespace
}  // namespace sejawat::space
