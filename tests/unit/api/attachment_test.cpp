// Photos and voice notes from one device to another, over a carrier that keeps, loses, refuses or lies about
// them.
#ifndef __EMSCRIPTEN__
#include "cycle/attachments.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Bytes;
using base::Code;

struct Attaching : World {
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder("Ani", &card);
  base::ObjectId entry = add(*ani, "papan tulis penuh");

  base::ObjectId attach(Core& core, const Bytes& content) {
    auto id = core.attach(entry, content, "papan");
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().detail());
    return id.ok() ? *id : base::ObjectId{};
  }
  AttachmentInfo info(Core& core, const base::ObjectId& id) {
    auto info = core.attachment(id);
    EXPECT_TRUE(info.ok());
    return info.ok() ? *info : AttachmentInfo{};
  }
  std::unique_ptr<Core> second_device() {
    auto core = open("Ani-2");
    EXPECT_TRUE(core->recover(card, server.address()).ok());
    EXPECT_EQ(sync(*core).code, Code::ok);
    return core;
  }
};

TEST_F(Attaching, ASecondDeviceKnowsOfAPhotoAndFetchesItWhenSomebodyAsks) {
  const Bytes content = photo();
  const auto id = attach(*ani, content);
  EXPECT_TRUE(info(*ani, id).here());
  EXPECT_EQ(info(*ani, id).delivery, Delivery::saved_here);
  EXPECT_GE(status(*ani).media_pending, content.size());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(status(*ani).media_pending, 0U);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::on_carrier);

  auto other = second_device();
  auto there = info(*other, id);
  EXPECT_EQ(there.parent, entry);
  EXPECT_EQ(there.caption, "papan");
  EXPECT_EQ(there.media_type, "image/jpeg");
  EXPECT_EQ(there.size, content.size());
  EXPECT_TRUE(there.own);
  EXPECT_EQ(there.sealed_here, 0U) << "nothing of it came by itself";
  EXPECT_EQ(other->read_attachment(id).code(), Code::offline);
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  EXPECT_TRUE(info(*other, id).wanted);
  ASSERT_EQ(sync(*other).code, Code::ok);
  ASSERT_TRUE(info(*other, id).here());
  EXPECT_EQ(*other->read_attachment(id), content);
  EXPECT_EQ(status(*other).media_wanted, 0U);
  EXPECT_EQ(status(*other).media_pending, 0U) << "the carrier has what it gave";
  other.reset();
  EXPECT_EQ(*open("Ani-2")->read_attachment(id), content);
}

TEST_F(Attaching, TextGoesAndAPhotoStaysWhereAttachmentsAreHeldBack) {
  const auto id = attach(*ani, photo());
  for (const auto media : {SyncMedia::asked, SyncMedia::none}) {
    const auto report = sync(*ani, media);
    EXPECT_EQ(report.code, Code::ok);
    EXPECT_EQ(report.pending, 0U);
    EXPECT_EQ(report.media_sent, 0U);
    EXPECT_EQ(ani->delivery(entry).value(), Delivery::on_carrier);
    EXPECT_EQ(info(*ani, id).delivery, Delivery::saved_here) << "nobody says that the photo is there";
    EXPECT_EQ(info(*ani, id).sealed_there, 0U);
    EXPECT_GT(report.media_pending, 0U);
  }
  EXPECT_GT(sync(*ani).media_sent, 0U);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::on_carrier);
  EXPECT_EQ(info(*ani, id).sealed_there, info(*ani, id).sealed_bytes);
}

TEST_F(Attaching, WhatSomebodyAskedForComesEvenWhereTheRestIsHeldBack) {
  const Bytes content = photo();
  const auto id = attach(*ani, content);
  sync(*ani);
  auto other = second_device();
  const auto own = attach(*other, photo());
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  EXPECT_EQ(sync(*other, SyncMedia::none).media_received, 0U);
  EXPECT_FALSE(info(*other, id).here());
  const auto report = sync(*other, SyncMedia::asked);
  EXPECT_GT(report.media_received, 0U);
  EXPECT_EQ(report.media_sent, 0U);
  EXPECT_EQ(*other->read_attachment(id), content);
  EXPECT_EQ(info(*other, own).sealed_there, 0U);
}

TEST_F(Attaching, SaidTwiceWithOneNonceItIsMadeOnce) {
  const auto with = [&](const Bytes& content, std::uint8_t n) {
    return ani->attach(entry, content, "", cycle::OriginNonce{n, 1, 2, 3, 4, 5});
  };
  const Bytes content = photo(2'000);
  const auto id = with(content, 0);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(with(content, 0).code(), Code::already_exists);
  for (std::uint8_t n = 1; n < kMaxAttached; ++n) EXPECT_TRUE(with(content, n).ok());
  EXPECT_EQ(with(content, 0).code(), Code::already_exists) << "a full entry has it all the same";
  EXPECT_EQ(with(content, 9).code(), Code::quota_exceeded);
  ASSERT_TRUE(ani->remove_attachment(*id).ok());
  EXPECT_EQ(with(content, 0).code(), Code::already_exists) << "what was removed does not come back";
  EXPECT_EQ(ani->attachments(entry)->size(), kMaxAttached - 1);
}

TEST_F(Attaching, NothingOfAPhotoIsOnTheServersDisk) {
  Bytes content = photo();
  const std::string mark = "ibu guru di depan papan";
  for (std::size_t at = 50; at + mark.size() < content.size(); at += 5'000)
    std::copy(mark.begin(), mark.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
  attach(*ani, content);
  sync(*ani);
  const std::string disk = server.disk();
  EXPECT_GT(disk.size(), content.size());
  EXPECT_EQ(disk.find(mark), std::string::npos);
  EXPECT_EQ(disk.find("papan"), std::string::npos);
  EXPECT_EQ(disk.find("image/"), std::string::npos);
}

TEST_F(Attaching, WhatCannotBeAttachedIsSaidAndChangesNothing) {
  EXPECT_EQ(ani->attach(entry, photo(kMaxPhotoBytes + 1), "").code(), Code::too_large);
  EXPECT_EQ(ani->attach(entry, base::as_bytes("<svg onload=alert(1)>"), "").code(), Code::invalid_argument);
  EXPECT_EQ(ani->attach(entry, {}, "").code(), Code::invalid_argument);
  Bytes voice(kMaxVoiceBytes + 1);
  std::copy_n("OggS", 4, voice.begin());
  EXPECT_EQ(ani->attach(entry, voice, "").code(), Code::too_large);
  EXPECT_EQ(ani->attach(entry, photo(), std::string(201, 'x')).code(), Code::invalid_argument);
  EXPECT_EQ(ani->attach(random.id<base::ObjectId>(), photo(), "").code(), Code::not_found);
  EXPECT_TRUE(ani->attachments(std::nullopt)->empty());
  EXPECT_EQ(status(*ani).media_pending, 0U);
  for (std::size_t i = 0; i < kMaxAttached; ++i) attach(*ani, photo(2'000));
  EXPECT_EQ(ani->attach(entry, photo(2'000), "").code(), Code::quota_exceeded);
}

TEST_F(Attaching, ALineThatIsCutAgainAndAgainBringsEachSliceOnce) {
  const Bytes content = photo(120'000);
  const auto id = attach(*ani, content);
  std::uint64_t sent = 0;
  std::uint64_t brought = 0;
  server.on_request = [&](sync::ClientMessage& message) {
    for (const auto& piece : message.chunks) brought += piece.bytes.size();
  };
  int cuts = 0;
  for (int i = 0; i < 60; ++i, ++cuts) {
    server.cut_after = 2;
    const auto report = sync(*ani);
    if (report.code == Code::ok) break;
    ASSERT_EQ(report.code, Code::offline);
    const auto left = status(*ani).media_pending;
    ani.reset();
    ani = open("Ani");
    EXPECT_EQ(status(*ani).media_pending, left);
    sent = left;
  }
  server.cut_after = -1;
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_GT(cuts, 3);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::on_carrier);
  // Each cut lost an answer: at most that slice came twice.
  EXPECT_LE(brought, info(*ani, id).sealed_bytes + static_cast<std::uint64_t>(cuts) * 16 * 1024);
  static_cast<void>(sent);

  auto other = second_device();
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  std::uint64_t here = 0;
  for (int i = 0; i < 60; ++i) {
    server.cut_after = 2;
    if (sync(*other).code == Code::ok) break;
    EXPECT_GE(info(*other, id).sealed_here, here) << "what came stays";
    here = info(*other, id).sealed_here;
    other.reset();
    other = open("Ani-2");
  }
  server.cut_after = -1;
  EXPECT_EQ(*other->read_attachment(id), content);
}

TEST_F(Attaching, AWipedCarrierGetsThemAgainFromWhoeverHasThem) {
  const Bytes content = photo();
  const auto id = attach(*ani, content);
  sync(*ani);
  auto other = second_device();
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  sync(*other);
  ani.reset();  // the phone that took it is lost
  server.lose_disk();
  server.operator_secret();
  for (const auto& space : status(*other).spaces) {
    if (space.kind == space::SpaceKind::school) {
      server.permit(space.space);
      ASSERT_TRUE(other->host_community(space.space, server.address(), server.last_operator_secret()).ok());
    }
  }
  ASSERT_EQ(sync(*other).code, Code::ok);
  ASSERT_EQ(sync(*other).code, Code::ok);
  EXPECT_EQ(status(*other).media_pending, 0U);
  EXPECT_EQ(info(*other, id).delivery, Delivery::on_carrier);
  auto third = open("Ani-3");
  ASSERT_TRUE(third->recover(card, server.address()).ok());
  ASSERT_EQ(sync(*third).code, Code::ok);
  ASSERT_TRUE(third->fetch_attachment(id).ok());
  sync(*third);
  EXPECT_EQ(*third->read_attachment(id), content);
}

TEST_F(Attaching, ARestoredCarrierIsOfferedThemAnew) {
  sync(*ani);
  server.back_up();
  const auto id = attach(*ani, photo());
  sync(*ani);
  server.restore(true);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::on_carrier);
  auto other = second_device();
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  sync(*other);
  EXPECT_TRUE(info(*other, id).here());
}

// A snapshot of the disk between text and photo: no digest tells of that.
TEST_F(Attaching, ACarrierThatWentBackToJustBeforeAPhotoGetsItAgain) {
  const auto first = attach(*ani, photo());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto second = attach(*ani, photo());
  ASSERT_EQ(sync(*ani, SyncMedia::none).code, Code::ok);
  server.back_up();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(info(*ani, second).delivery, Delivery::on_carrier);
  server.restore(false);
  const auto report = sync(*ani);
  ASSERT_EQ(report.code, Code::ok);
  EXPECT_GT(report.media_sent, 100'000U) << "the second one, and the first one was asked for only";
  EXPECT_LT(report.media_sent, 200'000U);
  EXPECT_EQ(info(*ani, first).delivery, Delivery::on_carrier);
  EXPECT_EQ(info(*ani, second).delivery, Delivery::on_carrier);
  auto other = second_device();
  for (const auto& id : {first, second}) ASSERT_TRUE(other->fetch_attachment(id).ok());
  ASSERT_EQ(sync(*other).code, Code::ok);
  for (const auto& id : {first, second}) EXPECT_TRUE(info(*other, id).here());
}

TEST_F(Attaching, SeveralCarriersEachGetThem) {
  Server district{random, clock};
  const auto id = attach(*ani, photo());
  sync(*ani);
  district.operator_secret();
  for (const auto& space : status(*ani).spaces) {
    if (space.kind != space::SpaceKind::school) continue;
    ASSERT_TRUE(ani->host_community(space.space, district.address(), district.last_operator_secret()).ok());
  }
  EXPECT_GT(status(*ani).carriers.at(1).unsent_media, 0U);
  ASSERT_EQ(sync(*ani, district).code, Code::ok);
  EXPECT_EQ(status(*ani).carriers.at(1).unsent_media, 0U);
  auto other = open("Ani-2");
  ASSERT_TRUE(other->recover(card, district.address()).ok());
  ASSERT_EQ(sync(*other, district).code, Code::ok);
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  sync(*other, district);
  EXPECT_TRUE(info(*other, id).here());
}

TEST_F(Attaching, ARefusedPhotoWaitsAndTheTextDoesNot) {
  const auto id = attach(*ani, photo());
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& state : reply.chunk_states) state = {Code::quota_exceeded, 0};
  };
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
  EXPECT_EQ(*ani->delivery(entry), Delivery::on_carrier);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::saved_here);
  EXPECT_EQ(ani->media_refused_in_sync(), Code::quota_exceeded);
  EXPECT_EQ(status(*ani).carriers[0].media_refused, Code::quota_exceeded);
  ani.reset();
  ani = open("Ani");
  EXPECT_EQ(status(*ani).carriers[0].media_refused, Code::quota_exceeded) << "also after a restart";
  server.on_reply = nullptr;
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::on_carrier);
  EXPECT_EQ(status(*ani).carriers[0].media_refused, Code::ok);
}

TEST_F(Attaching, APhotoWaitsForTheWordsThatHoldItsKey) {
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto id = attach(*ani, photo());
  server.refuse_segments = Code::quota_exceeded;
  for (int i = 0; i < 2; ++i) {
    const auto report = sync(*ani);
    ASSERT_EQ(report.code, Code::ok);
    EXPECT_EQ(report.media_sent, 0U) << "nobody could open it there";
    EXPECT_GT(report.media_pending, 0U);
    EXPECT_EQ(info(*ani, id).delivery, Delivery::saved_here);
  }
  server.refuse_segments.reset();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::on_carrier);
  EXPECT_EQ(status(*ani).media_pending, 0U);
}

// It went back to before the op and keeps its chunks: they are there, and of use to nobody.
TEST_F(Attaching, APhotoWhoseWordsAreGoneFromTheServerIsNotSaidToBeThere) {
  const auto id = attach(*ani, photo());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(info(*ani, id).delivery, Delivery::on_carrier);
  server.refuse_segments = Code::quota_exceeded;
  server.on_reply = [](sync::ServerMessage& reply) { reply.base_unknown = true; };
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server.on_reply = nullptr;
  ASSERT_EQ(*ani->delivery(entry), Delivery::saved_here);
  EXPECT_EQ(info(*ani, id).delivery, Delivery::saved_here);
}

TEST_F(Attaching, APhotoOfAnotherSchoolIsJudgedByTheServerWhereThatLives) {
  Server district{random, clock};
  auto sari = open("Sari");
  ASSERT_TRUE(sari->init("Sari", {district.address()}).ok());
  const auto secret = district.operator_secret();
  ASSERT_TRUE(sari->create_community("SDN 7", space::SpaceKind::school, district.address(), &secret).ok());
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  const auto school = community(status(*sari)).space;
  auto invite = sari->invite("teacher", 3600, 1);
  ASSERT_TRUE(invite.ok());
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_TRUE(ani->join(invite->link).ok());
  ASSERT_EQ(sync(*ani, district).code, Code::ok);
  ASSERT_TRUE(ani->join_state().ok());
  const auto problem = begin_problem(*ani, school, "Siswa diam");
  const auto id = ani->attach(problem, photo(), "");
  ASSERT_TRUE(id.ok());
  const auto own = attach(*ani, photo());
  // Home first: what it is offered of a school that lives elsewhere says nothing of that school.
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(info(*ani, own).delivery, Delivery::on_carrier);
  EXPECT_EQ(info(*ani, *id).delivery, Delivery::saved_here);
  EXPECT_EQ(status(*ani).media_pending, info(*ani, *id).sealed_bytes);
  ASSERT_EQ(sync(*ani, district).code, Code::ok);
  EXPECT_EQ(*ani->delivery(school, problem), Delivery::on_carrier);
  EXPECT_EQ(info(*ani, *id).delivery, Delivery::on_carrier);
  EXPECT_EQ(info(*ani, *id).sealed_there, info(*ani, *id).sealed_bytes);
  EXPECT_EQ(status(*ani).media_pending, 0U);
}

TEST_F(Attaching, ACarrierThatLiesAboutAChunkFoolsNobodyAndEndsNothing) {
  const Bytes content = photo();
  const auto id = attach(*ani, content);
  sync(*ani);
  auto other = second_device();
  ASSERT_TRUE(other->fetch_attachment(id).ok());
  server.on_reply = [](sync::ServerMessage& reply) {
    for (auto& piece : reply.chunks) {
      if (!piece.bytes.empty()) piece.bytes[piece.bytes.size() / 2] ^= 1;
    }
  };
  EXPECT_EQ(sync(*other).code, Code::ok);
  EXPECT_FALSE(info(*other, id).here());
  EXPECT_EQ(other->read_attachment(id).code(), Code::offline);
  server.on_reply = [](sync::ServerMessage& reply) {  // says it has nothing
    for (auto& piece : reply.chunks) piece = {piece.space, piece.chunk, 0, 0, {}};
  };
  EXPECT_EQ(sync(*other).code, Code::ok);
  EXPECT_TRUE(info(*other, id).wanted) << "still waited for";
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*other).code, Code::ok);
  EXPECT_EQ(*other->read_attachment(id), content);
}

TEST_F(Attaching, ACarrierThatForgetsAgainAndAgainDoesNotKeepAClientBusy) {
  attach(*ani, photo());
  bool odd = false;
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& state : reply.chunk_states) state.held = (odd = !odd) ? 100 : 0;
  };
  EXPECT_EQ(sync(*ani).code, Code::ok);
  server.on_reply = nullptr;
  EXPECT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(status(*ani).media_pending, 0U);
}

TEST_F(Attaching, ACarrierThatSaysAgainAndAgainThatItWentBackDoesNotKeepAClientBusy) {
  for (int i = 0; i < 13; ++i) {  // more than one message asks for
    entry = add(*ani, "foto " + std::to_string(i));
    for (std::size_t photos = 0; photos < kMaxAttached; ++photos) attach(*ani, photo(200));
  }
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(status(*ani).media_pending, 0U);
  server.on_reply = [this](sync::ServerMessage& reply) {
    reply.chunks_unknown = true;
    if (server.requests > 100) server.cut_after = 0;
  };
  server.requests = 0;
  const auto report = sync(*ani);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_LT(report.round_trips, 8U);
}

TEST_F(Attaching, AnOlderCarrierStillGetsAllText) {
  attach(*ani, photo());
  server.on_request = [](sync::ClientMessage& message) {
    message.media = false;
    message.chunks.clear();
    message.wants.clear();
  };
  const auto report = sync(*ani);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(pending(*ani), 0U);
  EXPECT_LT(report.bytes_up, 2'000U) << "no photo is sent in vain";
  EXPECT_GT(status(*ani).media_pending, 0U);
}

TEST_F(Attaching, ARemovedPhotoIsGoneEverywhereAndIsNotBroughtAnyMore) {
  const auto kept = attach(*ani, photo(3'000));
  const auto id = attach(*ani, photo());
  ASSERT_TRUE(ani->remove_attachment(id).ok());
  EXPECT_EQ(ani->attachment(id).code(), Code::not_found);
  EXPECT_EQ(ani->remove_attachment(id).code(), Code::not_found);
  sync(*ani);
  EXPECT_EQ(status(*ani).media_pending, 0U);
  auto other = second_device();
  const auto there = *other->attachments(entry);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].id, kept);
  EXPECT_EQ(other->fetch_attachment(id).code(), Code::not_found);
}

TEST_F(Attaching, WhatIsAttachedToASharedRecordIsForItsMembersAndItsOwnersToRemove) {
  auto budi = member(*ani, "Budi");
  sync(*ani);
  base::SpaceId school;
  for (const auto& space : status(*ani).spaces) {
    if (space.kind == space::SpaceKind::school) school = space.space;
  }
  cycle::ProblemDraft draft;
  auto drafted = ani->cycle().draft_from_entry(entry, 1);
  ASSERT_TRUE(drafted.ok());
  auto problem = ani->cycle().share_problem(*drafted, school);
  ASSERT_TRUE(problem.ok()) << problem.error().detail();
  const Bytes content = photo(60'000);
  auto id = ani->attach(*problem, content, "");
  ASSERT_TRUE(id.ok());
  sync(*ani);
  sync(*budi);
  const auto there = *budi->attachments(*problem);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_FALSE(there[0].own);
  ASSERT_TRUE(budi->fetch_attachment(*id).ok());
  sync(*budi);
  EXPECT_EQ(*budi->read_attachment(*id), content);
  EXPECT_EQ(budi->remove_attachment(*id).code(), Code::not_permitted);
  auto own = budi->attach(*problem, photo(2'000), "punya Budi");
  ASSERT_TRUE(own.ok());
  sync(*budi);
  sync(*ani);
  EXPECT_EQ(ani->attachments(*problem)->size(), 2U);
  EXPECT_EQ(ani->remove_attachment(*own).code(), Code::not_permitted);
}

TEST_F(Attaching, AMemberWhoWritesIntoAPhotoKeepsItsOwnerFromNothing) {
  auto budi = member(*ani, "Budi");
  sync(*ani);
  const auto school = community(status(*ani)).space;
  const auto problem = begin_problem(*ani, school, "Papan tulis");
  const auto id = *ani->attach(problem, photo(2'000), "papan");
  sync(*ani);
  sync(*budi);
  for (std::size_t i = 0; i < kMaxAttached; ++i) ASSERT_TRUE(budi->attach(problem, photo(2'000), "").ok());
  budi.reset();
  log::Op op;
  op.object = id;
  op.type = cycle::kAttachmentType;
  for (const std::uint32_t field : {1U, 2U, 3U, 15U}) op.cells.push_back({0, field, std::string("palsu")});
  {
    auto store = std::move(Store::open(folder.file("Budi"), base::Secret32(base::Bytes(32, 3)), 0)).value();
    op.supersedes.push_back(store->ops_of(school, id)->front().dot);
  }
  write_as("Budi", school, op);
  budi = open("Budi");
  sync(*budi);
  sync(*ani);
  EXPECT_EQ(info(*ani, id).caption, "papan");
  EXPECT_TRUE(ani->attach(problem, photo(2'000), "").ok()) << "six of Budi's are no reason";
  ASSERT_TRUE(ani->remove_attachment(id).ok());
  EXPECT_EQ(ani->attachment(id).code(), Code::not_found);
  sync(*ani);
  sync(*budi);
  EXPECT_EQ(budi->attachment(id).code(), Code::not_found);
}

}  // namespace
}  // namespace sejawat::api
#endif
