// Attachments as an app adds, lists, reads and removes them.
#include "base/result.h"
#include "door.h"

namespace sejawat::api {
namespace {

using base::Code;

std::uint32_t number(Code code) { return static_cast<std::uint32_t>(code); }

std::string jpeg(std::size_t size) { return "\xFF\xD8\xFF" + std::string(size, 'j'); }

TEST(DoorAttachment, IsAddedListedReadAndRemoved) {
  Door door;
  door.init();
  const auto entry = door.add("papan tulis");
  static_cast<void>(door.events());
  auto reply = door.call([&](wire::Request& request) {
    request.mutable_attachment_add()->set_to(entry);
    request.mutable_attachment_add()->set_content(jpeg(2000));
    request.mutable_attachment_add()->set_caption("papan");
    request.mutable_attachment_add()->set_nonce("enam..");
  });
  ASSERT_EQ(reply.result_case(), wire::Reply::kAttachmentId);
  const auto id = reply.attachment_id().id();
  bool told = false;
  for (const auto& event : door.events()) {
    for (const auto& one : event.journal().ids()) told = told || one == entry;
  }
  EXPECT_TRUE(told) << "whoever shows the entry hears of it";
  reply = door.call([&](wire::Request& request) { request.mutable_attachment_list()->set_of(entry); });
  ASSERT_EQ(reply.attachments().attachments_size(), 1);
  const auto& row = reply.attachments().attachments(0);
  EXPECT_EQ(row.id(), id);
  EXPECT_EQ(row.of(), entry);
  EXPECT_EQ(row.caption(), "papan");
  EXPECT_EQ(row.media_type(), "image/jpeg");
  EXPECT_EQ(row.bytes(), row.bytes_here());
  EXPECT_EQ(row.delivery(), wire::SAVED_HERE);
  EXPECT_EQ(row.bytes_there(), 0U);
  EXPECT_TRUE(row.own());
  EXPECT_EQ(door.error_of([&](wire::Request& request) {
    request.mutable_attachment_add()->set_to(entry);
    request.mutable_attachment_add()->set_content(jpeg(2000));
    request.mutable_attachment_add()->set_nonce("enam..");
  }),
            number(Code::already_exists));
  EXPECT_EQ(door.status().media_pending(), row.bytes());
  reply = door.call([&](wire::Request& request) { request.mutable_attachment_read()->set_id(id); });
  EXPECT_EQ(reply.attachment_content().content(), jpeg(2000));
  reply = door.call([&](wire::Request& request) { request.mutable_attachment_fetch()->set_id(id); });
  EXPECT_EQ(reply.result_case(), wire::Reply::kDone) << "it is here already";
  reply = door.call([&](wire::Request& request) { request.mutable_attachment_show()->set_id(id); });
  EXPECT_EQ(reply.attachment().size(), 2003U);
  reply = door.call([&](wire::Request& request) { request.mutable_attachment_remove()->set_id(id); });
  EXPECT_EQ(reply.result_case(), wire::Reply::kDone);
  reply = door.call([&](wire::Request& request) { request.mutable_attachment_list(); });
  EXPECT_EQ(reply.attachments().attachments_size(), 0);
  EXPECT_EQ(door.error_of([&](wire::Request& request) { request.mutable_attachment_read()->set_id(id); }),
            number(Code::not_found));
}

TEST(DoorAttachment, WhatDoesNotFitIsAnError) {
  Door door;
  door.init();
  const auto entry = door.add("papan tulis");
  const auto add = [&](const std::string& to, const std::string& content, const std::string& caption = "") {
    return door.error_of([&](wire::Request& request) {
      request.mutable_attachment_add()->set_to(to);
      request.mutable_attachment_add()->set_content(content);
      request.mutable_attachment_add()->set_caption(caption);
    });
  };
  EXPECT_EQ(add("kurang", jpeg(10)), number(Code::invalid_argument));
  EXPECT_EQ(add(std::string(8, 'x'), jpeg(10)), number(Code::not_found));
  EXPECT_EQ(door.error_of([&](wire::Request& request) {
    request.mutable_attachment_add()->set_to(entry);
    request.mutable_attachment_add()->set_content(jpeg(10));
    request.mutable_attachment_add()->set_nonce("tujuh..");
  }),
            number(Code::invalid_argument));
  EXPECT_EQ(add(entry, "<html>"), number(Code::invalid_argument));
  EXPECT_EQ(add(entry, ""), number(Code::invalid_argument));
  EXPECT_EQ(add(entry, jpeg(150 * 1024)), number(Code::too_large));
  EXPECT_EQ(add(entry, jpeg(10), std::string(201, 'c')), number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([&](wire::Request& request) { request.mutable_attachment_list()->set_of("x"); }),
            number(Code::invalid_argument));
}

}  // namespace
}  // namespace sejawat::api
