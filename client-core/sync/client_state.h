// What the files of the client's session share.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "crypto/noise.h"
#include "sync/session.h"

namespace sejawat::sync {

struct Uploaded {  // what the message on its way carries, in order, for the verdicts
  std::vector<std::pair<base::SpaceId, base::Bytes>> records;
  struct Segment {
    base::SpaceId space;
    base::LogId log;
    base::Bytes bytes;
  };
  std::vector<Segment> segments;
  // Offered by the shelf, but the message was full: they get their verdict, "later", without having left.
  std::vector<std::pair<base::SpaceId, base::Bytes>> kept_records;
  std::vector<Segment> kept_segments;
  std::vector<ClientShelf::ChunkOffer> chunks;  // without their bytes
  std::vector<ClientShelf::ChunkWish> wishes;
  bool holds_text() const {
    return !records.empty() || !segments.empty() || !kept_records.empty() || !kept_segments.empty();
  }
  bool empty() const { return !holds_text() && chunks.empty() && wishes.empty(); }
};

struct ClientSession::State {
  SessionOptions options;
  crypto::BoxKey device;
  ClientShelf& shelf;
  base::Random& random;

  std::unique_ptr<crypto::NoiseInitiator> handshake = {};
  std::optional<crypto::NoiseChannel> channel = {};
  std::vector<base::SpaceId> set = {};  // as the carrier last stated it
  bool hello_due = true;
  bool full = false;        // the next hello asks for vectors
  bool full_asked = false;  // and the one on its way does
  bool full_tried = false;  // once in a sync is enough: what still differs then, differs for good
  bool operator_secret_done = false;
  std::vector<base::SpaceId> vectors_due = {};
  std::set<base::SpaceId> vectors_sent =
      {};  // since the last hello with `full`: one each, so that no two peers echo
  std::set<base::Bytes> refused =
      {};  // bytes that were refused for good once: a second refusal is no progress
  std::set<base::SpaceId> asking =
      {};  // of a carrier never met: the message on its way says only what is held
  Uploaded uploaded = {};
  bool awaiting = false;
  bool bad_line = false;
  std::size_t carried = 0;  // of our payloads, answered, on this connection
  std::size_t on_its_way = 0;
  bool asked_once = false;
  bool media_agreed = false;  // this carrier takes chunks
  bool text_to_come = true;   // it has not said yet that there is no more
  bool confirmed = false;     // a transport message of ours left on this channel: the carrier may push
  Progress progress = {};
  bool said_whose = false;   // it was asked for in this sync
  bool chunks_lost = false;  // what it holds of chunks was void once: heeded once in a sync as well
  bool unnamed = false;      // the message on its way says hello and names no set
  bool stranger = false;     // and the carrier named none: what it acked before this sync is void already
  // A carrier may say for ever that more is to come, name another set each time, or take back what it has
  // taken. So many exchanges may do nothing that none before them did; what is left goes with the next sync.
  static constexpr std::uint32_t kMostWithoutNews = 1024;
  std::uint32_t without_news = 0;
  std::set<base::HeadTag> taken = {};                   // segments that it said to have, by their signatures
  std::map<log::ChunkId, std::uint32_t> furthest = {};  // of each chunk how much is there, or has come

  base::Result<ClientMessage> compose();
  SpaceRef refer(const base::SpaceId& space, bool set_agreed) const;
  struct Room {
    std::size_t trusted = 0;  // on this line
    std::size_t whole = 0;    // in a message
    void take(std::size_t cost) {
      trusted -= std::min(cost, trusted);
      whole -= std::min(cost, whole);
    }
  };
  base::Status add_space(const base::SpaceId& space, bool set_agreed, Room& room, ClientMessage& message);
  // A message carries one thing at least, whatever the line: sealed bytes cannot be made smaller.
  bool fits(std::size_t cost, const Room& room) const {
    return cost <= (uploaded.records.empty() && uploaded.segments.empty() ? room.whole : room.trusted);
  }
  base::Status note_asking(const std::vector<base::SpaceId>& offering);
  bool named_none(const ServerMessage& message, const ClientShelf::Outcome& outcome);
  bool stranger_after_all(base::Code refusal);
  base::Status add_media(bool set_agreed, const Room& room, ClientMessage& message);
  base::Status settle_lost();
  base::Status add_chunk_news(ServerMessage& message, ClientShelf::Outcome& outcome) const;
  void add_verdicts(const ServerMessage& message, ClientShelf::Outcome& outcome) const;
  bool decided(const ClientShelf::Verdicts& verdicts);
  bool has_news(const ClientShelf::Outcome& outcome, const ClientShelf::Applied& applied);
  base::Result<ServerMessage> open(base::ByteView bytes);
  base::Status judge_push(const ServerMessage& message) const;
  base::Status note_refusal(const ServerMessage& message);
  bool note_vectors(const ClientShelf::Outcome& outcome);
  bool base_lost();
  base::Result<ClientShelf::Outcome> outcome_of(ServerMessage& message);
  base::Result<base::SpaceId> resolve(const SpaceRef& ref, const std::vector<base::SpaceId>& in) const;
};

}  // namespace sejawat::sync
