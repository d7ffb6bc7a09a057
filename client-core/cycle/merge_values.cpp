#include "merge_values.h"

#include <algorithm>
#include <set>

#include "merge_text.h"

namespace sejawat::cycle {
namespace {

// Each is a merge of its own. By ops, since as many may have written one value.
constexpr std::size_t kMostAtOnce = 8;

bool may_merge(const fold::Register& values) {
  if (values.size() < 2 || values.size() > kMostAtOnce) return false;
  std::set<log::Dot> writers;
  for (const auto& value : values) {
    if (writers.size() + value.dots.size() > kMostAtOnce) return false;
    for (const auto& dot : value.dots) {
      // What one op wrote side by side asks for a decision: somebody took one back.
      if (!writers.insert(dot).second) return false;
    }
  }
  return true;
}

}  // namespace

void ValueMerge::look_up() {
  if (looked_up_) return;
  looked_up_ = true;
  std::set<log::Dot> writers;
  for (const auto& [key, values] : state_.registers) {
    if (!may_merge(values)) continue;
    written_[key];
    for (const auto& value : values) writers.insert(value.dots.begin(), value.dots.end());
  }
  for (const auto& op : ops_) {
    if (op.op.kind != log::OpKind::write) continue;
    for (const auto& cell : op.op.cells) {
      if (!cell.value) continue;
      const auto known = written_.find({cell.element, cell.field});
      if (known != written_.end()) known->second.push_back({op.dot, &*cell.value});
    }
    if (writers.count(op.dot) == 0) continue;
    auto& seen = seen_[op.dot] = op.op.supersedes;
    std::sort(seen.begin(), seen.end());
  }
}

bool ValueMerge::saw(const log::Dot& by, const log::Dot& dot) const {
  const auto found = seen_.find(by);
  return found != seen_.end() && std::binary_search(found->second.begin(), found->second.end(), dot);
}

// The one text that all of these values go back to, if there is one.
std::optional<std::string> ValueMerge::ancestor(const fold::RegisterKey& key,
                                                const fold::Register& values) const {
  std::optional<std::string> text;
  for (const auto& written : written_.at(key)) {
    const bool common = std::all_of(values.begin(), values.end(), [&](const fold::Value& value) {
      return std::any_of(value.dots.begin(), value.dots.end(),
                         [&](const log::Dot& by) { return saw(by, written.dot); });
    });
    if (!common) continue;
    if (text && *text != *written.text) return std::nullopt;
    text = *written.text;
  }
  return text;
}

// In an order of their own, not of arrival, so that every device merges alike.
std::optional<std::string> ValueMerge::merged(const fold::RegisterKey& key, const fold::Register& values) {
  if (!may_merge(values)) return std::nullopt;
  look_up();
  const auto base = ancestor(key, values);
  if (!base) return std::nullopt;
  std::string merged = values.front().bytes;
  for (std::size_t i = 1; i < values.size(); ++i) {
    auto next = merge_paragraphs(*base, merged, values[i].bytes);
    if (!next) return std::nullopt;
    merged = std::move(*next);
  }
  return merged;
}

}  // namespace sejawat::cycle
