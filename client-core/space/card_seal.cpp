#include "space/card_seal.h"

#include <string_view>

#include "base/bytes.h"

namespace sejawat::space {
namespace {

constexpr std::string_view kContext = "sejawat-card-seal";

}  // namespace

base::Result<base::Bytes> seal_for_card(const base::Secret32& secret, const base::PublicBoxKey& identity_box,
                                        base::Random& random) {
  const auto ephemeral = crypto::BoxKey::random(random);
  SJ_TRY(const auto box, crypto::box_seal(ephemeral, identity_box, secret.view(), base::as_bytes(kContext)));
  base::Bytes sealed = base::to_bytes(ephemeral.public_key().view());
  base::append(sealed, box);
  return sealed;
}

base::Result<base::Secret32> open_with_card(const RecoveryCard& card, base::ByteView sealed) {
  if (sealed.size() != kCardSealSize) return base::error(base::Code::malformed, "size");
  const auto ephemeral = base::PublicBoxKey::from(sealed.subspan(0, 32));
  return crypto::box_open(Identity::from_seed(card.seed).box, *ephemeral, sealed.subspan(32),
                          base::as_bytes(kContext));
}

}  // namespace sejawat::space
