#include "op_codec.h"

#include <map>

#include "base/codec.h"
#include "log_seal/seal.h"

namespace sejawat::log {
namespace {

constexpr std::size_t kMaxCellsPerBody = 65536;
constexpr std::size_t kMaxSupersedesPerBody = 65536;
constexpr std::size_t kMaxExtension = 1024;

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
// Wrapping, so that clocks and counters at the ends of their range are no special case.
std::int64_t difference(std::int64_t to, std::int64_t from) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// What an op looks like without its values: entries written by the same form share one.
struct Shape {
  std::uint32_t type = 0;
  OpKind kind = OpKind::write;
  struct Slot {
    std::uint32_t element = 0;
    std::uint32_t field = 0;
    bool has_value = false;
  };
  std::vector<Slot> slots;
};

base::Bytes encode_shape(const Op& op) {
  base::Writer writer;
  writer.varint(op.type);
  writer.u8(static_cast<std::uint8_t>(op.kind));
  writer.varint(op.cells.size());
  std::uint32_t element = 0;
  for (const auto& cell : op.cells) {
    const bool small = cell.field > 0 && cell.field < 16;
    const std::uint64_t step =
        zigzag(static_cast<std::int64_t>(cell.element) - static_cast<std::int64_t>(element));
    writer.varint((step << 5) | (small ? cell.field << 1 : 0U) | (cell.value ? 1U : 0U));
    if (!small) writer.varint(cell.field);
    element = cell.element;
  }
  return writer.take();
}

bool decode_shape(base::Reader& reader, Shape& shape) {
  std::uint64_t type = 0;
  std::uint8_t kind = 0;
  std::uint64_t count = 0;
  if (!reader.varint(type) || !reader.u8(kind) || !reader.varint(count)) return false;
  // Each slot takes at least a byte, so the count is bounded by what is left before anything is allocated.
  if (type > UINT32_MAX || count > kMaxCellsPerOp || count > reader.remaining()) return false;
  shape.type = static_cast<std::uint32_t>(type);
  shape.kind = static_cast<OpKind>(kind);
  shape.slots.reserve(static_cast<std::size_t>(count));
  std::int64_t element = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t packed = 0;
    if (!reader.varint(packed)) return false;
    std::uint64_t field = (packed >> 1) & 15U;
    if (field == 0 && (!reader.varint(field) || field > UINT32_MAX)) return false;
    element = sum(element, unzigzag(packed >> 5));
    if (element < 0 || element > static_cast<std::int64_t>(UINT32_MAX)) return false;
    shape.slots.push_back(
        {static_cast<std::uint32_t>(element), static_cast<std::uint32_t>(field), (packed & 1) != 0});
  }
  return true;
}

// What a reader refuses must not be written: sealed bytes are never made anew.
base::Status within_caps(std::span<const Op> ops) {
  std::size_t cells = 0;
  std::size_t supersedes = 0;
  for (const auto& op : ops) {
    if (op.cells.size() > kMaxCellsPerOp || op.supersedes.size() > kMaxSupersedesPerOp) {
      return base::error(base::Code::too_large, "op");
    }
    cells += op.cells.size();
    supersedes += op.supersedes.size();
  }
  if (ops.size() > kMaxOpsPerSegment || cells > kMaxCellsPerBody || supersedes > kMaxSupersedesPerBody) {
    return base::error(base::Code::too_large, "ops in a segment");
  }
  return {};
}

}  // namespace

base::Result<base::Bytes> encode_body(std::span<const Op> ops, const base::LogId& own,
                                      const std::vector<Dependency>& deps) {
  base::Writer structure;
  base::Writer lengths;
  base::Bytes texts;
  base::Bytes ids;
  std::map<base::Bytes, std::uint64_t> shapes;
  std::map<base::ObjectId, std::uint64_t> objects;
  std::map<base::LogId, std::uint64_t> branches;
  for (std::size_t i = 0; i < deps.size(); ++i) branches.emplace(deps[i].log, i + 1);
  branches[own] = 0;

  SJ_TRY_STATUS(within_caps(ops));
  std::uint64_t lamport = 0;
  std::int64_t wall = 0;
  for (const auto& op : ops) {
    base::Bytes shape = encode_shape(op);
    const auto known_shape = shapes.find(shape);
    if (known_shape == shapes.end()) {
      structure.varint(0);
      structure.raw(shape);
      shapes.emplace(std::move(shape), shapes.size() + 1);
    } else {
      structure.varint(known_shape->second);
    }
    const auto known_object = objects.find(op.object);
    if (known_object == objects.end()) {
      structure.varint(0);
      base::append(ids, op.object.view());
      objects.emplace(op.object, objects.size() + 1);
    } else {
      structure.varint(known_object->second);
    }
    structure.varint(zigzag(static_cast<std::int64_t>(op.lamport - lamport - 1)));
    structure.varint(zigzag(difference(op.wall_ms, wall)));
    lamport = op.lamport;
    wall = op.wall_ms;
    structure.varint(op.supersedes.size());
    for (const auto& dot : op.supersedes) {
      const auto branch = branches.find(dot.branch);
      if (branch == branches.end())
        return base::error(base::Code::invalid_argument, "dot of a log not in deps");
      structure.varint(branch->second);
      structure.varint(dot.position);
    }
    for (const auto& cell : op.cells) {
      if (!cell.value) continue;
      lengths.varint(cell.value->size());
      base::append(texts, base::as_bytes(*cell.value));
    }
  }
  base::Writer writer;
  writer.prefixed({});  // extension: nothing yet
  base::Bytes body = writer.take();
  base::append(body, structure.bytes());
  base::append(body, lengths.bytes());
  base::append(body, texts);
  base::append(body, ids);
  return body;
}

base::Result<std::vector<Op>> decode_body(base::ByteView body, std::uint32_t op_count, const base::LogId& own,
                                          const std::vector<Dependency>& deps) {
  const base::Error malformed = base::error(base::Code::malformed, "segment body");
  if (op_count > kMaxOpsPerSegment) return base::error(base::Code::too_large, "ops in a segment");
  base::Reader reader(body);
  base::ByteView extension;  // a later version's word about the whole segment; older readers pass over it
  if (!reader.prefixed(kMaxExtension, extension)) return malformed;
  std::vector<Op> ops;
  std::vector<Shape> shapes;
  std::vector<std::uint64_t> object_of;
  std::uint64_t objects = 0;
  std::size_t cells = 0;
  std::size_t supersedes = 0;
  std::uint64_t lamport = 0;
  std::int64_t wall = 0;
  for (std::uint32_t i = 0; i < op_count; ++i) {
    std::uint64_t shape_ref = 0;
    std::uint64_t object_ref = 0;
    std::uint64_t lamport_delta = 0;
    std::uint64_t wall_delta = 0;
    std::uint64_t count = 0;
    if (!reader.varint(shape_ref)) return malformed;
    if (shape_ref == 0) {
      Shape shape;
      if (!decode_shape(reader, shape)) return malformed;
      shapes.push_back(std::move(shape));
      shape_ref = shapes.size();
    }
    if (shape_ref > shapes.size() || !reader.varint(object_ref)) return malformed;
    if (object_ref == 0) object_ref = ++objects;
    if (object_ref > objects) return malformed;
    if (!reader.varint(lamport_delta) || !reader.varint(wall_delta) || !reader.varint(count))
      return malformed;
    const Shape& shape = shapes[static_cast<std::size_t>(shape_ref - 1)];
    cells += shape.slots.size();
    if (count > kMaxSupersedesPerOp) return base::error(base::Code::too_large, "superseded dots");
    supersedes += static_cast<std::size_t>(count);
    // A shape can be used again for nothing, so its cells are capped apart from the input's size.
    if (cells > kMaxCellsPerBody || supersedes > kMaxSupersedesPerBody || count * 2 > reader.remaining()) {
      return base::error(base::Code::too_large, "cells in a segment");
    }
    Op op;
    op.type = shape.type;
    op.kind = shape.kind;
    op.lamport = lamport + 1 + static_cast<std::uint64_t>(unzigzag(lamport_delta));
    op.wall_ms = sum(wall, unzigzag(wall_delta));
    lamport = op.lamport;
    wall = op.wall_ms;
    op.supersedes.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t k = 0; k < count; ++k) {
      std::uint64_t branch = 0;
      Dot dot;
      if (!reader.varint(branch) || !reader.varint(dot.position) || branch > deps.size()) return malformed;
      dot.branch = branch == 0 ? own : deps[static_cast<std::size_t>(branch - 1)].log;
      op.supersedes.push_back(dot);
    }
    drop_repeated_dots(op);
    op.cells.reserve(shape.slots.size());
    for (const auto& slot : shape.slots) {
      Cell cell;
      cell.element = slot.element;
      cell.field = slot.field;
      if (slot.has_value) cell.value.emplace();
      op.cells.push_back(std::move(cell));
    }
    object_of.push_back(object_ref - 1);
    ops.push_back(std::move(op));
  }
  std::vector<std::uint64_t> lengths;
  for (const auto& op : ops) {
    for (const auto& cell : op.cells) {
      if (!cell.value) continue;
      std::uint64_t length = 0;
      if (!reader.varint(length) || length > body.size()) return malformed;
      lengths.push_back(length);
    }
  }
  std::size_t next = 0;
  for (auto& op : ops) {
    for (auto& cell : op.cells) {
      if (!cell.value) continue;
      base::ByteView text;
      if (!reader.raw(static_cast<std::size_t>(lengths[next++]), text)) return malformed;
      cell.value->assign(base::as_text(text));
    }
  }
  if (reader.remaining() != objects * base::ObjectId::kSize) return malformed;
  std::vector<base::ObjectId> ids(static_cast<std::size_t>(objects));
  for (auto& id : ids) SJ_CHECK(reader.id(id));
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i].object = ids[static_cast<std::size_t>(object_of[i])];
  return ops;
}

base::Bytes encode_op(const Op& op) {
  base::Writer writer;
  writer.raw(op.object.view());
  writer.raw(encode_shape(op));
  writer.varint(op.lamport);
  writer.varint(zigzag(op.wall_ms));
  for (const auto& cell : op.cells) {
    if (cell.value) writer.prefixed(base::as_bytes(*cell.value));
  }
  writer.varint(op.supersedes.size());
  for (const auto& dot : op.supersedes) {
    writer.raw(dot.branch.view());
    writer.varint(dot.position);
  }
  return writer.take();
}

base::Result<Op> decode_op(base::ByteView bytes) {
  const base::Error malformed = base::error(base::Code::malformed, "op");
  base::Reader reader(bytes);
  Op op;
  Shape shape;
  std::uint64_t wall = 0;
  if (!reader.id(op.object) || !decode_shape(reader, shape) || !reader.varint(op.lamport) ||
      !reader.varint(wall)) {
    return malformed;
  }
  op.type = shape.type;
  op.kind = shape.kind;
  op.wall_ms = unzigzag(wall);
  for (const auto& slot : shape.slots) {
    Cell cell;
    cell.element = slot.element;
    cell.field = slot.field;
    if (slot.has_value) {
      base::ByteView text;
      if (!reader.prefixed(bytes.size(), text)) return malformed;
      cell.value.emplace(base::as_text(text));
    }
    op.cells.push_back(std::move(cell));
  }
  std::uint64_t count = 0;
  if (!reader.varint(count) || count > kMaxSupersedesPerOp) return malformed;
  for (std::uint64_t i = 0; i < count; ++i) {
    Dot dot;
    if (!reader.id(dot.branch) || !reader.varint(dot.position)) return malformed;
    op.supersedes.push_back(dot);
  }
  if (!reader.at_end()) return malformed;
  drop_repeated_dots(op);  // as it was stored before segments were opened without them
  return op;
}

}  // namespace sejawat::log
