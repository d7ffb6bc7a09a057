// The cursor that every decoder of ours stands on: any bytes give values or a failure, and a value written
// again gives the bytes that it was read from.
#include <cstdlib>

#include "base/codec.h"

using sejawat::base::Bytes;
using sejawat::base::ByteView;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  sejawat::base::Reader reader(input);
  sejawat::base::Writer writer;
  std::uint64_t number = 0;
  ByteView text;
  while (reader.remaining() > 0) {
    const std::size_t before = size - reader.remaining();
    if (!reader.varint(number) || !reader.prefixed(1024, text)) break;
    writer.varint(number);
    writer.prefixed(text);
    const std::size_t after = size - reader.remaining();
    if (!sejawat::base::equal(writer.bytes(), input.subspan(0, after)) || after <= before) std::abort();
  }
  if (reader.failed() && reader.remaining() != 0) std::abort();

  // Text forms: what one can read, one writes back the same.
  Bytes decoded;
  const auto as_text = sejawat::base::as_text(input);
  if (sejawat::base::from_base64url(as_text, decoded) && sejawat::base::to_base64url(decoded) != as_text)
    std::abort();
  if (sejawat::base::from_hex(as_text, decoded) && decoded.size() * 2 != size) std::abort();
  return 0;
}
