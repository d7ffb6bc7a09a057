// Persons, their devices, and the recovery card (docs/PROTOCOL.md, "Identity and devices").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/box.h"
#include "crypto/sign.h"

namespace sejawat::space {

// Everything that follows from the 32-byte identity seed. Exists only while a card is made or used.
struct Identity {
  crypto::SigningKey sign;
  crypto::BoxKey box;
  base::Secret32 first_personal_epoch;
  static Identity from_seed(const base::Secret32& seed);
};
// The box key that a person's card opens, as records name it for them. The proof is the signature of their
// personal genesis, whose bytes follow from identity key and box key alone: every device has it, and nobody
// without the card can make one for another key. Without: as programs from before the proof named it, or
// somebody who has no right to.
struct CardKey {
  CardKey() = default;
  CardKey(const base::PublicBoxKey& key) : box(key) {}  // NOLINT(google-explicit-constructor)
  CardKey(const base::PublicBoxKey& key, const base::Signature& by_identity) : box(key), proof(by_identity) {}
  base::PublicBoxKey box;
  std::optional<base::Signature> proof;
};
CardKey card_key(const Identity& identity);
// A proof is there and holds.
bool is_proven(const base::PublicSignKey& identity_key, const CardKey& card);
// From a person's first record. Its signature is not checked: a Membership that took it has done so.
// malformed.
base::Result<CardKey> card_key_of(base::ByteView personal_genesis);

base::PersonId person_id(const base::PublicSignKey& identity_key);
base::DeviceId device_id(const base::PublicSignKey& device_sign_key);

// One installation of the app. The box key is also its Noise static key.
struct DeviceKeys {
  crypto::SigningKey sign;
  crypto::BoxKey box;
  static DeviceKeys random(base::Random& random);
  base::Bytes serialise() const;  // 64 bytes, secret: for the encrypted store only
  static base::Result<DeviceKeys> parse(base::ByteView bytes);
};

// A checked certificate: the chain ends at the identity key, and every device in it signed that the key is
// its own (else a member could claim another's device, and replicas that heard in another order would
// disagree about it). At most 4 links are accepted.
struct DeviceCertificate {
  base::PublicSignKey identity_key;
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
  base::Bytes bytes;  // as transmitted (proto DeviceCertificate)
  std::vector<base::DeviceId>
      issuers;  // the devices it chains through, nearest first; empty: the identity itself
  base::PersonId person() const { return person_id(identity_key); }
  base::DeviceId device() const { return device_id(sign_key); }
};
DeviceCertificate certify(const crypto::SigningKey& identity, const DeviceKeys& device,
                          std::int64_t wall_seconds);
// Half a certificate, for a device whose keys are elsewhere: that device finishes it by take_possession.
base::Bytes certify_by_device(const DeviceCertificate& issuer, const crypto::SigningKey& issuer_key,
                              const base::PublicSignKey& sign_key, const base::PublicBoxKey& box_key,
                              std::int64_t wall_seconds);
// Signs as the certified device. bad_signature when the certificate is not made out to these keys.
base::Result<DeviceCertificate> take_possession(base::ByteView certificate, const DeviceKeys& device);
base::Result<DeviceCertificate> parse_certificate(base::ByteView bytes);

// Where a carrier is and how it is recognised: sejawat://HOST:PORT/#KEY with KEY the base64url X25519 key.
// `tls` addresses read sejawats://.
struct CarrierAddress {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  base::PublicBoxKey key;
  std::string url() const;
  static base::Result<CarrierAddress> parse(std::string_view url);
};

// Kartu pemulihan. Text form for people: a title, the seed as pronounceable words with a checksum word
// (proquints, 16 bits a word), a machine-readable `sejawat-card:` line, and up to two carrier addresses.
struct RecoveryCard {
  base::Secret32 seed;
  std::vector<CarrierAddress> carriers;
  static constexpr std::size_t kWords = 17;
  std::string text(std::string_view name) const;                   // secret
  std::string word(std::size_t index) const;                       // secret; of kWords
  static base::Result<RecoveryCard> parse(std::string_view text);  // card_invalid; words alone suffice
};

}  // namespace sejawat::space
