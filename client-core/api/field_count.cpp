#include "field_count.h"

namespace sejawat::api::door {
namespace {

// The messages whose inside is counted: the way down to what repeats.
enum class Kind {
  leaf,
  request,
  journal_add,
  journal_edit,
  entry,
  cycle,
  cycle_command,
  content,
  people,
  list
};

Kind inside(Kind kind, std::uint64_t field) {
  switch (kind) {
    case Kind::request:
      return field == 20   ? Kind::journal_add
             : field == 21 ? Kind::journal_edit
             : field == 60 ? Kind::cycle
             : field == 61 ? Kind::people
                           : Kind::list;
    case Kind::journal_add:
    case Kind::journal_edit: return field == 1 ? Kind::entry : Kind::leaf;
    case Kind::entry: return field == 9 ? Kind::list : Kind::leaf;
    // Whatever of the cycle has parts has them in a Content, as field 15 of its command.
    case Kind::cycle: return Kind::cycle_command;
    case Kind::cycle_command: return field == 15 ? Kind::content : Kind::leaf;
    case Kind::content: return field == 2 ? Kind::list : Kind::leaf;
    case Kind::people: return Kind::list;
    case Kind::list:
    case Kind::leaf: return Kind::leaf;
  }
  return Kind::leaf;
}

struct Walk {
  std::size_t left;
  bool too_many = false;

  static bool varint(base::ByteView bytes, std::size_t& at, std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 70 && at < bytes.size(); shift += 7) {
      const std::uint8_t byte = bytes[at++];
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  static bool skip(std::size_t size, std::size_t count, std::size_t& at) {
    if (count > size - at) return false;
    at += count;
    return true;
  }
  // Recursion as deep as the kinds above, whatever the bytes say.
  bool walk(base::ByteView bytes, Kind kind) {
    std::size_t at = 0;
    while (at < bytes.size()) {
      std::uint64_t tag = 0;
      std::uint64_t value = 0;
      if (left == 0) {
        too_many = true;
        return false;
      }
      --left;
      if (!varint(bytes, at, tag)) return false;
      switch (tag & 7U) {
        case 0:
          if (!varint(bytes, at, value)) return false;
          break;
        case 1:
          if (!skip(bytes.size(), 8, at)) return false;
          break;
        case 2: {
          if (!varint(bytes, at, value) || value > bytes.size() - at) return false;
          const auto size = static_cast<std::size_t>(value);
          const Kind next = inside(kind, tag >> 3);
          if (next != Kind::leaf && !walk(bytes.subspan(at, size), next)) return false;
          at += size;
          break;
        }
        case 5:
          if (!skip(bytes.size(), 4, at)) return false;
          break;
        default: return false;  // groups: nobody of ours writes them
      }
    }
    return true;
  }
};

}  // namespace

base::Status check_fields(base::ByteView request, std::size_t most) {
  Walk walk{most};
  if (walk.walk(request, Kind::request)) return {};
  if (walk.too_many) return base::error(base::Code::too_large, "fields of a request");
  return base::error(base::Code::malformed, "request");
}

}  // namespace sejawat::api::door
