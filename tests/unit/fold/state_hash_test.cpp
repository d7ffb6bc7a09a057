#include "fold/state_hash.h"

#include <gtest/gtest.h>

namespace sejawat::fold {
namespace {

const base::Bytes kKey(32, 7);
const base::SpaceId kSpace{};

log::Dot dot(std::uint8_t log, std::uint64_t position) {
  log::Dot dot;
  dot.branch.bytes[0] = log;
  dot.position = position;
  return dot;
}
base::ObjectId object(std::uint8_t number) {
  base::ObjectId id;
  id.bytes[0] = number;
  return id;
}
ObjectState state(std::vector<Value> values) {
  ObjectState state;
  state.type = 1;
  state.registers[{0, 1}] = std::move(values);
  return state;
}
base::Digest hash_of(const std::vector<std::pair<base::ObjectId, ObjectState>>& all,
                     const base::Bytes& key = kKey) {
  StateHash hash(key, kSpace);
  for (const auto& [id, shown] : all) hash.add(id, shown);
  return hash.finish();
}

TEST(StateHash, SameValuesUnderOtherNamesAreTheSameState) {
  // The end of a forked log has another name on another device, and so may stand in another order.
  const auto here = state({{"satu", {dot(1, 4)}}, {"dua", {dot(2, 4)}}});
  const auto there = state({{"dua", {dot(9, 4)}}, {"satu", {dot(1, 4)}}});
  EXPECT_EQ(hash_of({{object(1), here}}), hash_of({{object(1), there}}));
}

TEST(StateHash, WhateverIsShownOtherwiseIsAnotherState) {
  const auto one = state({{"satu", {dot(1, 1)}}});
  std::vector<base::Digest> all = {hash_of({}), hash_of({{object(1), one}}), hash_of({{object(2), one}}),
                                   hash_of({{object(1), one}, {object(2), one}})};
  auto add = [&](ObjectState changed) { all.push_back(hash_of({{object(1), changed}})); };
  add(state({{"dua", {dot(1, 1)}}}));
  add(state({{"satu", {dot(1, 1)}}, {"dua", {dot(2, 1)}}}));
  add(state({}));
  auto changed = one;
  changed.trashed = true;
  add(changed);
  changed = one;
  changed.type = 2;
  add(changed);
  changed = one;
  changed.counters[{0, 1}] = -1;
  add(changed);
  changed = one;
  changed.list.push_back({dot(1, 2), {{1, 2, std::string("kata")}}});
  add(changed);
  changed.list[0].second[0].value.reset();
  add(changed);
  all.push_back(hash_of({{object(1), one}}, base::Bytes(32, 8)));
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(all[i] == all[j]) << i << " and " << j;
  }
}

}  // namespace
}  // namespace sejawat::fold
