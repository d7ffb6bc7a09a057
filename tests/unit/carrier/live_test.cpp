// Several messages on one connection, and pushes between them.
#include "fixture.h"

namespace sejawat::carrier {
namespace {

// One device on one connection: its peer on the carrier and its own books.
struct Line {
  explicit Line(const Person& by) : person(&by), peer(by.device()) {}
  const Person* person;
  Peer peer;
  Books books;
};

class LiveTest : public SchoolTest {
 protected:
  LiveTest() {
    admit(sari);
    admit(budi);
    by_admin.emplace(enrol(school, admin));
  }
  sync::ServerMessage say(Line& line, const sync::ClientMessage& message) {
    EXPECT_TRUE(store->begin().ok());
    auto ingested = carrier->ingest(line.peer, message, kNow);
    EXPECT_TRUE(ingested.ok());
    EXPECT_TRUE(store->commit().ok());
    auto reply = carrier->answer(line.peer, message, std::move(ingested).value());
    EXPECT_TRUE(reply.ok());
    EXPECT_LE(sync::encode(*reply).size(), sync::kMessageMax);
    if (reply->error == Code::ok) line.books.settle(message, *reply);
    carrier->take_changes();
    return std::move(reply).value();
  }
  sync::ServerMessage hello(Line& line, std::vector<sync::SpaceUpload> uploads = {}) {
    sync::ClientMessage message;
    message.hello = line.books.hello();
    message.hello->live = true;
    message.spaces = std::move(uploads);
    return say(line, message);
  }
  sync::ServerMessage go_on(Line& line, std::vector<sync::SpaceUpload> uploads = {}) {
    sync::ClientMessage message;
    message.spaces = std::move(uploads);
    return say(line, message);
  }
  // Caught up, and past the point from which on it is pushed to.
  void settle(Line& line) {
    auto reply = hello(line);
    do {
      reply = go_on(line);
    } while (reply.segments_to_come > 0);
    EXPECT_FALSE(line.books.digest_differs);
  }
  std::optional<sync::ServerMessage> push(Line& line) {
    auto made = carrier->push(line.peer);
    EXPECT_TRUE(made.ok());
    if (!*made) return std::nullopt;
    const Bytes bytes = sync::encode(**made);
    EXPECT_LE(bytes.size(), sync::kMessageMax);
    auto decoded = sync::decode_server(bytes);
    EXPECT_TRUE(decoded.ok());
    EXPECT_TRUE(decoded->push);
    EXPECT_FALSE(decoded->set.has_value());
    line.books.settle({}, *decoded);
    EXPECT_FALSE(line.books.digest_differs);
    return std::move(decoded).value();
  }
  sync::SpaceUpload segments(Writing& log, int count, std::size_t body = 120) {
    std::vector<Bytes> all;
    for (int i = 0; i < count; ++i) all.push_back(log.write(body));
    return upload(school.id(), {}, {run_of(log.id, std::move(all))});
  }
  std::size_t held(Line& line) { return line.books.at(school.id()).segments.size(); }

  std::optional<Writing> by_admin;
};

TEST_F(LiveTest, ALaterMessageNeedsNoHello) {
  Line line(sari);
  hello(line);
  Writing log(school, sari, random);
  auto reply = go_on(line, {upload(school.id(), {log.enrolment}, {run_of(log.id, {log.write()})})});
  EXPECT_EQ(reply.error, Code::ok);
  EXPECT_TRUE(reply.record_exceptions.empty());
  EXPECT_TRUE(reply.segment_exceptions.empty());
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_TRUE(reply.spaces[0].logs.empty()) << "its own upload does not come back";
  reply = go_on(line);
  EXPECT_TRUE(reply.spaces.empty());
  EXPECT_TRUE(sync::encode(reply).empty()) << "nothing new is said in no bytes";
  EXPECT_FALSE(line.books.digest_differs);
}

TEST_F(LiveTest, WithoutAnyHelloNothingIsTaken) {
  Line line(sari);
  Writing log(school, sari, random);
  const auto reply = go_on(line, {upload(school.id(), {log.enrolment})});
  EXPECT_EQ(reply.error, Code::protocol_violation);
  EXPECT_EQ(reply.records_taken, 0U);
  const auto arrivals = carrier->survey()[0].arrivals;
  hello(line);
  EXPECT_EQ(carrier->survey()[0].arrivals, arrivals);
}

TEST_F(LiveTest, AnIndexMeansTheSetOfTheLastReply) {
  Line line(admin);
  hello(line);
  auto reply = go_on(line, {segments(*by_admin, 1)});
  auto second = segments(*by_admin, 1);
  second.space = {1, {}};
  reply = go_on(line, {second});
  EXPECT_TRUE(reply.segment_exceptions.empty());
  auto beyond = segments(*by_admin, 1);
  beyond.space = {2, {}};
  sync::ClientMessage message;
  message.spaces = {beyond};
  const auto refused = carrier->ingest(line.peer, message, kNow);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(verdict(refused->reply.segment_exceptions, 0), Code::unknown_space);
}

TEST_F(LiveTest, PushesBeginWithTheSecondMessageAndOnlyForWhoAskedForThem) {
  Line line(sari);
  hello(line);
  Line quiet(budi);
  sync::ClientMessage plain;
  plain.hello = quiet.books.hello();
  say(quiet, plain);
  go_on(quiet);
  Line author(admin);
  hello(author, {segments(*by_admin, 1)});
  EXPECT_FALSE(push(line).has_value()) << "the hello may be a replay";
  EXPECT_FALSE(push(quiet).has_value());
  go_on(line);
  hello(author, {segments(*by_admin, 1)});
  EXPECT_TRUE(push(line).has_value());
  EXPECT_FALSE(push(quiet).has_value());
}

TEST_F(LiveTest, WhatOneBringsIsPushedToTheOthersOnce) {
  Line author(admin);
  Line first(sari);
  Line second(budi);
  for (auto* line : {&author, &first, &second}) settle(*line);
  go_on(author, {segments(*by_admin, 2)});
  EXPECT_FALSE(push(author).has_value()) << "never its own";
  for (auto* line : {&first, &second}) {
    const auto message = push(*line);
    ASSERT_TRUE(message.has_value());
    ASSERT_EQ(message->spaces.size(), 1U);
    EXPECT_EQ(message->spaces[0].logs.at(0).segments.size(), 2U);
    EXPECT_EQ(message->segments_to_come, 0U);
    EXPECT_FALSE(push(*line).has_value());
    EXPECT_EQ(held(*line), 2U);
  }
  EXPECT_TRUE(go_on(first).spaces.empty()) << "a push counts as sent";
}

TEST_F(LiveTest, PeersAtTheSamePlaceShareOneEncoding) {
  Line first(sari);
  Line second(budi);
  settle(first);
  settle(second);
  Line author(admin);
  hello(author, {segments(*by_admin, 3)});
  const auto a = carrier->push(first.peer);
  const auto b = carrier->push(second.peer);
  ASSERT_TRUE(a.ok() && b.ok() && *a && *b);
  EXPECT_EQ((*a)->shared.at(0).encoded.get(), (*b)->shared.at(0).encoded.get());
}

// What is encoded once for many is kept for so many places and no more.
TEST_F(LiveTest, PeersAtManyPlacesEachGetWhatIsAfterTheirs) {
  Line line(admin);
  hello(line);
  for (int i = 0; i < 8; ++i) go_on(line, {segments(*by_admin, 10)});
  const auto arrivals = carrier->survey()[0].arrivals;
  ASSERT_GT(arrivals, 80U);
  for (int again = 0; again < 2; ++again) {
    for (std::uint64_t from = arrivals - 70; from < arrivals; ++from) {
      Peer peer(sari.device());
      peer.follow({school.id()}, from);
      peer.live = peer.greeted = peer.confirmed = true;
      const auto pushed = carrier->push(peer);
      ASSERT_TRUE(pushed.ok());
      ASSERT_TRUE(pushed->has_value());
      const auto decoded = sync::decode_server(sync::encode(**pushed));
      ASSERT_TRUE(decoded.ok());
      std::size_t segments = 0;
      for (const auto& run : decoded->spaces.at(0).logs) segments += run.segments.size();
      EXPECT_EQ(segments, arrivals - from);
      EXPECT_EQ(peer.positions.at(0), arrivals);
    }
  }
}

TEST_F(LiveTest, WhoeverIsNoMemberHearsNothing) {
  Community diary = support::diary_of(budi);
  Line owner(budi);
  settle(owner);
  go_on(owner, {upload(diary.id(), diary.records())});
  Line other(sari);
  settle(other);
  Line outsider(stranger);
  EXPECT_EQ(hello(outsider).error, Code::unknown_membership);
  go_on(outsider);
  Writing log(diary, budi, random);
  go_on(owner, {upload(diary.id(), {log.enrolment}, {run_of(log.id, {log.write()})})});
  EXPECT_FALSE(push(other).has_value());
  EXPECT_FALSE(push(outsider).has_value());
}

// As a server does with what comes in the same moment: all is taken, committed, and only then answered.
TEST_F(LiveTest, WhoIsRemovedByTheGroupThatTookTheirWordsIsStillToBeCut) {
  for (const bool greets : {false, true}) {
    const Person& whom = greets ? budi : sari;
    Line line(whom);
    settle(line);
    ASSERT_FALSE(line.peer.set.empty());
    sync::ClientMessage last;
    if (greets) last.hello = line.books.hello();
    const auto key = crypto::SigningKey::from_seed(base::Secret32::random(random));
    last.spaces = {
        upload(school.id(), {school.add(space::write_log(whom.author(), school.membership, key))})};
    ASSERT_TRUE(store->begin().ok());
    auto taken = carrier->ingest(line.peer, last, kNow);
    ASSERT_TRUE(taken.ok());
    const auto removal = message_of({upload(
        school.id(),
        {school.add(space::write_person_removed(admin.author(), school.membership, whom.id(), {}))})});
    auto removed = carrier->ingest(admin.device(), removal, kNow);
    ASSERT_TRUE(removed.ok());
    ASSERT_TRUE(store->commit().ok());
    ASSERT_TRUE(carrier->answer(line.peer, last, std::move(taken).value()).ok());
    ASSERT_TRUE(carrier->answer(admin.device(), removal, std::move(removed).value()).ok());
    const auto cut = carrier->take_changes().cut;
    ASSERT_EQ(cut.count(whom.device()), 1U);
    EXPECT_TRUE(line.peer.set.empty());
    EXPECT_TRUE(Peer::is_cut_by(cut.at(whom.device()), line.peer.set, line.peer.left)) << greets;
  }
}

TEST_F(LiveTest, WhatDoesNotFitIsAskedFor) {
  Line reader(sari);
  settle(reader);
  Line author(admin);
  settle(author);
  for (int i = 0; i < 4; ++i) go_on(author, {segments(*by_admin, 6, 7000)});
  const auto message = push(reader);
  ASSERT_TRUE(message.has_value());
  EXPECT_GT(message->segments_to_come, 0U);
  EXPECT_GT(held(reader), 4U);
  go_on(author, {segments(*by_admin, 1)});
  EXPECT_FALSE(push(reader).has_value()) << "it is the reader's turn";
  std::size_t before = held(reader);
  for (auto reply = go_on(reader); reply.segments_to_come > 0; reply = go_on(reader)) {
    EXPECT_GT(held(reader), before);
    before = held(reader);
  }
  EXPECT_EQ(held(reader), 25U);
  go_on(author, {segments(*by_admin, 1)});
  EXPECT_TRUE(push(reader).has_value()) << "caught up, and pushed to again";
}

TEST_F(LiveTest, ASpaceThatIsNewToAPeerIsAskedFor) {
  Line owner(budi);
  settle(owner);
  Community diary = support::diary_of(budi);
  // By another connection of the same device: this one does not know of it.
  ASSERT_TRUE(send(budi, message_of({upload(diary.id(), diary.records())})).record_exceptions.empty());
  const Changes changes = carrier->take_changes();
  EXPECT_EQ(changes.devices, std::set<base::PublicBoxKey>{budi.device()});
  EXPECT_EQ(changes.tips.count(diary.id()), 1U);
  const auto invitation = push(owner);
  ASSERT_TRUE(invitation.has_value());
  EXPECT_TRUE(invitation->spaces.empty());
  EXPECT_EQ(invitation->segments_to_come, 2U);
  EXPECT_FALSE(push(owner).has_value());
  const auto reply = go_on(owner);
  ASSERT_TRUE(reply.set.has_value());
  EXPECT_EQ(reply.set->size(), 2U);
  EXPECT_EQ(owner.books.at(diary.id()).records.size(), 2U);
  EXPECT_FALSE(owner.books.digest_differs);
}

TEST_F(LiveTest, AnUnknownBaseIsFollowedByVectorsOnTheSameLine) {
  Line author(admin);
  hello(author, {segments(*by_admin, 5)});
  Line line(sari);
  settle(line);
  line.peer = Peer(sari.device());
  Books& books = line.books;
  const std::size_t had = held(line);
  books.generation = random.id<base::GenerationId>();
  auto reply = hello(line);
  EXPECT_TRUE(reply.base_unknown);
  EXPECT_TRUE(reply.spaces.empty());
  EXPECT_TRUE(go_on(line).spaces.empty()) << "nothing until its base or its vector is known";
  EXPECT_FALSE(push(line).has_value());
  sync::ClientMessage ask;
  ask.hello = books.hello();
  ask.hello->live = ask.hello->full = true;
  reply = say(line, ask);
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_TRUE(reply.spaces[0].vector.has_value());
  go_on(author, {segments(*by_admin, 1)});
  EXPECT_FALSE(push(line).has_value());
  sync::SpaceUpload own;
  own.space.index = 1;
  own.vector.emplace();
  own.vector->entries.push_back({by_admin->id, 5, {}});
  for (const auto& record : books.at(school.id()).records) {
    own.vector->records.push_back(base::prefix_of<base::HeadTag>(record));
  }
  std::sort(own.vector->records.begin(), own.vector->records.end());
  reply = go_on(line, {own});
  ASSERT_EQ(reply.spaces.size(), 1U);
  EXPECT_TRUE(reply.spaces[0].records.empty());
  EXPECT_EQ(held(line), had + 1) << "only what the vector lacked";
  EXPECT_FALSE(books.digest_differs);
}

TEST_F(LiveTest, AnUploadWhileFarBehindDoesNotComeBack) {
  Writing own = enrol(school, sari);
  Line author(admin);
  settle(author);
  Line line(sari);
  settle(line);
  for (int i = 0; i < 3; ++i) go_on(author, {segments(*by_admin, 7, 7000)});
  auto reply = go_on(line, {segments(own, 2)});
  EXPECT_GT(reply.segments_to_come, 0U);
  while (reply.segments_to_come > 0) {
    reply = go_on(line);
    for (const auto& part : reply.spaces) {
      for (const auto& run : part.logs) EXPECT_FALSE(base::equal(run.log, own.id.view()));
    }
  }
  EXPECT_EQ(held(line), 23U);
  EXPECT_TRUE(line.peer.own.empty()) << "forgotten once passed";
}

// Everybody on a line or off it, in any order: whoever is caught up has everything, and digests agree.
TEST_F(LiveTest, AnyMixOfMessagesPushesAndCutsConverges) {
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    support::SeededRandom chance(seed);
    std::array<Writing, 3> logs{enrol(school, admin), enrol(school, sari), enrol(school, budi)};
    std::array<Line, 3> lines{Line(admin), Line(sari), Line(budi)};
    for (int step = 0; step < 60; ++step) {
      const auto who = chance.below(3);
      Line& line = lines[who];
      switch (chance.below(6)) {
        case 0:
        case 1: {
          std::vector<sync::SpaceUpload> uploads{
              segments(logs[who], 1 + static_cast<int>(chance.below(3)), 100 + chance.below(6000))};
          if (line.peer.greeted) {
            go_on(line, std::move(uploads));
          } else {
            hello(line, std::move(uploads));
          }
          break;
        }
        case 2: line.peer = Peer(line.person->device()); break;
        case 3:
          if (line.peer.greeted) go_on(line);
          break;
        default: push(line); break;
      }
    }
    for (auto& line : lines) settle(line);
    const auto digest = lines[0].books.at(school.id()).digest.value();
    for (auto& line : lines) {
      EXPECT_EQ(line.books.at(school.id()).digest.value(), digest) << "seed " << seed;
      EXPECT_FALSE(push(line).has_value());
    }
  }
}

}  // namespace
}  // namespace sejawat::carrier
