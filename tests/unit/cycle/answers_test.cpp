// What is said with a step: answers to a request for support, given apart and again.
#include <set>

#include "record_fixture.h"

namespace sejawat::cycle {
namespace {

// Ani asks Budi for a room; Citra, who answers for the school, may answer as well.
struct Asking : ::testing::Test {
  Asking() {
    school.give_role(2, Who::principal);
    request = school.desk(0).begin(a_record(
        kSupportRequest,
        {{"kind", "room"}, {"asked", school.desk(1).person().hex()}, {"need", "Ruang untuk praktik"}}));
    school.meet();
  }
  std::vector<std::string> told(Teacher& desk) {
    std::vector<std::string> told;
    for (const auto& step : desk.show(request).steps) told.push_back(step.to + ": " + step.reason);
    return told;
  }
  School school{3};
  Teacher& budi = school.desk(1);
  Teacher& citra = school.desk(2);
  base::ObjectId request;
};

TEST_F(Asking, TwoAnswersThatWereGivenApartAreBothToldEverywhere) {
  ASSERT_TRUE(budi.step(request, "answered", "Ruang 4 kosong").ok());
  ASSERT_TRUE(citra.step(request, "answered", "Pakai aula").ok());
  school.meet();
  const auto first = told(school.desk(0));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()),
            (std::set<std::string>{"answered: Ruang 4 kosong", "answered: Pakai aula"}));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(told(school.desk(i)), first);
    EXPECT_EQ(school.desk(i).show(request).open_intents(), 0U) << "nothing waits for a decision";
    EXPECT_EQ(school.desk(i).show(request).state, "answered");
  }
  // Both are answers of theirs: said again, nothing is written.
  ASSERT_TRUE(budi.step(request, "answered", "Ruang 4 kosong").ok());
  ASSERT_TRUE(citra.step(request, "answered", "Pakai aula").ok());
  EXPECT_EQ(told(budi).size(), 2U);
  EXPECT_EQ(told(citra).size(), 2U);
  ASSERT_TRUE(citra.step(request, "fulfilled").ok());
  school.meet();
  EXPECT_EQ(school.desk(0).show(request).state, "fulfilled");
  EXPECT_EQ(told(school.desk(0)).size(), 3U);
}

TEST_F(Asking, EachPersonsYesIsToldAndTheSamePersonsOnce) {
  Teacher& phone = school.second_device_of(1);
  school.meet();
  for (Teacher* desk : {&budi, &citra, &phone}) ASSERT_TRUE(desk->step(request, "answered", "Bisa").ok());
  school.meet();
  const auto view = school.desk(0).show(request);
  ASSERT_EQ(view.steps.size(), 2U);
  EXPECT_NE(view.steps[0].by, view.steps[1].by);
}

TEST_F(Asking, AnsweringAgainIsAFurtherAnswer) {
  ASSERT_TRUE(budi.step(request, "not_yet", "Penuh pekan ini").ok());
  school.meet();
  ASSERT_TRUE(citra.step(request, "not_yet", "Aula juga penuh").ok());
  ASSERT_TRUE(budi.step(request, "answered", "Senin kosong").ok());
  school.meet();
  const auto view = school.desk(0).show(request);
  ASSERT_EQ(view.steps.size() + view.open_intents(), 3U) << "one waits for a decision: they went apart";
  ASSERT_TRUE(budi.step(request, view.state, "Selasa juga").ok());
  school.meet();
  EXPECT_EQ(school.desk(0).show(request).steps.back().reason, "Selasa juga");
}

TEST_F(Asking, WhatWouldBeWrittenNowhereIsNotCalledDone) {
  ASSERT_TRUE(budi.step(request, "fulfilled", "Kunci ada di meja").ok());
  ASSERT_TRUE(budi.step(request, "fulfilled").ok()) << "it is";
  ASSERT_TRUE(budi.step(request, "fulfilled", "Kunci ada di meja").ok()) << "said already";
  EXPECT_EQ(budi.step(request, "fulfilled", "Kunci ada pada saya").code(), base::Code::already_exists);
  EXPECT_EQ(told(budi).size(), 1U);
}

TEST_F(Asking, AnAnswerNobodySawBeforeTheRequestWasDeletedBringsItBack) {
  ASSERT_TRUE(budi.step(request, "answered", "Ruang 4 kosong").ok());
  school.send(1, 0, request);
  ASSERT_TRUE(school.desk(0).trash(request).ok());
  ASSERT_TRUE(citra.step(request, "answered", "Pakai aula").ok());
  school.meet();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(school.desk(i).show(request).trashed);
    EXPECT_EQ(told(school.desk(i)).size(), 2U);
  }
}

}  // namespace
}  // namespace sejawat::cycle
