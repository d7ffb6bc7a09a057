// A field's value as text (what people, JSON and the door see) and as the bytes of a cell. Bytes are signed;
// the encoding of a kind never changes. A choice of a later version reads as "#NUMBER" and may be given back.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "cycle/schema.h"

namespace sejawat::cycle {

// invalid_argument names the field.
base::Result<std::string> encode_value(const Field& field, std::string_view text);
// Bytes that no version of this field writes read as nothing.
std::string decode_value(const Field& field, std::string_view bytes);

// A whole number as decode_value tells it; 0: none. The same on machines of 32 bits.
std::int64_t number_of(std::string_view text);

// The record that a field of kind `record` names; nothing when it names none.
std::optional<base::ObjectId> object_of(const std::string& hex);

}  // namespace sejawat::cycle
