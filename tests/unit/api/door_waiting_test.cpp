// What the screens of sync and of two versions ask, through the door.
#include "cycle_door.h"

namespace sejawat::api {
namespace {

TEST_F(CycleDoor, WhatWaitsComesInPagesInTheOrderOfWriting) {
  const auto entry = door.add("Dua siswa tidur");
  const auto problem = shared();
  const auto page = [&](std::uint32_t offset, std::uint32_t limit) {
    return door
        .call([&](wire::Request& r) {
          r.mutable_unsent()->set_offset(offset);
          r.mutable_unsent()->set_limit(limit);
        })
        .unsent();
  };
  const auto all = page(0, 0);
  EXPECT_EQ(all.total(), static_cast<std::uint32_t>(all.records_size()));
  int entry_at = -1;
  int problem_at = -1;
  for (int i = 0; i < all.records_size(); ++i) {
    const auto& row = all.records(i);
    EXPECT_TRUE(row.own());
    EXPECT_GT(row.since_ms(), 0);
    if (row.id() == entry) {
      entry_at = i;
      EXPECT_EQ(row.kind(), "journal_entry");
      EXPECT_EQ(row.title(), "Dua siswa tidur");
      EXPECT_EQ(row.date(), "2026-11-24");
    } else if (row.id() == problem.id()) {
      problem_at = i;
      EXPECT_EQ(row.kind(), "problem");
      EXPECT_EQ(row.title(), "Siswa diam saat diskusi");
      EXPECT_EQ(row.space(), school);
    }
  }
  EXPECT_GE(entry_at, 0);
  EXPECT_GT(problem_at, entry_at);
  const auto second = page(1, 1);
  ASSERT_EQ(second.records_size(), 1);
  EXPECT_EQ(second.records(0).id(), all.records(1).id());
  EXPECT_EQ(page(10'000, 1).records_size(), 0);
  EXPECT_GT(door.status().oldest_unsent_ms(), 0);
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_unsent()->set_limit(501); }),
            number(Code::invalid_argument));
}

TEST_F(CycleDoor, AChangeOfAnEntryIsTakenBackAndWhatIsNoneIsRefused) {
  const auto id = door.add("Dua siswa tidur");
  auto view = door.show(id);
  view.mutable_entry()->mutable_events(0)->set_happened("Tiga siswa tidur");
  door.call([&](wire::Request& r) { *r.mutable_journal_edit()->mutable_entry() = view.entry(); });
  EXPECT_EQ(door.error_of([&](wire::Request& r) {
    r.mutable_journal_decide()->set_id(id);
    r.mutable_journal_decide()->set_field("class");
  }),
            number(Code::not_found));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_journal_decide()->set_id("short"); }),
            number(Code::invalid_argument));
  const auto none = door.call([&](wire::Request& r) { r.mutable_journal_decisions()->set_id(id); });
  EXPECT_EQ(none.result_case(), wire::Reply::kDecisions);
  EXPECT_EQ(none.decisions().decisions_size(), 0);
  const auto undo = [&](std::uint64_t position, std::size_t branch) {
    return door.error_of([&](wire::Request& r) {
      r.mutable_journal_undo()->set_id(id);
      r.mutable_journal_undo()->mutable_dot()->set_branch(std::string(branch, 'b'));
      r.mutable_journal_undo()->mutable_dot()->set_position(position);
    });
  };
  EXPECT_EQ(undo(0, 16), number(Code::not_found));
  EXPECT_EQ(undo(0, 3), number(Code::invalid_argument));
  EXPECT_EQ(
      door.error_of([](wire::Request& r) { r.mutable_journal_decisions()->set_id(std::string(8, 'x')); }),
      number(Code::not_found));
  EXPECT_EQ(door.call([](wire::Request& r) { r.mutable_journal_list()->set_undecided(true); })
                .page()
                .entries_size(),
            0);
}

TEST_F(CycleDoor, ARecordTellsWhatWasChosenAndQuarantineThatNothingWaits) {
  const auto problem = shared();
  const auto told = done([&](cw::CycleRequest& r) { r.mutable_record_decisions()->set_id(problem.id()); });
  EXPECT_EQ(told.result_case(), cw::CycleReply::kDecisions);
  EXPECT_EQ(refused([](cw::CycleRequest& r) { r.mutable_record_decisions()->set_id(std::string(8, 'x')); }),
            number(Code::not_found));
  const auto late = [&](const std::string& log, std::uint32_t limit) {
    return door.error_of([&](wire::Request& r) {
      r.mutable_people()->mutable_quarantine_show()->set_log(log);
      r.mutable_people()->mutable_quarantine_show()->set_limit(limit);
    });
  };
  EXPECT_EQ(late(std::string(16, 'x'), 0), number(Code::not_found));
  EXPECT_EQ(late("short", 0), number(Code::invalid_argument));
  EXPECT_EQ(late(std::string(16, 'x'), 501), number(Code::invalid_argument));
}

// A card from before there was a school names no server.
TEST(Door, ACardFromBeforeTheSchoolIsPrintedAnewWithItsServer) {
  Door door;
  const auto old = door.init("Pak Budi");
  EXPECT_EQ(old.text().find("sekolah.example"), std::string::npos);
  door.call([](wire::Request& r) {
    r.mutable_add_carrier()->set_url(address_at("sejawat://sekolah.example:8787"));
  });
  const auto card =
      door.call([&](wire::Request& r) { r.mutable_card_reissue()->set_text(old.text()); }).card();
  EXPECT_NE(card.text().find("sekolah.example"), std::string::npos);
  EXPECT_NE(card.text().find("Pak Budi"), std::string::npos);
  EXPECT_NE(card.code().find("sekolah.example"), std::string::npos);
  EXPECT_EQ(card.code().find("kata:"), std::string::npos);
  Door phone(":memory:", 9);
  EXPECT_EQ(phone.call([&](wire::Request& r) { r.mutable_recover()->set_card(card.code()); }).result_case(),
            wire::Reply::kDone)
      << "the code alone knows where to go";
  Door other(":memory:", 2);
  const auto foreign = other.init("Bu Ani");
  EXPECT_EQ(door.error_of([&](wire::Request& r) { r.mutable_card_reissue()->set_text(foreign.text()); }),
            number(Code::card_invalid));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_card_reissue()->set_text("kata"); }),
            number(Code::card_invalid));
}

}  // namespace
}  // namespace sejawat::api
