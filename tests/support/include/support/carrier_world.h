// People, spaces and logs as a carrier meets them, and the side of a client that keeps its books. For tests
// of the server's rooms: bodies are random bytes, since a carrier never opens one.
#pragma once

#include <map>

#include "carrier/carrier.h"
#include "crypto/hash.h"
#include "log/digest.h"
#include "space/membership.h"
#include "support/fakes.h"
#include "sync/frame.h"

namespace sejawat::support {

struct Person {
  explicit Person(base::Random& random)
      : identity(space::Identity::from_seed(base::Secret32::random(random))),
        keys(space::DeviceKeys::random(random)),
        certificate(space::certify(identity.sign, keys, 100)) {}
  space::Author author() const { return {&keys, &certificate, 200}; }
  base::PersonId id() const { return certificate.person(); }
  base::PublicBoxKey device() const { return keys.box.public_key(); }
  space::Identity identity;
  space::DeviceKeys keys;
  space::DeviceCertificate certificate;
};

// A space as somebody who has everything of it sees it.
struct Community {
  explicit Community(const base::SpaceId& id) : membership(id) {}
  const base::SpaceId& id() const { return membership.space(); }
  base::Bytes add(base::Bytes record) {
    SJ_CHECK(membership.add(record).ok());
    return record;
  }
  std::vector<base::Bytes> records() const {
    std::vector<base::Bytes> all;
    for (const auto& [id, bytes] : membership.records()) all.push_back(bytes);
    return all;
  }
  space::Membership membership;
};

inline Community found_school(const Person& admin, std::uint8_t salt = 1) {
  const std::array<std::uint8_t, 16> salts{salt};
  Community school(space::space_id(admin.certificate.identity_key, space::SpaceKind::school, salts));
  school.add(
      space::write_genesis(admin.author(), admin.identity.box.public_key(), space::SpaceKind::school, salts));
  return school;
}
inline Community diary_of(const Person& person) {
  Community diary(space::personal_space_id(person.certificate.identity_key));
  diary.add(space::write_personal_genesis(person.identity));
  diary.add(space::write_device(person.author(), diary.membership, person.certificate));
  return diary;
}

struct Writing {
  Writing(Community& in, const Person& by, base::Random& random)
      : space(&in), key(crypto::SigningKey::from_seed(base::Secret32::random(random))), chance(&random) {
    id = log::log_id(in.id(), key.public_key());
    enrolment = in.add(space::write_log(by.author(), in.membership, key));
  }
  // As a copied store has it: the same log, going on by itself.
  Writing(const Writing& other)
      : space(other.space),
        key(other.key.clone()),
        chance(other.chance),
        id(other.id),
        head(other.head),
        ops(other.ops),
        enrolment(other.enrolment),
        frontier(other.frontier) {}
  Writing(Writing&&) = default;
  // The next segment of this log, without moving its head.
  base::Bytes draft(std::size_t body = 120) const {
    log::SegmentHeader header;
    header.segment_no = head.count;
    header.first_op = head.next_op;
    header.op_count = ops;
    header.frontier = frontier ? *frontier : space->membership.frontier();
    if (header.frontier.size() > log::kMaxFrontier) header.frontier.resize(log::kMaxFrontier);
    header.nonce = chance->id<crypto::Nonce>();
    log::Segment segment;
    segment.header = log::encode_header(header);
    segment.body.resize(body);
    chance->fill(segment.body);
    segment.signature = key.sign(hash_of(segment).view());
    return log::encode_segment(segment);
  }
  base::Bytes write(std::size_t body = 120) {
    base::Bytes bytes = draft(body);
    const auto segment = log::decode_segment(bytes);
    SJ_CHECK(segment.ok());
    head = {head.count + 1, head.next_op + ops, hash_of(*segment)};
    return bytes;
  }
  base::Hash32 hash_of(const log::Segment& segment) const {
    return log::segment_hash(space->id(), id, head.hash, segment.header, log::body_hash(segment.body));
  }
  Community* space;
  crypto::SigningKey key;
  base::Random* chance;
  base::LogId id;
  log::Head head;
  std::uint32_t ops = 3;  // of the next segment
  base::Bytes enrolment;
  std::optional<std::vector<base::HeadTag>> frontier;  // another one than the space's
};

inline sync::SpaceUpload upload(const base::SpaceId& space, std::vector<base::Bytes> records = {},
                                std::vector<sync::LogRun> runs = {}) {
  sync::SpaceUpload upload;
  upload.space.id = space;
  upload.records = std::move(records);
  upload.logs = std::move(runs);
  return upload;
}
inline sync::LogRun run_of(const base::LogId& log, std::vector<base::Bytes> segments) {
  return {base::to_bytes(log.view()), std::move(segments)};
}
inline sync::ClientMessage message_of(std::vector<sync::SpaceUpload> spaces) {
  sync::ClientMessage message;
  message.hello.emplace();
  message.hello->full = true;
  message.spaces = std::move(spaces);
  return message;
}

// The verdict on the upload at `place`.
inline base::Code verdict(const std::vector<sync::Exception>& exceptions, std::uint32_t place) {
  for (const auto& exception : exceptions) {
    if (exception.place == place) return exception.code;
  }
  return base::Code::ok;
}

// One device's books on a carrier: cursors, digests and what has come.
struct Books {
  struct Space {
    explicit Space(const base::SpaceId& id) : digest(id) {}
    std::uint64_t position = 0;
    base::Digest at_cursor;
    log::SpaceDigest digest;
    std::set<base::RecordId> records;
    std::map<base::LogId, log::Head> heads;
    std::vector<base::Bytes> segments;
  };
  std::optional<base::GenerationId> generation;
  std::vector<base::SpaceId> set;
  std::map<base::SpaceId, Space> spaces;
  bool digest_differs = false;

  Space& at(const base::SpaceId& id) { return spaces.emplace(id, Space(id)).first->second; }
  sync::Hello hello() {
    sync::Hello hello;
    hello.generation = generation;
    hello.full = set.empty();
    if (set.empty()) return hello;
    hello.set = log::set_tag(set);
    std::vector<std::pair<base::SpaceId, base::Digest>> digests;
    for (const auto& id : set) {
      digests.emplace_back(id, at(id).at_cursor);
      hello.positions.push_back(at(id).position);
    }
    hello.base = log::account_digest(digests);
    return hello;
  }
  void hold_record(const base::SpaceId& id, base::ByteView bytes) {
    const auto record = space::record_id_of(bytes);
    if (record.ok() && at(id).records.insert(*record).second) at(id).digest.add_record(*record);
  }
  void hold_segment(const base::SpaceId& id, const base::LogId& log, const base::Bytes& bytes) {
    Space& space = at(id);
    const auto segment = log::decode_segment(bytes);
    const auto header = log::decode_header(segment->header);
    log::Head& head = space.heads[log];
    if (header->segment_no != head.count) return;
    const log::Head after{
        head.count + 1, head.next_op + header->op_count,
        log::segment_hash(id, log, head.hash, segment->header, log::body_hash(segment->body))};
    space.digest.move_tip(head, after);
    head = after;
    space.segments.push_back(bytes);
  }
  // What the uploads of `message` that were taken and what came in `reply` change.
  void settle(const sync::ClientMessage& message, const sync::ServerMessage& reply) {
    if (reply.generation) generation = reply.generation;
    std::uint32_t record_place = 0;
    std::uint32_t segment_place = 0;
    for (const auto& sent : message.spaces) {
      const auto id = sent.space.index == 0 ? sent.space.id : set.at(sent.space.index - 1);
      for (const auto& record : sent.records) {
        if (verdict(reply.record_exceptions, record_place++) == base::Code::ok) hold_record(id, record);
      }
      for (const auto& run : sent.logs) {
        for (const auto& segment : run.segments) {
          if (verdict(reply.segment_exceptions, segment_place++) == base::Code::ok)
            hold_segment(id, *base::LogId::from(run.log), segment);
        }
      }
    }
    if (reply.set) set = *reply.set;
    for (const auto& part : reply.spaces) {
      const auto id = set.at(part.space.index - 1);
      for (const auto& record : part.records) hold_record(id, record);
      for (const auto& run : part.logs) {
        for (const auto& segment : run.segments) hold_segment(id, *base::LogId::from(run.log), segment);
      }
      if (part.digest.size() == base::Digest::kSize) {
        at(id).position = part.position;
        at(id).at_cursor = *base::Digest::from(part.digest);
      } else if (part.digest.size() == base::HeadTag::kSize) {
        const auto value = at(id).digest.value();
        if (base::equal(base::prefix_of<base::HeadTag>(value).view(), part.digest)) {
          at(id).position = part.position;
          at(id).at_cursor = value;
        } else {
          digest_differs = true;
        }
      }
    }
  }
};

}  // namespace sejawat::support
