#include <algorithm>

#include "base/codec.h"
#include "crypto/noise.h"
#include "sejawat/v1/frame.pb.h"
#include "sync/frame.h"

namespace sejawat::sync {
namespace {

namespace wire = ::sejawat::v1;

base::Error malformed(const char* what) { return base::error(base::Code::malformed, what); }

std::string text(base::ByteView bytes) { return std::string(base::as_text(bytes)); }
base::Bytes bytes_of(const std::string& value) { return base::to_bytes(base::as_bytes(value)); }

template <class AnyId>
bool read_id(const std::string& from, AnyId& to) {
  const auto id = AnyId::from(base::as_bytes(from));
  if (id) to = *id;
  return id.has_value();
}

void write_vector(const Vector& from, wire::Vector& to) {
  for (const auto& entry : from.entries) {
    auto* item = to.add_entries();
    item->set_log(text(entry.log.view()));
    item->set_count(entry.count);
    item->set_head(text(entry.head.view()));
  }
  base::Bytes records;
  for (const auto& tag : from.records) base::append(records, tag.view());
  to.set_records(text(records));
}

bool read_vector(const wire::Vector& from, Vector& to) {
  if (static_cast<std::size_t>(from.entries_size()) > kMaxItems) return false;
  for (const auto& item : from.entries()) {
    VectorEntry entry;
    if (!read_id(item.log(), entry.log) || !read_id(item.head(), entry.head)) return false;
    entry.count = item.count();
    to.entries.push_back(entry);
  }
  const auto records = base::as_bytes(from.records());
  if (records.size() % base::HeadTag::kSize != 0) return false;
  for (std::size_t at = 0; at < records.size(); at += base::HeadTag::kSize) {
    to.records.push_back(*base::HeadTag::from(records.subspan(at, base::HeadTag::kSize)));
  }
  return std::is_sorted(to.records.begin(), to.records.end());
}

// Counts what a message asks us to hold, over all its parts.
class Budget {
 public:
  bool take(std::size_t count) {
    used_ += count;
    return used_ <= kMaxItems;
  }

 private:
  std::size_t used_ = 0;
};

template <class WireSpace>
bool read_common(const WireSpace& from, SpaceRef& space, std::vector<base::Bytes>& records,
                 std::vector<LogRun>& logs, std::optional<Vector>& vector, Budget& budget) {
  space.index = from.index();
  if (space.index > kMaxSpaces) return false;
  if (space.index == 0 && !read_id(from.id(), space.id)) return false;
  if (!budget.take(static_cast<std::size_t>(from.records_size()) +
                   static_cast<std::size_t>(from.logs_size()))) {
    return false;
  }
  for (const auto& record : from.records()) records.push_back(bytes_of(record));
  for (const auto& item : from.logs()) {
    LogRun run;
    run.log = bytes_of(item.log());
    if (run.log.size() != base::LogId::kSize && run.log.size() != base::HeadTag::kSize) return false;
    if (!budget.take(static_cast<std::size_t>(item.segments_size()))) return false;
    for (const auto& segment : item.segments()) run.segments.push_back(bytes_of(segment));
    logs.push_back(std::move(run));
  }
  if (from.has_vector()) {
    vector.emplace();
    return read_vector(from.vector(), *vector);
  }
  return true;
}

template <class WireSpace>
void write_space(const SpaceRef& space, WireSpace& to) {
  if (space.index != 0) {
    to.set_index(space.index);
  } else {
    to.set_id(text(space.id.view()));
  }
}

template <class WireSpace>
void write_common(const std::vector<base::Bytes>& records, const std::vector<LogRun>& logs,
                  const std::optional<Vector>& vector, WireSpace& to) {
  for (const auto& record : records) to.add_records(text(record));
  for (const auto& run : logs) {
    auto* item = to.add_logs();
    item->set_log(text(run.log));
    for (const auto& segment : run.segments) item->add_segments(text(segment));
  }
  if (vector) write_vector(*vector, *to.mutable_vector());
}

// Pieces hold no more than a chunk, and lie within what they say is the whole.
template <class Item>
bool read_chunk_ref(const Item& from, SpaceRef& space, log::ChunkId& chunk) {
  space.index = from.index();
  if (space.index > kMaxSpaces || (space.index == 0 && !read_id(from.id(), space.id))) return false;
  return read_id(from.chunk(), chunk);
}

template <class Items>
bool read_pieces(const Items& from, std::vector<ChunkPiece>& to) {
  if (static_cast<std::size_t>(from.size()) > kMaxChunkItems) return false;
  for (const auto& item : from) {
    ChunkPiece piece;
    if (!read_chunk_ref(item, piece.space, piece.chunk) || item.total() > log::kChunkMax) return false;
    if (item.offset() > item.total() || item.bytes().size() > item.total() - item.offset()) return false;
    piece.total = item.total();
    piece.offset = item.offset();
    piece.bytes = bytes_of(item.bytes());
    to.push_back(std::move(piece));
  }
  return true;
}

bool read_wants(const wire::ClientMessage& from, std::vector<ChunkWant>& to) {
  if (static_cast<std::size_t>(from.wants_size()) > kMaxChunkItems) return false;
  for (const auto& item : from.wants()) {
    ChunkWant want;
    if (!read_chunk_ref(item, want.space, want.chunk) || item.offset() > log::kChunkMax) return false;
    want.offset = item.offset();
    want.most = item.most();
    to.push_back(want);
  }
  return true;
}

void write_pieces(const std::vector<ChunkPiece>& from,
                  google::protobuf::RepeatedPtrField<wire::ChunkPiece>* to) {
  for (const auto& piece : from) {
    auto* item = to->Add();
    write_space(piece.space, *item);
    item->set_chunk(text(piece.chunk.view()));
    item->set_total(piece.total);
    item->set_offset(piece.offset);
    item->set_bytes(text(piece.bytes));
  }
}

void write_part(const SpaceReply& part, wire::SpaceReply& to) {
  write_common(part.records, part.logs, part.vector, to);
  to.set_position(part.position);
  to.set_digest(text(part.digest));
}

// One more element of ServerMessage.spaces behind what is encoded already, as protobuf allows: a field is its
// tag and its value, a message its length and its fields in any order.
void append_shared(const SharedPart& part, base::Bytes& to) {
  constexpr std::uint8_t kLengthDelimited = 2;
  constexpr auto kSpaces = static_cast<std::uint8_t>(wire::ServerMessage::kSpacesFieldNumber << 3);
  constexpr auto kIndex = static_cast<std::uint8_t>(wire::SpaceReply::kIndexFieldNumber << 3);
  base::Writer index;
  index.u8(kIndex);
  index.varint(part.index);
  base::Writer head;
  head.u8(kSpaces | kLengthDelimited);
  head.varint(index.bytes().size() + part.encoded->size());
  head.raw(index.bytes());
  base::append(to, head.bytes());
  base::append(to, *part.encoded);
}

// A later carrier may refuse for a reason that is not known here.
base::Code code_of(std::uint32_t code) {
  constexpr auto kLast = static_cast<std::uint32_t>(base::Code::internal);
  return code > kLast ? base::Code::internal : static_cast<base::Code>(code);
}

base::Result<Hello> read_hello(const wire::Hello& from) {
  Hello hello;
  hello.version = from.version();
  if (!from.set().empty()) {
    hello.set.emplace();
    // Who asks for vectors has no base to name.
    const bool base_left_out = from.full() && from.base().empty();
    if (!read_id(from.set(), *hello.set) || !(base_left_out || read_id(from.base(), hello.base)))
      return malformed("hello set");
  }
  if (static_cast<std::size_t>(from.positions_size()) > kMaxSpaces) return malformed("hello positions");
  hello.positions.assign(from.positions().begin(), from.positions().end());
  hello.live = from.live();
  hello.full = from.full();
  hello.operator_secret = bytes_of(from.operator_secret());
  if (!hello.operator_secret.empty() && hello.operator_secret.size() != 16) {
    return malformed("operator secret");
  }
  if (!from.generation().empty()) {
    hello.generation.emplace();
    if (!read_id(from.generation(), *hello.generation)) return malformed("generation");
  }
  if (!from.chunk_mark().empty()) {
    hello.chunk_mark.emplace();
    if (!read_id(from.chunk_mark(), *hello.chunk_mark)) return malformed("mark of chunks");
  }
  if (!from.person().empty()) {
    hello.person.emplace();
    if (!read_id(from.person(), *hello.person)) return malformed("person");
  }
  return hello;
}

bool read_queries(base::ByteView from, std::vector<ReceiptQuery>& to) {
  constexpr std::size_t kQuery = base::SpaceId::kSize + base::RecordId::kSize;
  if (from.size() % kQuery != 0 || from.size() / kQuery > kMaxReceipts) return false;
  base::Reader reader(from);
  while (!reader.at_end()) {
    ReceiptQuery query;
    SJ_CHECK(reader.id(query.space) && reader.id(query.record));
    to.push_back(query);
  }
  return true;
}

template <class Message>
bool parse(base::ByteView bytes, Message& message) {
  return bytes.size() <= crypto::kNoiseMessageMax &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

base::Bytes encode(const ClientMessage& message) {
  wire::ClientMessage out;
  if (message.hello) {
    const Hello& hello = *message.hello;
    auto* to = out.mutable_hello();
    to->set_version(hello.version);
    if (hello.set) {
      to->set_set(text(hello.set->view()));
      to->set_base(text(hello.base.view()));
    }
    for (const auto position : hello.positions) to->add_positions(position);
    to->set_live(hello.live);
    to->set_full(hello.full);
    to->set_operator_secret(text(hello.operator_secret));
    if (hello.generation) to->set_generation(text(hello.generation->view()));
    if (hello.chunk_mark) to->set_chunk_mark(text(hello.chunk_mark->view()));
    if (hello.person) to->set_person(text(hello.person->view()));
  }
  for (const auto& space : message.spaces) {
    auto* to = out.add_spaces();
    write_space(space.space, *to);
    write_common(space.records, space.logs, space.vector, *to);
  }
  out.set_media(message.media);
  write_pieces(message.chunks, out.mutable_chunks());
  for (const auto& want : message.wants) {
    auto* item = out.add_wants();
    write_space(want.space, *item);
    item->set_chunk(text(want.chunk.view()));
    item->set_offset(want.offset);
    item->set_most(want.most);
  }
  base::Bytes receipts;
  for (const auto& query : message.receipts) {
    base::append(receipts, query.space.view());
    base::append(receipts, query.record.view());
  }
  out.set_receipts(text(receipts));
  return bytes_of(out.SerializeAsString());
}

base::Bytes encode(const ServerMessage& message) {
  wire::ServerMessage out;
  if (message.generation) out.set_generation(text(message.generation->view()));
  if (message.set) {
    base::Bytes set;
    for (const auto& space : *message.set) base::append(set, space.view());
    out.set_set(text(set));
  }
  for (const auto& space : message.spaces) {
    auto* to = out.add_spaces();
    write_space(space.space, *to);
    write_part(space, *to);
  }
  const auto write_exceptions = [](const std::vector<Exception>& from, auto* to) {
    for (const auto& exception : from) {
      auto* item = to->Add();
      item->set_place(exception.place);
      item->set_code(static_cast<std::uint32_t>(exception.code));
    }
  };
  write_exceptions(message.record_exceptions, out.mutable_records());
  write_exceptions(message.segment_exceptions, out.mutable_segments());
  out.set_records_taken(message.records_taken);
  out.set_segments_taken(message.segments_taken);
  out.set_bytes_to_come(message.bytes_to_come);
  out.set_segments_to_come(message.segments_to_come);
  out.set_error(static_cast<std::uint32_t>(message.error));
  out.set_base_unknown(message.base_unknown);
  out.set_wall_seconds(message.wall_seconds);
  out.set_push(message.push);
  out.set_media(message.media);
  for (const auto& state : message.chunk_states) {
    auto* item = out.add_chunk_states();
    item->set_code(static_cast<std::uint32_t>(state.code));
    item->set_held(state.held);
  }
  write_pieces(message.chunks, out.mutable_chunks());
  if (message.chunk_mark) out.set_chunk_mark(text(message.chunk_mark->view()));
  out.set_chunks_unknown(message.chunks_unknown);
  out.set_whose(message.whose);
  for (const auto& receipt : message.receipts) out.add_receipts(text(receipt));
  base::Bytes bytes = bytes_of(out.SerializeAsString());
  for (const auto& part : message.shared) append_shared(part, bytes);
  return bytes;
}

base::Bytes encode_part(const SpaceReply& part) {
  wire::SpaceReply out;
  write_part(part, out);
  return bytes_of(out.SerializeAsString());
}

base::Result<ClientMessage> decode_client(base::ByteView bytes) {
  wire::ClientMessage in;
  if (!parse(bytes, in)) return malformed("client message");
  ClientMessage message;
  if (in.has_hello()) {
    SJ_TRY(auto hello, read_hello(in.hello()));
    message.hello = std::move(hello);
  }
  if (static_cast<std::size_t>(in.spaces_size()) > kMaxSpaces) return malformed("too many spaces");
  Budget budget;
  for (const auto& item : in.spaces()) {
    SpaceUpload space;
    if (!read_common(item, space.space, space.records, space.logs, space.vector, budget)) {
      return malformed("space");
    }
    message.spaces.push_back(std::move(space));
  }
  message.media = in.media();
  if (!read_pieces(in.chunks(), message.chunks) || !read_wants(in, message.wants)) return malformed("chunks");
  if (!read_queries(base::as_bytes(in.receipts()), message.receipts)) return malformed("receipts");
  return message;
}

base::Result<ServerMessage> decode_server(base::ByteView bytes) {
  wire::ServerMessage in;
  if (!parse(bytes, in)) return malformed("server message");
  ServerMessage message;
  if (!in.generation().empty()) {
    message.generation.emplace();
    if (!read_id(in.generation(), *message.generation)) return malformed("generation");
  }
  if (!in.set().empty()) {
    const auto set = base::as_bytes(in.set());
    if (set.size() % base::SpaceId::kSize != 0 || set.size() / base::SpaceId::kSize > kMaxSpaces) {
      return malformed("set of spaces");
    }
    message.set.emplace();
    for (std::size_t at = 0; at < set.size(); at += base::SpaceId::kSize) {
      message.set->push_back(*base::SpaceId::from(set.subspan(at, base::SpaceId::kSize)));
    }
    for (std::size_t i = 1; i < message.set->size(); ++i) {
      if (!((*message.set)[i - 1] < (*message.set)[i])) return malformed("set of spaces");
    }
  }
  if (static_cast<std::size_t>(in.spaces_size()) > kMaxSpaces) return malformed("too many spaces");
  Budget budget;
  for (const auto& item : in.spaces()) {
    SpaceReply space;
    if (!read_common(item, space.space, space.records, space.logs, space.vector, budget)) {
      return malformed("space");
    }
    space.position = item.position();
    space.digest = bytes_of(item.digest());
    if (space.digest.size() != 0 && space.digest.size() != base::HeadTag::kSize &&
        space.digest.size() != base::Digest::kSize) {
      return malformed("digest");
    }
    message.spaces.push_back(std::move(space));
  }
  const auto read_exceptions = [&budget](const auto& from, std::vector<Exception>& to) {
    if (!budget.take(static_cast<std::size_t>(from.size()))) return false;
    for (const auto& item : from) {
      if (item.code() == 0) return false;
      to.push_back({item.place(), code_of(item.code())});
    }
    return true;
  };
  if (!read_exceptions(in.records(), message.record_exceptions) ||
      !read_exceptions(in.segments(), message.segment_exceptions)) {
    return malformed("verdicts");
  }
  message.records_taken = in.records_taken();
  message.segments_taken = in.segments_taken();
  message.bytes_to_come = in.bytes_to_come();
  message.segments_to_come = in.segments_to_come();
  message.error = code_of(in.error());
  message.base_unknown = in.base_unknown();
  message.wall_seconds = in.wall_seconds();
  message.push = in.push();
  message.media = in.media();
  if (static_cast<std::size_t>(in.chunk_states_size()) > kMaxChunkItems) return malformed("chunks");
  for (const auto& item : in.chunk_states()) {
    message.chunk_states.push_back({code_of(item.code()), item.held()});
  }
  if (!read_pieces(in.chunks(), message.chunks)) return malformed("chunks");
  if (!in.chunk_mark().empty()) {
    message.chunk_mark.emplace();
    if (!read_id(in.chunk_mark(), *message.chunk_mark)) return malformed("mark of chunks");
  }
  message.chunks_unknown = in.chunks_unknown();
  message.whose = in.whose();
  if (static_cast<std::size_t>(in.receipts_size()) > kMaxReceipts) return malformed("receipts");
  for (const auto& receipt : in.receipts()) {
    if (receipt.size() > kMaxReceiptBytes) return malformed("receipts");
    message.receipts.push_back(bytes_of(receipt));
  }
  return message;
}

}  // namespace sejawat::sync
