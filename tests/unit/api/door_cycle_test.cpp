// The cycle through the C ABI, as a phone walks it: alone, offline, in a school of its own.
#include <set>

#include "cycle/schema.h"
#include "cycle_door.h"

namespace sejawat::api {
namespace {

TEST_F(CycleDoor, TellsWhatAScreenIsBuiltFrom) {
  Door empty;
  const auto reply = empty.call([](wire::Request& r) { r.mutable_cycle()->mutable_describe(); });
  const auto& kinds = reply.cycle().kinds();
  ASSERT_EQ(static_cast<std::size_t>(kinds.kinds_size()), cycle::entities().size())
      << "before there is a person";
  EXPECT_EQ(kinds.journal_prompts_size(), 5);
  for (const auto& kind : kinds.kinds()) {
    const auto* table = cycle::entity(std::string_view(kind.name()));
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(static_cast<std::size_t>(kind.fields_size()), table->fields.size()) << kind.name();
    EXPECT_EQ(static_cast<std::size_t>(kind.parts_size()), table->parts.size()) << kind.name();
    EXPECT_EQ(static_cast<std::size_t>(kind.states_size()), table->states.states.size()) << kind.name();
    EXPECT_FALSE(kind.label().indonesian().empty());
    for (const auto& transition : kind.transitions()) {
      EXPECT_GT(transition.who_size(), 0)
          << kind.name() << " " << transition.from() << " " << transition.to();
    }
    for (const auto& field : kind.fields()) {
      EXPECT_FALSE(field.label().english().empty());
      EXPECT_EQ(field.type() == "choice", field.choices_size() > 0) << kind.name() << "." << field.name();
    }
  }
  EXPECT_LT(reply.ByteSizeLong(), 64U * 1024) << "a phone asks for it at every start";
}

TEST_F(CycleDoor, EveryKindOfRecordIsWrittenReadAndSteppedByItsTableAlone) {
  const auto kinds = done([](cw::CycleRequest& r) { r.mutable_describe(); }).kinds();
  const std::string person(32, 'a');
  int stepped = 0;
  const auto fill = [&](const cw::Field& field, cw::Content& content, const char* part) {
    if (!field.required()) return;
    const std::string& type = field.type();
    const std::string text = type == "choice"   ? field.choices(0).name()
                             : type == "date"   ? "2025-08-04"
                             : type == "time"   ? "08:30"
                             : type == "number" ? "3"
                             : type == "yes_no" ? "yes"
                             : type == "person" ? person
                             : type == "record" ? "0102030405060708"
                                                : "kalimat";
    auto* value = part == nullptr ? content.add_values() : content.mutable_parts(0)->add_values();
    value->set_field(field.name());
    value->set_text(text);
  };
  for (const auto& kind : kinds.kinds()) {
    SCOPED_TRACE(kind.name());
    cw::Content content;
    for (const auto& field : kind.fields()) fill(field, content, nullptr);
    if (kind.parts_size() > 0) {
      content.add_parts()->set_part(kind.parts(0).name());
      for (const auto& field : kind.parts(0).fields()) fill(field, content, "part");
      if (content.parts(0).values_size() == 0) content.clear_parts();
    }
    auto view = done([&](cw::CycleRequest& r) {
                  auto* add = r.mutable_record_add();
                  if (kind.home() != cw::HOME_PERSONAL) add->set_space(school);
                  add->set_kind(kind.name());
                  *add->mutable_content() = content;
                }).record();
    ASSERT_EQ(view.id().size(), 8U);
    EXPECT_TRUE(view.own());
    EXPECT_EQ(view.content().values_size(), content.values_size());
    EXPECT_EQ(view.content().parts_size(), content.parts_size());
    if (kind.states_size() > 0) {
      EXPECT_EQ(view.state(), kind.states(0).name());
    }
    if (view.may_step_size() > 0) {
      const cw::Transition possible = view.may_step(0);
      view = done([&](cw::CycleRequest& r) {
               auto* step = r.mutable_record_step();
               step->set_id(view.id());
               step->set_to(possible.to());
               if (possible.needs_reason()) step->set_reason("sebab");
               if (possible.needs_date()) step->set_until("2025-09-01");
             }).record();
      EXPECT_EQ(view.state(), possible.to());
      ++stepped;
    }
    const auto trashed = done([&](cw::CycleRequest& r) { r.mutable_record_trash()->set_id(view.id()); });
    EXPECT_TRUE(trashed.record().trashed());
    const auto back = done([&](cw::CycleRequest& r) { r.mutable_record_restore()->set_id(view.id()); });
    EXPECT_FALSE(back.record().trashed());
    const auto list = done([&](cw::CycleRequest& r) { r.mutable_record_list()->set_kind(kind.name()); });
    ASSERT_EQ(list.records().records_size(), 1);
    EXPECT_EQ(list.records().records(0).id(), view.id());
  }
  EXPECT_GT(stepped, 6);
}

TEST_F(CycleDoor, WalksFromALineInAJournalToTheNextCycle) {
  const std::string entry = door.add("Hanya tiga siswa yang bertanya", "2025-08-03");
  const auto preview = done([&](cw::CycleRequest& r) {
                         r.mutable_problem_preview()->set_entry(entry);
                         r.mutable_problem_preview()->set_space(school);
                         r.mutable_problem_preview()->set_hide_name(true);
                       }).preview();
  EXPECT_TRUE(preview.name_hidden());
  EXPECT_EQ(preview.by_name(), "");
  EXPECT_EQ(preview.space_name(), "SDN Contoh");
  EXPECT_EQ(preview.readers(), 1U);
  EXPECT_EQ(done([](cw::CycleRequest& r) { r.mutable_record_list()->set_kind("problem"); })
                .records()
                .records_size(),
            0)
      << "a preview writes nothing";
  const auto problem = done([&](cw::CycleRequest& r) {
                         r.mutable_problem_share()->set_entry(entry);
                         r.mutable_problem_share()->set_space(school);
                       }).record();
  EXPECT_EQ(problem.state(), "shared");
  EXPECT_EQ(problem.by().name(), "Pak Budi");
  EXPECT_EQ(value(problem, "found"), "2025-08-03");

  for (const char* text : {"Takut ditertawakan", "Guru menjawab sendiri"}) {
    done([&](cw::CycleRequest& r) {
      r.mutable_contribute()->set_problem(problem.id());
      r.mutable_contribute()->set_kind("why");
      r.mutable_contribute()->set_text(text);
    });
  }
  const auto daily = done([&](cw::CycleRequest& r) { r.mutable_daily()->set_space(school); }).daily();
  EXPECT_EQ(daily.date(), "2025-08-03");
  ASSERT_EQ(daily.problems_size(), 1);
  EXPECT_EQ(daily.problems(0).contributions_size(), 2);
  done([&](cw::CycleRequest& r) {
    r.mutable_find_root()->set_id(problem.id());
    set(*r.mutable_find_root()->mutable_content(), "statement", "Tidak ada waktu tunggu");
  });

  const auto meeting = begin("weekly_discussion", {{"date", "2025-08-07"}, {"title", "Pekan pertama"}});
  const auto agenda =
      done([&](cw::CycleRequest& r) { r.mutable_agenda_make()->set_id(meeting.id()); }).agenda();
  ASSERT_EQ(agenda.items_size(), 1);
  EXPECT_EQ(agenda.items(0).teacher().name(), "Pak Budi");
  for (const char* to : {"turns", "brainstorm"}) {
    done([&](cw::CycleRequest& r) {
      r.mutable_record_step()->set_id(meeting.id());
      r.mutable_record_step()->set_to(to);
    });
  }
  const auto idea = done([&](cw::CycleRequest& r) {
                      r.mutable_idea_add()->set_meeting(meeting.id());
                      r.mutable_idea_add()->set_text("Tunggu lima detik");
                      r.mutable_idea_add()->set_problem(problem.id());
                    }).record();
  done([&](cw::CycleRequest& r) {
    r.mutable_idea_group()->set_idea(idea.id());
    r.mutable_idea_group()->set_word("Waktu tunggu");
  });
  EXPECT_EQ(
      done([&](cw::CycleRequest& r) { r.mutable_ideas()->set_id(meeting.id()); }).ideas().ideas(0).cluster(),
      "Waktu tunggu");
  const auto options =
      done([&](cw::CycleRequest& r) { r.mutable_formulate()->set_id(meeting.id()); }).records();
  ASSERT_EQ(options.records_size(), 1);
  done([&](cw::CycleRequest& r) { r.mutable_attend()->set_meeting(meeting.id()); });
  EXPECT_EQ(done([&](cw::CycleRequest& r) { r.mutable_attendance()->set_id(meeting.id()); })
                .attendance()
                .rows(0)
                .said_size(),
            1);
  const auto minutes = done([&](cw::CycleRequest& r) {
                         r.mutable_minutes_write()->set_id(meeting.id());
                         auto* part = r.mutable_minutes_write()->mutable_content()->add_parts();
                         part->set_part("decisions");
                         auto* text = part->add_values();
                         text->set_field("text");
                         text->set_text("Coba sepekan");
                       }).record();
  EXPECT_EQ(minutes.content().parts_size(), 1);
  const auto found = done([&](cw::CycleRequest& r) { r.mutable_minutes()->set_id(meeting.id()); }).records();
  ASSERT_EQ(found.records_size(), 1);
  EXPECT_EQ(found.records(0).id(), minutes.id());
  EXPECT_GT(found.records(0).may_step_size(), 0);
  EXPECT_EQ(
      done([&](cw::CycleRequest& r) { r.mutable_minutes_ratify()->set_id(meeting.id()); }).record().state(),
      "ratified");

  const std::string option = options.records(0).id();
  done([&](cw::CycleRequest& r) { r.mutable_endorse()->set_alternative(option); });
  const auto trial = done([&](cw::CycleRequest& r) {
                       r.mutable_choose()->set_problem(problem.id());
                       r.mutable_choose()->set_alternative(option);
                       set(*r.mutable_choose()->mutable_content(), "class", "5A");
                     }).record();
  EXPECT_EQ(refused([&](cw::CycleRequest& r) { r.mutable_trial_start()->set_id(trial.id()); }),
            number(Code::invalid_argument))
      << "measures come before";
  done([&](cw::CycleRequest& r) {
    auto* prepare = r.mutable_trial_prepare();
    prepare->set_id(trial.id());
    set(*prepare->mutable_content(), "plan", "Tanya, diam lima detik");
    auto* measure = prepare->mutable_content()->add_parts();
    measure->set_part("measures");
    auto* name = measure->add_values();
    name->set_field("name");
    name->set_text("Siswa yang bertanya");
  });
  done([&](cw::CycleRequest& r) { r.mutable_trial_start()->set_id(trial.id()); });
  done([&](cw::CycleRequest& r) {
    auto* impact = r.mutable_trial_impact();
    impact->set_trial(trial.id());
    impact->add_events()->set_happened("Delapan siswa bertanya");
    auto* measured = impact->add_measures();
    measured->set_name("Siswa yang bertanya");
    measured->set_after("8");
    measured->set_effect("better");
  });
  EXPECT_EQ(door.status().entries(), 2U) << "the impact is a private entry as well";
  done([&](cw::CycleRequest& r) {
    r.mutable_trial_reflect()->set_id(trial.id());
    set(*r.mutable_trial_reflect()->mutable_content(), "findings", "Lebih banyak yang berani");
  });
  const auto concluded = done([&](cw::CycleRequest& r) {
                           r.mutable_trial_conclude()->set_trial(trial.id());
                           r.mutable_trial_conclude()->set_verdict("partly");
                         }).record();
  EXPECT_EQ(concluded.state(), "concluded");
  done([&](cw::CycleRequest& r) {
    r.mutable_trial_practice()->set_id(trial.id());
    set(*r.mutable_trial_practice()->mutable_content(), "title", "Waktu tunggu");
  });
  const auto menu = done([&](cw::CycleRequest& r) { r.mutable_menu()->set_problem(problem.id()); }).menu();
  ASSERT_EQ(menu.items_size(), 1);
  EXPECT_EQ(menu.items(0).tried(), 1U);
  EXPECT_EQ(menu.items(0).partly(), 1U);
  EXPECT_EQ(menu.items(0).endorsements(), 1U);

  const auto story = done([&](cw::CycleRequest& r) { r.mutable_story()->set_id(problem.id()); }).story();
  EXPECT_EQ(story.rounds(), 2U);
  std::set<std::string> chapters;
  for (const auto& line : story.lines()) chapters.insert(line.chapter());
  for (const char* chapter : {"entry", "problem", "why", "root_cause", "alternative", "trial", "started",
                              "impact", "reflection", "verdict", "new_round"}) {
    EXPECT_EQ(chapters.count(chapter), 1U) << chapter;
  }
  const auto walks = done([](cw::CycleRequest& r) { r.mutable_walks(); }).walks();
  ASSERT_EQ(walks.walks_size(), 1);
  EXPECT_FALSE(walks.walks(0).stalled());
  door.clock.set_wall(door.clock.now().wall_ms + 20LL * 24 * 3600 * 1000);
  EXPECT_EQ(done([](cw::CycleRequest& r) { r.mutable_stalled(); }).walks().walks_size(), 1);
}

TEST_F(CycleDoor, AHiddenNameGoesOverTheDoorNowhere) {
  const auto problem = done([&](cw::CycleRequest& r) {
                         auto* share = r.mutable_problem_share();
                         share->set_space(school);
                         share->set_hide_name(true);
                         set(*share->mutable_content(), "title", "Saya kehabisan cara");
                       }).record();
  EXPECT_TRUE(problem.name_hidden());
  EXPECT_TRUE(problem.by().id().empty());
  EXPECT_TRUE(problem.own()) << "one knows one's own";
  const Ask asked[] = {
      [&](cw::CycleRequest& r) { r.mutable_record_show()->set_id(problem.id()); },
      [&](cw::CycleRequest& r) { r.mutable_record_list()->set_kind("problem"); },
      [&](cw::CycleRequest& r) { r.mutable_record_revisions()->set_id(problem.id()); },
      [&](cw::CycleRequest& r) { r.mutable_story()->set_id(problem.id()); },
      [&](cw::CycleRequest& r) { r.mutable_walks(); },
      [&](cw::CycleRequest& r) { r.mutable_waiting(); },
      [&](cw::CycleRequest& r) { r.mutable_daily()->set_space(school); },
  };
  for (const auto& one : asked) {
    const auto reply = done(one);
    EXPECT_NE(reply.SerializeAsString().find("kehabisan"), std::string::npos);
    EXPECT_EQ(reply.SerializeAsString().find("Pak Budi"), std::string::npos);
  }
}

TEST_F(CycleDoor, WhatChangedIsToldWithItsSpaceAndKind) {
  const auto problem = shared();
  bool told = false;
  for (const auto& event : door.events()) {
    if (event.event_case() != wire::Event::kChanged) {
      EXPECT_NE(event.event_case(), wire::Event::kJournal) << "no entry changed";
      continue;
    }
    for (const auto& record : event.changed().records()) {
      if (record.id() != problem.id()) continue;
      told = true;
      EXPECT_EQ(record.space(), school);
      EXPECT_EQ(record.kind(), "problem");
    }
  }
  EXPECT_TRUE(told);
  EXPECT_TRUE(door.events().empty()) << "once";
  const std::string entry = door.add("catatan");
  bool journal = false;
  for (const auto& event : door.events()) {
    journal = journal || (event.event_case() == wire::Event::kJournal && event.journal().ids(0) == entry);
    EXPECT_NE(event.event_case(), wire::Event::kChanged);
  }
  EXPECT_TRUE(journal);
}

TEST_F(CycleDoor, ListsComeInPagesAndAreSearched) {
  for (int i = 0; i < 12; ++i) {
    begin("class", {{"name", std::to_string(1 + i % 6) + "A gerhana" + std::to_string(i)}, {"grade", "3"}});
  }
  std::set<std::string> seen;
  std::string after;
  for (int page = 0; page < 4; ++page) {
    const auto reply = done([&](cw::CycleRequest& r) {
                         r.mutable_record_list()->set_kind("class");
                         r.mutable_record_list()->set_limit(5);
                         r.mutable_record_list()->set_after(after);
                       }).records();
    for (const auto& view : reply.records()) EXPECT_TRUE(seen.insert(view.id()).second);
    after = reply.next();
    if (after.empty()) break;
  }
  EXPECT_EQ(seen.size(), 12U);
  const auto found = done([](cw::CycleRequest& r) { r.mutable_record_list()->set_words("gerhana1"); });
  EXPECT_EQ(found.records().records_size(), 3) << "gerhana1, 10 and 11";
}

TEST_F(CycleDoor, ALongReplyBecomesShortRecordsNeverNothing) {
  const auto meeting = begin("weekly_discussion", {{"date", "2025-08-07"}});
  for (int i = 0; i < 600; ++i) {
    done([&](cw::CycleRequest& r) {
      r.mutable_idea_add()->set_meeting(meeting.id());
      r.mutable_idea_add()->set_text(std::to_string(i) + std::string(7900, 'x'));
    });
  }
  const auto ideas = done([&](cw::CycleRequest& r) { r.mutable_ideas()->set_id(meeting.id()); }).ideas();
  ASSERT_EQ(ideas.ideas_size(), 600);
  EXPECT_FALSE(ideas.ideas(0).idea().brief());
  EXPECT_TRUE(ideas.ideas(599).idea().brief());
}

TEST_F(CycleDoor, EachArgumentIsJudged) {
  const auto problem = shared();
  const Ask wrong[] = {
      [](cw::CycleRequest& r) { r.mutable_record_show()->set_id("short"); },
      [](cw::CycleRequest& r) { r.mutable_record_add()->set_kind("no such"); },
      [&](cw::CycleRequest& r) {
        r.mutable_record_add()->set_kind("problem_source");
        r.mutable_record_add()->set_space(school);
      },
      [](cw::CycleRequest& r) { r.mutable_record_add()->set_kind("class"); },  // not a private kind
      [&](cw::CycleRequest& r) {
        r.mutable_record_add()->set_kind("class");
        r.mutable_record_add()->set_space(school);
      },
      [&](cw::CycleRequest& r) {
        r.mutable_record_change()->set_id(problem.id());
        set(*r.mutable_record_change()->mutable_content(), "no such", "x");
      },
      [&](cw::CycleRequest& r) {
        r.mutable_record_change()->set_id(problem.id());
        for (int i = 0; i < 2; ++i) set(*r.mutable_record_change()->mutable_content(), "title", "dua kali");
      },
      [&](cw::CycleRequest& r) {
        r.mutable_record_change()->set_id(problem.id());
        set(*r.mutable_record_change()->mutable_content(), "found", "kemarin");
      },
      [&](cw::CycleRequest& r) {
        r.mutable_record_step()->set_id(problem.id());
        r.mutable_record_step()->set_to("solved");
      },
      [&](cw::CycleRequest& r) {
        r.mutable_intent_take()->set_id(problem.id());
        r.mutable_intent_take()->mutable_dot()->set_branch("x");
      },
      [](cw::CycleRequest& r) { r.mutable_record_list()->set_state("shared"); },
      [](cw::CycleRequest& r) { r.mutable_record_list()->set_limit(501); },
      [](cw::CycleRequest& r) { r.mutable_record_list()->set_after("rubbish"); },
      [](cw::CycleRequest& r) { r.mutable_problem_share(); },
      [](cw::CycleRequest& r) { r.mutable_days()->set_from("2025-08-03"); },
      [](cw::CycleRequest& r) {
        r.mutable_days()->set_from("0001-01-01");
        r.mutable_days()->set_until("9999-12-31");
      },
      [](cw::CycleRequest& r) {
        r.set_utc_offset_minutes(2000);
        r.mutable_walks();
      },
  };
  for (const auto& one : wrong) EXPECT_EQ(refused(one), number(Code::invalid_argument));
  EXPECT_EQ(refused([](cw::CycleRequest& r) { r.mutable_record_show()->set_id("12345678"); }),
            number(Code::not_found));
  EXPECT_EQ(refused([&](cw::CycleRequest& r) {
              r.mutable_intent_dismiss()->set_id(problem.id());
              r.mutable_intent_dismiss()->mutable_dot()->set_branch(std::string(16, 'x'));
            }),
            number(Code::not_found));
  EXPECT_EQ(refused([](cw::CycleRequest&) {}), number(Code::version_unsupported));
  EXPECT_EQ(value(show(problem.id()), "title"), "Siswa diam saat diskusi");
  Door stranger;
  EXPECT_EQ(stranger.error_of([](wire::Request& r) { r.mutable_cycle()->mutable_walks(); }),
            number(Code::not_found));
}

TEST_F(CycleDoor, ARequestWithMillionsOfPartsIsRefusedBeforeItSwells) {
  std::string parts;
  for (int i = 0; i < 1'000'000; ++i) parts += std::string("\x12\x00", 2);
  cw::CycleRequest request;
  request.mutable_record_change()->set_id("12345678");
  ASSERT_TRUE(request.mutable_record_change()->mutable_content()->ParseFromString(""));
  const auto nested = [](std::uint32_t field, const std::string& inside) {
    std::string bytes;
    for (std::uint64_t tag = (field << 3) | 2U;; tag >>= 7) {
      bytes += static_cast<char>((tag & 0x7F) | (tag >= 0x80 ? 0x80 : 0));
      if (tag < 0x80) break;
    }
    for (std::size_t size = inside.size();; size >>= 7) {
      bytes += static_cast<char>((size & 0x7F) | (size >= 0x80 ? 0x80 : 0));
      if (size < 0x80) break;
    }
    return bytes + inside;
  };
  int code = 0;
  door.raw(nested(60, nested(4, nested(15, parts))), &code);
  EXPECT_EQ(code, SEJAWAT_TOO_LARGE);
  std::string values;
  for (int i = 0; i < 1'000'000; ++i) values += std::string("\x1A\x00", 2);
  door.raw(nested(60, nested(4, nested(15, nested(2, values)))), &code);
  EXPECT_EQ(code, SEJAWAT_TOO_LARGE);
}

TEST_F(CycleDoor, AUndoneChangeGivesBackWhatWasThere) {
  const auto problem = shared();
  done([&](cw::CycleRequest& r) {
    r.mutable_record_change()->set_id(problem.id());
    set(*r.mutable_record_change()->mutable_content(), "title", "Judul lain");
  });
  const auto revisions =
      done([&](cw::CycleRequest& r) { r.mutable_record_revisions()->set_id(problem.id()); }).revisions();
  ASSERT_GE(revisions.revisions_size(), 3);
  const auto& last = revisions.revisions(revisions.revisions_size() - 1);
  EXPECT_EQ(value(last.after(), "title"), "Judul lain");
  const auto undone = done([&](cw::CycleRequest& r) {
    r.mutable_record_undo()->set_id(problem.id());
    *r.mutable_record_undo()->mutable_dot() = last.dot();
  });
  EXPECT_EQ(value(undone.record(), "title"), "Siswa diam saat diskusi");
  const auto withdrawn =
      done([&](cw::CycleRequest& r) { r.mutable_problem_withdraw()->set_id(problem.id()); });
  EXPECT_EQ(withdrawn.record().state(), "withdrawn");
  EXPECT_EQ(value(withdrawn.record(), "title"), "");
}

TEST_F(CycleDoor, SchoolDaysAreTheCalendars) {
  begin("calendar_day", {{"date", "2025-08-05"}, {"kind", "holiday"}});
  const auto days = done([](cw::CycleRequest& r) {
                      r.mutable_days()->set_from("2025-08-03");
                      r.mutable_days()->set_until("2025-08-06");
                    }).days();
  ASSERT_EQ(days.days_size(), 4);
  EXPECT_FALSE(days.days(0).effective()) << "Sunday";
  EXPECT_TRUE(days.days(1).effective());
  EXPECT_FALSE(days.days(2).effective()) << "a holiday";
  EXPECT_TRUE(days.days(3).effective());
}

// --- What waits for oneself

}  // namespace
}  // namespace sejawat::api
