// Bytes as a script of three devices to one carrier with a store: records and segments as they are, altered
// and by whoever, messages of any kind, and the process ends and comes again.
// needs: crypto log space sync carrier storage storage_sqlite
#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/check.h"
#include "base/codec.h"
#include "carrier/audit.h"
#include "storage_sqlite/sqlite_store.h"
#include "support/carrier_world.h"

namespace {

using namespace sejawat;
using base::Bytes;
using support::Books;
using support::Community;
using support::message_of;
using support::Person;
using support::run_of;
using support::upload;
using support::Writing;

constexpr std::int64_t kNow = 1'795'000'000;

// What there is to say, made once: making it costs more than a carrier takes to judge it.
struct Told {
  bool segment = false;
  base::LogId log;
  Bytes bytes;
};
struct World {
  World() {
    const auto record = [this](Bytes bytes) { told.push_back({false, {}, school.add(std::move(bytes))}); };
    const auto segments = [this](Writing& log, int count) {
      for (int i = 0; i < count; ++i) {
        log.ops = 1 + static_cast<std::uint32_t>(i);
        told.push_back({true, log.id, log.write(40)});
      }
    };
    Writing of_admin(school, admin, random);
    told.push_back({false, {}, of_admin.enrolment});
    segments(of_admin, 2);
    const auto invite = space::InviteKeys::from_secret(base::Secret16::random(random));
    record(space::write_invite(admin.author(), school.membership, invite, space::WireRole::writer, 1,
                               kNow + 1000, {}));
    const auto offered = school.membership.invites().find(invite.sign.public_key())->second.record;
    record(space::write_join(sari.author(), school.id(), invite.sign, offered, sari.identity.box.public_key(),
                             {}));
    Writing of_sari(school, sari, random);
    told.push_back({false, {}, of_sari.enrolment});
    segments(of_sari, 2);
    Writing copy(of_sari);
    segments(of_sari, 2);
    segments(copy, 2);  // by a copy of her store
    const auto first = log::decode_segment(told[1].bytes).value();
    const auto hash =
        log::segment_hash(school.id(), of_admin.id, {}, first.header, log::body_hash(first.body));
    record(space::write_erased(admin.author(), school.membership, 0,
                               {{{of_admin.id, 0, base::prefix_of<base::HeadTag>(hash)}, {{0, 1}}}}, {}));
    told.push_back({true, of_admin.id, log::without_body(first)});
    record(space::write_role(admin.author(), school.membership, sari.certificate.person(),
                             space::WireRole::reader, {}, {}));
    record(space::write_person_removed(admin.author(), school.membership, sari.certificate.person(), {}));
    record(space::write_invite_revoked(admin.author(), school.membership, invite.sign.public_key()));
    told.push_back({true, of_sari.id, of_sari.draft(40)});
    // The same invite, by somebody else.
    told.push_back({false,
                    {},
                    space::write_join(budi.author(), school.id(), invite.sign, offered,
                                      budi.identity.box.public_key(), {})});
  }
  support::SeededRandom random{20};
  Person admin{random};
  Person sari{random};
  Person budi{random};
  Community school = support::found_school(admin);
  Bytes genesis = school.records().front();
  std::vector<Told> told;
};

class Play {
 public:
  explicit Play(World& world) : world_(world) {
    store_ = std::move(storage::open_sqlite(":memory:", random_)).value();
    open();
    const auto secret = carrier_->operator_secret(random_);
    auto message = message_of({upload(world_.school.id(), {world_.genesis})});
    message.hello->operator_secret = base::to_bytes((**secret).view());
    send(0, message);
  }
  void open() {
    carrier_.reset();
    carrier_ = std::move(carrier::Carrier::open(*store_, {})).value();
  }
  sync::ServerMessage send(std::size_t who, const sync::ClientMessage& message) {
    const auto device = people_[who % 3]->device();
    SJ_CHECK(store_->begin().ok());
    auto ingested = carrier_->ingest(device, message, kNow);
    SJ_CHECK(ingested.ok() && store_->commit().ok());
    auto reply = carrier_->answer(device, message, std::move(ingested).value());
    SJ_CHECK(reply.ok());
    const Bytes bytes = sync::encode(*reply);
    SJ_CHECK(bytes.size() <= sync::kMessageMax && sync::decode_server(bytes).ok());
    // Whom no certificate names hears of nothing that is here.
    if (reply->error != base::Code::ok) SJ_CHECK(!reply->set && reply->record_exceptions.empty());
    return std::move(reply).value();
  }
  void greet(std::size_t who) {
    sync::ClientMessage message;
    message.hello = books_[who % 3].hello();
    const auto reply = send(who, message);
    if (reply.error == base::Code::ok) books_[who % 3].settle(message, reply);
  }
  // What is stored is what was judged, whatever was said; and a carrier that comes again knows it.
  void judge() {
    const auto audited = carrier::audit(*store_);
    SJ_CHECK(audited.ok());
    const auto before = carrier_->survey();
    open();
    const auto after = carrier_->survey();
    SJ_CHECK(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      SJ_CHECK(before[i].space == after[i].space && before[i].members == after[i].members);
      SJ_CHECK(before[i].devices == after[i].devices && before[i].logs == after[i].logs);
      SJ_CHECK(before[i].arrivals == after[i].arrivals && before[i].usage == after[i].usage);
    }
  }

 private:
  World& world_;
  support::SeededRandom random_{7};
  std::array<const Person*, 3> people_{&world_.admin, &world_.sari, &world_.budi};
  std::array<Books, 3> books_;
  std::unique_ptr<carrier::CarrierStore> store_;
  std::unique_ptr<carrier::Carrier> carrier_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  base::Reader script(base::ByteView(data, size));
  Play play(world);
  std::uint8_t act = 0;
  std::vector<sync::SpaceUpload> waiting;  // goes with the next message
  for (int step = 0; step < 48 && script.u8(act); ++step) {
    const std::size_t who = act >> 3 & 3U;
    std::uint8_t which = 0;
    switch (act % 8) {
      case 0:
      case 1:
      case 2: {  // one of what there is to say: as it is, altered, or cut short
        std::uint8_t at = 0;
        std::uint8_t with = 0;
        if (!script.u8(which) || (act % 8 != 0 && (!script.u8(at) || !script.u8(with)))) break;
        const Told& told = world.told[which % world.told.size()];
        Bytes bytes = told.bytes;
        const std::size_t place = std::size_t{at} * bytes.size() / 256;
        if (act % 8 == 1) bytes[place] ^= with;
        if (act % 8 == 2) bytes.resize(place);
        auto one = told.segment ? upload(world.school.id(), {}, {run_of(told.log, {std::move(bytes)})})
                                : upload(world.school.id(), {std::move(bytes)});
        waiting.push_back(std::move(one));
        if ((act & 0x20) != 0 && waiting.size() < 16) break;
        play.send(who, message_of(std::move(waiting)));
        waiting.clear();
        break;
      }
      case 3: play.greet(who); break;
      case 4: {  // anything that decodes
        base::ByteView raw;
        if (!script.prefixed(4096, raw)) break;
        auto message = sync::decode_client(raw);
        if (message.ok()) play.send(who, *message);
        break;
      }
      case 5: play.open(); break;
      default: {  // all of it, from here on
        if (!script.u8(which)) break;
        for (std::size_t i = which % world.told.size(); i < world.told.size(); ++i) {
          const Told& told = world.told[i];
          waiting.push_back(told.segment ? upload(world.school.id(), {}, {run_of(told.log, {told.bytes})})
                                         : upload(world.school.id(), {told.bytes}));
        }
        play.send(who, message_of(std::move(waiting)));
        waiting.clear();
        break;
      }
    }
  }
  play.judge();
  return 0;
}
