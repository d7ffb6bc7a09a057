// What an op says of an attachment is a value or an error; written again it is the same bytes.
// needs: crypto log log_seal
#include <cstdlib>

#include "log_seal/attachment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sejawat::base::ByteView input(data, size);
  const auto attachment = sejawat::log::decode_attachment(input);
  if (!attachment.ok()) return 0;
  if (attachment->chunks.size() > sejawat::log::kMaxChunks) std::abort();
  if (sejawat::log::chunk_sizes(attachment->size).size() != attachment->chunks.size()) std::abort();
  const auto written = sejawat::log::encode_attachment(*attachment);
  if (!sejawat::base::equal(written, input)) std::abort();
  // Chunks of other bytes never open.
  const std::vector<sejawat::base::Bytes> chunks(attachment->chunks.size(), sejawat::base::Bytes(20, 1));
  if (sejawat::log::open_attachment({}, *attachment, chunks).ok()) std::abort();
  return 0;
}
