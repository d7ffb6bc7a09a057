// Who confirmed an erasure, and whom to ask for it (docs/PROTOCOL.md, "Receipts").
#include "space/receipt.h"

#include <algorithm>
#include <array>

#include "base/order.h"
#include "client_shelf.h"

namespace sejawat::api {
namespace {

using base::Code;

// What this person asked for; not what their devices took back after somebody else had erased it.
bool is_of(const space::Erasure& erasure, const base::PersonId& person) {
  return erasure.author == person && erasure.reason != space::kErasedAfterOwner;
}

}  // namespace

std::string StoreShelf::receipt_name(const base::PublicBoxKey& carrier, const base::RecordId& record) {
  return "receipt " + carrier.hex() + " " + record.hex();
}

base::Result<std::vector<ErasureStatus>> Core::erasures() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  std::vector<ErasureStatus> all;
  for (const auto& [id, space] : core.spaces) {
    for (const auto& erasure : space->membership.erasures()) {
      if (!core.certificate || !is_of(erasure, core.certificate->person())) continue;
      ErasureStatus row;
      row.space = id;
      row.record = erasure.record;
      row.reason = erasure.reason;
      row.wall_seconds = erasure.wall_seconds;
      row.segments = erasure.segments.size();
      row.chunks = erasure.chunks.size();
      for (const auto& segment : erasure.segments) {
        for (const auto& run : segment.runs) row.ops += run.second;
      }
      for (const auto& carrier : core.carriers) {
        ErasureStatus::Carrier at;
        SJ_TRY(at.address, space::CarrierAddress::parse(carrier.url));
        SJ_TRY(const auto bytes, core.store->setting(StoreShelf::receipt_name(carrier.key, erasure.record)));
        auto receipt = bytes ? space::stored_receipt(*bytes)
                             : base::Result<space::Receipt>(base::error(Code::not_found));
        // Of a store that it is no more, a receipt says nothing.
        if (receipt.ok() && carrier.generation && receipt->generation == *carrier.generation) {
          at.receipt = std::move(receipt).value();
          at.signed_bytes = *bytes;
        }
        row.carriers.push_back(std::move(at));
      }
      all.push_back(std::move(row));
    }
  }
  base::sort_stably(all, [](const auto& a, const auto& b) { return a.wall_seconds > b.wall_seconds; });
  return all;
}

// Of spaces that this carrier serves: about others it says nothing. What it may not confirm yet, because
// bodies still wait there for their witnesses, must not keep others from ever being asked for: where there
// are more than a message asks, chance says which.
base::Result<std::vector<sync::ReceiptQuery>> StoreShelf::receipts_to_ask() {
  std::vector<sync::ReceiptQuery> queries;
  const auto* carrier = core_.carrier(carrier_);
  if (carrier == nullptr || !core_.certificate) return queries;
  for (const auto& [id, space] : core_.spaces) {
    if (!core_.is_served(id, carrier_)) continue;
    for (const auto& erasure : space->membership.erasures()) {
      if (!is_of(erasure, core_.certificate->person())) continue;
      SJ_TRY(const auto bytes, core_.store->setting(receipt_name(carrier_, erasure.record)));
      if (bytes) {
        const auto receipt = space::stored_receipt(*bytes);
        if (receipt.ok() && carrier->generation && receipt->generation == *carrier->generation) continue;
      }
      queries.push_back({id, erasure.record});
    }
  }
  for (std::size_t i = 0; queries.size() > sync::kMaxReceipts && i < sync::kMaxReceipts; ++i) {
    std::array<std::uint8_t, 4> dice{};
    core_.random.fill(dice);
    const std::size_t drawn = static_cast<std::size_t>(dice[0]) | static_cast<std::size_t>(dice[1]) << 8U |
                              static_cast<std::size_t>(dice[2]) << 16U |
                              static_cast<std::size_t>(dice[3]) << 24U;
    std::swap(queries[i], queries[i + drawn % (queries.size() - i)]);
  }
  if (queries.size() > sync::kMaxReceipts) queries.resize(sync::kMaxReceipts);
  return queries;
}

base::Status StoreShelf::apply_receipts(const Outcome& outcome) {
  const auto* carrier = core_.carrier(carrier_);
  for (const auto& bytes : outcome.receipts) {
    const auto receipt = space::read_receipt(bytes);
    // Somebody else's word, or of another store: it says nothing here.
    if (!receipt.ok() || carrier == nullptr || !(receipt->carrier == carrier_) || !carrier->generation ||
        !(receipt->generation == *carrier->generation)) {
      continue;
    }
    SJ_TRY_STATUS(core_.store->put_setting(receipt_name(carrier_, receipt->record), bytes));
  }
  return {};
}

}  // namespace sejawat::api
