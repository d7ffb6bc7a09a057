#include "record_cells.h"

#include "crypto/hash.h"
#include "text_rules.h"

namespace sejawat::cycle {
namespace {

constexpr std::uint32_t kLate = 1U << 26;  // identities below it number the parts of a new record

std::uint32_t fnv(std::string_view bytes, std::uint32_t hash = 2166136261U) {
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return hash ^ (hash >> 15);
}

std::string byte_of(std::uint8_t value) { return std::string(1, static_cast<char>(value)); }

}  // namespace

const Field* field_at(const Entity& entity, std::uint32_t element, std::uint32_t field) {
  if (element == 0) return entity.field(field);
  const Part* part = entity.part(element & ((1U << kPartBits) - 1));
  if (part == nullptr) return nullptr;
  for (const auto& one : part->fields) {
    if (one.number == field) return &one;
  }
  return nullptr;
}

std::uint32_t set_identity(std::string_view bytes) { return kLate | (fnv(bytes) & (kLate - 1)); }

std::uint32_t late_identity(const log::Dot& dot, std::size_t index) {
  std::string bytes(base::as_text(dot.branch.view()));
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(dot.position >> (8 * i));
  bytes += static_cast<char>(index);
  return kLate | (fnv(bytes) & (kLate - 1));
}

base::ObjectId record_id_for(const base::SpaceId& space, const base::PersonId& person,
                             const OriginNonce& nonce) {
  crypto::Hasher hasher(crypto::label::kOrigin, 16);
  hasher.raw(space.view()).raw(person.view()).raw({nonce.data(), nonce.size()});
  return base::prefix_of<base::ObjectId>(hasher.id<base::Digest>());
}

bool is_origin(const base::SpaceId& space, const base::PersonId& person, const base::ObjectId& id,
               std::string_view cell) {
  OriginNonce nonce;
  if (cell.size() != nonce.size()) return false;
  std::copy(cell.begin(), cell.end(), nonce.begin());
  return record_id_for(space, person, nonce) == id;
}

log::Op step_op(const Entity& entity, const StepOp& step) {
  log::Op op;
  op.type = entity.type;
  op.kind = log::OpKind::append;
  op.supersedes = step.saw;
  const auto put = [&op](StepField field, std::string value) {
    op.cells.push_back({0, static_cast<std::uint32_t>(field), std::move(value)});
  };
  if (step.to != 0) {
    put(StepField::from, byte_of(step.from));
    put(StepField::to, byte_of(step.to));
  }
  if (!step.reason.empty()) put(StepField::reason, step.reason);
  if (!step.until.empty()) put(StepField::until, step.until);
  return op;
}

std::optional<StepOp> step_of(const fold::DottedOp& from) {
  if (from.op.kind != log::OpKind::append) return std::nullopt;
  StepOp step;
  step.dot = from.dot;
  step.saw = from.op.supersedes;
  step.lamport = from.op.lamport;
  step.wall_ms = from.op.wall_ms;
  for (const auto& cell : from.op.cells) {
    if (cell.element != 0 || !cell.value) continue;
    const std::string& value = *cell.value;
    switch (static_cast<StepField>(cell.field)) {
      case StepField::from: step.from = value.size() == 1 ? static_cast<std::uint8_t>(value[0]) : 0; break;
      case StepField::to:
        if (value.size() != 1) return std::nullopt;
        step.to = static_cast<std::uint8_t>(value[0]);
        break;
      case StepField::reason: step.reason = characters(value) ? value : std::string(); break;
      case StepField::until: step.until = days_of(value) ? value : std::string(); break;
    }
  }
  return step;
}

}  // namespace sejawat::cycle
