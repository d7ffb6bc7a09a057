// An observed lesson through the door.
#include "cycle_door.h"

namespace sejawat::api {
namespace {

TEST_F(CycleDoor, ASheetIsScoredItemByItemAndFixedOnceItIsFinal) {
  const auto sheets = done([](cw::CycleRequest& r) { r.mutable_instruments(); }).instruments();
  ASSERT_EQ(sheets.instruments_size(), 1);
  EXPECT_TRUE(sheets.instruments(0).provisional());
  ASSERT_EQ(sheets.instruments(0).items_size(), 22);
  const auto observe = [&](const std::string& who) {
    return ask([&](cw::CycleRequest& r) {
      r.mutable_observe()->set_space(school);
      r.mutable_observe()->set_instrument(sheets.instruments(0).code());
      set(*r.mutable_observe()->mutable_content(), "asked", who);
    });
  };
  auto mine = door.call([](wire::Request& r) { r.mutable_people()->mutable_members(); });
  EXPECT_EQ(observe(base::to_hex(base::as_bytes(mine.people().members().members(0).person()))).error().code(),
            number(Code::invalid_argument))
      << "nobody observes themselves";
  const auto begun = observe(std::string(32, 'a')).cycle().record();
  ASSERT_EQ(begun.content().parts_size(), 22);
  const auto result = [&] {
    return done([&](cw::CycleRequest& r) { r.mutable_observation_result()->set_id(begun.id()); })
        .result_of_observation();
  };
  const auto score = [&](int item, const char* field, const char* text) {
    return ask([&](cw::CycleRequest& r) {
      r.mutable_record_change()->set_id(begun.id());
      auto* part = r.mutable_record_change()->mutable_content()->add_parts();
      part->set_part("scores");
      part->set_element(begun.content().parts(item).element());
      auto* value = part->add_values();
      value->set_field(field);
      value->set_text(text);
    });
  };
  EXPECT_EQ(score(0, "score", "3").result_case(), wire::Reply::kCycle);
  EXPECT_EQ(score(1, "not_applicable", "yes").result_case(), wire::Reply::kCycle);
  EXPECT_EQ(result().scored(), 1U);
  EXPECT_EQ(result().percent(), "") << "a running percentage is shown to nobody";
  done([&](cw::CycleRequest& r) {
    r.mutable_record_step()->set_id(begun.id());
    r.mutable_record_step()->set_to("final");
  });
  EXPECT_EQ(result().percent(), "75.00");
  EXPECT_EQ(score(2, "score", "4").error().code(), number(Code::not_permitted));
  EXPECT_FALSE(show(begun.id()).may_edit());
  // A correction says why, and goes back through the draft.
  done([&](cw::CycleRequest& r) {
    r.mutable_record_step()->set_id(begun.id());
    r.mutable_record_step()->set_to("draft");
    r.mutable_record_step()->set_reason("Butir 3 terlewat");
  });
  EXPECT_EQ(score(2, "score", "4").result_case(), wire::Reply::kCycle);
}

// --- Who belongs

}  // namespace
}  // namespace sejawat::api
