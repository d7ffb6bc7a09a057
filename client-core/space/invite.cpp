#include "space/invite.h"

#include "crypto/hash.h"

namespace sejawat::space {
namespace {

constexpr std::string_view kMark = "/#i1.";
constexpr std::size_t kPayload = 32 + 16 + 16 + 8 + 1;

base::Error refused(const char* what) { return base::error(base::Code::invite_invalid, what); }

}  // namespace

std::string InviteLink::url() const {
  base::Bytes payload;
  payload.reserve(kPayload);
  base::append(payload, carrier.key.view());
  base::append(payload, space.view());
  base::append(payload, secret.view());
  base::append(payload, record.view());
  payload.push_back(static_cast<std::uint8_t>(kind));
  const std::string address = carrier.url();
  std::string out = address.substr(0, address.find("/#")) + std::string(kMark) + base::to_base64url(payload);
  base::wipe(payload.data(), payload.size());
  return out;
}

base::Result<InviteLink> InviteLink::parse(std::string_view url) {
  if (url.size() > 512) return refused("length");
  const std::size_t mark = url.find(kMark);
  if (mark == std::string_view::npos) return refused("not an invite");
  base::Bytes payload;
  if (!base::from_base64url(url.substr(mark + kMark.size()), payload) || payload.size() != kPayload) {
    return refused("payload");
  }
  const base::SecretBytes held(std::move(payload));
  const base::ByteView bytes = held.view();
  auto carrier =
      CarrierAddress::parse(std::string(url.substr(0, mark)) + "/#" + base::to_base64url(bytes.first(32)));
  if (!carrier.ok()) return refused("address");
  InviteLink link;
  link.carrier = std::move(*carrier);
  link.space = *base::SpaceId::from(bytes.subspan(32, 16));
  link.secret = base::Secret16(bytes.subspan(48, 16));
  link.record = *base::HeadTag::from(bytes.subspan(64, 8));
  if (bytes[72] > 1) return refused("kind");
  link.kind = static_cast<InviteKind>(bytes[72]);
  const bool operators = link.kind == InviteKind::operator_token;
  if (link.space.is_zero() != operators || (operators && !link.record.is_zero())) return refused("space");
  return link;
}

InviteKeys InviteKeys::from_secret(const base::Secret16& secret) {
  return {crypto::SigningKey::from_seed(crypto::derive(crypto::label::kInviteSign, secret.view())),
          crypto::BoxKey::from_secret(crypto::derive(crypto::label::kInviteBox, secret.view()))};
}

}  // namespace sejawat::space
