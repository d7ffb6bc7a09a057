// Why a carrier last refused something of a space: kept until it takes it, so that the reason reaches the
// author.
#include "base/codec.h"
#include "client_shelf.h"

namespace sejawat::api {
namespace {

// Setting that holds a carrier's last refusal in a space: the code as a varint; empty: none.
std::string refusal_setting(const base::PublicBoxKey& carrier, const base::SpaceId& space) {
  return "refusal:" + carrier.hex() + ":" + space.hex();
}

}  // namespace

base::Result<std::vector<Refusal>> Core::refusals(const base::PublicBoxKey& carrier) {
  std::vector<Refusal> refusals;
  for (const auto& [id, space] : state_->spaces) {
    SJ_TRY(auto stored, state_->store->setting(refusal_setting(carrier, id)));
    if (!stored || stored->empty()) continue;
    base::Reader reader(*stored);
    std::uint64_t code = 0;
    if (!reader.varint(code) || code == 0 || code > static_cast<std::uint64_t>(base::Code::internal)) {
      return base::error(base::Code::store_key_wrong, "a stored refusal does not parse");
    }
    refusals.push_back({id, static_cast<base::Code>(code)});
  }
  return refusals;
}

void StoreShelf::refused(const base::SpaceId& space, base::Code code) {
  // "Later" is no refusal, and what follows the first one (a gap, say) is only its echo.
  if (code != base::Code::unknown_membership) refusals_.emplace(space, code);
}

base::Status StoreShelf::save_refusals(const Outcome& outcome) {
  std::set<base::SpaceId> judged;
  for (const auto& verdict : outcome.verdicts.records) {
    if (verdict.code == base::Code::ok) judged.insert(verdict.space);
  }
  for (const auto& verdict : outcome.verdicts.segments) {
    if (verdict.code == base::Code::ok) judged.insert(verdict.space);
  }
  for (const auto& [space, code] : refusals_) judged.insert(space);
  for (const auto& space : judged) {
    const auto name = refusal_setting(carrier_, space);
    const auto found = refusals_.find(space);
    base::Writer writer;
    if (found != refusals_.end()) writer.varint(static_cast<std::uint64_t>(found->second));
    SJ_TRY(auto stored, core_.store->setting(name));
    if (stored.value_or(base::Bytes{}) == writer.bytes()) continue;
    SJ_TRY_STATUS(core_.store->put_setting(name, writer.bytes()));
  }
  return {};
}

}  // namespace sejawat::api
