// The C ABI: what a host may do with it, and what no bytes may do to it.
#include "door.h"

#include <functional>

#include "base/result.h"
#include "c_client.h"

namespace sejawat::api {
namespace {

using base::Code;

std::uint32_t number(Code code) { return static_cast<std::uint32_t>(code); }

using Say = std::function<void(wire::Request&)>;

TEST(Door, AClientInPlainCPlaysInAStoreOfItsOwn) {
  EXPECT_EQ(c_client_play(":memory:", nullptr, nullptr, nullptr), 0);
}

TEST(Door, OpensOnlyWithWhatItNeeds) {
  sejawat_core* core = nullptr;
  sejawat_options options{};
  const std::vector<std::uint8_t> key(SEJAWAT_KEY_SIZE, 1);
  EXPECT_EQ(sejawat_open(nullptr, &core), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_open(&options, nullptr), SEJAWAT_INVALID_ARGUMENT);
  options.path = ":memory:";
  options.key = key.data();
  EXPECT_EQ(sejawat_open(&options, &core), SEJAWAT_INVALID_ARGUMENT);  // which ABI?
  options.abi = SEJAWAT_ABI + 1;
  EXPECT_EQ(sejawat_open(&options, &core), SEJAWAT_INVALID_ARGUMENT);
  options.abi = SEJAWAT_ABI;
  options.key = nullptr;
  EXPECT_EQ(sejawat_open(&options, &core), SEJAWAT_INVALID_ARGUMENT);
  options.key = key.data();
  options.path = "/no/such/folder/store.db";
  EXPECT_EQ(sejawat_open(&options, &core), SEJAWAT_STORAGE_FAILED);
  EXPECT_EQ(core, nullptr);
  options.path = ":memory:";
  EXPECT_EQ(sejawat_open(&options, &core), SEJAWAT_OK);
  sejawat_close(core);
  sejawat_close(nullptr);
  sejawat_free(nullptr, 0);
}

TEST(Door, EveryFunctionRefusesNothingAtAll) {
  Door door;
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  std::uint32_t connection = 0;
  EXPECT_EQ(sejawat_call(nullptr, nullptr, 0, &bytes, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_call(door.core(), nullptr, 5, &bytes, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_call(door.core(), nullptr, 0, nullptr, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_call(door.core(), nullptr, 0, &bytes, nullptr), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_event(nullptr, &bytes, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_event(door.core(), nullptr, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_outgoing(door.core(), nullptr, &bytes, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_outgoing(door.core(), &connection, nullptr, &size), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_connected(nullptr, 1, 1), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_connected(door.core(), 1, 2), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_connected(door.core(), 1, 1), SEJAWAT_NOT_FOUND);
  EXPECT_EQ(sejawat_received(door.core(), 1, nullptr, 1), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_received(door.core(), 1, nullptr, 0), SEJAWAT_NOT_FOUND);
  const std::vector<std::uint8_t> long_message(SEJAWAT_MAX_MESSAGE + 1);
  EXPECT_EQ(sejawat_received(door.core(), 1, long_message.data(), long_message.size()), SEJAWAT_TOO_LARGE);
  EXPECT_EQ(sejawat_disconnected(door.core(), 1, -1), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_disconnected(door.core(), 1, 1000), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_disconnected(door.core(), 1, 5), SEJAWAT_NOT_FOUND);
  EXPECT_EQ(sejawat_tick(nullptr), SEJAWAT_INVALID_ARGUMENT);
  EXPECT_EQ(sejawat_tick(door.core()), SEJAWAT_OK);
}

TEST(Door, BytesThatAreNoRequestGetACodeAndNoReply) {
  Door door;
  int code = 0;
  for (const std::string& bytes : {std::string("\xFF"), std::string("\x08"), std::string("\x52\x7F"),
                                   std::string("\x0B\x0C"), std::string("\xA2\x01\x02\x0A\x7F"),
                                   std::string("\x52\x04\x0A\x02\xFF\xFE"), std::string(100, '\x07')}) {
    door.raw(bytes, &code);
    EXPECT_EQ(code, SEJAWAT_MALFORMED) << base::to_hex(base::as_bytes(bytes));
  }
  door.raw(std::string(SEJAWAT_MAX_REQUEST + 1, '\0'), &code);
  EXPECT_EQ(code, SEJAWAT_TOO_LARGE);
}

// Two bytes on the wire must not become hundreds in memory, millions of times.
TEST(Door, ARequestThatWouldSwellIsRefusedBeforeItDoes) {
  Door door;
  const auto nested = [](char outer, const std::string& inside) {
    std::string bytes;
    bytes += outer;
    if (static_cast<std::uint8_t>(outer) >= 0x80) bytes += '\x01';
    std::size_t size = inside.size();
    while (size >= 0x80) {
      bytes += static_cast<char>(size | 0x80);
      size >>= 7;
    }
    bytes += static_cast<char>(size);
    return bytes + inside;
  };
  std::string entries;
  for (int i = 0; i < 2'000'000; ++i) entries += std::string("\x0A\x00", 2);
  int code = 0;
  door.raw(nested('\xA2', entries), &code);  // journal_add of two million empty entries
  EXPECT_EQ(code, SEJAWAT_TOO_LARGE);
  std::string events;
  for (int i = 0; i < 500'000; ++i) events += std::string("\x4A\x00", 2);
  door.raw(nested('\xA2', nested('\x0A', events)), &code);
  EXPECT_EQ(code, SEJAWAT_TOO_LARGE);
  std::string carriers;
  for (int i = 0; i < 500'000; ++i) carriers += std::string("\x12\x00", 2);
  door.raw(nested('\x52', carriers), &code);
  EXPECT_EQ(code, SEJAWAT_TOO_LARGE);
}

TEST(Door, WhatALaterVersionSaysIsAnsweredNotGuessed) {
  Door door;
  wire::Request request;
  request.set_version(2);
  request.set_id(77);
  request.mutable_init()->set_name("Budi");
  auto reply = door.raw(request.SerializeAsString());
  EXPECT_EQ(reply.id(), 77U);
  EXPECT_EQ(reply.error().code(), number(Code::version_unsupported));
  EXPECT_FALSE(door.status().has_person());
  // A command of this version that is not known here.
  reply = door.raw(std::string("\x08\x01\x10\x05\xFA\x3E\x02\x08\x01", 9));
  EXPECT_EQ(reply.id(), 5U);
  EXPECT_EQ(reply.error().code(), number(Code::version_unsupported));
  EXPECT_EQ(door.error_of([](wire::Request&) {}), number(Code::version_unsupported));
}

TEST(Door, WithoutAPersonTheCommandsSaySo) {
  Door door;
  const std::string id(8, 'x');
  const Say commands[] = {
      [](wire::Request& r) { Door::fill(*r.mutable_journal_add()->add_entries(), "a"); },
      [&](wire::Request& r) {
        r.mutable_journal_edit()->mutable_entry()->set_id(id);
        Door::fill(*r.mutable_journal_edit()->mutable_entry(), "a");
      },
      [&](wire::Request& r) { r.mutable_journal_trash()->set_id(id); },
      [&](wire::Request& r) { r.mutable_journal_restore()->set_id(id); },
      [&](wire::Request& r) { r.mutable_journal_show()->set_id(id); },
      [&](wire::Request& r) { r.mutable_journal_revisions()->set_id(id); },
      [](wire::Request& r) { r.mutable_sync_start(); },
      [](wire::Request& r) { r.mutable_sync_cancel(); },
      [](wire::Request& r) {
        r.mutable_invite()->set_role("teacher");
        r.mutable_invite()->set_ttl_seconds(60);
      },
  };
  for (const auto& command : commands) EXPECT_EQ(door.error_of(command), number(Code::not_found));
  EXPECT_EQ(door.call([](wire::Request& r) { r.mutable_journal_list(); }).page().entries_size(), 0);
  EXPECT_FALSE(door.status().has_person());
  EXPECT_EQ(door.status().join(), number(Code::not_found));
}

TEST(Door, ChanceAndTimeComeFromTheHost) {
  Door a(":memory:", 42);
  Door b(":memory:", 42);
  Door c(":memory:", 43);
  const auto card = a.init();
  EXPECT_EQ(card.text(), b.init().text());
  EXPECT_NE(card.code(), c.init().code());
  a.clock.set_wall(1'000'000);
  EXPECT_EQ(a.show(a.add("catatan")).written_ms(), 1'000'000);
}

TEST(Door, TheCodeOfTheCardAloneRecovers) {
  Door door;
  const auto card = door.init();
  EXPECT_NE(card.text().find(card.code()), std::string::npos);
  const std::string carrier = address_at("sejawat://carrier.example:8787");
  Door phone(":memory:", 9);
  const auto recover = [&](const std::string& text, const std::string& where) {
    return phone.call([&](wire::Request& request) {
      request.mutable_recover()->set_card(text);
      request.mutable_recover()->set_carrier(where);
    });
  };
  EXPECT_EQ(recover("bukan kartu", carrier).error().code(), number(Code::card_invalid));
  EXPECT_EQ(recover(card.code(), "").error().code(),
            number(Code::invalid_argument));  // the card names no carrier
  EXPECT_EQ(recover(card.code(), "http://x").error().code(), number(Code::invalid_argument));
  EXPECT_EQ(recover(card.code(), carrier).result_case(), wire::Reply::kDone);
  EXPECT_TRUE(phone.status().recovering());
  EXPECT_EQ(recover(card.code(), carrier).result_case(), wire::Reply::kDone);  // once more is no harm
  Door other(":memory:", 10);
  EXPECT_EQ(recover(other.init().code(), carrier).error().code(), number(Code::already_exists));
}

TEST(Door, AnEntryGoesThroughItsWholeLife) {
  Door door;
  door.init();
  wire::JournalEntry entry;
  Door::fill(entry, "Dua murid tertinggal");
  entry.set_class_name("5A");
  entry.set_subject("Matematika");
  entry.set_period("Jam 2");
  entry.set_kind("trial");
  entry.set_trial_id("abc");
  entry.set_mood("lega");
  entry.mutable_events(0)->set_domain(wire::TEACHER);
  entry.mutable_events(0)->set_expected("Semua mengikuti");
  entry.mutable_events(0)->set_gap("Tempo");
  entry.add_tags("tempo");
  auto added =
      door.call([&](wire::Request& request) { *request.mutable_journal_add()->add_entries() = entry; });
  ASSERT_EQ(added.entry_ids().ids_size(), 1);
  const std::string id = added.entry_ids().ids(0);
  auto view = door.show(id);
  entry.set_id(id);
  entry.mutable_events(0)->set_element(1);
  EXPECT_EQ(view.entry().SerializeAsString(), entry.SerializeAsString());
  EXPECT_EQ(view.delivery(), wire::SAVED_HERE);

  view.mutable_entry()->mutable_events(0)->set_gap("Tempo terlalu cepat");
  EXPECT_EQ(door.call([&](wire::Request& r) { *r.mutable_journal_edit()->mutable_entry() = view.entry(); })
                .result_case(),
            wire::Reply::kDone);
  EXPECT_EQ(door.show(id).entry().events(0).gap(), "Tempo terlalu cepat");
  const auto revisions =
      door.call([&](wire::Request& r) { r.mutable_journal_revisions()->set_id(id); }).revisions();
  ASSERT_EQ(revisions.revisions_size(), 2);
  EXPECT_EQ(revisions.total(), 2U);
  EXPECT_EQ(revisions.revisions(0).entry().events(0).gap(), "Tempo");
  const auto second = door.call([&](wire::Request& r) {
    r.mutable_journal_revisions()->set_id(id);
    r.mutable_journal_revisions()->set_offset(1);
    r.mutable_journal_revisions()->set_limit(1);
  });
  EXPECT_EQ(second.revisions().revisions(0).entry().events(0).gap(), "Tempo terlalu cepat");

  door.call([&](wire::Request& r) { r.mutable_journal_trash()->set_id(id); });
  EXPECT_TRUE(door.show(id).trashed());
  const auto trash = door.call([](wire::Request& r) { r.mutable_journal_list()->set_trashed(true); });
  EXPECT_EQ(trash.page().entries_size(), 1);
  door.call([&](wire::Request& r) { r.mutable_journal_restore()->set_id(id); });
  EXPECT_FALSE(door.show(id).trashed());
  const auto found =
      door.call([](wire::Request& r) { r.mutable_journal_search()->set_words("terlalu cep"); });
  EXPECT_EQ(found.page().entries_size(), 1);
}

TEST(Door, AddingIsAllOrNothingAndMayBeRepeated) {
  Door door;
  door.init();
  wire::Request request;
  for (int i = 0; i < 3; ++i) {
    auto* entry = request.mutable_journal_add()->add_entries();
    Door::fill(*entry, "catatan " + std::to_string(i));
    entry->set_id(std::string(8, static_cast<char>('a' + i)));
  }
  request.mutable_journal_add()->mutable_entries(2)->set_date("kemarin");
  EXPECT_EQ(door.call(request).error().code(), number(Code::invalid_argument));
  EXPECT_EQ(door.status().entries(), 0U);
  request.mutable_journal_add()->mutable_entries(2)->set_date("2026-11-23");
  EXPECT_EQ(door.call(request).entry_ids().ids_size(), 3);
  EXPECT_EQ(door.call(request).error().code(), number(Code::already_exists));  // the first one arrived
  EXPECT_EQ(door.status().entries(), 3U);
  request.mutable_journal_add()->mutable_entries(1)->set_id(request.journal_add().entries(0).id());
  EXPECT_EQ(door.call(request).error().code(), number(Code::already_exists));
}

TEST(Door, EachArgumentIsJudged) {
  Door door;
  door.init();
  const auto entry = [&](const std::function<void(wire::JournalEntry&)>& change) {
    return door.error_of([&](wire::Request& request) {
      auto* entry = request.mutable_journal_add()->add_entries();
      Door::fill(*entry, "a");
      change(*entry);
    });
  };
  EXPECT_EQ(entry([](auto& e) { e.set_id("short"); }), number(Code::invalid_argument));
  EXPECT_EQ(entry([](auto& e) { e.set_id(std::string(8, '\0')); }), number(Code::invalid_argument));
  EXPECT_EQ(entry([](auto& e) { e.mutable_events(0)->clear_domain(); }), number(Code::invalid_argument));
  EXPECT_EQ(entry([](auto& e) { e.mutable_events(0)->set_domain(static_cast<wire::Domain>(4)); }),
            number(Code::invalid_argument));
  EXPECT_EQ(entry([](auto& e) { e.mutable_events(0)->set_element(0x40000000); }),
            number(Code::invalid_argument));
  EXPECT_EQ(entry([](auto& e) { e.set_kind("weekly"); }), number(Code::invalid_argument));
  EXPECT_EQ(entry([](auto& e) {
              for (int i = 0; i < 6; ++i) Door::fill(e, std::string(8000, 'x'));
              e.mutable_events(0)->set_happened(std::string(8000, 'x'));
            }),
            number(Code::too_large));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_journal_add(); }), number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) {
    for (int i = 0; i < 1001; ++i) Door::fill(*r.mutable_journal_add()->add_entries(), "a");
  }),
            number(Code::too_large));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_journal_list()->set_limit(501); }),
            number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_journal_list()->set_after("rubbish"); }),
            number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_journal_show()->set_id("1"); }),
            number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_journal_show()->set_id("12345678"); }),
            number(Code::not_found));
  EXPECT_EQ(
      door.error_of([](wire::Request& r) { Door::fill(*r.mutable_journal_edit()->mutable_entry(), "a"); }),
      number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_init()->set_name("Lagi"); }),
            number(Code::already_exists));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_join()->set_link("https://example.org"); }),
            number(Code::invite_invalid));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_host_community()->set_space("x"); }),
            number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) {
    r.mutable_create_community()->set_name("SDN 1");
    r.mutable_create_community()->set_kind(wire::PERSONAL);
  }),
            number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_add_carrier()->set_url("sejawat://"); }),
            number(Code::invalid_argument));
  Door fresh;
  EXPECT_EQ(fresh.error_of([](wire::Request& r) { r.mutable_init(); }), number(Code::invalid_argument));
  EXPECT_EQ(fresh.error_of([](wire::Request& r) {
    r.mutable_init()->set_name("Budi");
    r.mutable_init()->add_carriers("not an address");
  }),
            number(Code::invalid_argument));
}

TEST(Door, ListsComeInPages) {
  Door door;
  door.init();
  for (int i = 0; i < 23; ++i)
    door.add("gerhana " + std::to_string(i), i % 2 == 0 ? "2026-11-24" : "2026-11-23");
  for (const bool search : {false, true}) {
    std::string after;
    std::vector<std::string> ids;
    for (int pages = 0; pages < 10; ++pages) {
      const auto reply = door.call([&](wire::Request& r) {
        if (search) {
          r.mutable_journal_search()->set_words("gerhana");
          r.mutable_journal_search()->set_limit(5);
          r.mutable_journal_search()->set_after(after);
        } else {
          r.mutable_journal_list()->set_limit(5);
          r.mutable_journal_list()->set_after(after);
        }
      });
      for (const auto& view : reply.page().entries()) ids.push_back(view.entry().id());
      after = reply.page().next();
      if (after.empty()) break;
    }
    EXPECT_EQ(ids.size(), 23U);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
  }
}

TEST(Door, APageOfLongEntriesEndsEarlyAndGoesOn) {
  Door door;
  door.init();
  for (int i = 0; i < 120; ++i) {
    wire::Request request;
    auto* entry = request.mutable_journal_add()->add_entries();
    for (int k = 0; k < 5; ++k) Door::fill(*entry, std::string(8000, static_cast<char>('a' + k)));
    ASSERT_EQ(door.call(request).entry_ids().ids_size(), 1);
  }
  const auto first = door.call([](wire::Request& r) { r.mutable_journal_list()->set_limit(500); }).page();
  EXPECT_LT(first.entries_size(), 120);
  EXPECT_GT(first.entries_size(), 50);
  ASSERT_FALSE(first.next().empty());
  const auto rest = door.call([&](wire::Request& r) {
                          r.mutable_journal_list()->set_limit(500);
                          r.mutable_journal_list()->set_after(first.next());
                        })
                        .page();
  EXPECT_EQ(first.entries_size() + rest.entries_size(), 120);
}

TEST(Door, ALinkIsReadBeforeAnythingIsDoneWithIt) {
  Door door;
  door.init();
  const auto read = [&](const std::string& link) {
    return door.call([&](wire::Request& r) { r.mutable_read_link()->set_link(link); });
  };
  const std::string address = address_at("sejawat://sekolah.example:8787");
  auto link = read(address).link();
  EXPECT_EQ(link.kind(), wire::Link::CARRIER);
  EXPECT_EQ(link.host(), "sekolah.example");
  EXPECT_EQ(link.port(), 8787U);
  door.call([&](wire::Request& r) {
    r.mutable_create_community()->set_name("SDN 1");
    r.mutable_create_community()->set_kind(wire::SCHOOL);
    r.mutable_create_community()->set_carrier(address);
  });
  const auto invite = door.call([](wire::Request& r) {
                            r.mutable_invite()->set_role("teacher");
                            r.mutable_invite()->set_ttl_seconds(60);
                          })
                          .invite();
  link = read(invite.link()).link();
  EXPECT_EQ(link.kind(), wire::Link::MEMBER);
  EXPECT_EQ(link.space().size(), 16U);
  EXPECT_EQ(read("https://example.org/").error().code(), number(Code::invite_invalid));
  // Only an operator's invite founds a community, and only on its own carrier.
  EXPECT_EQ(door.error_of([&](wire::Request& r) {
    r.mutable_create_community()->set_name("SDN 2");
    r.mutable_create_community()->set_kind(wire::SCHOOL);
    r.mutable_create_community()->set_carrier(address);
    r.mutable_create_community()->set_operator_invite(invite.link());
  }),
            number(Code::invite_invalid));
}

}  // namespace
}  // namespace sejawat::api
