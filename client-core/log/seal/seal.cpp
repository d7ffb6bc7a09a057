#include "log_seal/seal.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/codec.h"
#include "compress.h"
#include "crypto/hash.h"
#include "op_codec.h"

namespace sejawat::log {
namespace {

// 12 sizes below 1 KiB (docs/adr): finer than powers of two, because a lone entry's bytes are the budget that
// counts.
constexpr std::size_t kBuckets[] = {128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896};

unsigned floor_log2(std::size_t value) {
  unsigned result = 0;
  while (value > 1) {
    value >>= 1;
    ++result;
  }
  return result;
}

base::Bytes associated_data(const base::SpaceId& space, const base::LogId& log, const base::Hash32& previous,
                            base::ByteView header) {
  base::Bytes data = base::to_bytes(space.view());
  base::append(data, log.view());
  base::append(data, previous.view());
  base::append(data, header);
  return data;
}

base::Secret32 segment_key(const base::SpaceId& space, const base::LogId& log,
                           const base::Secret32& epoch_key) {
  base::Bytes context = base::to_bytes(space.view());
  base::append(context, log.view());
  return crypto::derive(crypto::label::kSegmentKey, epoch_key.view(), context);
}

// Length, content, zeroes up to a bucket.
base::Bytes pad(base::ByteView packed) {
  base::Writer writer;
  writer.prefixed(packed);
  base::Bytes padded = writer.take();
  padded.resize(padded_size(padded.size()));
  return padded;
}

// Those deps that the ops refer to: a segment waits for every dep it names.
std::vector<Dependency> deps_of(const SealContext& context, std::span<const Op> ops) {
  std::set<base::LogId> named;
  for (const auto& op : ops) {
    for (const auto& dot : op.supersedes) named.insert(dot.branch);
  }
  std::vector<Dependency> deps;
  for (const auto& dep : context.deps) {
    if (!(dep.log == context.log) && named.erase(dep.log) != 0) deps.push_back(dep);
  }
  return deps;
}

SegmentHeader header_of(const SealContext& context, std::span<const Op> ops) {
  SegmentHeader header;
  header.segment_no = context.before.count;
  header.first_op = context.before.next_op;
  header.op_count = static_cast<std::uint32_t>(ops.size());
  header.epoch = context.epoch;
  header.dictionary = kDictionaryId;
  header.frontier = context.frontier;
  header.deps = deps_of(context, ops);
  return header;
}

struct Candidate {
  std::size_t ops = 0;
  SegmentHeader header;  // but for the nonce
  base::Bytes padded;
  std::size_t encoded = 0;  // whole segment
};

base::Result<Candidate> try_ops(const SealContext& context, std::span<const Op> all, std::size_t count) {
  const auto ops = all.subspan(0, count);
  Candidate candidate;
  candidate.ops = count;
  candidate.header = header_of(context, ops);
  Segment shape;
  shape.header = encode_header(candidate.header);
  // A writer holds to what a reader takes: sealed bytes are never made anew.
  if (!decode_header(shape.header).ok()) return base::error(base::Code::too_large, "segment header");
  SJ_TRY(auto body, encode_body(ops, context.log, candidate.header.deps));
  if (body.size() > kMaxBodyPlain) return base::error(base::Code::too_large, "segment body");
  candidate.padded = pad(compress(body));
  shape.body.resize(candidate.padded.size() + crypto::kTagSize);
  candidate.encoded = encode_segment(shape).size();
  return candidate;
}

// Values and their structure before packing, roughly.
std::size_t plain_size(const Op& op) {
  constexpr std::size_t kStructure = 16;
  std::size_t size = kStructure + op.supersedes.size() * 4;
  for (const auto& cell : op.cells) size += 2 + (cell.value ? cell.value->size() : 0);
  return size;
}

// How many ops from the front come to about `plain` bytes; at least one.
std::size_t ops_for(std::span<const Op> ops, std::size_t plain) {
  std::size_t count = 0;
  for (std::size_t size = 0; count < ops.size() && count < kMaxOpsPerSegment; ++count) {
    size += plain_size(ops[count]);
    if (size > plain) break;
  }
  return std::max<std::size_t>(count, 1);
}

std::size_t plain_size(std::span<const Op> ops) {
  std::size_t size = 0;
  for (const auto& op : ops) size += plain_size(op);
  return size;
}

// How many ops fill a fresh segment by the quick measure. What is short already needs none.
base::Result<std::size_t> guess_ops(const SealContext& context, std::span<const Op> ops) {
  const std::size_t target = context.most * 96 / 100;
  const std::size_t most_plain = context.most * 10;  // no journal packs better than that
  constexpr int kPasses = 3;
  std::size_t count = ops_for(ops, most_plain);
  if (count == ops.size() && plain_size(ops) <= context.most) return count;
  for (int pass = 0; pass < kPasses && count > 1; ++pass) {
    auto body = encode_body(ops.subspan(0, count), context.log, context.deps);
    if (body.code() == base::Code::too_large) {  // more cells or dots than a body may hold
      count /= 2;
      continue;
    }
    if (!body.ok()) return std::move(body).error();
    const std::size_t packed = compressed_size_guess(*body);
    if (packed <= target && (count == ops.size() || packed * 20 >= target * 19)) break;
    const std::size_t plain = plain_size(ops.subspan(0, count));
    count = ops_for(ops, std::min(most_plain, plain * target / packed));
  }
  return count;
}

// Nearly the most ops that fit a fresh segment. Packing at full strength is nearly all that sealing costs, so
// the quick measure chooses and full strength runs once, or again when the choice was too large or left much
// room.
base::Result<Candidate> fit(const SealContext& context, std::span<const Op> ops) {
  constexpr int kTries = 6;
  const std::size_t full_enough = context.most * 9 / 10;
  const std::size_t all = std::min(ops.size(), kMaxOpsPerSegment);
  std::size_t fits = 0;
  std::size_t too_many = all + 1;
  Candidate best;
  SJ_TRY(std::size_t guess, guess_ops(context, ops));
  for (int i = 0; i < kTries && fits + 1 < too_many; ++i) {
    auto candidate = try_ops(context, ops, guess);
    if (!candidate.ok() && candidate.code() != base::Code::too_large) return candidate;
    const std::size_t scaled =
        candidate.ok() ? guess * (context.most * 97 / 100) / candidate->encoded : guess / 2;
    if (candidate.ok() && candidate->encoded <= context.most) {
      fits = guess;
      best = std::move(candidate).value();
      if (best.encoded >= full_enough) break;
    } else {
      too_many = guess;
    }
    guess = std::min(std::max(scaled, fits + 1), too_many - 1);
  }
  if (fits > 0) return best;
  return try_ops(context, ops, 1);  // one op above the fresh size travels alone, up to what anyone accepts
}

}  // namespace

std::size_t padded_size(std::size_t size) {
  const std::size_t whole = size + crypto::kTagSize;
  for (const std::size_t bucket : kBuckets) {
    if (whole <= bucket) return bucket - crypto::kTagSize;
  }
  // Padme (Nikitin et al., PoPETs 2019): at most 12 % and few distinct sizes.
  const unsigned exponent = floor_log2(whole);
  const unsigned precision = floor_log2(exponent) + 1;
  const std::size_t mask = (std::size_t{1} << (exponent - precision)) - 1;
  return ((whole + mask) & ~mask) - crypto::kTagSize;
}

base::EpochId epoch_id(const base::SpaceId& space, const base::Secret32& epoch_key) {
  return base::prefix_of<base::EpochId>(
      crypto::Hasher(crypto::label::kEpochId, 16).raw(space.view()).raw(epoch_key.view()).id<base::Digest>());
}

base::Result<Sealed> seal_segment(const SealContext& context, std::span<const Op> ops, base::Random& random) {
  if (ops.empty()) return base::error(base::Code::invalid_argument, "nothing to seal");
  SJ_TRY(auto candidate, fit(context, ops));
  if (candidate.encoded > kSegmentMax) return base::error(base::Code::too_large, "op");
  Segment segment;
  const auto nonce = random.id<crypto::Nonce>();
  candidate.header.nonce = nonce;
  segment.header = encode_header(candidate.header);
  segment.body =
      crypto::seal(segment_key(context.space, context.log, *context.epoch_key), nonce, candidate.padded,
                   associated_data(context.space, context.log, context.before.hash, segment.header));
  base::wipe(candidate.padded.data(), candidate.padded.size());
  const auto hash =
      segment_hash(context.space, context.log, context.before.hash, segment.header, body_hash(segment.body));
  segment.signature = context.log_key->sign(hash.view());
  Sealed sealed;
  sealed.bytes = encode_segment(segment);
  sealed.head = {context.before.count + 1, context.before.next_op + candidate.ops, hash};
  sealed.ops = candidate.ops;
  return sealed;
}

base::Result<std::vector<Op>> open_segment(const base::SpaceId& space, const base::LogId& log,
                                           const Head& before, const base::Secret32& epoch_key,
                                           const Segment& segment, const BranchNames* names) {
  SJ_TRY(auto header, decode_header(segment.header));
  if (header.dictionary > kDictionaryId) return base::error(base::Code::dictionary_unknown);
  SJ_TRY(auto padded, crypto::open(segment_key(space, log, epoch_key), header.nonce, segment.body,
                                   associated_data(space, log, before.hash, segment.header)));
  base::Reader reader(padded);
  base::ByteView packed;
  if (!reader.prefixed(padded.size(), packed)) return base::error(base::Code::malformed, "padding");
  const base::LogId& own = names == nullptr ? log : names->own;
  for (std::size_t i = 0; names != nullptr && i < header.deps.size(); ++i) {
    SJ_CHECK(names->deps.size() == header.deps.size());
    header.deps[i].log = names->deps[i];
  }
  if (header.dictionary == 0)
    return decode_body(packed, header.op_count, own, header.deps);  // stored as it is
  SJ_TRY(auto body, decompress(packed));
  return decode_body(body, header.op_count, own, header.deps);
}

}  // namespace sejawat::log
