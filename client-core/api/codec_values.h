// What the codecs of the door share: ids, texts that may hold anything, places in lists.
#pragma once

#include <string>

#include "base/codec.h"
#include "base/ids.h"
#include "base/result.h"

namespace sejawat::api::door {

inline base::Error invalid_field(const char* what) { return base::error(base::Code::invalid_argument, what); }

template <class AnyId>
base::Result<AnyId> id_of(const std::string& from, const char* name) {
  const auto id = AnyId::from(base::as_bytes(from));
  if (!id) return invalid_field(name);
  return *id;
}
// Empty: none.
template <class AnyId>
base::Result<std::optional<AnyId>> maybe_id_of(const std::string& from, const char* name) {
  if (from.empty()) return std::optional<AnyId>();
  SJ_TRY(auto id, id_of<AnyId>(from, name));
  return std::optional<AnyId>(id);
}

template <class AnyId>
std::string bytes_of(const AnyId& id) {
  return std::string(base::as_text(id.view()));
}

// What comes from other devices may hold any bytes; a protobuf string must be UTF-8.
std::string text_of(std::string_view from);

template <class Key>
std::string encode_place(const Key& key) {
  base::Writer writer;
  writer.prefixed(base::as_bytes(key.date));
  writer.u64(key.lamport);
  writer.raw(key.object.view());
  return std::string(base::as_text(writer.bytes()));
}

template <class Key>
base::Result<std::optional<Key>> read_place(const std::string& from) {
  if (from.empty()) return std::optional<Key>();
  base::Reader reader(base::as_bytes(from));
  Key key;
  base::ByteView date;
  if (!reader.prefixed(from.size(), date) || !reader.u64(key.lamport) || !reader.id(key.object) ||
      !reader.at_end()) {
    return invalid_field("after: not a place that a page gave");
  }
  key.date = std::string(base::as_text(date));
  return std::optional<Key>(std::move(key));
}

base::Result<std::size_t> read_limit(std::uint32_t limit);

}  // namespace sejawat::api::door
