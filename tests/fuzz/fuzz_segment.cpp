// A segment from anywhere, and what its author may have put inside: an error, or ops within their caps.
// needs: crypto log log_seal
#include <cstdlib>

#include "base/codec.h"
#include "crypto/hash.h"
#include "log_seal/seal.h"

namespace {

using namespace sejawat;
using base::ByteView;

void must(bool holds) {
  if (!holds) std::abort();
}

struct Fixture {
  base::SpaceId space{{1}};
  crypto::SigningKey key = crypto::SigningKey::from_seed(base::Secret32(base::Bytes(32, 2)));
  base::LogId log = log::log_id(space, key.public_key());
  base::Secret32 epoch_key{base::Bytes(32, 3)};
};

const Fixture& fixture() {
  static const Fixture* const made = [] {
    crypto::initialise();
    return new Fixture();
  }();
  return *made;
}

void check_stored(const log::Op& op) {
  const auto again = log::decode_op(log::encode_op(op));
  must(again.ok() && *again == op);
}

void check_ops(const base::Result<std::vector<log::Op>>& ops, std::uint32_t count) {
  if (!ops.ok()) return;
  must(ops->size() == count);
  std::size_t cells = 0;
  for (const auto& op : *ops) {
    must(op.cells.size() <= log::kMaxCellsPerOp && op.supersedes.size() <= log::kMaxSupersedesPerOp);
    cells += op.cells.size();
    check_stored(op);
  }
  must(cells <= 65536);
}

// As it came over the wire: nothing is believed.
void whole_segment(ByteView input) {
  const auto& with = fixture();
  auto segment = log::decode_segment(input);
  if (!segment.ok()) return;
  must(base::equal(log::encode_segment(*segment), input));
  const auto header = log::decode_header(segment->header);
  if (header.ok()) must(log::encode_header(*header) == segment->header);
  (void)log::verify_next(with.space, with.log, with.key.public_key(), {}, *segment);
  (void)log::open_segment(with.space, with.log, {}, with.epoch_key, *segment);
  // By its right author.
  const auto hash =
      log::segment_hash(with.space, with.log, {}, segment->header, log::body_hash(segment->body));
  segment->signature = with.key.sign(hash.view());
  const auto verified = log::verify_next(with.space, with.log, with.key.public_key(), {}, *segment);
  if (header.ok() && header->segment_no == 0 && header->first_op == 0) must(verified.ok());
}

// Content that its author sealed properly.
void sealed_content(ByteView input, std::uint32_t dictionary, bool pad) {
  if (input.empty() || input.size() > log::kSegmentMax) return;
  const auto& with = fixture();
  log::SegmentHeader header;
  header.op_count = input[0] + 1U;
  header.dictionary = dictionary;
  header.deps = {{base::LogId{{7}}, 1, {}}, {base::LogId{{8}}, 2, {}}};
  log::Segment segment;
  segment.header = log::encode_header(header);
  base::Writer padded;
  pad ? padded.prefixed(input.subspan(1)) : padded.raw(input.subspan(1));
  base::Bytes context = base::to_bytes(with.space.view());
  base::append(context, with.log.view());
  const auto key = crypto::derive(crypto::label::kSegmentKey, with.epoch_key.view(), context);
  context.resize(context.size() + 32);
  base::append(context, segment.header);
  segment.body = crypto::seal(key, header.nonce, padded.bytes(), context);
  const auto ops = log::open_segment(with.space, with.log, {}, with.epoch_key, segment);
  must(ops.code() != base::Code::cannot_decrypt);
  check_ops(ops, header.op_count);
}

void stored_op(ByteView input) {
  const auto op = log::decode_op(input);
  if (op.ok()) check_stored(*op);
}

}  // namespace

// The first byte chooses how deep the input goes in: no fuzzer guesses a signature or a seal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0: whole_segment(input); break;
    case 1: sealed_content(input, 0, true); break;   // ops as they are
    case 2: sealed_content(input, 1, true); break;   // a zstd frame
    case 3: sealed_content(input, 0, false); break;  // padding
    default: stored_op(input); break;
  }
  return 0;
}
