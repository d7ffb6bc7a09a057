// The messages of a sync as plain structures, and their codec (proto/sejawat/v1/frame.proto). Decoders face
// hostile bytes: sizes are capped before anything is allocated.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/chunk.h"

namespace sejawat::sync {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMessageMax = 60 * 1024;  // payload of one Noise message we send
inline constexpr std::size_t kMaxSpaces = 256;
inline constexpr std::size_t kMaxItems = 4096;              // records, runs or segments in one message
inline constexpr std::size_t kMaxChunkItems = 64;           // pieces and wants in one message
inline constexpr std::string_view kPrologue = "sejawat/1";  // Noise prologue

using PersonTag = base::Id<struct PersonTagTag, 8>;  // first 8 bytes of a person's id

struct LogRun {
  base::Bytes log;  // 16 bytes, or an 8-byte prefix
  std::vector<base::Bytes> segments;
};
struct VectorEntry {
  base::LogId log;
  std::uint64_t count = 0;
  base::HeadTag head;
};
struct Vector {
  std::vector<VectorEntry> entries;
  std::vector<base::HeadTag> records;
};
// By 1-based index in the set both sides agreed on, or by id (index 0).
struct SpaceRef {
  std::uint32_t index = 0;
  base::SpaceId id;
};
struct SpaceUpload {
  SpaceRef space;
  std::vector<base::Bytes> records;
  std::vector<LogRun> logs;
  std::optional<Vector> vector;
};
struct Hello {
  std::uint32_t version = kProtocolVersion;
  std::optional<base::SetTag> set;
  base::Digest base;
  std::vector<std::uint64_t> positions;
  bool live = false;
  bool full = false;
  base::Bytes operator_secret;  // empty or 16 bytes
  std::optional<base::GenerationId> generation;
  std::optional<base::ChunkMark> chunk_mark;
  // Whose device it is. Nobody proves the box key in a certificate: who calls this one theirs as well would
  // have it fetch what is theirs.
  std::optional<PersonTag> person;
};
// Asks for a carrier's receipt of an erasure.
struct ReceiptQuery {
  base::SpaceId space;
  base::RecordId record;
};
inline constexpr std::size_t kMaxReceipts = 16;  // in a message
inline constexpr std::size_t kMaxReceiptBytes = 256;
// Of a chunk of an attachment, from an offset on.
struct ChunkPiece {
  SpaceRef space;
  log::ChunkId chunk;
  std::uint32_t total = 0;  // of the whole chunk; 0 in an answer: not held
  std::uint32_t offset = 0;
  base::Bytes bytes;  // none: how far is it there?
};
struct ChunkWant {
  SpaceRef space;
  log::ChunkId chunk;
  std::uint32_t offset = 0;
  std::uint32_t most = 0;
};
struct ChunkState {
  base::Code code = base::Code::ok;
  std::uint32_t held = 0;
};
struct ClientMessage {
  std::optional<Hello> hello;
  std::vector<SpaceUpload> spaces;
  bool media = false;
  std::vector<ChunkPiece> chunks;
  std::vector<ChunkWant> wants;
  std::vector<ReceiptQuery> receipts;
};
struct SpaceReply {
  SpaceRef space;
  std::vector<base::Bytes> records;
  std::vector<LogRun> logs;
  std::uint64_t position = 0;
  base::Bytes digest;  // caught up: first 8 bytes, to be compared; else all 16, to be kept for the next hello
  std::optional<Vector> vector;
};
struct Exception {
  std::uint32_t place = 0;
  base::Code code = base::Code::internal;
};
// A space's part of a message, encoded once for all who get it: only its index differs from set to set.
struct SharedPart {
  std::uint32_t index = 0;
  std::shared_ptr<const base::Bytes> encoded;  // encode_part
};
struct ServerMessage {
  std::optional<base::GenerationId> generation;
  std::optional<std::vector<base::SpaceId>> set;
  std::vector<SpaceReply> spaces;
  std::vector<Exception> record_exceptions;
  std::vector<Exception> segment_exceptions;
  std::uint32_t records_taken = 0;
  std::uint32_t segments_taken = 0;
  std::uint64_t bytes_to_come = 0;
  std::uint32_t segments_to_come = 0;
  base::Code error = base::Code::ok;
  bool base_unknown = false;
  std::int64_t wall_seconds = 0;
  // Answers nothing and has no verdicts: what is new for a live peer. Names spaces by index only, in the set
  // that the last reply left; anything else to come than what is in it is asked for.
  bool push = false;
  bool media = false;
  std::vector<ChunkState> chunk_states;
  std::vector<ChunkPiece> chunks;
  std::optional<base::ChunkMark> chunk_mark;
  bool chunks_unknown = false;
  bool whose = false;  // certificates name several persons for the client's key: it is to say whose it is
  std::vector<base::Bytes> receipts;
  std::vector<SharedPart> shared;  // for encoding only: decoded messages have everything in `spaces`
};

base::Bytes encode(const ClientMessage& message);
base::Bytes encode(const ServerMessage& message);
base::Bytes encode_part(const SpaceReply& part);  // without its space
base::Result<ClientMessage> decode_client(base::ByteView bytes);
base::Result<ServerMessage> decode_server(base::ByteView bytes);

}  // namespace sejawat::sync
