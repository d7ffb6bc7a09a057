// The table "Verdicts" of docs/PROTOCOL.md, held against all that the carriers of this program's tests
// answered.
#include "verdicts.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace sejawat::carrier {
namespace {

using base::Code;

const std::map<On, std::set<Code>>& table() {
  static const std::map<On, std::set<Code>> codes = {
      {On::record,
       {Code::not_permitted, Code::timed_out, Code::malformed, Code::too_large, Code::bad_signature,
        Code::unknown_space, Code::unknown_membership, Code::invite_invalid, Code::invite_expired,
        Code::invite_used, Code::invite_revoked, Code::fenced, Code::quota_exceeded}},
      {On::segment,
       {Code::timed_out, Code::malformed, Code::too_large, Code::bad_signature, Code::chain_gap,
        Code::chain_fork, Code::unknown_log, Code::unknown_space, Code::unknown_membership, Code::fenced,
        Code::quota_exceeded, Code::version_unsupported}},
      {On::chunk,
       {Code::ok, Code::not_found, Code::not_permitted, Code::timed_out, Code::malformed, Code::unknown_space,
        Code::quota_exceeded}},
      {On::message,
       {Code::ok, Code::unknown_membership, Code::fenced, Code::version_unsupported,
        Code::protocol_violation}}};
  return codes;
}

const char* name_of(On on) {
  constexpr std::array<const char*, 4> kNames = {"record", "segment", "chunk", "message"};
  return kNames.at(static_cast<std::size_t>(on));
}

class EveryVerdict : public testing::Environment {
 public:
  void TearDown() override {
    // Of a part of the tests nothing follows.
    const auto* unit = testing::UnitTest::GetInstance();
    if (unit->test_to_run_count() != unit->total_test_count() || unit->Failed()) return;
    for (const auto& [on, codes] : table()) {
      for (const Code code : codes) {
        EXPECT_EQ(verdicts_given().count({on, code}), 1U)
            << "no test has a carrier say " << base::code_name(code) << " to a " << name_of(on);
      }
    }
    for (const auto& [on, code] : verdicts_given()) {
      EXPECT_EQ(table().at(on).count(code), 1U)
          << "a carrier says " << base::code_name(code) << " to a " << name_of(on) << ": it is in no table";
    }
  }
};
const auto* const kEveryVerdict = testing::AddGlobalTestEnvironment(new EveryVerdict);

// "| `code` | number | record segment | why |": the same table for readers.
TEST(Verdicts, StandInTheProtocolsTable) {
  std::ifstream file(std::string(SEJAWAT_TESTS_DIR) + "/../docs/PROTOCOL.md");
  std::map<std::string, std::set<std::string>> said;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    inside = line == "### Verdicts" || (inside && line.rfind("##", 0) != 0);
    std::istringstream words(line);
    std::string bar;
    std::string code;
    std::string number;
    if (!inside || !(words >> bar >> code >> bar >> number >> bar) || code.front() != '`') continue;
    for (std::string on; words >> on && on != "|";) said[on].insert(code + number);
  }
  std::map<std::string, std::set<std::string>> ours;
  for (const auto& [on, codes] : table()) {
    for (const Code code : codes) {
      if (code == Code::ok) continue;
      ours[name_of(on)].insert("`" + std::string(base::code_name(code)) + "`" +
                               std::to_string(static_cast<int>(code)));
    }
  }
  EXPECT_EQ(said, ours);
}

}  // namespace
}  // namespace sejawat::carrier
