#include "log/segment.h"

#include "base/codec.h"
#include "crypto/hash.h"

namespace sejawat::log {

base::Bytes encode_segment(const Segment& segment) {
  base::Writer writer;
  writer.prefixed(segment.header);
  writer.prefixed(segment.body);
  if (segment.erased) writer.raw(segment.erased->view());
  writer.raw(segment.signature.view());
  return writer.take();
}

base::Hash32 Segment::hash_of_body() const { return erased ? *erased : body_hash(body); }

base::Bytes without_body(const Segment& segment) {
  return encode_segment({segment.header, {}, segment.signature, segment.hash_of_body()});
}

bool same_segment(base::ByteView a, base::ByteView b) {
  if (base::equal(a, b)) return true;
  auto left = decode_segment(a);
  auto right = decode_segment(b);
  if (!left.ok() || !right.ok() || left->erased.has_value() == right->erased.has_value()) return false;
  return base::equal(left->header, right->header) && left->signature == right->signature &&
         left->hash_of_body() == right->hash_of_body();
}

base::Result<Segment> decode_segment(base::ByteView bytes) {
  if (bytes.size() > kSegmentMax) return base::error(base::Code::too_large, "segment");
  base::Reader reader(bytes);
  base::ByteView header;
  base::ByteView body;
  Segment segment;
  if (!reader.prefixed(kMaxHeaderBytes, header) || !reader.prefixed(kSegmentMax, body)) {
    return base::error(base::Code::malformed, "segment");
  }
  if (body.empty()) segment.erased.emplace();  // no sealed body is: it holds a tag of 16 bytes at least
  if ((segment.erased && !reader.id(*segment.erased)) || !reader.id(segment.signature) || !reader.at_end()) {
    return base::error(base::Code::malformed, "segment");
  }
  segment.header = base::to_bytes(header);
  segment.body = base::to_bytes(body);
  return segment;
}

base::Bytes encode_header(const SegmentHeader& header) {
  base::Writer writer;
  writer.u8(static_cast<std::uint8_t>(kSegmentVersion));
  writer.u8(static_cast<std::uint8_t>(header.kind));
  writer.varint(header.segment_no);
  writer.varint(header.first_op);
  writer.varint(header.op_count);
  writer.raw(header.epoch.view());
  writer.varint(header.dictionary);
  writer.varint(header.frontier.size());
  for (const auto& tag : header.frontier) writer.raw(tag.view());
  writer.varint(header.deps.size());
  for (const auto& dep : header.deps) {
    writer.raw(dep.log.view());
    writer.varint(dep.segment_no);
    writer.raw(dep.head.view());
  }
  writer.raw(header.nonce.view());
  return writer.take();
}

base::Result<SegmentHeader> decode_header(base::ByteView bytes) {
  if (bytes.size() > kMaxHeaderBytes) return base::error(base::Code::too_large, "segment header");
  base::Reader reader(bytes);
  std::uint8_t version = 0;
  std::uint8_t kind = 0;
  if (!reader.u8(version) || !reader.u8(kind)) return base::error(base::Code::malformed, "segment header");
  if (version != kSegmentVersion || kind != static_cast<std::uint8_t>(SegmentKind::data)) {
    return base::error(base::Code::version_unsupported, "segment header");
  }
  SegmentHeader header;
  std::uint64_t op_count = 0;
  std::uint64_t dictionary = 0;
  std::uint64_t frontier = 0;
  std::uint64_t deps = 0;
  if (!reader.varint(header.segment_no) || !reader.varint(header.first_op) || !reader.varint(op_count) ||
      !reader.id(header.epoch) || !reader.varint(dictionary) || !reader.varint(frontier)) {
    return base::error(base::Code::malformed, "segment header");
  }
  if (op_count == 0 || op_count > 4096 || dictionary > UINT32_MAX || frontier > kMaxFrontier ||
      header.first_op > UINT64_MAX - op_count || header.segment_no == UINT64_MAX) {
    return base::error(base::Code::malformed, "segment header out of range");
  }
  header.op_count = static_cast<std::uint32_t>(op_count);
  header.dictionary = static_cast<std::uint32_t>(dictionary);
  for (std::uint64_t i = 0; i < frontier; ++i) {
    base::HeadTag tag;
    if (!reader.id(tag)) return base::error(base::Code::malformed, "segment header");
    header.frontier.push_back(tag);
  }
  if (!reader.varint(deps) || deps > kMaxDeps) return base::error(base::Code::malformed, "segment header");
  for (std::uint64_t i = 0; i < deps; ++i) {
    Dependency dep;
    if (!reader.id(dep.log) || !reader.varint(dep.segment_no) || !reader.id(dep.head)) {
      return base::error(base::Code::malformed, "segment header");
    }
    header.deps.push_back(dep);
  }
  if (!reader.id(header.nonce) || !reader.at_end())
    return base::error(base::Code::malformed, "segment header");
  return header;
}

base::Hash32 body_hash(base::ByteView body) {
  return crypto::Hasher(crypto::label::kSegmentBody, 32).raw(body).id<base::Hash32>();
}

base::Hash32 segment_hash(const base::SpaceId& space, const base::LogId& log, const base::Hash32& previous,
                          base::ByteView header, const base::Hash32& body) {
  return crypto::Hasher(crypto::label::kSegmentHash, 32)
      .raw(space.view())
      .raw(log.view())
      .raw(previous.view())
      .prefixed(header)
      .raw(body.view())
      .id<base::Hash32>();
}

base::Result<Verified> verify_next(const base::SpaceId& space, const base::LogId& log,
                                   const base::PublicSignKey& key, const Head& before,
                                   const Segment& segment) {
  SJ_TRY(auto header, decode_header(segment.header));
  if (header.segment_no > before.count) return base::error(base::Code::chain_gap);
  if (header.segment_no < before.count) return base::error(base::Code::chain_fork);
  if (header.first_op != before.next_op)
    return base::error(base::Code::malformed, "ops do not continue the log");
  const base::Hash32 hash = segment_hash(space, log, before.hash, segment.header, segment.hash_of_body());
  if (!crypto::verify(key, hash.view(), segment.signature)) return base::error(base::Code::bad_signature);
  Verified verified;
  verified.head = {before.count + 1, before.next_op + header.op_count, hash};
  verified.header = std::move(header);
  return verified;
}

base::LogId log_id(const base::SpaceId& space, const base::PublicSignKey& key) {
  return crypto::Hasher(crypto::label::kLogId, 16).raw(space.view()).raw(key.view()).id<base::LogId>();
}

base::LogId fork_name(const base::LogId& log, std::uint64_t fork_point, const base::Hash32& first_divergent) {
  return crypto::Hasher(crypto::label::kForkName, 16)
      .raw(log.view())
      .u64(fork_point)
      .raw(first_divergent.view())
      .id<base::LogId>();
}

}  // namespace sejawat::log
