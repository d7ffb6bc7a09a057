// Every field that a screen fills in is judged before anything is done: lengths of ids, limits of lists, a
// field said twice.
#include <algorithm>

#include "cycle_door.h"
#include "space/invite.h"

namespace sejawat::api {
namespace {

namespace pw = wire::people;
using Say = std::function<void(wire::Request&)>;

const std::string kRecord(8, 'x');

struct DoorFields : CycleDoor {
  static void twice(cw::Content& content) {
    for (int i = 0; i < 2; ++i) set(content, "title", "dua kali");
  }
  // The same code, and why: an id that is whole and unknown would be not_found.
  void expect_invalid(std::initializer_list<std::pair<const char*, Say>> all) {
    for (const auto& [what, say] : all) EXPECT_EQ(door.error_of(say), number(Code::invalid_argument)) << what;
  }
  void expect_invalid_asks(std::initializer_list<std::pair<const char*, Ask>> all) {
    for (const auto& [what, say] : all) EXPECT_EQ(refused(say), number(Code::invalid_argument)) << what;
  }
};

TEST_F(DoorFields, OfThePersonAndTheirDevices) {
  expect_invalid({
      {"18 words of a card",
       [](wire::Request& r) {
         for (int i = 0; i < 18; ++i) r.mutable_card_confirm()->add_words()->set_word("lusab");
       }},
      {"a device", [](wire::Request& r) { r.mutable_revoke_device()->set_id("short"); }},
      {"a space to invite to",
       [](wire::Request& r) {
         r.mutable_invite()->set_role("teacher");
         r.mutable_invite()->set_ttl_seconds(60);
         r.mutable_invite()->set_space("short");
       }},
      {"a space to host", [](wire::Request& r) { r.mutable_host_community()->set_space("short"); }},
      {"media below all",
       [](wire::Request& r) { r.mutable_sync_start()->set_media(static_cast<wire::SyncMedia>(-1)); }},
      {"media of a newer program",
       [](wire::Request& r) { r.mutable_sync_start()->set_media(static_cast<wire::SyncMedia>(3)); }},
  });
  const auto confirm = [](int words) {
    return [words](wire::Request& r) {
      auto& card = *r.mutable_card_confirm();
      for (int i = 0; i < words; ++i) card.add_words()->set_index(static_cast<std::uint32_t>(i));
    };
  };
  EXPECT_NE(door.call(confirm(17)).error().detail(), door.call(confirm(18)).error().detail())
      << "as many as there are on a card are looked at";
}

// Two phones of one person, each through its own door.
TEST_F(DoorFields, ALinkOfAnotherPhoneIsShownBeforeItIsTakenAndThenBothAreListed) {
  Door phone(":memory:", 5);
  const auto code = phone.call([](wire::Request& r) { r.mutable_link_request(); }).link_code();
  EXPECT_FALSE(code.check_code().empty());
  const auto seen =
      door.call([&](wire::Request& r) { r.mutable_link_check()->set_text(code.text()); }).link_code();
  EXPECT_EQ(seen.check_code(), code.check_code());
  const auto grant =
      door.call([&](wire::Request& r) { r.mutable_link_grant()->set_text(code.text()); }).link_code();
  const auto offer =
      phone.call([&](wire::Request& r) { r.mutable_link_offer()->set_text(grant.text()); }).link_offer();
  EXPECT_EQ(offer.name(), "Pak Budi");
  EXPECT_EQ(offer.check_code(), grant.check_code());
  ASSERT_EQ(offer.carriers_size(), 1);
  EXPECT_NE(offer.carriers(0).find("sekolah.example"), std::string::npos);
  EXPECT_EQ(
      phone.call([&](wire::Request& r) { r.mutable_link_accept()->set_text(grant.text()); }).result_case(),
      wire::Reply::kDone);
  const auto devices = door.call([](wire::Request& r) { r.mutable_devices(); }).devices();
  ASSERT_GE(devices.devices_size(), 1);
  EXPECT_EQ(devices.devices(0).id().size(), 16U);
  EXPECT_EQ(std::count_if(devices.devices().begin(), devices.devices().end(),
                          [](const auto& device) { return device.self() && !device.removed(); }),
            1);
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_revoke_device()->set_id(std::string(16, 'x')); }),
            number(Code::not_found));
}

TEST_F(DoorFields, OfAJournal) {
  expect_invalid({
      {"limit of a list", [](wire::Request& r) { r.mutable_journal_list()->set_limit(501); }},
      {"place in a list", [](wire::Request& r) { r.mutable_journal_list()->set_after("rubbish"); }},
      {"limit of a search",
       [](wire::Request& r) {
         r.mutable_journal_search()->set_words("a");
         r.mutable_journal_search()->set_limit(501);
       }},
      {"place in a search",
       [](wire::Request& r) {
         r.mutable_journal_search()->set_words("a");
         r.mutable_journal_search()->set_after("rubbish");
       }},
      {"limit of revisions",
       [](wire::Request& r) {
         r.mutable_journal_revisions()->set_id(kRecord);
         r.mutable_journal_revisions()->set_limit(501);
       }},
      {"entry of revisions", [](wire::Request& r) { r.mutable_journal_revisions()->set_id("short"); }},
      {"limit of what is not sent", [](wire::Request& r) { r.mutable_unsent()->set_limit(501); }},
  });
  EXPECT_EQ(door.call([](wire::Request& r) { r.mutable_journal_list()->set_limit(500); }).result_case(),
            wire::Reply::kPage);
}

TEST_F(DoorFields, APageIsShorterThanAskedForRatherThanLargerThanAReply) {
  // 220 entries of five events, each of them as long as one may be.
  for (int request = 0; request < 2; ++request) {
    const auto added = door.call([](wire::Request& r) {
      for (int i = 0; i < 110; ++i) {
        auto& entry = *r.mutable_journal_add()->add_entries();
        for (int event = 0; event < 5; ++event) Door::fill(entry, std::string(8'000, 'a'));
      }
    });
    ASSERT_EQ(added.entry_ids().ids_size(), 110);
  }
  std::size_t seen = 0;
  std::string after;
  do {
    const auto reply = door.call([&](wire::Request& r) {
      r.mutable_journal_list()->set_limit(500);
      r.mutable_journal_list()->set_after(after);
    });
    ASSERT_EQ(reply.result_case(), wire::Reply::kPage);
    EXPECT_LE(reply.ByteSizeLong(), 8U * 1024 * 1024);
    EXPECT_LT(reply.page().entries_size(), 220);
    seen += static_cast<std::size_t>(reply.page().entries_size());
    after = reply.page().next();
  } while (!after.empty());
  EXPECT_EQ(seen, 220U);
}

TEST_F(DoorFields, AnOperatorsLinkSaysThatItIsOne) {
  support::SeededRandom random(3);
  space::InviteLink link;
  link.carrier = *space::CarrierAddress::parse(address_at("sejawats://distrik.example:443"));
  link.secret = base::Secret16::random(random);
  link.kind = space::InviteKind::operator_token;
  const auto read = door.call([&](wire::Request& r) { r.mutable_read_link()->set_link(link.url()); }).link();
  EXPECT_EQ(read.kind(), wire::Link::OPERATOR);
  EXPECT_EQ(read.host(), "distrik.example");
  EXPECT_TRUE(read.tls());
  EXPECT_TRUE(read.space().empty());
}

TEST_F(DoorFields, OfABundle) {
  expect_invalid({
      {"a space",
       [](wire::Request& r) {
         r.mutable_bundle_export()->set_begin(true);
         r.mutable_bundle_export()->add_spaces("short");
       }},
      {"257 spaces",
       [&](wire::Request& r) {
         r.mutable_bundle_export()->set_begin(true);
         for (int i = 0; i < 257; ++i) r.mutable_bundle_export()->add_spaces(school);
       }},
  });
}

TEST_F(DoorFields, OfPeople) {
  const auto people = [](const std::function<void(pw::PeopleRequest&)>& set) -> Say {
    return [set](wire::Request& r) { set(*r.mutable_people()); };
  };
  expect_invalid({
      {"space", people([](auto& p) { p.mutable_members()->set_space("short"); })},
      {"person", people([](auto& p) { p.mutable_member_remove()->set_person("short"); })},
      {"space of a person", people([](auto& p) { p.mutable_member_remove()->set_space("short"); })},
      {"space of a group", people([](auto& p) { p.mutable_group_create()->set_space("short"); })},
      {"person of a group", people([](auto& p) { p.mutable_group_create()->add_persons("short"); })},
      {"257 persons", people([](auto& p) {
         p.mutable_group_create()->set_name("Kelas rendah");
         for (int i = 0; i < 257; ++i) p.mutable_group_create()->add_persons(std::string(16, 'x'));
       })},
      {"space of an invite", people([](auto& p) { p.mutable_invite_revoke()->set_space("short"); })},
      {"invite", people([](auto& p) { p.mutable_invite_revoke()->set_id("short"); })},
      {"log to readmit", people([](auto& p) { p.mutable_quarantine_readmit()->set_log("short"); })},
  });
  EXPECT_EQ(door.error_of(people([](pw::PeopleRequest&) {})), number(Code::version_unsupported));
}

TEST_F(DoorFields, OfTheCycle) {
  expect_invalid_asks({
      {"earlier than any place on earth",
       [](auto& r) {
         r.set_utc_offset_minutes(-961);
         r.mutable_walks();
       }},
      {"a field twice in a part",
       [&](auto& r) {
         r.mutable_record_add()->set_kind("problem");
         auto* part = r.mutable_record_add()->mutable_content()->add_parts();
         for (int i = 0; i < 2; ++i) part->add_values()->set_field("title");
       }},
      {"a field twice in a new record", [](auto& r) { twice(*r.mutable_record_add()->mutable_content()); }},
      {"space of a new record", [](auto& r) { r.mutable_record_add()->set_space("short"); }},
      {"record to change", [](auto& r) { r.mutable_record_change()->set_id("short"); }},
      {"record to step", [](auto& r) { r.mutable_record_step()->set_id("short"); }},
      {"space of a list", [](auto& r) { r.mutable_record_list()->set_space("short"); }},
      {"link of a list", [](auto& r) { r.mutable_record_list()->set_linked_to("short"); }},
      {"record of revisions", [](auto& r) { r.mutable_record_revisions()->set_id("short"); }},
      {"limit of revisions",
       [](auto& r) {
         r.mutable_record_revisions()->set_id(kRecord);
         r.mutable_record_revisions()->set_limit(501);
       }},
      {"record of an intent", [](auto& r) { r.mutable_intent_take()->set_id("short"); }},
      {"dot of an undo",
       [](auto& r) {
         r.mutable_record_undo()->set_id(kRecord);
         r.mutable_record_undo()->mutable_dot()->set_branch("short");
       }},
      {"record of an undo", [](auto& r) { r.mutable_record_undo()->set_id("short"); }},
      {"entry of a draft", [](auto& r) { r.mutable_problem_preview()->set_entry("short"); }},
      {"problem of a draft", [](auto& r) { r.mutable_problem_preview()->set_problem("short"); }},
      {"space of a draft", [](auto& r) { r.mutable_problem_preview()->set_space("short"); }},
      {"a field twice in a draft", [](auto& r) { twice(*r.mutable_problem_keep()->mutable_content()); }},
      {"problem talked about", [](auto& r) { r.mutable_contribute()->set_problem("short"); }},
      {"what is replied to",
       [](auto& r) {
         r.mutable_contribute()->set_problem(kRecord);
         r.mutable_contribute()->set_reply_to("short");
       }},
      {"record of a finding", [](auto& r) { r.mutable_find_root()->set_id("short"); }},
      {"a field twice on a record",
       [](auto& r) {
         r.mutable_find_root()->set_id(kRecord);
         twice(*r.mutable_find_root()->mutable_content());
       }},
      {"space of a day", [](auto& r) { r.mutable_daily()->set_space("short"); }},
      {"meeting of an idea", [](auto& r) { r.mutable_idea_add()->set_meeting("short"); }},
      {"problem of an idea",
       [](auto& r) {
         r.mutable_idea_add()->set_meeting(kRecord);
         r.mutable_idea_add()->set_problem("short");
       }},
      {"idea to group", [](auto& r) { r.mutable_idea_group()->set_idea("short"); }},
      {"meeting attended", [](auto& r) { r.mutable_attend()->set_meeting("short"); }},
      {"who attended",
       [](auto& r) {
         r.mutable_attend()->set_meeting(kRecord);
         r.mutable_attend()->set_person("short");
       }},
      {"space of a menu", [](auto& r) { r.mutable_menu()->set_space("short"); }},
      {"problem of a menu", [](auto& r) { r.mutable_menu()->set_problem("short"); }},
      {"alternative", [](auto& r) { r.mutable_endorse()->set_alternative("short"); }},
      {"problem of a choice", [](auto& r) { r.mutable_choose()->set_problem("short"); }},
      {"alternative of a choice",
       [](auto& r) {
         r.mutable_choose()->set_problem(kRecord);
         r.mutable_choose()->set_alternative("short");
       }},
      {"a field twice in a choice",
       [](auto& r) {
         r.mutable_choose()->set_problem(kRecord);
         r.mutable_choose()->set_alternative(kRecord);
         twice(*r.mutable_choose()->mutable_content());
       }},
      {"trial to start", [](auto& r) { r.mutable_trial_start()->set_id("short"); }},
      {"trial of an impact", [](auto& r) { r.mutable_trial_impact()->set_trial("short"); }},
      {"domain of an impact",
       [](auto& r) {
         r.mutable_trial_impact()->set_trial(kRecord);
         r.mutable_trial_impact()->add_events()->set_domain(4);
       }},
      {"trial to conclude", [](auto& r) { r.mutable_trial_conclude()->set_trial("short"); }},
      {"space of walks", [](auto& r) { r.mutable_walks()->set_space("short"); }},
      {"limit of walks", [](auto& r) { r.mutable_walks()->set_limit(501); }},
      {"far into walks", [](auto& r) { r.mutable_walks()->set_offset(100'001); }},
      {"problem of asks", [](auto& r) { r.mutable_asks()->set_problem("short"); }},
      {"limit of asks", [](auto& r) { r.mutable_asks()->set_limit(501); }},
      {"space of an observation", [](auto& r) { r.mutable_observe()->set_space("short"); }},
      {"a field twice in an observation",
       [&](auto& r) {
         r.mutable_observe()->set_space(school);
         twice(*r.mutable_observe()->mutable_content());
       }},
      {"observation", [](auto& r) { r.mutable_observation_result()->set_id("short"); }},
  });
  EXPECT_EQ(refused([](cw::CycleRequest&) {}), number(Code::version_unsupported));
  EXPECT_EQ(done([](cw::CycleRequest& r) { r.mutable_walks()->set_limit(500); }).result_case(),
            cw::CycleReply::kWalks);
}

}  // namespace
}  // namespace sejawat::api
