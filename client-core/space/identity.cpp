#include "space/identity.h"

#include "crypto/hash.h"
#include "membership_codec.h"

namespace sejawat::space {
namespace {

// What an issuer signs. Records sign 16 bytes, certificates 32, so neither can pass for the other.
base::Hash32 certificate_hash(base::ByteView body) {
  return crypto::Hasher(crypto::label::kDeviceId, 32).raw(body).id<base::Hash32>();
}

// What the certified device signs itself.
base::Hash32 possession_hash(base::ByteView body) {
  return crypto::Hasher(crypto::label::kDeviceProof, 32).raw(body).id<base::Hash32>();
}

}  // namespace

Identity Identity::from_seed(const base::Secret32& seed) {
  using namespace crypto::label;
  return {crypto::SigningKey::from_seed(crypto::derive(kIdentitySign, seed.view())),
          crypto::BoxKey::from_secret(crypto::derive(kIdentityBox, seed.view())),
          crypto::derive(kPersonalEpoch, seed.view())};
}

base::PersonId person_id(const base::PublicSignKey& identity_key) {
  return crypto::Hasher(crypto::label::kPersonId, 16).raw(identity_key.view()).id<base::PersonId>();
}
base::DeviceId device_id(const base::PublicSignKey& device_sign_key) {
  return crypto::Hasher(crypto::label::kDeviceId, 16).raw(device_sign_key.view()).id<base::DeviceId>();
}

DeviceKeys DeviceKeys::random(base::Random& random) {
  return {crypto::SigningKey::from_seed(base::Secret32::random(random)), crypto::BoxKey::random(random)};
}

base::Bytes DeviceKeys::serialise() const {
  base::Bytes out;
  out.reserve(64);
  base::append(out, sign.seed());
  base::append(out, box.secret());
  return out;
}

base::Result<DeviceKeys> DeviceKeys::parse(base::ByteView bytes) {
  if (bytes.size() != 64) return base::error(base::Code::malformed, "device keys");
  return DeviceKeys{crypto::SigningKey::from_seed(base::Secret32(bytes.first(32))),
                    crypto::BoxKey::from_secret(base::Secret32(bytes.last(32)))};
}

DeviceCertificate certify(const crypto::SigningKey& identity, const DeviceKeys& device,
                          std::int64_t wall_seconds) {
  const auto& sign_key = device.sign.public_key();
  const auto& box_key = device.box.public_key();
  const base::Bytes body =
      codec::encode_certificate_body(identity.public_key(), sign_key, box_key, wall_seconds);
  const base::Signature possession = device.sign.sign(possession_hash(body).view());
  return {identity.public_key(),
          sign_key,
          box_key,
          codec::encode_certificate(body, identity.sign(certificate_hash(body).view()), {}, &possession),
          {}};
}

base::Bytes certify_by_device(const DeviceCertificate& issuer, const crypto::SigningKey& issuer_key,
                              const base::PublicSignKey& sign_key, const base::PublicBoxKey& box_key,
                              std::int64_t wall_seconds) {
  SJ_CHECK(issuer_key.public_key() == issuer.sign_key);
  const base::Bytes body =
      codec::encode_certificate_body(issuer.identity_key, sign_key, box_key, wall_seconds);
  return codec::encode_certificate(body, issuer_key.sign(certificate_hash(body).view()), issuer.bytes,
                                   nullptr);
}

base::Result<DeviceCertificate> take_possession(base::ByteView certificate, const DeviceKeys& device) {
  SJ_TRY(const auto finished, codec::with_possession(certificate, [&device](base::ByteView body) {
           return device.sign.sign(possession_hash(body).view());
         }));
  return parse_certificate(finished);
}

base::Result<DeviceCertificate> parse_certificate(base::ByteView bytes) {
  SJ_TRY(const auto chain, codec::decode_chain(bytes));
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const bool last = i + 1 == chain.size();
    if (chain[i].identity_key != chain[0].identity_key) {
      return base::error(base::Code::bad_signature, "certificate chain changes identity");
    }
    const auto& issuer = last ? chain[i].identity_key : chain[i + 1].sign_key;
    if (!crypto::verify(issuer, certificate_hash(chain[i].body).view(), chain[i].signature) ||
        !crypto::verify(chain[i].sign_key, possession_hash(chain[i].body).view(), chain[i].possession)) {
      return base::error(base::Code::bad_signature, "certificate");
    }
  }
  DeviceCertificate certificate{
      chain[0].identity_key, chain[0].sign_key, chain[0].box_key, base::to_bytes(bytes), {}};
  for (std::size_t i = 1; i < chain.size(); ++i) certificate.issuers.push_back(device_id(chain[i].sign_key));
  return certificate;
}

}  // namespace sejawat::space
