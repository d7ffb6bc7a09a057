// A record from anywhere is a value or an error, and is judged the same way twice.
// needs: crypto log space
#include <cstdlib>

#include "space/membership.h"
#include "space/receipt.h"
#include "space/record_outline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sejawat::base::ByteView input(data, size);
  const auto certificate = sejawat::space::parse_certificate(input);
  const auto receipt = sejawat::space::read_receipt(input);
  if (receipt.ok() && !sejawat::space::stored_receipt(input).ok()) std::abort();
  const auto outline = sejawat::space::outline_of(input);
  if (outline.ok()) {
    sejawat::space::Membership membership(outline->space);
    if (membership.add(input).ok() && membership.add(input).code() != sejawat::base::Code::already_exists) {
      std::abort();
    }
  }
  return certificate.ok() && certificate->bytes.size() != size ? (std::abort(), 0) : 0;
}
