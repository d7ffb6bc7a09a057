// What the door tells of its own accord, and a sync as a host drives it.
#include "base/result.h"
#include "door.h"

namespace sejawat::api {
namespace {

using base::Code;

std::uint32_t number(Code code) { return static_cast<std::uint32_t>(code); }

TEST(Door, EventsTellWhatChangedOnceAndBriefly) {
  Door door;
  door.init();
  door.events();
  const std::string one = door.add("satu");
  const std::string two = door.add("dua");
  door.call([&](wire::Request& r) { r.mutable_journal_trash()->set_id(one); });
  auto events = door.events();
  ASSERT_EQ(events.size(), 2U);
  ASSERT_EQ(events[0].journal().ids_size(), 2);
  EXPECT_EQ(events[0].journal().ids(0), one);
  EXPECT_EQ(events[0].journal().ids(1), two);
  EXPECT_EQ(events[1].pending().count(), 3U);
  EXPECT_TRUE(door.events().empty());
  door.status();
  EXPECT_TRUE(door.events().empty());
  for (int i = 0; i < 300; ++i) door.add("banyak");
  events = door.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(events[0].journal().all());
  EXPECT_EQ(events[0].journal().ids_size(), 0);
}

TEST(Door, ASyncAsksForAConnectionAndEndsWhenThereIsNone) {
  Door door;
  door.init();
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_sync_start(); }),
            number(Code::not_found));  // no carrier
  const std::string address = address_at("sejawats://sekolah.example:443");
  door.call([&](wire::Request& r) { r.mutable_add_carrier()->set_url(address); });
  door.events();
  const auto started = door.call([](wire::Request& r) { r.mutable_sync_start(); });
  ASSERT_EQ(started.result_case(), wire::Reply::kSyncStarted);
  const std::uint32_t connection = started.sync_started().connection();
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_sync_start(); }), number(Code::already_exists));
  auto events = door.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].connect().connection(), connection);
  EXPECT_EQ(events[0].connect().url(), address);
  EXPECT_TRUE(events[0].connect().tls());
  EXPECT_EQ(events[1].wake().in_ms(), 20'000U);
  EXPECT_TRUE(door.status().syncing());
  EXPECT_EQ(sejawat_disconnected(door.core(), connection, SEJAWAT_OK), SEJAWAT_OK);
  events = door.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].disconnect().connection(), connection);
  EXPECT_EQ(events[1].ended().code(), number(Code::offline));
  EXPECT_TRUE(events[2].has_wake());
  EXPECT_EQ(events[2].wake().in_ms(), 0U);
  EXPECT_EQ(door.status().carriers(0).last_error(), number(Code::offline));

  // The first message is there as soon as the connection is, and a captive portal is told from a carrier.
  const auto again = door.call([](wire::Request& r) { r.mutable_sync_start(); }).sync_started().connection();
  EXPECT_NE(again, connection);
  EXPECT_EQ(sejawat_connected(door.core(), connection, 1), SEJAWAT_NOT_FOUND);
  EXPECT_EQ(sejawat_connected(door.core(), again, 1), SEJAWAT_OK);
  std::uint32_t to = 0;
  std::uint8_t* message = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(sejawat_outgoing(door.core(), &to, &message, &size), SEJAWAT_OK);
  EXPECT_EQ(to, again);
  EXPECT_GE(size, 96U);
  sejawat_free(message, size);
  const std::string page = "<html>" + std::string(200, 'x') + "</html>";
  EXPECT_EQ(
      sejawat_received(door.core(), again, reinterpret_cast<const std::uint8_t*>(page.data()), page.size()),
      SEJAWAT_OK);
  events = door.events();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events[2].ended().code(), number(Code::wrong_server_key));
  door.call([](wire::Request& r) { r.mutable_sync_start(); });
  EXPECT_EQ(door.call([](wire::Request& r) { r.mutable_sync_cancel(); }).result_case(), wire::Reply::kDone);
  EXPECT_FALSE(door.status().syncing());
}

TEST(Door, ASyncIsToldWhatOfAttachmentsItMayCarry) {
  Door door;
  door.init();
  door.call([](wire::Request& r) { r.mutable_add_carrier()->set_url(address_at("sejawat://a.example:1")); });
  const auto start = [&](int media) {
    return door.call(
        [&](wire::Request& r) { r.mutable_sync_start()->set_media(static_cast<wire::SyncMedia>(media)); });
  };
  EXPECT_EQ(start(3).error().code(), number(Code::invalid_argument)) << "of a newer program";
  for (const int media : {wire::MEDIA_ALL, wire::MEDIA_ASKED, wire::MEDIA_NONE}) {
    EXPECT_EQ(start(media).result_case(), wire::Reply::kSyncStarted);
    door.call([](wire::Request& r) { r.mutable_sync_cancel(); });
  }
}

TEST(Door, AHostThatNeverListensIsStopped) {
  Door door;
  door.init();
  door.call([](wire::Request& r) { r.mutable_add_carrier()->set_url(address_at("sejawat://a.example:1")); });
  std::uint32_t code = 0;
  for (int i = 0; i < 1000 && code == 0; ++i) {
    const auto reply = door.call([](wire::Request& r) { r.mutable_sync_start(); });
    if (reply.has_error()) code = reply.error().code();
    door.call([](wire::Request& r) { r.mutable_sync_cancel(); });
  }
  EXPECT_EQ(code, number(Code::quota_exceeded));
  door.events();
  EXPECT_EQ(door.call([](wire::Request& r) { r.mutable_sync_start(); }).result_case(),
            wire::Reply::kSyncStarted);
}

}  // namespace
}  // namespace sejawat::api
