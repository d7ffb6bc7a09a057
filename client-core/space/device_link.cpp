#include "space/device_link.h"

#include <algorithm>

#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "proquint.h"

namespace sejawat::space {
namespace {

constexpr std::string_view kRequestMark = "sejawat-link:";
constexpr std::string_view kGrantMark = "sejawat-grant:";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeys = 32 + 32;
constexpr std::size_t kCheckBytes = 4;
constexpr std::size_t kSealedKey = 48;
constexpr std::size_t kMaxCertificate = 2048;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxUrl = 512;

base::Error refused(const char* what) { return base::error(base::Code::invalid_argument, what); }
base::Error malformed(const char* what) { return base::error(base::Code::malformed, what); }

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

base::Result<base::Bytes> payload_of(std::string_view text, std::string_view mark) {
  if (text.size() > kMaxLinkText) return refused("code: too long");
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  base::Bytes payload;
  if (text.substr(0, mark.size()) != mark || !base::from_base64url(text.substr(mark.size()), payload)) {
    return refused("code: not one that a device shows for this");
  }
  if (payload.empty()) return refused("code: not whole");
  if (payload[0] != kVersion) return base::error(base::Code::version_unsupported, "code");
  return payload;
}

std::array<std::uint8_t, 16> checksum_of(base::ByteView keys) {
  std::array<std::uint8_t, 16> hash{};
  crypto::Hasher(crypto::label::kLinkCheck, 16).raw(keys).finish(hash);
  return hash;
}

base::Bytes keys_of(const LinkRequest& request) {
  base::Bytes out;
  base::append(out, request.sign_key.view());
  base::append(out, request.box_key.view());
  return out;
}

// Both devices must mean the same two keys.
base::Bytes context_of(const base::PublicSignKey& sign_key, const base::PublicBoxKey& box_key) {
  base::Writer writer;
  writer.raw(base::as_bytes(kGrantMark));
  writer.raw(sign_key.view());
  writer.raw(box_key.view());
  return writer.take();
}

}  // namespace

std::string LinkRequest::text() const {
  base::Bytes payload{kVersion};
  const base::Bytes keys = keys_of(*this);
  base::append(payload, keys);
  base::append(payload, base::ByteView(checksum_of(keys)).first(kCheckBytes));
  return std::string(kRequestMark) + base::to_base64url(payload);
}

base::Result<LinkRequest> LinkRequest::parse(std::string_view text) {
  SJ_TRY(const auto payload, payload_of(text, kRequestMark));
  if (payload.size() != 1 + kKeys + kCheckBytes) return refused("code: not whole");
  const base::ByteView keys = base::ByteView(payload).subspan(1, kKeys);
  if (!crypto::equal_secret(base::ByteView(checksum_of(keys)).first(kCheckBytes),
                            base::ByteView(payload).last(kCheckBytes))) {
    return refused("code: a letter of it is wrong");
  }
  return LinkRequest{*base::PublicSignKey::from(keys.first(32)), *base::PublicBoxKey::from(keys.last(32))};
}

base::Result<LinkGrant> LinkGrant::decode(base::ByteView plain) {
  base::Reader reader(plain);
  LinkGrant grant;
  base::ByteView certificate, genesis, name;
  if (!reader.prefixed(kMaxCertificate, certificate) || !reader.prefixed(kMaxRecordBytes, genesis) ||
      !reader.prefixed(kMaxName, name)) {
    return malformed("grant");
  }
  grant.certificate = base::to_bytes(certificate);
  grant.genesis = base::to_bytes(genesis);
  grant.name = std::string(base::as_text(name));
  std::uint8_t carriers = 0;
  if (!reader.u8(carriers) || carriers > kMaxLinkCarriers) return malformed("grant: carriers");
  for (std::uint8_t i = 0; i < carriers; ++i) {
    base::ByteView url;
    if (!reader.prefixed(kMaxUrl, url)) return malformed("grant: carrier");
    SJ_TRY(auto carrier, CarrierAddress::parse(base::as_text(url)));
    grant.carriers.push_back(std::move(carrier));
  }
  std::uint8_t keys = 0;
  if (!reader.u8(keys) || keys > kMaxLinkKeys) return malformed("grant: keys");
  for (std::uint8_t i = 0; i < keys; ++i) {
    LinkGrant::Key key;
    base::ByteView secret;
    if (!reader.id(key.space) || !reader.raw(base::Secret32::kSize, secret)) return malformed("grant: key");
    key.key = base::Secret32(secret);
    grant.keys.push_back(std::move(key));
  }
  // Programs from before said nothing of it. One spelling: what says nothing is left out.
  bool any = reader.at_end();
  for (std::size_t i = 0; i < grant.keys.size() && !reader.at_end(); ++i) {
    std::uint8_t place = 0;
    if (carriers < 2 || !reader.u8(place) || place > carriers ||
        (reader.at_end() && i + 1 < grant.keys.size()))
      return malformed("grant: where a space lives");
    if (place != 0) grant.keys[i].home = static_cast<std::uint8_t>(place - 1);
    any = any || place != 0;
  }
  if (!reader.at_end() || !any) return malformed("grant: more than it should hold");
  return grant;
}

base::SecretBytes LinkGrant::encode() const {
  base::Writer writer;
  writer.prefixed(certificate);
  writer.prefixed(genesis);
  writer.prefixed(base::as_bytes(name));
  writer.u8(static_cast<std::uint8_t>(carriers.size()));
  for (const auto& carrier : carriers) writer.prefixed(base::as_bytes(carrier.url()));
  writer.u8(static_cast<std::uint8_t>(keys.size()));
  for (const auto& key : keys) {
    writer.raw(key.space.view());
    writer.raw(key.key.view());
  }
  const auto said = [](const Key& key) { return key.home.has_value(); };
  if (std::any_of(keys.begin(), keys.end(), said)) {
    for (const auto& key : keys) writer.u8(key.home ? static_cast<std::uint8_t>(*key.home + 1) : 0);
  }
  return base::SecretBytes(writer.take());
}

base::Result<std::string> LinkGrant::seal_to(const LinkRequest& request, base::Random& random) const {
  SJ_CHECK(carriers.size() <= kMaxLinkCarriers && keys.size() <= kMaxLinkKeys);
  const auto ephemeral = crypto::BoxKey::random(random);
  const auto key = base::Secret32::random(random);
  const base::Bytes context = context_of(request.sign_key, request.box_key);
  SJ_TRY(const auto box, crypto::box_seal(ephemeral, request.box_key, key.view(), context));
  base::Bytes payload{kVersion};
  base::append(payload, ephemeral.public_key().view());
  base::append(payload, box);
  // The key is used once, so the nonce is zero.
  base::append(payload, crypto::seal(key, crypto::Nonce{}, encode().view(), context));
  return std::string(kGrantMark) + base::to_base64url(payload);
}

base::Result<LinkGrant> LinkGrant::open(std::string_view text, const DeviceKeys& device) {
  SJ_TRY(const auto payload, payload_of(text, kGrantMark));
  base::Reader reader(base::ByteView(payload).subspan(1));
  base::PublicBoxKey ephemeral;
  base::ByteView box;
  if (!reader.id(ephemeral) || !reader.raw(kSealedKey, box)) return refused("code: not whole");
  const base::ByteView sealed = base::ByteView(payload).last(reader.remaining());
  const base::Bytes context = context_of(device.sign.public_key(), device.box.public_key());
  auto key = crypto::box_open(device.box, ephemeral, box, context);
  if (!key.ok()) return base::error(base::Code::cannot_decrypt, "code: made for another device, or altered");
  auto plain = crypto::open(*key, crypto::Nonce{}, sealed, context);
  if (!plain.ok()) return base::error(base::Code::cannot_decrypt, "code: altered");
  const base::SecretBytes held(std::move(*plain));
  return decode(held.view());
}

std::string link_check_code(const LinkRequest& request, const base::PublicSignKey* identity_key) {
  crypto::Hasher hasher(crypto::label::kLinkCode, 16);
  hasher.raw(keys_of(request));
  if (identity_key != nullptr) hasher.raw(identity_key->view());
  std::array<std::uint8_t, 16> hash{};
  hasher.finish(hash);
  std::string out;
  for (std::size_t i = 0; i < 8; i += 2) {
    if (i != 0) out += '-';
    out += proquint(static_cast<std::uint32_t>(hash[i] << 8 | hash[i + 1]));
  }
  return out;
}

}  // namespace sejawat::space
