// Ed25519, X25519 and XChaCha20-Poly1305 against published answers, and what they must refuse.
#include <gtest/gtest.h>

#include "crypto/aead.h"
#include "crypto/box.h"
#include "crypto/sign.h"
#include "support/fakes.h"

namespace sejawat::crypto {
namespace {

using base::Code;

base::Bytes hex(std::string_view text) {
  base::Bytes out;
  EXPECT_TRUE(base::from_hex(text, out)) << text;
  return out;
}
template <class AnyId>
AnyId id_of(std::string_view text) {
  return AnyId::from(hex(text)).value();
}
BoxKey box_key(std::string_view secret) { return BoxKey::from_secret(base::Secret32(hex(secret))); }

struct SignatureCase {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};
// RFC 8032, section 7.1, tests 1 to 3.
constexpr SignatureCase kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519, SignsAsTheRfcDoes) {
  for (const auto& one : kRfc8032) {
    const auto key = SigningKey::from_seed(base::Secret32(hex(one.seed)));
    EXPECT_EQ(key.public_key().hex(), one.key);
    EXPECT_EQ(key.sign(hex(one.message)).hex(), one.signature);
    EXPECT_TRUE(verify(key.public_key(), hex(one.message), id_of<base::Signature>(one.signature)));
  }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  const auto& one = kRfc8032[2];
  const auto key = id_of<base::PublicSignKey>(one.key);
  const auto message = hex(one.message);
  const auto good = id_of<base::Signature>(one.signature);
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto bad = good;
    bad.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(verify(key, message, bad)) << bit;
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    auto bad = key;
    bad.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(verify(bad, message, good)) << bit;
  }
  EXPECT_FALSE(verify(key, hex("af83"), good));
  EXPECT_FALSE(verify(key, hex("af"), good));
}

// S and S + L satisfy the same equation: whoever took both could be shown one signature as two.
TEST(Ed25519, RefusesASignatureWhoseSIsNotReduced) {
  const auto order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  for (const auto& one : kRfc8032) {
    auto signature = id_of<base::Signature>(one.signature);
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      carry += static_cast<unsigned>(signature.bytes[32 + i]) + order[i];
      signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    ASSERT_EQ(carry, 0U);
    EXPECT_FALSE(verify(id_of<base::PublicSignKey>(one.key), hex(one.message), signature));
  }
}

// Under a key of small order one signature fits many messages; the identity point would accept all of them.
TEST(Ed25519, RefusesKeysOfSmallOrder) {
  base::Signature signature;
  signature.bytes[0] = 1;  // R: the identity; S: 0
  for (const char* key : {"0100000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000080",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"}) {
    for (int i = 0; i < 16; ++i) {
      EXPECT_FALSE(
          verify(id_of<base::PublicSignKey>(key), base::Bytes(1, static_cast<std::uint8_t>(i)), signature))
          << key;
    }
  }
}

TEST(X25519, AgreesAsTheRfcDoes) {
  struct Case {
    const char* secret;
    const char* point;
    const char* shared;
  };
  // RFC 7748, section 5.2.
  for (const auto& one : {Case{"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                               "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                               "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
                          Case{"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                               "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                               "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"}}) {
    const auto shared = box_key(one.secret).agree(id_of<base::PublicBoxKey>(one.point));
    ASSERT_TRUE(shared.ok());
    EXPECT_EQ(base::to_hex(shared->view()), one.shared);
  }
  // Section 6.1.
  const auto bob = box_key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  EXPECT_EQ(bob.public_key().hex(), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const auto alice =
      id_of<base::PublicBoxKey>("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const auto shared = bob.agree(alice);
  ASSERT_TRUE(shared.ok());
  EXPECT_EQ(base::to_hex(shared->view()), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(X25519, IteratesAsTheRfcDoes) {
  auto k = hex("0900000000000000000000000000000000000000000000000000000000000000");
  auto u = k;
  for (int i = 1; i <= 1000; ++i) {
    const auto next = BoxKey::from_secret(base::Secret32(k)).agree(base::PublicBoxKey::from(u).value());
    ASSERT_TRUE(next.ok());
    u = k;
    k = base::to_bytes(next->view());
    if (i == 1) {
      ASSERT_EQ(base::to_hex(k), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  }
  EXPECT_EQ(base::to_hex(k), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

constexpr const char* kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST(X25519, RefusesPointsOfSmallOrder) {
  const auto own = box_key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
  for (const char* point : kSmallOrder) {
    const auto key = id_of<base::PublicBoxKey>(point);
    EXPECT_EQ(own.agree(key).code(), Code::malformed) << point;
    EXPECT_EQ(box_seal(own, key, base::Bytes(32), {}).code(), Code::malformed) << point;
    EXPECT_EQ(box_open(own, key, base::Bytes(48), {}).code(), Code::malformed) << point;
  }
}

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST(XChaCha20Poly1305, SealsAsTheDraftDoes) {
  const base::Secret32 key(hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
  const auto nonce = id_of<Nonce>("404142434445464748494a4b4c4d4e4f5051525354555657");
  const auto associated = hex("50515253c0c1c2c3c4c5c6c7");
  const auto plain = base::to_bytes(
      base::as_bytes("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
                     "future, sunscreen would be it."));
  const auto sealed = seal(key, nonce, plain, associated);
  EXPECT_EQ(base::to_hex(sealed),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
            "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
            "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
  const auto opened = open(key, nonce, sealed, associated);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, plain);
}

TEST(XChaCha20Poly1305, RefusesEveryFlippedBitCutAndOtherContext) {
  const base::Secret32 key(base::Bytes(32, 3));
  const Nonce nonce{};
  const base::Bytes associated(5, 9);
  const auto sealed = seal(key, nonce, base::Bytes(20, 1), associated);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto bad = sealed;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_EQ(open(key, nonce, bad, associated).code(), Code::cannot_decrypt) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(open(key, nonce, base::ByteView(sealed).first(size), associated).code(), Code::cannot_decrypt);
  }
  EXPECT_EQ(open(key, nonce, sealed, base::Bytes(5, 8)).code(), Code::cannot_decrypt);
  EXPECT_EQ(open(key, nonce, sealed, {}).code(), Code::cannot_decrypt);
  EXPECT_EQ(open(key, Nonce{{1}}, sealed, associated).code(), Code::cannot_decrypt);
  EXPECT_EQ(open(base::Secret32(base::Bytes(32, 4)), nonce, sealed, associated).code(), Code::cannot_decrypt);
  EXPECT_TRUE(open(key, nonce, seal(key, nonce, {}, {}), {}).ok());  // empty is a message too
}

TEST(Box, OpensForItsRecipientInItsContextOnly) {
  support::SeededRandom random(5);
  const auto ephemeral = BoxKey::random(random);
  const auto recipient = BoxKey::random(random);
  const auto other = BoxKey::random(random);
  const auto secret = base::Secret32::random(random);
  const base::Bytes context(24, 6);
  const auto sealed = box_seal(ephemeral, recipient.public_key(), secret.view(), context);
  ASSERT_TRUE(sealed.ok());
  ASSERT_EQ(sealed->size(), 48U);
  const auto opened = box_open(recipient, ephemeral.public_key(), *sealed, context);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(base::equal(opened->view(), secret.view()));
  EXPECT_EQ(box_open(other, ephemeral.public_key(), *sealed, context).code(), Code::cannot_decrypt);
  EXPECT_EQ(box_open(recipient, other.public_key(), *sealed, context).code(), Code::cannot_decrypt);
  EXPECT_EQ(box_open(recipient, ephemeral.public_key(), *sealed, {}).code(), Code::cannot_decrypt);
  // The sender's and the recipient's keys do not swap roles.
  EXPECT_EQ(box_open(ephemeral, recipient.public_key(), *sealed, context).code(), Code::cannot_decrypt);
  for (std::size_t size : {0, 47, 49}) {
    EXPECT_EQ(box_open(recipient, ephemeral.public_key(), base::Bytes(size), context).code(),
              Code::malformed);
  }
  for (std::size_t bit = 0; bit < sealed->size() * 8; ++bit) {
    auto bad = *sealed;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_EQ(box_open(recipient, ephemeral.public_key(), bad, context).code(), Code::cannot_decrypt) << bit;
  }
}

}  // namespace
}  // namespace sejawat::crypto
