// The sync as pure state machines: bytes in, bytes out; no socket, no clock, no thread
// (docs/PROTOCOL.md, "Sync messages").
//
// One exchange is one message each way. The first one rides in the Noise handshake, so a one-shot POST is a
// whole small sync; on a WebSocket further exchanges follow on the same channel, and the carrier may push
// between them. Every exchange is complete in itself: a carrier keeps nothing of a session that was cut, and
// repeating any message changes nothing.
#pragma once

#include <functional>
#include <memory>

#include "base/random.h"
#include "crypto/box.h"
#include "sync/frame.h"

namespace sejawat::sync {

// What the client holds, wants to send and does with what arrives. Implemented over the store by api/, by the
// simulator's probes in tests. Calls happen inside one `exchange`; nothing is kept by reference afterwards.
class ClientShelf {
 public:
  virtual ~ClientShelf() = default;

  struct Cursor {
    std::uint64_t position = 0;
    base::Digest digest;  // the carrier's digest there
  };
  struct CarrierState {
    std::optional<base::GenerationId> generation;
    std::vector<base::SpaceId> set;  // ascending, as the carrier last named it
    std::vector<Cursor> cursors;     // one per space of the set
    std::optional<base::ChunkMark>
        chunk_mark;                   // it gave last; what it is known to hold of chunks rests on it
    std::optional<PersonTag> person;  // whose device this is, once a carrier asked
  };
  virtual base::Result<CarrierState> carrier_state() = 0;

  // Spaces that have something this carrier has not acked, membership and keys first, then newest text.
  virtual base::Result<std::vector<base::SpaceId>> spaces_to_offer() = 0;
  virtual base::Result<std::vector<base::Bytes>> records_to_offer(const base::SpaceId& space) = 0;
  struct Offer {
    base::LogId log;
    bool enrolment_known = false;  // the carrier acked the log's enrolment record: its 8-byte prefix will do
    std::vector<base::Bytes> segments;
  };
  // At most `budget` bytes (at least one segment if any is left); seals pending ops on demand and persists
  // the sealed bytes before returning them. Segments already offered in this session and not yet answered are
  // not offered again.
  virtual base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId& space,
                                                             std::size_t budget) = 0;
  // Of segments that are sealed from now on. Sealed ones stay as they are.
  virtual void seal_at_most(std::size_t bytes) { static_cast<void>(bytes); }
  // Erasures of this person whose receipt by this carrier is not here; at most kMaxReceipts.
  virtual base::Result<std::vector<ReceiptQuery>> receipts_to_ask() { return std::vector<ReceiptQuery>(); }
  virtual base::Result<Vector> vector_of(const base::SpaceId& space) = 0;
  // Of a carrier that was never met: whether to say first what is held here and hear what it has, because
  // much of it may have come there another way.
  virtual base::Result<bool> ask_first(const base::SpaceId& space) {
    static_cast<void>(space);
    return false;
  }

  // Chunks of attachments (docs/PROTOCOL.md, "Attachments"). Asked for only when no text waits.
  // Whether there are any to bring to this carrier or to fetch from it.
  virtual base::Result<bool> media_waiting() { return false; }
  // The same, with what follows once the carrier holds the text that goes with it: it is asked in time.
  virtual base::Result<bool> media_expected() { return media_waiting(); }
  struct ChunkOffer {  // from `offset` on; no bytes: the carrier is asked how far it has it
    base::SpaceId space;
    log::ChunkId chunk;
    std::uint32_t total = 0;
    std::uint32_t offset = 0;
    base::Bytes bytes;
  };
  virtual base::Result<std::optional<ChunkOffer>> chunk_to_offer(std::size_t most) {
    static_cast<void>(most);
    return std::optional<ChunkOffer>();
  }
  struct ChunkWish {
    base::SpaceId space;
    log::ChunkId chunk;
    std::uint32_t offset = 0;
  };
  virtual base::Result<std::optional<ChunkWish>> chunk_to_want() { return std::optional<ChunkWish>(); }

  struct Verdicts {  // of one answered message
    struct Record {
      base::SpaceId space;
      base::Bytes bytes;
      base::Code code;
    };
    struct Segment {
      base::SpaceId space;
      base::LogId log;
      base::Bytes bytes;
      base::Code code;
    };
    std::vector<Record> records;  // code ok: stored or duplicate
    std::vector<Segment> segments;
  };
  struct Arrivals {
    std::vector<std::pair<base::SpaceId, base::Bytes>> records;
    struct Run {
      base::SpaceId space;
      base::LogId log;
      std::vector<base::Bytes> segments;
    };
    std::vector<Run> runs;
  };
  struct ChunkNews {
    base::SpaceId space;
    log::ChunkId chunk;
    base::Code code = base::Code::ok;  // of one that was offered
    std::uint32_t held = 0;            // bytes that the carrier has of it now
    bool offered = false;
    // Of one that was wanted: what came, or total 0 when it is not there.
    std::uint32_t total = 0;
    std::uint32_t offset = 0;
    base::Bytes bytes;
  };
  struct Outcome {  // everything one server message says, applied in ONE local transaction
    std::optional<base::GenerationId> generation;
    std::optional<std::vector<base::SpaceId>> set;
    bool base_unknown = false;  // acks and cursors of this carrier are void: take "sent" back
    Verdicts verdicts;
    Arrivals arrivals;
    struct Moved {
      base::SpaceId space;
      std::uint64_t position;
      base::Bytes digest;
      std::optional<Vector> vector;
    };
    std::vector<Moved> moved;
    // A carrier that serves this device no more says what it holds of the device's own logs, late work
    // included. Nothing of the space is known by that but those.
    std::vector<std::pair<base::SpaceId, Vector>> of_own_logs;
    // No set was named, to a hello that named none: the carrier knows this device by no space. What it once
    // acked to the same stranger it may have lost since, with no digest that would tell.
    bool to_stranger = false;
    bool chunks_unknown = false;  // what it was known to hold of chunks is void
    bool whose = false;           // it asks whose device this is
    std::vector<ChunkNews> chunks;
    std::optional<base::ChunkMark> chunk_mark;
    std::vector<base::Bytes> receipts;  // space/receipt.h; not judged yet
    std::int64_t wall_seconds = 0;
  };
  struct Applied {
    std::uint32_t records_received = 0;  // that were not here before
    std::uint32_t segments_received = 0;
    std::uint32_t segments_sent = 0;
    bool digest_mismatch = false;  // own digest differs from the carrier's at the same place: go on with full
    std::uint64_t media_sent = 0;  // bytes of chunks that the carrier has now and had not before
    std::uint64_t media_received = 0;
    bool media_decided =
        false;  // a chunk was found to be there, or refused, or not to be had: no need to ask again
  };
  virtual base::Result<Applied> apply(const Outcome& outcome) = 0;
};

struct SessionOptions {
  base::PublicBoxKey carrier_key;
  base::Bytes operator_secret;  // empty, or 16 bytes of an operator invite
  bool live = false;
  bool full = false;
  bool bad_line = false;  // the last connection to this carrier was cut: begin with small messages
};

class ClientSession {
 public:
  ClientSession(SessionOptions options, const crypto::BoxKey& device, ClientShelf& shelf,
                base::Random& random);
  ~ClientSession();
  // The next message to send. First call: handshake message 1 with its payload. On an established channel it
  // may be called whenever nothing is awaited: to send what is new here, or, with nothing new, to probe the
  // line. protocol_violation while an answer is awaited.
  base::Result<base::Bytes> next_message();
  struct Progress {
    bool more = false;       // there is something left to send or to fetch: call next_message again, once
                             // nothing is awaited
    bool pushed = false;     // this message answered nothing
    std::uint32_t sent = 0;  // segments acked so far in this session
    std::uint32_t received = 0;
    std::uint64_t bytes_to_come = 0;
    std::uint32_t segments_to_come = 0;
    std::uint64_t media_sent = 0;  // bytes of chunks so far in this session
    std::uint64_t media_received = 0;
    std::optional<base::GenerationId> generation;
  };
  // An answer, or on a live channel a push at any time after the first answer: what it brings is applied when
  // this returns, and an answer that is awaited stays awaited. Codes: wrong_server_key, cannot_decrypt,
  // malformed, protocol_violation, or the carrier's refusal.
  base::Result<Progress> on_message(base::ByteView message);
  bool awaiting() const;  // a message is on its way and not answered yet
  // For the next connection of the same sync (one-shot carriers): keeps the counters, forgets the channel.
  void reconnect();
  // The same after the line was cut: from here on a message is no larger than what a connection has carried
  // before it, so that a line on which no large one ever arrives whole still brings small ones through.
  void reconnect_after_cut();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The carrier's half: only the channel. What to do with a message is decided by carrier/.
class CarrierSession {
 public:
  CarrierSession(const crypto::BoxKey& carrier, base::Random& random);
  ~CarrierSession();
  struct Incoming {
    base::PublicBoxKey device;
    ClientMessage message;
    bool first = false;  // 0-RTT: answer within kMessageMax, no push before the next message
  };
  base::Result<Incoming> on_message(base::ByteView message);
  base::Result<base::Bytes> reply(const ServerMessage& message);  // once per incoming message, and for pushes

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sejawat::sync
