// Links, addresses, cards and codes of a device to link that somebody typed, pasted or scanned.
// needs: crypto log space
#include <cstdlib>

#include "space/device_link.h"
#include "space/invite.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = sejawat::base::as_text({data, size});
  const auto link = sejawat::space::InviteLink::parse(text);
  if (link.ok() && link->url() != text) std::abort();
  const auto address = sejawat::space::CarrierAddress::parse(text);
  if (address.ok() && address->url() != text) std::abort();
  const auto card = sejawat::space::RecoveryCard::parse(text);
  if (card.ok() && !sejawat::space::RecoveryCard::parse(card->text("x")).ok()) std::abort();
  const auto request = sejawat::space::LinkRequest::parse(text);
  if (request.ok() && !sejawat::space::LinkRequest::parse(request->text()).ok()) std::abort();
  const auto grant = sejawat::space::LinkGrant::decode({data, size});
  if (grant.ok()) {
    const auto again = sejawat::space::LinkGrant::decode(grant->encode().view());
    if (!again.ok() || again->keys.size() != grant->keys.size() || again->name != grant->name) std::abort();
  }
  return 0;
}
