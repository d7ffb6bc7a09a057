#include "values.h"

#include <algorithm>
#include <charconv>

#include "base/codec.h"
#include "text_rules.h"

namespace sejawat::cycle {
namespace {

base::Error invalid(const Field& field, const char* what) {
  return base::error(base::Code::invalid_argument, std::string(field.name) + ": " + what);
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return value;
}

std::string packed(std::int64_t value) {
  base::Writer writer;
  writer.varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  return std::string(base::as_text(writer.bytes()));
}
std::optional<std::int64_t> unpacked(std::string_view bytes) {
  base::Reader reader(base::as_bytes(bytes));
  std::uint64_t value = 0;
  if (!reader.varint(value) || !reader.at_end()) return std::nullopt;
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

base::Result<std::string> encode_number(const Field& field, std::optional<std::int64_t> value,
                                        const char* what) {
  if (!value) return invalid(field, what);
  return packed(*value);
}

base::Result<std::string> encode_choice(const Field& field, std::string_view text) {
  for (const auto& choice : field.choices) {
    if (text == choice.name) return packed(choice.number);
  }
  if (!text.empty() && text.front() == '#') {
    if (const auto number = integer(text.substr(1)); number && *number > 0 && *number < 256)
      return packed(*number);
  }
  std::string names;
  for (const auto& choice : field.choices) names += (names.empty() ? "" : ", ") + std::string(choice.name);
  return invalid(field, ("one of " + names).c_str());
}

base::Result<std::string> encode_id(const Field& field, std::string_view text, std::size_t size) {
  base::Bytes bytes;
  if (text.size() != size * 2 || !base::from_hex(text, bytes)) return invalid(field, "an id in hexadecimal");
  return std::string(base::as_text(bytes));
}

}  // namespace

base::Result<std::string> encode_value(const Field& field, std::string_view text) {
  switch (field.kind) {
    case FieldKind::text:
      if (text.find('\n') != std::string_view::npos) return invalid(field, "one line");
      SJ_TRY_STATUS(check_text(text, kMaxShort, field.name));
      return std::string(text);
    case FieldKind::prose: SJ_TRY_STATUS(check_text(text, kMaxText, field.name)); return std::string(text);
    case FieldKind::date: return encode_number(field, days_of(text), "a calendar day as YYYY-MM-DD");
    case FieldKind::time: return encode_number(field, minutes_of(text), "a time as HH:MM");
    case FieldKind::number: return encode_number(field, integer(text), "a whole number");
    case FieldKind::yes_no:
      if (text != "yes" && text != "no") return invalid(field, "yes or no");
      return packed(text == "yes" ? 1 : 0);
    case FieldKind::choice: return encode_choice(field, text);
    case FieldKind::person: return encode_id(field, text, base::PersonId::kSize);
    case FieldKind::record: return encode_id(field, text, base::ObjectId::kSize);
  }
  return invalid(field, "unknown kind");
}

std::string decode_value(const Field& field, std::string_view bytes) {
  switch (field.kind) {
    case FieldKind::text:
    case FieldKind::prose: return characters(bytes) ? std::string(bytes) : std::string();
    case FieldKind::person:
      return bytes.size() == base::PersonId::kSize ? base::to_hex(base::as_bytes(bytes)) : std::string();
    case FieldKind::record:
      return bytes.size() == base::ObjectId::kSize ? base::to_hex(base::as_bytes(bytes)) : std::string();
    default: break;
  }
  const auto number = unpacked(bytes);
  if (!number) return {};
  switch (field.kind) {
    case FieldKind::date: {
      constexpr std::int64_t kFirst = -719162;  // 0001-01-01
      constexpr std::int64_t kLast = 2932896;   // 9999-12-31
      return *number < kFirst || *number > kLast ? std::string() : date_of(*number);
    }
    case FieldKind::time: return *number < 0 || *number >= 24 * 60 ? std::string() : time_of(*number);
    case FieldKind::number: return std::to_string(*number);
    case FieldKind::yes_no: return *number == 1 ? "yes" : "no";
    default: break;
  }
  for (const auto& choice : field.choices) {
    if (choice.number == *number) return choice.name;
  }
  return *number > 0 && *number < 256 ? "#" + std::to_string(*number) : std::string();
}

std::int64_t number_of(std::string_view text) { return integer(text).value_or(0); }

std::optional<base::ObjectId> object_of(const std::string& hex) {
  base::Bytes bytes;
  if (!base::from_hex(hex, bytes)) return std::nullopt;
  return base::ObjectId::from(bytes);
}

}  // namespace sejawat::cycle
