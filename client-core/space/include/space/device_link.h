// Linking a further device, face to face: the new device shows a request, one that is linked already answers
// with a grant; each is a text for a QR code. No line is needed (docs/PROTOCOL.md, "Linking a device").
//
// Whoever could swap a code on its way would link a device of theirs, or draw somebody into another's
// journal: so both screens show a check code, and the people compare them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "space/membership.h"

namespace sejawat::space {

inline constexpr std::size_t kMaxLinkText = 4096;
inline constexpr std::size_t kMaxLinkKeys = 8;      // what a QR code still holds; other keys come as boxes
inline constexpr std::size_t kMaxLinkCarriers = 2;  // as on a card

// `sejawat-link:` and base64url of version 1, the new device's public keys and a checksum.
struct LinkRequest {
  base::PublicSignKey sign_key;
  base::PublicBoxKey box_key;
  std::string text() const;
  // invalid_argument: not such a text, or altered. Spaces around it are passed over.
  static base::Result<LinkRequest> parse(std::string_view text);
};

// What the answer brings, sealed to the new device's box key.
struct LinkGrant {
  base::Bytes certificate;  // half of it, as of certify_by_device
  base::Bytes genesis;      // the personal space's first record
  std::string name;         // of the person, to show before it is accepted
  std::vector<CarrierAddress> carriers;
  struct Key {
    base::SpaceId space;
    base::Secret32 key;
    std::optional<std::uint8_t> home = {};  // which of `carriers` the space lives on, where that is known
  };
  std::vector<Key> keys;  // the personal space's current epoch key first

  // `sejawat-grant:` and base64url. malformed when the request's box key is no point to agree with.
  base::Result<std::string> seal_to(const LinkRequest& request, base::Random& random) const;
  // invalid_argument: not such a text; cannot_decrypt: made for another request, or altered; malformed.
  static base::Result<LinkGrant> open(std::string_view text, const DeviceKeys& device);
  base::SecretBytes encode() const;                             // what is sealed
  static base::Result<LinkGrant> decode(base::ByteView plain);  // malformed, invalid_argument
};

// Four words of 16 bits, over the request and, once it is known, the identity that grants: who swaps a code
// would have to meet all 64 bits.
std::string link_check_code(const LinkRequest& request, const base::PublicSignKey* identity_key);

}  // namespace sejawat::space
