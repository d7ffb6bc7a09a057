// Segments with every step between ops and bytes, made twice: by sealing, and here step by step.
#include "compress.h"
#include "crypto/hash.h"
#include "make.h"
#include "op_codec.h"

namespace sejawat::vectors {
namespace {

json::object json_of(const log::Op& op) {
  json::array cells;
  for (const auto& cell : op.cells) {
    json::object one{{"element", cell.element}, {"field", cell.field}};
    one["value"] = cell.value ? json::value(hex(base::as_bytes(*cell.value))) : json::value(nullptr);
    cells.push_back(std::move(one));
  }
  json::array dots;
  for (const auto& dot : op.supersedes) {
    dots.push_back({{"branch", hex(dot.branch)}, {"position", std::to_string(dot.position)}});
  }
  return {{"object", hex(op.object)},
          {"type", op.type},
          {"kind", static_cast<unsigned>(op.kind)},
          {"cells", std::move(cells)},
          {"supersedes", std::move(dots)},
          {"lamport", std::to_string(op.lamport)},
          {"wall_ms", std::to_string(op.wall_ms)},
          {"stored", hex(log::encode_op(op))}};
}

json::object json_of(const log::Head& head) {
  return {{"count", std::to_string(head.count)},
          {"next_op", std::to_string(head.next_op)},
          {"hash", hex(head.hash)}};
}

json::array json_of(const std::vector<log::Dependency>& deps) {
  json::array out;
  for (const auto& dep : deps) {
    out.push_back(
        {{"log", hex(dep.log)}, {"segment_no", std::to_string(dep.segment_no)}, {"head", hex(dep.head)}});
  }
  return out;
}

struct Author {
  Author(support::SeededRandom& random, const base::SpaceId& of, const base::Secret32& key)
      : space(of),
        epoch_key(key.clone()),
        seed(base::Secret32::random(random)),
        sign(crypto::SigningKey::from_seed(seed)),
        log(log::log_id(space, sign.public_key())) {}

  // One segment, from ops to bytes.
  json::object seal(const std::vector<log::Op>& ops, const std::vector<log::Dependency>& deps,
                    const std::vector<base::HeadTag>& frontier, std::uint64_t nonce_seed) {
    log::SealContext context;
    context.space = space;
    context.log = log;
    context.log_key = &sign;
    context.epoch = log::epoch_id(space, epoch_key);
    context.epoch_key = &epoch_key;
    context.before = head;
    context.frontier = frontier;
    context.deps = deps;
    support::SeededRandom random(nonce_seed);
    const auto sealed = log::seal_segment(context, ops, random);
    SJ_CHECK(sealed.ok() && sealed->ops == ops.size());
    const auto segment = log::decode_segment(sealed->bytes).value();
    const auto header = log::decode_header(segment.header).value();

    const auto body = log::encode_body(ops, log, header.deps).value();
    const auto packed = log::compress(body);
    base::Bytes padded = prefixed(packed);
    padded.resize(log::padded_size(padded.size()));
    const auto key =
        crypto::derive(crypto::label::kSegmentKey, epoch_key.view(), joined({space.view(), log.view()}));
    const auto associated = joined({space.view(), log.view(), head.hash.view(), segment.header});
    SJ_CHECK(crypto::seal(key, header.nonce, padded, associated) == segment.body);

    json::array ops_out;
    for (const auto& op : ops) ops_out.push_back(json_of(op));
    json::array frontier_out;
    for (const auto& tag : frontier) frontier_out.push_back(json::value(hex(tag)));
    json::object out{{"before", json_of(head)},
                     {"ops", std::move(ops_out)},
                     {"frontier", std::move(frontier_out)},
                     {"deps", json_of(header.deps)},
                     {"nonce", hex(header.nonce)},
                     {"dictionary", header.dictionary},
                     {"body", hex(body)},
                     {"compressed", hex(packed)},
                     {"padded", hex(padded)},
                     {"key", hex(key.view())},
                     {"header", hex(segment.header)},
                     {"associated", hex(associated)},
                     {"sealed_body", hex(segment.body)},
                     {"body_hash", hex(log::body_hash(segment.body))},
                     {"hash", hex(sealed->head.hash)},
                     {"signature", hex(segment.signature)},
                     {"segment", hex(sealed->bytes)}};
    head = sealed->head;
    out["after"] = json_of(head);
    return out;
  }
  json::object keys() const {
    return {{"log_seed", hex(seed.view())}, {"log_key", hex(sign.public_key())}, {"log", hex(log)}};
  }

  static base::Bytes joined(std::initializer_list<base::ByteView> parts) {
    base::Bytes out;
    for (const auto& part : parts) base::append(out, part);
    return out;
  }
  static base::Bytes prefixed(base::ByteView content);

  base::SpaceId space;
  base::Secret32 epoch_key;
  base::Secret32 seed;
  crypto::SigningKey sign;
  base::LogId log;
  log::Head head;
};

base::Bytes Author::prefixed(base::ByteView content) {
  base::Bytes out;
  for (std::size_t size = content.size();; size >>= 7) {
    out.push_back(static_cast<std::uint8_t>(size < 0x80 ? size : size | 0x80));
    if (size < 0x80) break;
  }
  base::append(out, content);
  return out;
}

log::Op write(const base::ObjectId& object, std::uint64_t lamport, std::vector<log::Cell> cells) {
  log::Op op;
  op.object = object;
  op.type = 1;
  op.lamport = lamport;
  op.wall_ms = 1'795'482'000'000 + static_cast<std::int64_t>(lamport) * 61'000;
  op.cells = std::move(cells);
  return op;
}

std::vector<log::Op> journal_entry(const base::ObjectId& object) {
  return {write(object, 1,
                {{0, 1, "2026-11-24"},
                 {0, 2, "3A"},
                 {0, 3, "Matematika"},
                 {1, 1, std::string(1, '\1')},
                 {1, 2, "Hanya tiga murid yang berani menjawab ketika saya bertanya tentang pecahan."},
                 {1, 3, "Murid berani mencoba walaupun belum yakin benar."},
                 {1, 4, "Mungkin pertanyaan saya terlalu sulit dan waktu berpikir terlalu pendek."}})};
}

// Everything that the format has: removal, trash, kinds of a later version, both ends of every number, bytes
// that are no text, repeated forms and objects, dots on the own and on another log.
std::vector<log::Op> everything(const base::ObjectId& first, const base::LogId& own,
                                const base::LogId& other) {
  auto edit = write(first, 3, {{1, 4, "Waktu berpikir terlalu pendek."}, {0, 6, std::nullopt}});
  edit.supersedes = {{own, 0}, {other, 7}};
  auto trash = write(first, 2, {});
  trash.kind = log::OpKind::trash;
  auto increment = write({{2}}, 4, {{0, 16, std::string("\x05", 1)}, {9, 15, std::string()}});
  increment.kind = log::OpKind::increment;
  auto again = increment;
  again.lamport = 5;
  again.cells[0].value = std::string("\x80\x01\xFF", 3);
  log::Op odd;
  odd.object = {{0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF9, 0xF8}};
  odd.type = UINT32_MAX;
  odd.kind = static_cast<log::OpKind>(200);
  odd.cells = {{UINT32_MAX, UINT32_MAX, std::string(1, '\0')}, {0, 0, "x"}, {7, 14, std::string(130, 'y')}};
  odd.supersedes = {{own, UINT64_MAX}};
  odd.lamport = UINT64_MAX;
  odd.wall_ms = INT64_MIN;
  auto after = write(first, 0, {{0, 2, "3B"}});
  after.wall_ms = INT64_MAX;
  return {edit, trash, increment, again, odd, after};
}

}  // namespace

json::object make_segments() {
  support::SeededRandom random(20261124);
  const auto space = random.id<base::SpaceId>();
  const auto epoch_key = base::Secret32::random(random);
  Author author(random, space, epoch_key);
  const auto object = random.id<base::ObjectId>();
  const log::Dependency other{random.id<base::LogId>(), 3, random.id<base::HeadTag>()};
  const std::vector<base::HeadTag> frontier = {random.id<base::HeadTag>(), random.id<base::HeadTag>()};
  json::object out{{"about", "One log: keys, and three segments that follow each other, step by step."},
                   {"space", hex(space)},
                   {"epoch_key", hex(epoch_key.view())},
                   {"epoch", hex(log::epoch_id(space, epoch_key))}};
  for (auto& [name, value] : author.keys()) out[name] = value;
  json::array list;
  list.push_back(author.seal(journal_entry(object), {}, {}, 1));
  list.push_back(author.seal(everything(object, author.log, other.log), {other}, frontier, 2));
  std::vector<log::Op> many;
  for (std::uint64_t i = 0; i < 40; ++i) {
    many.push_back(write(random.id<base::ObjectId>(), 10 + i,
                         {{0, 2, "3A"}, {1, 2, "Pengamatan ke-" + std::to_string(i)}}));
  }
  list.push_back(author.seal(many, {}, frontier, 3));
  out["segments"] = std::move(list);
  return out;
}

json::object make_fork() {
  support::SeededRandom random(20261125);
  const auto space = random.id<base::SpaceId>();
  const auto epoch_key = base::Secret32::random(random);
  Author author(random, space, epoch_key);
  Author reader(random, space, epoch_key);
  const auto object = random.id<base::ObjectId>();
  json::object out{{"about",
                    "A log that was copied and went on in two ways; somebody else supersedes both ends, "
                    "naming the branches."},
                   {"space", hex(space)},
                   {"epoch_key", hex(epoch_key.view())},
                   {"epoch", hex(log::epoch_id(space, epoch_key))}};
  for (auto& [name, value] : author.keys()) out[name] = value;
  out["common"] = author.seal(journal_entry(object), {}, {}, 11);
  const log::Head point = author.head;
  json::array branches;
  std::vector<log::Dependency> deps;
  log::Op merged = write(object, 3, {{1, 4, "Keduanya benar."}});
  for (std::uint64_t i = 0; i < 2; ++i) {
    author.head = point;
    auto edit = write(object, 2, {{1, 4, i == 0 ? "Waktu terlalu pendek." : "Soal terlalu sulit."}});
    edit.supersedes = {{author.log, 0}};
    json::object branch;
    auto segment = author.seal({edit}, {}, {}, 12 + i);
    const auto name = log::fork_name(author.log, point.count, author.head.hash);
    branch["name"] = hex(name);
    branch["fork_point"] = std::to_string(point.count);
    branch["segment"] = std::move(segment);
    branches.push_back(std::move(branch));
    deps.push_back({name, point.count, base::prefix_of<base::HeadTag>(author.head.hash)});
    merged.supersedes.push_back({name, 1});
  }
  out["branches"] = std::move(branches);
  json::object merge = reader.keys();
  merge["segment"] = reader.seal({merged}, deps, {}, 14);
  out["merge"] = std::move(merge);
  return out;
}

}  // namespace sejawat::vectors
