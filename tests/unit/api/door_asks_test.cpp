// What waits for one person, as the door tells it.
#include "cycle_door.h"

namespace sejawat::api {
namespace {

TEST_F(CycleDoor, AsksTellTheNextStepOfWhatIsOnesOwn) {
  const auto problem = shared();
  const auto next = [&] {
    const auto asks = done([&](cw::CycleRequest& r) { r.mutable_asks()->set_problem(problem.id()); }).asks();
    std::string all;
    for (const auto& one : asks.asks()) all += (all.empty() ? "" : " ") + one.what();
    return all;
  };
  EXPECT_EQ(next(), "why");
  done([&](cw::CycleRequest& r) {
    r.mutable_contribute()->set_problem(problem.id());
    r.mutable_contribute()->set_kind("why");
    r.mutable_contribute()->set_text("Tugasnya tertutup");
  });
  EXPECT_EQ(next(), "root");
  done([&](cw::CycleRequest& r) {
    r.mutable_find_root()->set_id(problem.id());
    set(*r.mutable_find_root()->mutable_content(), "statement", "Satu jawaban saja");
  });
  EXPECT_EQ(next(), "propose");
  const auto option = done([&](cw::CycleRequest& r) {
                        r.mutable_propose()->set_id(problem.id());
                        set(*r.mutable_propose()->mutable_content(), "title", "Peran");
                      }).record();
  EXPECT_EQ(next(), "choose");
  const auto trial = done([&](cw::CycleRequest& r) {
                       r.mutable_choose()->set_problem(problem.id());
                       r.mutable_choose()->set_alternative(option.id());
                     }).record();
  EXPECT_EQ(next(), "prepare");
  done([&](cw::CycleRequest& r) {
    auto* prepare = r.mutable_trial_prepare();
    prepare->set_id(trial.id());
    set(*prepare->mutable_content(), "plan", "Kartu peran");
    auto* measure = prepare->mutable_content()->add_parts();
    measure->set_part("measures");
    auto* name = measure->add_values();
    name->set_field("name");
    name->set_text("Anak yang berpendapat");
  });
  EXPECT_EQ(next(), "start");
  done([&](cw::CycleRequest& r) { r.mutable_trial_start()->set_id(trial.id()); });
  EXPECT_EQ(next(), "impact");
  done([&](cw::CycleRequest& r) {
    r.mutable_trial_impact()->set_trial(trial.id());
    r.mutable_trial_impact()->add_events()->set_happened("Lebih ramai");
  });
  EXPECT_EQ(next(), "conclude");
  done([&](cw::CycleRequest& r) {
    r.mutable_trial_conclude()->set_trial(trial.id());
    r.mutable_trial_conclude()->set_verdict("effective");
  });
  EXPECT_EQ(next(), "");
  const auto all = done([&](cw::CycleRequest& r) { r.mutable_asks(); }).asks();
  EXPECT_EQ(all.total(), 0U);
}

TEST_F(CycleDoor, AsksPutThePressingFirstAndStopAtTheirLimit) {
  for (int i = 0; i < 3; ++i) shared();
  done([&](cw::CycleRequest& r) {
    r.mutable_contribute()->set_problem(shared().id());
    r.mutable_contribute()->set_kind("why");
    r.mutable_contribute()->set_text("Begitu");
  });
  const auto asks = done([&](cw::CycleRequest& r) { r.mutable_asks()->set_limit(2); }).asks();
  ASSERT_EQ(asks.asks_size(), 2);
  EXPECT_EQ(asks.total(), 4U);
  EXPECT_EQ(asks.asks(0).what(), "root");
  EXPECT_EQ(asks.asks(0).title(), "Siswa diam saat diskusi");
  EXPECT_EQ(asks.asks(1).what(), "why");
  EXPECT_EQ(refused([](cw::CycleRequest& r) { r.mutable_asks()->set_problem("short"); }),
            number(Code::invalid_argument));
  EXPECT_EQ(refused([](cw::CycleRequest& r) { r.mutable_asks()->set_problem(std::string(8, 'x')); }),
            number(Code::not_found));
}

TEST_F(CycleDoor, MeTooIsKnownToWhoeverSaidIt) {
  const auto problem = shared();
  const auto daily = [&] {
    return done([&](cw::CycleRequest& r) { r.mutable_daily()->set_space(school); }).daily();
  };
  EXPECT_FALSE(daily().problems(0).me_too_own());
  done([&](cw::CycleRequest& r) {
    r.mutable_contribute()->set_problem(problem.id());
    r.mutable_contribute()->set_kind("me_too");
  });
  EXPECT_TRUE(daily().problems(0).me_too_own());
  EXPECT_EQ(daily().problems(0).me_too(), 1U);
}

// --- Observed lessons

}  // namespace
}  // namespace sejawat::api
