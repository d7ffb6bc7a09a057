// What of an erasure comes first, last or never: a body goes when its turn is, and what never comes costs
// nothing.
#ifndef __EMSCRIPTEN__
#include <algorithm>

#include "store/store.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

constexpr char kSecretWords[] = "nama anak yang tidak boleh tinggal";

class ErasureArrivals : public World {
 protected:
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder("Ani", &card);

  std::unique_ptr<Core> second_device() {
    auto core = open("second");
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    for (int i = 0; i < 2; ++i) EXPECT_EQ(sync(*core).code, Code::ok);
    return core;
  }
  // All that the store of a closed device holds of the diary, sealed.
  std::vector<store::StoredSegment> segments_of(std::unique_ptr<Core>& core, const std::string& name) {
    const auto diary = core->personal_space();
    core.reset();
    std::vector<store::StoredSegment> all;
    {
      auto store = store::Store::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), 0);
      EXPECT_TRUE(store.ok());
      const auto heads = (*store)->heads(diary);
      EXPECT_TRUE(heads.ok());
      for (const auto& [log, head] : *heads) {
        auto some = (*store)->segments_from(diary, log, 0, SIZE_MAX / 2);
        EXPECT_TRUE(some.ok());
        all.insert(all.end(), some->begin(), some->end());
      }
    }
    core = open(name);
    return all;
  }
  // What a program of somebody else's making would write: erasures of the first op of each segment, with a
  // witness.
  using Erase = std::function<void(const std::vector<log::SegmentName>&, const log::SegmentName& witness)>;
  using Writing =
      std::function<void(const base::LogId&, const std::vector<store::StoredSegment>&, const Erase&)>;
  void write_erasures(std::unique_ptr<Core>& core, const std::string& name, const base::SpaceId& space,
                      const Writing& write) {
    core.reset();
    {
      auto opened = store::Store::open(folder.file(name), base::Secret32(base::Bytes(32, 3)), 0);
      ASSERT_TRUE(opened.ok());
      auto& store = **opened;
      const auto keys = space::DeviceKeys::parse(*store.setting("device").value());
      const auto certificate = space::parse_certificate(*store.setting("certificate").value());
      ASSERT_TRUE(keys.ok() && certificate.ok());
      const space::Author author{&*keys, &*certificate, 100};
      space::Membership membership(space);
      const auto records = store.records(space);
      ASSERT_TRUE(records.ok());
      for (const auto& record : *records) ASSERT_TRUE(membership.add(record).ok());
      const auto own = store.own_log(space).value();
      ASSERT_TRUE(own.has_value());
      const auto segments = store.segments_from(space, own->log, 0, SIZE_MAX / 2);
      ASSERT_TRUE(segments.ok());
      write(own->log, *segments, [&](const auto& names, const auto& witness) {
        std::vector<space::ErasedSegment> erased;
        for (const auto& one : names) erased.push_back({one, {{0, 1}}});
        const auto record = space::write_erased(author, membership, 0, erased, {witness});
        const auto id = membership.add(record);
        ASSERT_TRUE(id.ok()) << id.error().detail();
        ASSERT_TRUE(store.put_record(space, *id, record).ok());
      });
    }
    core = open(name);
  }
  std::size_t bodies(std::unique_ptr<Core>& core, const std::string& name) {
    const auto all = segments_of(core, name);
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& segment) {
      return !log::decode_segment(segment.bytes)->erased.has_value();
    }));
  }
};

TEST_F(ErasureArrivals, ABodyThatComesAfterItsErasureGoesAtOnce) {
  auto second = second_device();
  const auto id = add(*ani, kSecretWords);
  base::Bytes body;
  server.on_request = [&](sync::ClientMessage& message) {
    for (auto& space : message.spaces) {
      for (auto& run : space.logs) {
        if (!run.segments.empty() && body.empty()) body = run.segments.front();
      }
    }
  };
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server.on_request = nullptr;
  ASSERT_FALSE(body.empty());
  ASSERT_TRUE(ani->erase(id, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto before = bodies(second, "second");
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) space.logs.clear();
  };
  ASSERT_EQ(sync(*second).code, Code::ok);
  // As from a carrier that holds the body still.
  int given = 0;
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) {
      for (auto& run : space.logs) {
        for (auto& segment : run.segments) {
          if (!log::same_segment(segment, body)) continue;
          segment = body;
          ++given;
        }
      }
    }
  };
  ASSERT_EQ(sync(*second).code, Code::ok);
  ASSERT_GT(given, 0);
  server.on_reply = nullptr;
  EXPECT_EQ(texts(*second), "");
  EXPECT_EQ(bodies(second, "second"), before);
  EXPECT_GT(segments_of(second, "second").size(), before) << "it is here, without its body";
  EXPECT_EQ(personal(status(*second)).waiting_segments, 0U);
}

TEST_F(ErasureArrivals, ABodyGoesWhenItsWitnessComesAndNotBefore) {
  auto second = second_device();
  std::vector<cycle::JournalEntry> entries;
  for (const char* text : {"satu", "dua", "tiga"}) entries.push_back(entry(text));
  entries.push_back(entry(kSecretWords));
  const auto ids = ani->add_entries(entries);
  ASSERT_TRUE(ids.ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*second).code, Code::ok);
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& space : reply.spaces) space.logs.clear();
  };
  const auto before = bodies(second, "second");
  ASSERT_GT(before, 0U);
  ASSERT_TRUE(ani->erase(ids->back(), 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(second->journal().search("anak", 10)->size(), 0U) << "the words are gone at once";
  EXPECT_EQ(bodies(second, "second"), before) << "what stands for the rest is not here";
  server.on_reply = nullptr;
  ASSERT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(status(*second).entries, 3U);
  const auto all = segments_of(second, "second");
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const auto& segment) {
    return log::decode_segment(segment.bytes)->erased.has_value();
  })) << "now it went";
}

// Found by reading: each arrival looked up every name that any erasure had ever given, and anybody may give
// names without end. What is checked is that all goes on; with the look-ups it takes five times as long.
TEST_F(ErasureArrivals, NamesOfWhatNeverComesAreNotLookedUpWithEachArrival) {
  auto budi = member(*ani, "Budi");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto school = community(status(*budi)).space;
  begin_problem(*budi, school, "satu");
  ASSERT_EQ(sync(*budi).code, Code::ok);
  write_erasures(budi, "Budi", school, [&](const auto& own, const auto&, const auto& erase) {
    for (std::uint64_t n = 0; n < 100; ++n) {
      std::vector<log::SegmentName> names;
      for (std::uint64_t i = 0; i < 300; ++i)
        names.push_back({own, 1'000 + n * 300 + i, random.id<base::HeadTag>()});
      erase(names, {own, 2'000'000 + n, random.id<base::HeadTag>()});
    }
  });
  for (int i = 0; i < 12; ++i) ASSERT_EQ(sync(*budi).code, Code::ok);
  for (int i = 0; i < 12; ++i) ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(budi->erasures()->size(), 100U);
  ASSERT_GT(ani->to_say(SyncMedia::none)->records, 100U) << "they are here";
  for (int i = 0; i < 60; ++i) {
    const auto problem = begin_problem(*budi, school, "masalah " + std::to_string(i));
    ASSERT_EQ(sync(*budi).code, Code::ok);
    ASSERT_EQ(sync(*ani).code, Code::ok);
    ASSERT_TRUE(ani->cycle().records().show(problem).ok());
  }
}

// Witnesses behind a fence whose bodies are gone themselves, each named over and over with the other as its
// witness: each is looked at once. Where they are looked at each time this does not end in half a minute.
TEST_F(ErasureArrivals, WitnessesThatNameEachOtherOverAndOverAreLookedAtOnce) {
  auto budi = member(*ani, "Budi");
  const auto school = community(status(*budi)).space;
  const auto write_two = [&] {
    for (const char* title : {"satu", "dua"}) begin_problem(*budi, school, title);
    EXPECT_EQ(sync(*budi).code, Code::ok);
  };
  write_two();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_TRUE(ani->remove_member(budi->person()).ok());
  // He does not hear of it, and goes on.
  Server elsewhere{random, clock};
  elsewhere.hold_what(server);
  const auto more = [&] {
    for (const char* title : {"tiga", "empat"}) begin_problem(*budi, school, title);
    EXPECT_EQ(sync(*budi, elsewhere).code, Code::ok);
  };
  more();
  more();
  std::vector<log::SegmentName> names;
  write_erasures(budi, "Budi", school, [&](const auto& own, const auto& segments, const auto& erase) {
    ASSERT_GE(segments.size(), 3U);
    for (const auto& segment : segments)
      names.push_back({own, segment.segment_no, base::prefix_of<base::HeadTag>(segment.hash)});
    const std::size_t last = names.size() - 1;
    for (int i = 0; i < 40; ++i) {
      erase({names[last - 2]}, names[last - 1]);
      erase({names[last - 1]}, names[last]);
      erase({names[last]}, names[last - 1]);
    }
  });
  ASSERT_EQ(sync(*ani).code, Code::ok);
  for (int i = 0; i < 3; ++i) sync(*budi);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_FALSE(ani->quarantine()->empty());
  auto later = second_device();
  EXPECT_EQ(community(status(*later)).waiting_segments, 1U) << "what survives of it is nowhere";
}

}  // namespace
}  // namespace sejawat::api
#endif
