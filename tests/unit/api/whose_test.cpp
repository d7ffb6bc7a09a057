// A carrier that asks whose device this is has looked at nothing that came under a number of a set.
#ifndef __EMSCRIPTEN__
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct AskedWhose : World {};

TEST_F(AskedWhose, WhatWasNotLookedAtIsNotRefusedAndGoesWithTheNextMessage) {
  auto ani = founder();
  add(*ani, "catatan");
  ASSERT_GT(pending(*ani), 0U);
  int asked = 0;
  bool said = false;
  server.on_request = [&](sync::ClientMessage& message) {
    said = message.hello && message.hello->person.has_value();
    if (asked > 0) return;
    // Nothing of it is for this carrier to judge yet.
    for (auto& space : message.spaces) {
      ASSERT_NE(space.space.index, 0U) << "named by its number";
    }
  };
  server.on_reply = [&](sync::ServerMessage& reply) {
    if (asked++ > 0) return;
    const std::uint32_t segments = reply.segments_taken;
    ASSERT_GT(segments, 0U);
    sync::ServerMessage ask;
    ask.generation = reply.generation;
    ask.whose = true;
    ask.segments_taken = segments;
    for (std::uint32_t i = 0; i < segments; ++i) ask.segment_exceptions.push_back({i, Code::unknown_space});
    reply = std::move(ask);
  };
  const auto report = sync(*ani);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(said);
  EXPECT_EQ(report.refused, 0U);
  EXPECT_EQ(pending(*ani), 0U);
  EXPECT_EQ(personal(status(*ani)).refused, Code::ok);
}

}  // namespace
}  // namespace sejawat::api
#endif
