// A run of consecutive ops of one log, compressed, encrypted, hashed and signed together: the unit of
// storage, transfer and trust (docs/PROTOCOL.md, "Segments"). This half is what a carrier needs; sealing and
// opening are log_seal.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/sign.h"

namespace sejawat::log {

inline constexpr std::uint32_t kSegmentVersion = 1;
inline constexpr std::size_t kFreshSegmentMax = 29 * 1024;  // whole encoded segment made by sealing
inline constexpr std::size_t kSegmentMax = 60 * 1024;       // whole encoded segment anyone accepts
inline constexpr std::size_t kMaxHeaderBytes = 16 * 1024;
inline constexpr std::size_t kMaxDeps = 512;
inline constexpr std::size_t kMaxFrontier = 16;
// Ends of one log that a replica keeps. A store that was copied makes one more; hundreds only malice makes.
inline constexpr std::size_t kMaxBranches = 16;

enum class SegmentKind : std::uint8_t { data = 0 };  // append only

// Another log's head as the author knew it. Every log that an op of this segment refers to is listed; a dot
// names it by its place in this list (1-based; 0 is the segment's own log).
struct Dependency {
  base::LogId log;
  std::uint64_t segment_no = 0;
  base::HeadTag head;
  friend bool operator==(const Dependency&, const Dependency&) = default;
};

struct SegmentHeader {
  SegmentKind kind = SegmentKind::data;
  std::uint64_t segment_no = 0;  // from 0
  std::uint64_t first_op = 0;    // position of the first op
  std::uint32_t op_count = 0;    // 1..kMaxOpsPerSegment
  base::EpochId epoch;
  std::uint32_t dictionary = 0;         // 0: none
  std::vector<base::HeadTag> frontier;  // heads of the membership DAG as the author knew it; 8 bytes each
  std::vector<Dependency> deps;
  crypto::Nonce nonce;
};

// The three parts as they travel. `header` stays exactly as it was signed; it is never re-serialised.
struct Segment {
  base::Bytes header;
  base::Bytes body;
  base::Signature signature;
  std::optional<base::Hash32> erased = std::nullopt;  // hash of a body that is gone; `body` is empty then
  base::Hash32 hash_of_body() const;
};

// A segment as one byte string: varint length + header, varint length + body, 64 bytes signature. Where the
// body was erased its length is 0 and its hash (32) stands before the signature.
base::Bytes encode_segment(const Segment& segment);
base::Result<Segment> decode_segment(base::ByteView bytes);  // malformed, too_large
base::Bytes encode_header(const SegmentHeader& header);
base::Result<SegmentHeader> decode_header(base::ByteView bytes);  // malformed, too_large, version_unsupported

base::Hash32 body_hash(base::ByteView body);
// The same segment without its body. The chain verifies all the same.
base::Bytes without_body(const Segment& segment);
// Whether two encodings are of one segment, be its body erased in one of them.
bool same_segment(base::ByteView a, base::ByteView b);
// Chain hash and message of the signature: H(space, log, previous hash, header, body hash). `previous` is
// zero for segment 0.
base::Hash32 segment_hash(const base::SpaceId& space, const base::LogId& log, const base::Hash32& previous,
                          base::ByteView header, const base::Hash32& body);

// Names a segment wherever it stands, also after a fork: its log, its number and the first 8 bytes of its
// hash.
struct SegmentName {
  base::LogId log;
  std::uint64_t segment_no = 0;
  base::HeadTag tag;
  friend bool operator==(const SegmentName&, const SegmentName&) = default;
  friend bool operator<(const SegmentName& a, const SegmentName& b) {
    if (!(a.log == b.log)) return a.log < b.log;
    return a.segment_no == b.segment_no ? a.tag < b.tag : a.segment_no < b.segment_no;
  }
};

// What stands at the end of a log. `count` segments, `next_op` ops; hash zero when empty.
struct Head {
  std::uint64_t count = 0;
  std::uint64_t next_op = 0;
  base::Hash32 hash;
  friend bool operator==(const Head&, const Head&) = default;
};

struct Verified {
  SegmentHeader header;
  Head head;  // after this segment
};
// Checks signature and that the segment continues `before`. chain_gap when it starts later, chain_fork when
// it starts earlier than `before` or does not chain (the caller knows whether it is a duplicate),
// bad_signature, malformed.
base::Result<Verified> verify_next(const base::SpaceId& space, const base::LogId& log,
                                   const base::PublicSignKey& key, const Head& before,
                                   const Segment& segment);

base::LogId log_id(const base::SpaceId& space, const base::PublicSignKey& key);
// Name of a fork's branch: H(log, number of the first divergent segment, its hash) (docs/PROTOCOL.md,
// "Forks").
base::LogId fork_name(const base::LogId& log, std::uint64_t fork_point, const base::Hash32& first_divergent);

}  // namespace sejawat::log
