#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sejawat::base {
namespace {

constexpr int kLastCode = static_cast<int>(Code::internal);

Result<int> parse(int input) {
  if (input < 0) return error(Code::malformed, "negative");
  return input;
}

Result<int> twice(int input) {
  SJ_TRY(const int value, parse(input));
  return value * 2;
}

Status check(int input) {
  SJ_TRY_STATUS(input > 100 ? Status(error(Code::too_large)) : Status());
  SJ_TRY(const int value, parse(input));
  static_cast<void>(value);
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = parse(7);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good.value(), 7);
  EXPECT_EQ(good.code(), Code::ok);

  const Result<int> bad = parse(-1);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.code(), Code::malformed);
  EXPECT_EQ(bad.error().detail(), "negative");
}

TEST(Result, TryBindsTheValueOrHandsTheErrorOn) {
  EXPECT_EQ(twice(21).value(), 42);
  EXPECT_EQ(twice(-1).code(), Code::malformed);
  EXPECT_EQ(twice(-1).error().detail(), "negative");
}

TEST(Result, StatusHandsErrorsOnToo) {
  EXPECT_TRUE(check(1).ok());
  EXPECT_EQ(check(101).code(), Code::too_large);
  EXPECT_EQ(check(-1).code(), Code::malformed);
}

// The value lives in a union: whoever copies, moves, assigns and lets go must leave none behind and end none
// twice.
TEST(Result, KeepsAndLetsGoOfItsValueOnce) {
  const auto value = std::make_shared<int>(5);
  {
    Result<std::shared_ptr<int>> one(value);
    const Result<std::shared_ptr<int>> copy(one);
    EXPECT_EQ(value.use_count(), 3);
    Result<std::shared_ptr<int>> moved(std::move(one));
    EXPECT_EQ(value.use_count(), 3);
    moved = error(Code::too_large, "far too large");
    EXPECT_EQ(value.use_count(), 2);
    EXPECT_EQ(moved.error().detail(), "far too large");
    const Result<std::shared_ptr<int>> as_bad(moved);
    EXPECT_EQ(as_bad.error().detail(), "far too large");
    moved = copy;
    EXPECT_EQ(value.use_count(), 3);
    EXPECT_EQ(*moved.value(), 5);
    const auto taken = std::move(moved).value();
    EXPECT_EQ(value.use_count(), 3);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(Result, AValueThatNobodyNamedOutlivesTheLoopOverIt) {
  const auto value = std::make_shared<int>(5);
  const auto all = [&] { return Result<std::vector<std::shared_ptr<int>>>({value, value}); };
  for (const auto& one : *all()) EXPECT_EQ(one.use_count(), 3);
  for (const auto& one : all().value()) EXPECT_EQ(one.use_count(), 3);
}

TEST(Result, AnErrorThatIsHandedOnTakesItsDetailAlong) {
  Error first = error(Code::malformed, "first");
  Error second(first);
  EXPECT_EQ(first.detail(), "first");
  second = error(Code::offline);
  EXPECT_EQ(second.detail(), "");
  second = std::move(first);
  EXPECT_EQ(second.code, Code::malformed);
  EXPECT_EQ(second.detail(), "first");
  const Status handed(std::move(second));
  EXPECT_EQ(handed.error().detail(), "first");
}

TEST(Result, CarriesThingsThatOnlyMove) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(Code, EveryNumberHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int number = 0; number <= kLastCode; ++number) {
    EXPECT_TRUE(names.insert(code_name(static_cast<Code>(number))).second) << number;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kLastCode) + 1);
}

TEST(Code, NamesAreStableBecauseScriptsReadThem) {
  EXPECT_STREQ(code_name(Code::ok), "ok");
  EXPECT_STREQ(code_name(Code::wrong_server_key), "wrong_server_key");
  EXPECT_STREQ(code_name(Code::internal), "internal");
}

#if GTEST_HAS_DEATH_TEST
TEST(ResultDeathTest, ReadingTheValueOfAnErrorStopsTheProcess) {
  const Result<int> bad = parse(-1);
  EXPECT_DEATH(static_cast<void>(bad.value()), "internal check failed");
}

TEST(ResultDeathTest, AnErrorThatSaysOkIsABug) {
  EXPECT_DEATH(static_cast<void>(Status(error(Code::ok))), "internal check failed");
}
#endif

}  // namespace
}  // namespace sejawat::base
