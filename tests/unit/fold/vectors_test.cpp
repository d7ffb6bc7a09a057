// Golden vectors (tests/vectors/README.md): what ops on one object show.
#include "support/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fold/object.h"
#include "fold/state_hash.h"

namespace sejawat::fold {
namespace {

namespace json = boost::json;
using support::hex_at;
using support::id_at;
using support::load_vectors;
using support::text_at;
using support::u64_at;

log::Dot dot_of(const json::value& from) {
  return {id_at<base::LogId>(from, "branch"), u64_at(from, "position")};
}

std::uint32_t u32_at(const json::value& from, std::string_view member) {
  return static_cast<std::uint32_t>(u64_at(from, member));
}

std::string bytes_at(const json::value& from, std::string_view member) {
  return std::string(base::as_text(hex_at(from, member)));
}

std::vector<log::Cell> cells_of(const json::value& from) {
  std::vector<log::Cell> cells;
  for (const auto& one : from.as_array()) {
    cells.push_back({u32_at(one, "element"), u32_at(one, "field"), std::nullopt});
    if (!one.at("value").is_null()) cells.back().value = bytes_at(one, "value");
  }
  return cells;
}

std::vector<log::Dot> dots_of(const json::value& from) {
  std::vector<log::Dot> dots;
  for (const auto& one : from.as_array()) dots.push_back(dot_of(one));
  return dots;
}

std::vector<DottedOp> ops_of(const json::value& from) {
  std::vector<DottedOp> ops;
  for (const auto& one : from.as_array()) {
    DottedOp op;
    op.dot = dot_of(one.at("dot"));
    op.op.type = u32_at(one, "type");
    op.op.kind = static_cast<log::OpKind>(u32_at(one, "kind"));
    op.op.cells = cells_of(one.at("cells"));
    op.op.supersedes = dots_of(one.at("supersedes"));
    op.op.lamport = u64_at(one, "lamport");
    op.op.wall_ms = support::i64_at(one, "wall_ms");
    ops.push_back(std::move(op));
  }
  return ops;
}

// What stands in one register.
using Shown = std::vector<std::pair<std::string, std::vector<log::Dot>>>;

void expect_shows(const ObjectState& state, const json::value& shows) {
  EXPECT_EQ(state.type, u32_at(shows, "type"));
  EXPECT_EQ(state.trashed, shows.at("trashed").as_bool());
  EXPECT_EQ(state.restored_by_edit, shows.at("restored_by_edit").as_bool());
  std::map<RegisterKey, Shown> wanted;
  for (const auto& one : shows.at("registers").as_array()) {
    auto& values = wanted[{u32_at(one, "element"), u32_at(one, "field")}];
    for (const auto& value : one.at("values").as_array())
      values.emplace_back(bytes_at(value, "value"), dots_of(value.at("dots")));
  }
  std::map<RegisterKey, Shown> registers;
  for (const auto& [key, values] : state.registers) {
    for (const auto& value : values) registers[key].emplace_back(value.bytes, value.dots);
  }
  EXPECT_TRUE(registers == wanted);
  std::map<RegisterKey, std::int64_t> counters;
  for (const auto& one : shows.at("counters").as_array())
    counters[{u32_at(one, "element"), u32_at(one, "field")}] = support::i64_at(one, "sum");
  EXPECT_EQ(state.counters, counters);
  std::vector<std::pair<log::Dot, std::vector<log::Cell>>> list;
  for (const auto& one : shows.at("list").as_array())
    list.emplace_back(dot_of(one.at("dot")), cells_of(one.at("cells")));
  EXPECT_TRUE(state.list == list);
}

TEST(GoldenVectors, ObjectsShowWhatTheirOpsSayInAnyOrder) {
  const auto vectors = load_vectors("fold");
  const auto& hashed = vectors.at("state");
  StateHash hash(hex_at(hashed, "key"), id_at<base::SpaceId>(hashed, "space"));
  EXPECT_GE(vectors.at("cases").as_array().size(), 21U);
  for (const auto& one : vectors.at("cases").as_array()) {
    SCOPED_TRACE(text_at(one, "what"));
    auto ops = ops_of(one.at("ops"));
    const auto state = fold(ops);
    expect_shows(state, one.at("shows"));
    std::reverse(ops.begin(), ops.end());
    expect_shows(fold(ops), one.at("shows"));
    hash.add(id_at<base::ObjectId>(one, "object"), state);
  }
  EXPECT_EQ(hash.finish(), id_at<base::Digest>(hashed, "hash"));
}

}  // namespace
}  // namespace sejawat::fold
