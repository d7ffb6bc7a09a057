// The plaintext of a segment body (docs/PROTOCOL.md, "Op encoding"): columns, so that what repeats stands
// together and zstd sees it. Not protobuf: measured smaller, and canonical (docs/adr).
#pragma once

#include <span>

#include "base/result.h"
#include "log/op.h"
#include "log/segment.h"

namespace sejawat::log {

// `own` is the log the ops belong to; every other branch in a `supersedes` must stand in `deps`
// (invalid_argument). too_large when the ops are more than decode_body takes.
base::Result<base::Bytes> encode_body(std::span<const Op> ops, const base::LogId& own,
                                      const std::vector<Dependency>& deps);
// Hostile input: malformed or too_large, never more memory than a constant times the input and the caps.
base::Result<std::vector<Op>> decode_body(base::ByteView body, std::uint32_t op_count, const base::LogId& own,
                                          const std::vector<Dependency>& deps);

}  // namespace sejawat::log
