// Whom one asks to confirm an erasure: those who can, and no one for ever at the cost of others.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "space/receipt.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Receipts : World {
  std::unique_ptr<Core> ani = founder();

  // So many entries, each sent and then erased.
  std::vector<base::RecordId> erase_in_diary(Core& core, int count) {
    std::vector<base::RecordId> records;
    std::vector<base::ObjectId> ids;
    for (int i = 0; i < count; ++i) {
      ids.push_back(add(core, "catatan " + std::to_string(i)));
      EXPECT_EQ(sync(core).code, Code::ok);
    }
    for (const auto& id : ids) {
      const auto erased = core.erase(id, 0, false);
      EXPECT_TRUE(erased.ok());
      records.insert(records.end(), erased->records.begin(), erased->records.end());
    }
    return records;
  }
  static std::size_t confirmed(Core& core, const base::PublicBoxKey& by) {
    std::size_t count = 0;
    const auto erasures = core.erasures();
    EXPECT_TRUE(erasures.ok());
    for (const auto& erasure : *erasures) {
      for (const auto& carrier : erasure.carriers)
        count += carrier.receipt && carrier.address.key == by ? 1U : 0U;
    }
    return count;
  }
};

TEST_F(Receipts, NobodyIsAskedForThoseOfASpaceThatTheyDoNotServe) {
  Server district{random, clock};
  auto sari = open("Sari");
  ASSERT_TRUE(sari->init("Sari", {district.address()}).ok());
  const auto secret = district.operator_secret();
  const auto school = sari->create_community("SDN 7", space::SpaceKind::school, district.address(), &secret);
  ASSERT_TRUE(school.ok());
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  // Whose diary comes behind that school in the order of spaces.
  std::unique_ptr<Core> budi;
  for (int i = 0; !budi || budi->personal_space() < *school; ++i)
    budi = member(*ani, "Budi-" + std::to_string(i));
  const auto invite = sari->invite("teacher", 3600, 1);
  ASSERT_TRUE(invite.ok());
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  ASSERT_TRUE(budi->join(invite->link).ok());
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*budi, district).code, Code::ok);
  std::vector<base::ObjectId> problems;
  for (int i = 0; i < 17; ++i) {
    problems.push_back(begin_problem(*budi, *school, "masalah " + std::to_string(i)));
    ASSERT_EQ(sync(*budi, district).code, Code::ok);
  }
  for (const auto& problem : problems) ASSERT_TRUE(budi->erase(problem, 0, false).ok());
  erase_in_diary(*budi, 1);
  std::size_t asked = 0;
  server.on_request = [&](sync::ClientMessage& message) {
    for (const auto& query : message.receipts) asked += query.space == *school ? 1U : 0U;
  };
  for (int i = 0; i < 2; ++i) ASSERT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(confirmed(*budi, server.address().key), 1U);
  EXPECT_EQ(asked, 0U);
  for (int i = 0; i < 4; ++i) ASSERT_EQ(sync(*budi, district).code, Code::ok);
  EXPECT_GE(confirmed(*budi, district.address().key), 17U);
}

TEST_F(Receipts, ThoseThatCannotBeGivenYetHoldUpNoOthers) {
  const auto records = erase_in_diary(*ani, 24);
  ASSERT_EQ(records.size(), 24U);
  // Of the first twenty it holds bodies still, as it says by saying nothing.
  std::set<base::RecordId> withheld(records.begin(), records.begin() + 20);
  server.on_reply = [&](sync::ServerMessage& reply) {
    reply.receipts.erase(std::remove_if(reply.receipts.begin(), reply.receipts.end(),
                                        [&](const base::Bytes& bytes) {
                                          const auto receipt = space::read_receipt(bytes);
                                          return receipt.ok() && withheld.count(receipt->record) != 0;
                                        }),
                         reply.receipts.end());
  };
  for (int i = 0; i < 40; ++i) ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(confirmed(*ani, server.address().key), 4U);
}

}  // namespace
}  // namespace sejawat::api
#endif
