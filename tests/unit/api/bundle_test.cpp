// Bundles between stores, with no server in between.
#ifndef __EMSCRIPTEN__
#include "api/bundle.h"

#include "world.h"

namespace sejawat::api {
namespace {

class BundleFiles : public World {
 protected:
  static base::Bytes exported(Core& core, BundleOptions options = {}) {
    auto bundle = core.export_bundle(std::move(options));
    EXPECT_TRUE(bundle.ok());
    base::Bytes file;
    for (;;) {
      auto piece = (*bundle)->next();
      EXPECT_TRUE(piece.ok());
      if (!piece.ok() || piece->empty()) return file;
      base::append(file, *piece);
    }
  }
  static base::Result<BundleReport> import(Core& core, const base::Bytes& file) {
    SJ_TRY(auto import, core.import_bundle());
    SJ_TRY_STATUS(import->check(file));
    SJ_TRY_STATUS(import->checked());
    SJ_TRY_STATUS(import->take(file));
    return import->finish();
  }
  static BundleReport::Space sum(const BundleReport& report) {
    BundleReport::Space sum;
    for (const auto& space : report.spaces) {
      sum.records += space.records;
      sum.applied += space.applied;
      sum.duplicate += space.duplicate;
      sum.quarantined += space.quarantined;
      sum.waiting_key += space.waiting_key;
      sum.waiting_earlier += space.waiting_earlier;
      sum.refused += space.refused;
      if (space.reason != base::Code::ok) sum.reason = space.reason;
    }
    return sum;
  }
  static base::PersonId other_member(Core& core) {
    const auto members = core.members();
    EXPECT_TRUE(members.ok());
    for (const auto& row : *members) {
      if (!row.self) return row.person;
    }
    return {};
  }
  std::unique_ptr<Core> second_device(const std::string& name, const space::RecoveryCard& card) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    EXPECT_EQ(sync(*core).code, base::Code::ok);
    return core;
  }
};

TEST_F(BundleFiles, ASecondDeviceGetsAllEntriesByAFileAndAFileBackBringsItsOwn) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto laptop = second_device("Laptop", card);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  for (int i = 0; i < 300; ++i) add(*budi, "catatan luring " + std::to_string(i));
  auto report = import(*laptop, exported(*budi));
  ASSERT_TRUE(report.ok());
  EXPECT_GT(sum(*report).applied, 0U);
  EXPECT_EQ(sum(*report).refused, 0U);
  EXPECT_EQ(texts(*laptop), texts(*budi));

  add(*laptop, "dari laptop");
  ASSERT_TRUE(import(*budi, exported(*laptop)).ok());
  EXPECT_EQ(texts(*laptop), texts(*budi));
}

TEST_F(BundleFiles, ABundleGivesEverythingOfSharedSpacesAndNothingPrivate) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  add(*budi, "rahasia Budi");
  // What only Budi has seen: a third member, who joined while Ani was away.
  const auto link = invite_by(*ani);
  auto citra = person("Citra");
  ASSERT_TRUE(citra->join(link).ok());
  ASSERT_EQ(sync(*citra).code, base::Code::ok);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  ASSERT_EQ(ani->members()->size(), 2U);
  auto report = import(*ani, exported(*budi));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->not_for_us, 1U);
  ASSERT_EQ(report->spaces.size(), 1U);
  EXPECT_EQ(ani->members()->size(), 3U);
  EXPECT_EQ(texts(*ani), "");
  EXPECT_EQ(sum(*report).refused, 0U);
}

TEST_F(BundleFiles, TheSameFileTwiceAndFilesInAnyOrderEndEqual) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto laptop = second_device("Laptop", card);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  add(*budi, "satu");
  const auto first = exported(*budi);
  add(*budi, "dua");
  const auto second = exported(*budi);
  ASSERT_TRUE(import(*laptop, second).ok());
  const auto late = import(*laptop, first);
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(sum(*late).applied, 0U);
  EXPECT_GT(sum(*late).duplicate, 0U);
  EXPECT_EQ(sum(*late).records, 0U);
  const auto again = import(*laptop, second);
  EXPECT_EQ(sum(*again).applied, 0U);
  EXPECT_EQ(sum(*again).refused, 0U);
  EXPECT_EQ(texts(*laptop), texts(*budi));
}

TEST_F(BundleFiles, NothingOfABundleCountsAsSent) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto laptop = second_device("Laptop", card);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  const auto id = add(*budi, "hanya di sini");
  const auto file = exported(*budi);
  EXPECT_EQ(*budi->delivery(id), Delivery::saved_here);
  EXPECT_GT(pending(*budi), 0U);
  ASSERT_TRUE(import(*laptop, file).ok());
  EXPECT_EQ(*laptop->delivery(id), Delivery::saved_here);
  EXPECT_GT(pending(*laptop), 0U);
  // The laptop has a line and carries it on: the same bytes, so the phone's own offer is then a duplicate.
  ASSERT_EQ(sync(*laptop).code, base::Code::ok);
  EXPECT_EQ(*laptop->delivery(id), Delivery::on_carrier);
  EXPECT_EQ(*budi->delivery(id), Delivery::saved_here);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  EXPECT_EQ(*budi->delivery(id), Delivery::on_carrier);
  EXPECT_EQ(pending(*budi), 0U);
}

TEST_F(BundleFiles, AnAlteredOrCutFileChangesNothing) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto laptop = second_device("Laptop", card);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  add(*budi, "utuh");
  const auto file = exported(*budi);
  const auto before = pending(*laptop);
  for (std::size_t at = 0; at < file.size(); at += 97) {
    auto altered = file;
    altered[at] ^= 1;
    EXPECT_FALSE(import(*laptop, altered).ok()) << at;
    altered = file;
    altered.resize(at);
    EXPECT_FALSE(import(*laptop, altered).ok()) << at;
  }
  EXPECT_EQ(pending(*laptop), before);
  EXPECT_EQ(texts(*laptop), "");
}

TEST_F(BundleFiles, AStrangerOpensNothingAndIsToldSo) {
  auto ani = founder();
  auto stranger = person("Orang lain");
  EXPECT_EQ(import(*stranger, exported(*ani)).code(), base::Code::key_missing);
  EXPECT_EQ(status(*stranger).spaces.size(), 1U);
}

TEST_F(BundleFiles, ABundleSinceAnotherBringsOnlyTheRestAndSaysSoWhenTheFirstIsMissing) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto laptop = second_device("Laptop", card);
  auto tablet = second_device("Tablet", card);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  for (int i = 0; i < 200; ++i) add(*budi, "lama " + std::to_string(i));
  const auto first = exported(*budi);
  add(*budi, "baru");
  auto looking = budi->import_bundle();
  ASSERT_TRUE((*looking)->check(first).ok());
  ASSERT_TRUE((*looking)->checked().ok());
  BundleOptions since;
  since.since = (*looking)->vectors();
  const auto rest = exported(*budi, std::move(since));
  EXPECT_LT(rest.size() * 3, first.size());

  const auto early = import(*tablet, rest);
  ASSERT_TRUE(early.ok());
  EXPECT_EQ(sum(*early).refused, 1U);
  EXPECT_EQ(sum(*early).reason, base::Code::chain_gap);
  for (auto* device : {laptop.get(), tablet.get()}) {
    ASSERT_TRUE(import(*device, first).ok());
    const auto report = import(*device, rest);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(sum(*report).applied, 1U);
    EXPECT_EQ(texts(*device), texts(*budi));
  }
}

TEST_F(BundleFiles, WhoHasNotGotTheNewestKeyYetIsGivenItInside) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  auto citra = member(*ani, "Citra");
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  ASSERT_EQ(sync(*ani).code, base::Code::ok);
  const auto school = community(status(*ani)).space;
  ASSERT_TRUE(ani->rotate(school).ok());
  BundleOptions only;
  only.spaces = {school};
  const auto file = exported(*ani, only);
  const auto report = import(*budi, file);
  ASSERT_TRUE(report.ok());
  EXPECT_GT(sum(*report).records, 0U);
  EXPECT_EQ(sum(*report).waiting_key, 0U);
}

TEST_F(BundleFiles, LateWorkOfSomebodyRemovedArrivesInQuarantine) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  auto budi = person("Budi");
  ASSERT_TRUE(budi->join(link).ok());
  server.refuse_segments = base::Code::quota_exceeded;  // so that Ani knows of the log, and of nothing in it
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  ASSERT_EQ(sync(*ani).code, base::Code::ok);
  ASSERT_TRUE(ani->remove_member(other_member(*ani)).ok());
  const auto report = import(*ani, exported(*budi));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(sum(*report).refused, 0U);
  EXPECT_EQ(sum(*report).applied, 0U);
  EXPECT_EQ(sum(*report).quarantined, 1U);
  EXPECT_EQ(ani->quarantine()->size(), 1U);
}

TEST_F(BundleFiles, BothEndsOfALogThatForkedAreCarried) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto laptop = second_device("Laptop", card);
  add(*budi, "bersama");
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  budi.reset();
  std::filesystem::copy_file(folder.file("Budi"), folder.file("Klon"));
  budi = open("Budi");
  auto clone = open("Klon");
  add(*budi, "dari yang satu");
  add(*clone, "dari salinannya");
  ASSERT_TRUE(import(*laptop, exported(*budi)).ok());
  const auto other = import(*laptop, exported(*clone));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(sum(*other).refused, 0U);
  EXPECT_EQ(sum(*other).applied, 1U);
  // The laptop has both, and whoever lacks one end gets that by its file.
  const auto all = exported(*laptop);
  for (auto* device : {budi.get(), clone.get()}) {
    const auto report = import(*device, all);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(sum(*report).refused, 0U);
  }
  for (auto* device : {budi.get(), clone.get(), laptop.get()}) {
    const std::string words = texts(*device);
    for (const char* text : {"bersama", "dari yang satu", "dari salinannya"}) {
      EXPECT_NE(words.find(text), std::string::npos) << text;
    }
  }
}

TEST_F(BundleFiles, WhoWasRemovedOpensNothingOfWhatFollows) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  ASSERT_EQ(sync(*ani).code, base::Code::ok);
  const base::PersonId removed = other_member(*ani);
  EXPECT_TRUE(import(*budi, exported(*ani)).ok());
  ASSERT_TRUE(ani->remove_member(removed).ok());
  EXPECT_EQ(import(*budi, exported(*ani)).code(), base::Code::key_missing);
}

TEST_F(BundleFiles, AnotherDeviceOfOnesOwnLearnsOfACommunityWithoutAnyServer) {
  auto ani = founder();
  const auto link = invite_by(*ani);
  space::RecoveryCard card;
  auto budi = person("Budi", &card);
  ASSERT_EQ(sync(*budi).code, base::Code::ok);
  auto laptop = open("Laptop");
  ASSERT_TRUE(laptop->recover(card, server.address()).ok());
  ASSERT_TRUE(import(*laptop, exported(*budi)).ok());
  ASSERT_TRUE(import(*budi, exported(*laptop)).ok());
  ASSERT_TRUE(budi->join(link).ok());
  ASSERT_EQ(sync(*budi).code, base::Code::ok);

  ASSERT_TRUE(import(*laptop, exported(*budi)).ok());
  EXPECT_EQ(community(status(*laptop)).kind, space::SpaceKind::school);
  // Its key is in the file as soon as the phone has heard of the laptop there.
  ASSERT_TRUE(import(*budi, exported(*laptop)).ok());
  const auto report = import(*laptop, exported(*budi));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(community(status(*laptop)).name, "SDN 30 Mataram");
  EXPECT_EQ(community(status(*laptop)).waiting_segments, 0U);
}

TEST_F(BundleFiles, ASpaceOfOthersIsNotPutIntoAStoreByWhoKnowsItsDeviceKey) {
  sync::SpaceUpload school;
  server.on_request = [&](sync::ClientMessage& message) {
    for (const auto& upload : message.spaces) {
      if (upload.space.index != 0 || upload.records.size() < 3) continue;
      school.space = upload.space;
      school.records = upload.records;
    }
  };
  auto ani = founder();
  server.on_request = nullptr;
  ASSERT_FALSE(school.records.empty());
  auto stranger = person("Orang lain");
  auto session = stranger->start_sync(server.address(), false);
  ASSERT_TRUE(session.ok());
  auto hello = (*session)->next_message();
  sync::CarrierSession carrier(server.key(), random);
  const auto incoming = carrier.on_message(*hello);
  ASSERT_TRUE(incoming.ok());
  session->reset();

  sync::BundleWriter writer(random);
  sync::BundleLocks locks;
  locks.boxes = {incoming->device};
  base::Bytes file = writer.begin_part(locks);
  sync::ClientMessage message;
  message.spaces.push_back(school);
  base::append(file, *writer.chunk(message, true));
  base::append(file, writer.end());
  const auto report = import(*stranger, file);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->not_for_us, 1U);
  EXPECT_TRUE(report->spaces.empty());
  EXPECT_EQ(status(*stranger).spaces.size(), 1U);
}

}  // namespace
}  // namespace sejawat::api
#endif
