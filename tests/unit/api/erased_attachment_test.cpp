// Erasing takes photos and voice notes with it: from the device, from other devices, and from carriers,
// whoever brought them there; and nobody's word takes another's.
#ifndef __EMSCRIPTEN__
#include "cycle/attachments.h"
#include "log_seal/seal.h"
#include "space/receipt.h"
#include "store/store.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Bytes;
using base::Code;

struct Erasing : World {
  space::RecoveryCard card;
  std::unique_ptr<Core> ani = founder("Ani", &card);
  base::ObjectId entry = add(*ani, "papan tulis penuh");
  std::map<log::ChunkId, Bytes> brought;  // first bytes of what any client brought to any carrier
  std::size_t pieces = 0;

  Erasing() { watch(server); }
  void watch(Server& carrier) {
    carrier.on_request = [this](sync::ClientMessage& message) {
      for (const auto& piece : message.chunks) {
        if (piece.bytes.empty()) continue;
        ++pieces;
        if (piece.offset == 0) brought[piece.chunk] = piece.bytes;
      }
    };
  }
  base::ObjectId attach(Core& core, const base::ObjectId& to, std::size_t size = 60'000) {
    auto id = core.attach(to, photo(size), "");
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().detail());
    return id.ok() ? *id : base::ObjectId{};
  }
  std::unique_ptr<Core> device(const std::string& name, Server& at) {
    auto core = open(name);
    EXPECT_TRUE(core->recover(card, at.address()).ok());
    EXPECT_EQ(sync(*core, at).code, Code::ok);
    return core;
  }
  void fetch(Core& core, const base::ObjectId& id, Server& from) {
    EXPECT_TRUE(core.fetch_attachment(id).ok());
    EXPECT_EQ(sync(core, from).code, Code::ok);
    EXPECT_TRUE(core.read_attachment(id).ok());
  }
  // How many of the chunks that were brought lie on a server's disk.
  std::size_t on_disk(Server& of) {
    const auto disk = of.disk();
    std::size_t found = 0;
    for (const auto& [id, bytes] : brought) {
      const auto text = base::as_text(base::ByteView(bytes).first(std::min<std::size_t>(64, bytes.size())));
      found += disk.find(std::string(text)) == std::string::npos ? 0 : 1;
    }
    return found;
  }
  base::SpaceId school() {
    for (const auto& space : ani->spaces()) {
      if (space.kind == space::SpaceKind::school) return space.space;
    }
    return {};
  }
  base::ObjectId problem_of(Core& core) { return begin_problem(core, school(), "papan terlalu penuh"); }
  // The school and its people at a second carrier as well, where `first` brings everything.
  void host_at(Server& district) {
    district.operator_secret();
    ASSERT_TRUE(ani->host_community(school(), district.address(), district.last_operator_secret()).ok());
    ASSERT_EQ(sync(*ani, district, true, SyncMedia::none).code, Code::ok);
  }
  static bool signed_by(Core& core, std::size_t carrier) {
    auto all = core.erasures();
    EXPECT_TRUE(all.ok());
    EXPECT_FALSE(all->empty());
    return std::all_of(all->begin(), all->end(), [&](const auto& erasure) {
      return erasure.carriers.size() > carrier && erasure.carriers[carrier].receipt.has_value();
    });
  }
};

TEST_F(Erasing, AnErasedEntryTakesItsPhotosWithItFromDevicesAndTheCarrier) {
  const auto kept_entry = add(*ani, "yang tinggal");
  const auto kept = attach(*ani, kept_entry, 3'000);
  const auto first = attach(*ani, entry, 120'000);
  const auto removed = attach(*ani, entry);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_TRUE(ani->remove_attachment(removed).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto second = device("second", server);
  fetch(*second, first, server);
  ASSERT_EQ(brought.size(), 6U);
  ASSERT_EQ(on_disk(server), 6U);

  auto planned = ani->erase(entry, 0, true);
  ASSERT_TRUE(planned.ok());
  EXPECT_EQ(planned->attachments, 2U);
  EXPECT_GT(planned->attachment_bytes, 180'000U);
  EXPECT_EQ(planned->ops, 4U) << "the entry, two photos, one removal";
  EXPECT_TRUE(ani->read_attachment(first).ok()) << "a dry run changes nothing";
  auto erased = ani->erase(entry, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->records.size(), 1U) << "one record names bodies and chunks";
  EXPECT_EQ(ani->attachment(first).code(), Code::not_found);
  EXPECT_EQ(status(*ani).media_pending, 0U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(on_disk(server), 1U);
  EXPECT_TRUE(signed_by(*ani, 0));
  ASSERT_EQ(ani->erasures()->size(), 1U);
  EXPECT_EQ(ani->erasures()->front().chunks, 5U);

  ASSERT_EQ(sync(*second).code, Code::ok);
  EXPECT_EQ(second->attachment(first).code(), Code::not_found);
  EXPECT_TRUE(second->attachments(entry)->empty());
  EXPECT_EQ(second->attachments(std::nullopt)->size(), 1U);
  EXPECT_EQ(status(*second).media_pending, 0U);
  second.reset();
  auto inside = store::Store::open(folder.file("second"), base::Secret32(Bytes(32, 3)), 0);
  ASSERT_TRUE(inside.ok());
  for (const auto& [chunk, bytes] : brought)
    EXPECT_FALSE((*inside)->attachments().has_chunk(ani->personal_space(), chunk).value());
  ASSERT_TRUE(ani->attachment(kept).ok());
  EXPECT_EQ(ani->attachment(kept)->delivery, Delivery::on_carrier);
}

TEST_F(Erasing, APhotoIsErasedByItsOwnIdAndTheEntryStays) {
  const auto id = attach(*ani, entry);
  const auto other = attach(*ani, entry, 3'000);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto erased = ani->erase(id, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->attachments, 1U);
  EXPECT_EQ(erased->ops, 1U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(texts(*ani), "papan tulis penuh");
  EXPECT_EQ(on_disk(server), 1U);
  auto later = device("later", server);
  const auto there = *later->attachments(entry);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].id, other);
  EXPECT_EQ(later->fetch_attachment(id).code(), Code::not_found);
  EXPECT_EQ(ani->erase(id, 0, false).code(), Code::not_found);
}

TEST_F(Erasing, APhotoThatNeverLeftGoesWithoutARecord) {
  attach(*ani, entry);
  EXPECT_GT(status(*ani).media_pending, 0U);
  auto erased = ani->erase(entry, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->attachments, 1U);
  EXPECT_TRUE(erased->records.empty()) << "nobody hears that it ever was";
  EXPECT_EQ(status(*ani).media_pending, 0U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pieces, 0U);
}

TEST_F(Erasing, MoreChunksThanOneRecordHoldsGoIntoSeveral) {
  for (int i = 0; i < 51; ++i) {
    const auto id = attach(*ani, entry, 150'000);  // four chunks
    ASSERT_TRUE(ani->remove_attachment(id).ok());
  }
  ASSERT_EQ(sync(*ani, SyncMedia::none).code, Code::ok);
  auto erased = ani->erase(entry, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->attachments, 51U);
  EXPECT_EQ(erased->records.size(), 2U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_TRUE(signed_by(*ani, 0));
  std::uint64_t chunks = 0;
  for (const auto& erasure : *ani->erasures()) chunks += erasure.chunks;
  EXPECT_EQ(chunks, 204U);
}

// By a program from before photos went along.
TEST_F(Erasing, WhatStayedBehindOfAnEntryThatIsGoneCanStillBeErasedByItsId) {
  auto budi = member(*ani, "Budi");
  const auto problem = problem_of(*budi);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto id = attach(*ani, problem);
  ASSERT_TRUE(budi->erase(problem, 0, false).ok());
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_TRUE(ani->attachment(id).ok()) << "Budi erased his own only";
  auto erased = ani->erase(problem, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->attachments, 1U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(on_disk(server), 0U);
}

TEST_F(Erasing, OneThatIsHalfThereIsGoneAndItsRestDoesNotFollow) {
  attach(*ani, entry, 140'000);
  server.cut_after = 3;
  EXPECT_EQ(sync(*ani).code, Code::offline);
  server.cut_after = -1;
  const auto before = pieces;
  ASSERT_GT(before, 0U);
  ASSERT_TRUE(ani->erase(entry, 0, false).ok());
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(pieces, before);
  EXPECT_EQ(on_disk(server), 0U) << "beginnings go too";
  EXPECT_TRUE(signed_by(*ani, 0));
}

TEST_F(Erasing, ADeviceThatWasAwayNeitherOffersNorCountsThem) {
  const auto id = attach(*ani, entry);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  auto away = device("away", server);
  fetch(*away, id, server);
  // A carrier that it has never met, and to which it would bring what it holds.
  Server district{random, clock};
  watch(district);
  host_at(district);
  ASSERT_TRUE(ani->erase(entry, 0, false).ok());
  ASSERT_EQ(sync(*ani, district).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  const auto before = pieces;
  ASSERT_EQ(sync(*away, district).code, Code::ok);
  ASSERT_EQ(sync(*away).code, Code::ok);
  EXPECT_EQ(pieces, before);
  for (const auto& carrier : status(*away).carriers) EXPECT_EQ(carrier.unsent_media, 0U);
  EXPECT_EQ(status(*away).media_pending, 0U);
  EXPECT_EQ(sync(*away).round_trips, 1U) << "and is not busy with it";
  EXPECT_EQ(on_disk(district), 0U);
}

// It was refused before the record was here: a verdict on this chunk, not on the space.
TEST_F(Erasing, ARefusedErasedChunkHoldsUpNoOtherPhoto) {
  const auto gone = attach(*ani, entry, 3'000);
  const auto other = attach(*ani, entry, 3'000);
  bool first = true;
  server.on_reply = [&](sync::ServerMessage& reply) {
    for (auto& state : reply.chunk_states) {
      if (first) state = {Code::not_found, 0};
      first = false;
    }
  };
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(ani->attachment(other)->delivery, Delivery::on_carrier);
  EXPECT_EQ(ani->attachment(gone)->delivery, Delivery::saved_here);
  EXPECT_EQ(ani->media_refused_in_sync(), Code::ok) << "no full quota, and nothing to tell anybody";
}

TEST_F(Erasing, ARestoredCarrierForgetsThemAgain) {
  attach(*ani, entry);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  server.back_up();
  for (const bool new_generation : {true, false}) {
    if (new_generation) {
      ASSERT_TRUE(ani->erase(entry, 0, false).ok());
    }
    ASSERT_EQ(sync(*ani).code, Code::ok);
    ASSERT_EQ(on_disk(server), 0U);
    server.restore(new_generation);
    ASSERT_GT(on_disk(server), 0U) << "a backup from before holds it";
    ASSERT_EQ(sync(*ani).code, Code::ok);
    ASSERT_EQ(sync(*ani).code, Code::ok);
    EXPECT_EQ(on_disk(server), 0U) << "the record itself tells it";
  }
}

TEST_F(Erasing, AnAdminErasesAColleaguesRecordWithItsPhotoAndTheColleagueHearsOfIt) {
  auto budi = member(*ani, "Budi");
  const auto problem = problem_of(*budi);
  const auto id = attach(*budi, problem);
  const auto of_ani = [&] {
    EXPECT_EQ(sync(*budi).code, Code::ok);
    EXPECT_EQ(sync(*ani).code, Code::ok);
    return attach(*ani, problem, 3'000);
  }();
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  const auto budis = budi->erase(problem, 0, true);
  ASSERT_TRUE(budis.ok());
  EXPECT_EQ(budis->attachments, 1U);
  EXPECT_EQ(budis->others, 1U) << "what Ani attached stays until she or an admin erases it";
  auto erased = ani->erase(problem, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->attachments, 2U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  EXPECT_EQ(on_disk(server), 0U);
  EXPECT_TRUE(signed_by(*ani, 0));
  ASSERT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(budi->attachment(id).code(), Code::not_found);
  EXPECT_EQ(budi->attachment(of_ani).code(), Code::not_found);
  EXPECT_EQ(status(*budi).media_pending, 0U);
}

TEST_F(Erasing, WhoBroughtAColleaguesPhotoElsewhereTakesItBackWhenItIsErased) {
  auto budi = member(*ani, "Budi");
  auto sari = member(*ani, "Sari");
  const auto problem = problem_of(*budi);
  const auto id = attach(*budi, problem);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*sari).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  fetch(*sari, id, server);
  Server district{random, clock};
  watch(district);
  host_at(district);
  ASSERT_TRUE(sari->add_carrier(district.address()).ok());
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  ASSERT_GT(on_disk(district), 0U) << "Sari was there before Budi";
  ASSERT_TRUE(budi->erase(problem, 0, false).ok());
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_TRUE(budi->add_carrier(district.address()).ok());
  ASSERT_EQ(sync(*budi, district).code, Code::ok);
  EXPECT_GT(on_disk(district), 0U) << "whom the district does not know as who brought it";
  EXPECT_FALSE(signed_by(*budi, 1)) << "and it signs nothing";
  ASSERT_EQ(sync(*sari).code, Code::ok);
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  EXPECT_EQ(on_disk(district), 0U);
  EXPECT_TRUE(sari->erasures()->empty()) << "nothing that Sari asked for";
  ASSERT_EQ(sync(*budi, district).code, Code::ok);
  EXPECT_TRUE(signed_by(*budi, 1));
  const auto before = sari->fingerprint(school())->digest;
  ASSERT_EQ(sync(*sari).code, Code::ok);
  ASSERT_EQ(sync(*sari, district).code, Code::ok);
  EXPECT_EQ(sari->fingerprint(school())->digest, before) << "said once";
}

// A value can be read by everybody, and so written into an attachment of one's own.
TEST_F(Erasing, WhoCopiesAnothersPhotoIntoAnAttachmentCannotHaveItErasedByThat) {
  auto budi = member(*ani, "Budi");
  auto sari = member(*ani, "Sari");
  const auto problem = problem_of(*budi);
  const auto id = attach(*budi, problem);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*sari).code, Code::ok);
  const auto of_sari = problem_of(*sari);
  ASSERT_EQ(sync(*sari).code, Code::ok);
  const auto space = school();
  const auto sari_id = sari->person();
  sari.reset();
  {
    struct Nobody final : cycle::People {
      base::PersonId person;
      base::LogId log;
      std::optional<base::PersonId> author_of(const base::SpaceId&, const base::LogId& of) const override {
        return of == log ? std::optional(person) : std::nullopt;
      }
      std::uint16_t roles_of(const base::SpaceId&, const base::PersonId&) const override { return 0; }
    } people;
    auto inside = std::move(store::Store::open(folder.file("Sari"), base::Secret32(Bytes(32, 3)), 0)).value();
    people.person = sari_id;
    people.log = (*inside->own_log(space))->log;
    const auto value = (*inside->attachments().get(id))->content;
    cycle::Attachments copies(*inside, {log::encode_op, log::decode_op}, people, random);
    store::Store::Transaction transaction(*inside);
    ASSERT_TRUE(transaction.begin().ok());
    ASSERT_TRUE(copies.add({space, people.log, sari_id, 1}, of_sari, value, "", std::nullopt).ok());
    ASSERT_TRUE(transaction.commit().ok());
  }
  sari = open("Sari");
  ASSERT_EQ(sync(*sari).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(ani->attachments(of_sari)->size(), 1U);
  fetch(*ani, ani->attachments(of_sari)->front().id, server);  // by the copy
  ASSERT_TRUE(ani->read_attachment(id).ok());
  const auto there = on_disk(server);
  // The admin erases what Sari did; Budi's photo stays.
  auto erased = ani->erase(of_sari, 0, false);
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->attachments, 1U);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(on_disk(server), there);
  EXPECT_TRUE(budi->read_attachment(id).ok());
  EXPECT_TRUE(ani->attachment(id).ok());
  // And Budi, whose it is, erases it from the carrier whoever shows it.
  ASSERT_TRUE(budi->erase(problem, 0, false).ok());
  ASSERT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(on_disk(server), 0U);
}

// Sari's word for Budi's photo, as a program of her own would write it.
TEST_F(Erasing, AnothersWordForAPhotoChangesNothingAndTheCarrierIsAskedAgain) {
  auto budi = member(*ani, "Budi");
  auto sari = member(*ani, "Sari");
  const auto problem = problem_of(*budi);
  const auto id = attach(*budi, problem);
  ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_EQ(sync(*ani).code, Code::ok);
  ASSERT_EQ(sync(*sari).code, Code::ok);
  const auto space = school();
  sari.reset();
  auto inside = store::Store::open(folder.file("Sari"), base::Secret32(Bytes(32, 3)), 0);
  ASSERT_TRUE(inside.ok());
  const auto keys = space::DeviceKeys::parse(**(*inside)->setting("device"));
  const auto certificate = space::parse_certificate(**(*inside)->setting("certificate"));
  ASSERT_TRUE(keys.ok() && certificate.ok());
  space::Membership membership(space);
  const auto records = (*inside)->records(space);
  for (const auto& record : *records) ASSERT_TRUE(membership.add(record).ok());
  std::vector<log::ChunkId> chunks;
  for (const auto& [chunk, bytes] : brought) chunks.push_back(chunk);
  const auto hostile = space::write_erased({&*keys, &*certificate, 0}, membership, 0, {}, {}, chunks);
  bool said = false;
  server.on_reply = [&](sync::ServerMessage& reply) {
    if (said || reply.spaces.empty()) return;
    for (auto& part : reply.spaces) {
      if (part.space.index == 0 && !(part.space.id == space)) continue;
      said = true;
      sync::SpaceReply more;
      more.space.id = space;
      more.records.push_back(hostile);
      reply.spaces.push_back(more);
      break;
    }
  };
  std::size_t asked = 0;
  server.on_request = [&](sync::ClientMessage& message) {
    for (const auto& piece : message.chunks) asked += piece.bytes.empty() ? 1 : 0;
    for (const auto& piece : message.chunks) pieces += piece.bytes.empty() ? 0 : 1;
  };
  const auto before = pieces;
  add(*budi, "supaya ada jawaban");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sync(*budi).code, Code::ok);
  ASSERT_TRUE(said);
  EXPECT_TRUE(budi->read_attachment(id).ok());
  EXPECT_EQ(budi->attachment(id)->delivery, Delivery::on_carrier);
  EXPECT_EQ(asked, chunks.size()) << "once: a carrier may have had it from Sari";
  EXPECT_EQ(pieces, before);
  EXPECT_EQ(on_disk(server), brought.size());
}

}  // namespace
}  // namespace sejawat::api
#endif
