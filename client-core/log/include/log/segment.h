// A run of consecutive ops of one log, compressed, encrypted, hashed and signed together: the unit of
// storage, transfer and trust (protocol 4). This half is what a carrier needs; sealing and opening are
// log_seal.
#pragma once

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

enum class SegmentKind : std::uint8_t { data = 0 };  // append only: packs, witnesses and chunks follow

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
};

// A segment as one byte string: varint length + header, varint length + body, 64 bytes signature.
base::Bytes encode_segment(const Segment& segment);
base::Result<Segment> decode_segment(base::ByteView bytes);       // malformed, too_large
base::Bytes encode_header(const SegmentHeader& header);           // proto SegmentHeader
base::Result<SegmentHeader> decode_header(base::ByteView bytes);  // malformed, too_large, version_unsupported

base::Hash32 body_hash(base::ByteView body);
// Chain hash and message of the signature: H(space, log, previous hash, header, body hash). `previous` is
// zero for segment 0.
base::Hash32 segment_hash(const base::SpaceId& space, const base::LogId& log, const base::Hash32& previous,
                          base::ByteView header, const base::Hash32& body);

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
// Name of a fork's branch: H(log, number of the first divergent segment, its hash) (protocol 2, rule 5).
base::LogId fork_name(const base::LogId& log, std::uint64_t fork_point, const base::Hash32& first_divergent);

}  // namespace sejawat::log
