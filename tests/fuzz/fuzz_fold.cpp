// Bytes as ops of three writers on two objects, as members with programs of their own may seal them. Two
// devices take them in different orders: both must show the same.
// needs: crypto log log_seal store fold cycle
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/check.h"
#include "base/codec.h"
#include "crypto/hash.h"
#include "cycle/journal.h"
#include "cycle/record.h"
#include "fold/state_hash.h"
#include "log_seal/seal.h"
#include "support/fakes.h"

namespace {

using namespace sejawat;

constexpr std::array<std::uint32_t, 32> kTypes = {cycle::kJournalEntryType,
                                                  cycle::kProblem,
                                                  cycle::kRound,
                                                  cycle::kRootCause,
                                                  cycle::kAlternative,
                                                  cycle::kTrial,
                                                  cycle::kReflection,
                                                  cycle::kPractice,
                                                  cycle::kContribution,
                                                  cycle::kEndorsement,
                                                  cycle::kProblemSource,
                                                  cycle::kTraining,
                                                  cycle::kDailyDiscussion,
                                                  cycle::kWeeklyDiscussion,
                                                  cycle::kAgendaItem,
                                                  cycle::kIdea,
                                                  cycle::kAttendance,
                                                  cycle::kMinutes,
                                                  cycle::kRecurrence,
                                                  cycle::kGrouping,
                                                  cycle::kGroup,
                                                  cycle::kSchoolYear,
                                                  cycle::kCalendarDay,
                                                  cycle::kClass,
                                                  cycle::kCategory,
                                                  cycle::kSupportRequest,
                                                  cycle::kCluster,
                                                  cycle::kInstrument,
                                                  cycle::kObservation,
                                                  0,
                                                  9999,
                                                  2};

base::LogId log_of(std::uint8_t number) {
  base::LogId id;
  id.bytes.fill(static_cast<std::uint8_t>(number % 3 + 1));
  return id;
}
base::PersonId person_of(std::uint8_t number) {
  base::PersonId id;
  id.bytes.fill(static_cast<std::uint8_t>(number % 3 + 0x41));
  return id;
}
base::SpaceId space() {
  base::SpaceId id;
  id.bytes.fill(0x53);
  return id;
}

class Roll final : public cycle::People {
 public:
  std::optional<base::PersonId> author_of(const base::SpaceId&, const base::LogId& log) const override {
    if (log.bytes[0] < 1 || log.bytes[0] > 3) return std::nullopt;
    return person_of(static_cast<std::uint8_t>(log.bytes[0] - 1));
  }
  std::uint16_t roles_of(const base::SpaceId&, const base::PersonId& person) const override {
    return person == person_of(2) ? std::uint16_t{cycle::Who::facilitator} : std::uint16_t{0};
  }
};

// The chance in a record's first op that makes it one of the first writer's.
constexpr std::string_view kNonce = "sejak!";
base::ObjectId object_of(std::uint8_t number) {
  if (number % 2 != 0) return base::ObjectId{{7}};
  crypto::Hasher hasher(crypto::label::kOrigin, 16);
  hasher.raw(space().view()).raw(person_of(0).view()).raw(base::as_bytes(kNonce));
  return base::prefix_of<base::ObjectId>(hasher.id<base::Digest>());
}

struct Device {
  Device() {
    store = std::move(store::Store::open(":memory:", base::Secret32(), 0)).value();
    SJ_CHECK(store->put_space({space(), 2, "", {}}).ok());
    journal = std::make_unique<cycle::Journal>(*store, codec());
    records = std::make_unique<cycle::Records>(*store, codec(), roll, random);
  }
  static fold::OpCodec codec() {
    return {[](const log::Op& op) { return log::encode_op(op); },
            [](base::ByteView bytes) { return log::decode_op(bytes); }};
  }
  void take(const fold::DottedOp& op) {
    fold::AppliedRemote applied;
    SJ_CHECK(
        fold::apply_remote(*store, codec(), space(), op.dot.branch, op.dot.position, {op.op}, applied).ok());
    SJ_CHECK(store->raise_lamport(space(), applied.lamport).ok());
    SJ_CHECK(journal->refresh(applied.touched).ok());
    SJ_CHECK(records->refresh(applied.touched).ok());
  }
  // All that a person can ask to see of it, as far as it says what the ops are.
  base::Bytes shown() {
    base::Writer out;
    const base::Secret32 key;
    fold::StateHash hash(key.view(), space());
    auto objects = store->objects(space());
    SJ_CHECK(objects.ok());
    for (const auto& object : *objects) {
      auto state = fold::state_of(*store, codec(), space(), object);
      SJ_CHECK(state.ok());
      hash.add(object, *state);
      auto entry = journal->show(object);
      if (entry.ok()) {
        out.u8(entry->trashed ? 1 : 0);
        out.varint(entry->entry.events.size());
        out.varint(entry->conflicts.size());
        SJ_CHECK(journal->revisions(space(), object).ok());
        SJ_CHECK(journal->decisions(space(), object).ok());
      }
      auto record = records->show(object);
      if (record.ok()) {
        for (const auto& [field, value] : record->record.values) {
          out.prefixed(base::as_bytes(field));
          out.prefixed(base::as_bytes(value));
        }
        out.prefixed(base::as_bytes(record->state));
        out.varint(record->steps.size());
        out.varint(record->intents.size());
        out.varint(record->versions.size());
        auto revisions = records->revisions(object, 0, 4);
        SJ_CHECK(revisions.ok());
        out.varint(revisions->total);
        SJ_CHECK(records->decisions(object).ok());
      }
    }
    out.raw(hash.finish().view());
    for (const bool trashed : {false, true}) SJ_CHECK(journal->list(trashed, 0, 10).ok());
    return out.take();
  }
  Roll roll;
  support::SeededRandom random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<cycle::Journal> journal;
  std::unique_ptr<cycle::Records> records;
};

std::optional<log::Op> read_op(base::Reader& script, std::uint8_t head) {
  if ((head & 8) != 0) {  // as it stands in a body
    base::ByteView raw;
    if (!script.prefixed(2048, raw)) return std::nullopt;
    auto op = log::decode_op(raw);
    if (!op.ok()) return std::nullopt;
    op->object = object_of(head >> 2);
    return *op;
  }
  log::Op op;
  op.object = object_of(head >> 2);
  std::uint8_t kind = 0;
  std::uint8_t type = 0;
  std::uint8_t lamport = 0;
  std::uint8_t counts = 0;
  if (!script.u8(kind) || !script.u8(type) || !script.u8(lamport) || !script.u8(counts)) return std::nullopt;
  op.kind = static_cast<log::OpKind>(kind % 4);
  op.type = kTypes[type % kTypes.size()];
  op.lamport = lamport == 255 ? UINT64_MAX - 1 : lamport;
  op.wall_ms = 1'795'482'000'000 + lamport;
  for (int i = 0; i < (counts & 3); ++i) {
    std::uint8_t log = 0;
    std::uint8_t position = 0;
    if (!script.u8(log) || !script.u8(position)) return std::nullopt;
    op.supersedes.push_back({log_of(log), position});
  }
  std::sort(op.supersedes.begin(), op.supersedes.end());
  op.supersedes.erase(std::unique(op.supersedes.begin(), op.supersedes.end()), op.supersedes.end());
  if ((head & 16) != 0) op.cells.push_back({0, cycle::kOriginField, std::string(kNonce)});
  for (int i = 0; i < (counts >> 2 & 7); ++i) {
    std::uint8_t element = 0;
    std::uint8_t field = 0;
    base::ByteView value;
    if (!script.u8(element) || !script.u8(field) || !script.prefixed(256, value)) return std::nullopt;
    log::Cell cell{element, field % 64U, std::nullopt};
    if ((field & 128) == 0) cell.value = std::string(base::as_text(value));
    op.cells.push_back(std::move(cell));
  }
  // What no body can hold no device takes in.
  auto decoded = log::decode_op(log::encode_op(op));
  return decoded.ok() ? std::optional<log::Op>(*decoded) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::Reader script(base::ByteView(data, size));
  std::array<std::vector<fold::DottedOp>, 3> written;
  std::vector<std::size_t> order;
  std::uint8_t head = 0;
  while (order.size() < 24 && script.u8(head)) {
    auto op = read_op(script, head);
    if (!op) continue;
    const std::size_t writer = (head & 3U) % 3U;
    const log::Dot dot{log_of(static_cast<std::uint8_t>(writer)), written[writer].size()};
    written[writer].push_back({dot, std::move(*op)});
    order.push_back(writer);
  }
  if (order.empty()) return 0;
  // One device of each for all inputs would be faster, and would let an input change what the next one finds.
  Device as_written;
  std::array<std::size_t, 3> at{};
  for (const std::size_t writer : order) as_written.take(written[writer][at[writer]++]);
  Device last_first;
  for (std::size_t writer = 3; writer-- > 0;) {
    for (const auto& op : written[writer]) last_first.take(op);
  }
  const auto shown = as_written.shown();
  if (shown != last_first.shown()) std::abort();
  if (shown != as_written.shown()) std::abort();
  return 0;
}
