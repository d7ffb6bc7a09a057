// Frames that no program of ours writes: lengths that are wrong, codes that do not exist, more than a message
// may hold.
#include <gtest/gtest.h>

#include <functional>

#include "sejawat/v1/frame.pb.h"
#include "support/fakes.h"
#include "sync/frame.h"

namespace sejawat::sync {
namespace {

using base::Code;

std::string bytes(std::size_t size) { return std::string(size, '\x05'); }

using FromClient = std::function<void(v1::ClientMessage&)>;
using FromServer = std::function<void(v1::ServerMessage&)>;

base::Result<ClientMessage> client(const FromClient& change) {
  v1::ClientMessage message;
  change(message);
  return decode_client(base::as_bytes(message.SerializeAsString()));
}
base::Result<ServerMessage> server(const FromServer& change) {
  v1::ServerMessage message;
  change(message);
  return decode_server(base::as_bytes(message.SerializeAsString()));
}

TEST(FrameBytes, AHelloHasWholeIdsOrNone) {
  const auto hello = [](const std::function<void(v1::Hello&)>& change) {
    return client([&](auto& m) { change(*m.mutable_hello()); }).code();
  };
  EXPECT_EQ(hello([](auto&) {}), Code::ok);
  EXPECT_EQ(hello([](auto& h) { h.set_set(bytes(8)), h.set_base(bytes(16)); }), Code::ok);
  EXPECT_EQ(hello([](auto& h) { h.set_set(bytes(7)), h.set_base(bytes(16)); }), Code::malformed);
  EXPECT_EQ(hello([](auto& h) { h.set_set(bytes(8)); }), Code::malformed) << "a set without its base";
  EXPECT_EQ(hello([](auto& h) { h.set_set(bytes(8)), h.set_full(true); }), Code::ok) << "vectors need none";
  EXPECT_EQ(hello([](auto& h) { h.set_set(bytes(8)), h.set_full(true), h.set_base(bytes(3)); }),
            Code::malformed);
  EXPECT_EQ(hello([](auto& h) { h.set_generation(bytes(8)); }), Code::ok);
  EXPECT_EQ(hello([](auto& h) { h.set_generation(bytes(9)); }), Code::malformed);
  EXPECT_EQ(hello([](auto& h) { h.set_chunk_mark(bytes(8)); }), Code::ok);
  EXPECT_EQ(hello([](auto& h) { h.set_chunk_mark(bytes(7)); }), Code::malformed);
  EXPECT_EQ(hello([](auto& h) { h.set_person(bytes(8)); }), Code::ok);
  EXPECT_EQ(hello([](auto& h) { h.set_person(bytes(16)); }), Code::malformed);
}

TEST(FrameBytes, MarksReceiptsAndTheirQueriesReadBack) {
  support::SeededRandom random(3);
  ClientMessage message;
  message.hello.emplace();
  message.hello->chunk_mark = random.id<base::ChunkMark>();
  message.hello->person = random.id<PersonTag>();
  for (std::size_t i = 0; i < kMaxReceipts; ++i) {
    message.receipts.push_back({random.id<base::SpaceId>(), random.id<base::RecordId>()});
  }
  const auto back = decode_client(encode(message));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->hello->chunk_mark, message.hello->chunk_mark);
  EXPECT_EQ(back->hello->person, message.hello->person);
  ASSERT_EQ(back->receipts.size(), kMaxReceipts);
  EXPECT_EQ(back->receipts.back().space, message.receipts.back().space);
  EXPECT_EQ(back->receipts.back().record, message.receipts.back().record);
  message.receipts.push_back(message.receipts.back());
  EXPECT_EQ(decode_client(encode(message)).code(), Code::malformed) << "more than 16";
  EXPECT_EQ(client([](auto& m) { m.set_receipts(bytes(31)); }).code(), Code::malformed);
  ServerMessage reply;
  reply.chunk_mark = random.id<base::ChunkMark>();
  reply.chunks_unknown = true;
  reply.whose = true;
  reply.receipts.assign(kMaxReceipts, base::Bytes(kMaxReceiptBytes, 1));
  const auto reply_back = decode_server(encode(reply));
  ASSERT_TRUE(reply_back.ok());
  EXPECT_EQ(reply_back->chunk_mark, reply.chunk_mark);
  EXPECT_TRUE(reply_back->chunks_unknown);
  EXPECT_TRUE(reply_back->whose);
  EXPECT_EQ(reply_back->receipts, reply.receipts);
  reply.receipts.back().push_back(1);
  EXPECT_EQ(decode_server(encode(reply)).code(), Code::malformed) << "longer than any receipt";
  reply.receipts.assign(kMaxReceipts + 1, base::Bytes(1, 1));
  EXPECT_EQ(decode_server(encode(reply)).code(), Code::malformed);
}

TEST(FrameBytes, AVectorIsCountedBeforeItsEntriesAreRead) {
  const auto code = [](std::size_t entries) {
    return client([&](auto& m) {
             auto* space = m.add_spaces();
             space->set_index(1);
             for (std::size_t i = 0; i < entries; ++i) {
               auto* entry = space->mutable_vector()->add_entries();
               if (entries > 1) continue;  // thousands of empty ones fit into a message
               entry->set_log(bytes(16));
               entry->set_head(bytes(8));
             }
           })
        .code();
  };
  EXPECT_EQ(code(1), Code::ok);
  EXPECT_EQ(code(2), Code::malformed) << "an entry without its log";
  EXPECT_EQ(code(kMaxItems + 1), Code::malformed);
  const auto entry = [](std::size_t log, std::size_t head) {
    return client([&](auto& m) {
             auto* space = m.add_spaces();
             space->set_index(1);
             space->mutable_vector()->add_entries()->set_log(bytes(log));
             space->mutable_vector()->mutable_entries(0)->set_head(bytes(head));
           })
        .code();
  };
  EXPECT_EQ(entry(15, 8), Code::malformed);
  EXPECT_EQ(entry(16, 9), Code::malformed);
}

TEST(FrameBytes, PiecesAndWantsNameTheirChunkAndTheirSpace) {
  const auto piece = [](std::uint32_t index, std::size_t id, std::size_t chunk) {
    return client([&](auto& m) {
             auto* one = m.add_chunks();
             one->set_index(index);
             one->set_id(bytes(id));
             one->set_chunk(bytes(chunk));
           })
        .code();
  };
  EXPECT_EQ(piece(0, 16, 32), Code::ok);
  EXPECT_EQ(piece(1, 0, 32), Code::ok);
  EXPECT_EQ(piece(0, 15, 32), Code::malformed);
  EXPECT_EQ(piece(1, 0, 31), Code::malformed);
  const auto want = [](std::uint32_t index, std::size_t chunk) {
    return client([&](auto& m) {
             m.add_wants()->set_index(index);
             m.mutable_wants(0)->set_chunk(bytes(chunk));
           })
        .code();
  };
  EXPECT_EQ(want(1, 32), Code::ok);
  EXPECT_EQ(want(257, 32), Code::malformed);
  EXPECT_EQ(want(0, 32), Code::malformed) << "by neither index nor id";
  EXPECT_EQ(want(1, 33), Code::malformed);
}

// A later carrier may refuse for a reason that is not known here; its whole answer would be lost over that.
TEST(FrameBytes, ACodeThatIsNotKnownIsARefusalWithoutAReason) {
  constexpr auto kLast = static_cast<std::uint32_t>(Code::internal);
  for (const std::uint32_t code : {kLast, kLast + 1, std::uint32_t{1} << 16, UINT32_MAX}) {
    const auto message = server([&](auto& m) {
      m.add_records()->set_code(code);
      m.add_segments()->set_code(code);
      m.add_chunk_states()->set_code(code);
      m.set_error(code);
    });
    ASSERT_TRUE(message.ok()) << code;
    EXPECT_EQ(message->record_exceptions.at(0).code, Code::internal);
    EXPECT_EQ(message->segment_exceptions.at(0).code, Code::internal);
    EXPECT_EQ(message->chunk_states.at(0).code, Code::internal);
    EXPECT_EQ(message->error, Code::internal);
  }
}

TEST(FrameBytes, ACarrierNamesARefusalByACodeAndIdsWhole) {
  EXPECT_EQ(server([](auto& m) { m.add_records()->set_code(0); }).code(), Code::malformed)
      << "an exception that is none";
  EXPECT_EQ(server([](auto& m) { m.set_generation(bytes(7)); }).code(), Code::malformed);
  EXPECT_EQ(server([](auto& m) { m.set_chunk_mark(bytes(9)); }).code(), Code::malformed);
  EXPECT_EQ(server([](auto& m) { m.add_chunks()->set_index(1); }).code(), Code::malformed);
  EXPECT_EQ(server([](auto& m) { m.add_spaces(); }).code(), Code::malformed) << "by neither index nor id";
  EXPECT_EQ(server([](auto& m) {
              m.add_spaces()->set_index(1);
              m.mutable_spaces(0)->mutable_vector()->set_records(bytes(7));
            }).code(),
            Code::malformed);
}

}  // namespace
}  // namespace sejawat::sync
