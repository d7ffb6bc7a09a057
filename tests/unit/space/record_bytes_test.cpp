// Bytes of membership records that no program of ours writes: each is refused with its reason before anything
// is believed.
#include <gtest/gtest.h>

#include <functional>

#include "log/op.h"
#include "sejawat/v1/membership.pb.h"
#include "space/membership.h"
#include "space/record_outline.h"

namespace sejawat::space {
namespace {

using base::Code;
using wire = v1::MembershipBody;
using Change = std::function<void(wire&)>;

std::string bytes(std::size_t size, char first = 1) {
  std::string out(size, '\x07');
  if (!out.empty()) out[0] = first;
  return out;
}

base::Bytes record_of(const wire& body) {
  v1::MembershipRecord record;
  record.set_body(body.SerializeAsString());
  record.set_signature(bytes(64));
  return base::to_bytes(base::as_bytes(record.SerializeAsString()));
}

void add_fence(google::protobuf::RepeatedPtrField<v1::Fence>* to, std::uint64_t count, char log,
               std::size_t head = 8) {
  auto* fence = to->Add();
  fence->set_log(bytes(16, log));
  fence->set_count(count);
  fence->set_head(bytes(head, static_cast<char>(count)));
}

void set_name(v1::SegmentName& name, std::uint64_t no) {
  name.set_log(bytes(16));
  name.set_segment_no(no);
  name.set_head(bytes(8));
}

// A body whose content `make` fills in; the outline reads it without asking who signed.
class RecordBytes : public testing::Test {
 protected:
  static Code outline(const Change& make, const Change& change) {
    wire body;
    body.set_space(bytes(16));
    body.add_parents(bytes(8));
    body.set_author(bytes(16));
    make(body);
    change(body);
    return outline_of(record_of(body)).code();
  }
  static void expect(const Change& make, const std::vector<std::pair<const char*, Change>>& wrong,
                     Code code = Code::malformed) {
    EXPECT_EQ(outline(make, [](wire&) {}), Code::ok);
    for (const auto& [what, change] : wrong) EXPECT_EQ(outline(make, change), code) << what;
  }
  static void nothing(wire& /*body*/) {}
};

TEST_F(RecordBytes, TheEnvelopeHasOneSpellingAndWholeSignatures) {
  wire body;
  body.set_space(bytes(16));
  v1::MembershipRecord record;
  record.set_body(body.SerializeAsString());
  const auto code = [](const v1::MembershipRecord& of) {
    return outline_of(base::as_bytes(of.SerializeAsString())).code();
  };
  EXPECT_EQ(code(record), Code::malformed) << "no signature";
  record.set_signature(bytes(63));
  EXPECT_EQ(code(record), Code::malformed);
  record.set_signature(bytes(64));
  EXPECT_EQ(code(record), Code::ok);
  record.set_invite_signature(bytes(65));
  EXPECT_EQ(code(record), Code::malformed);
  record.set_invite_signature(bytes(64));
  EXPECT_EQ(code(record), Code::ok);
  record.set_body("\x0A");
  EXPECT_EQ(code(record), Code::malformed) << "a body that is no message";
}

TEST_F(RecordBytes, SpaceParentsAndAuthorAreExact) {
  expect(nothing, {{"space", [](wire& b) { b.set_space(bytes(15)); }},
                   {"no space", [](wire& b) { b.clear_space(); }},
                   {"parent", [](wire& b) { b.add_parents(bytes(7)); }},
                   {"author", [](wire& b) { b.set_author(bytes(17)); }}});
  const auto many = [](wire& b) {
    while (b.parents_size() < 17) b.add_parents(bytes(8));
  };
  expect(nothing, {{"17 parents", many}}, Code::too_large);
}

TEST_F(RecordBytes, AContentThatIsNotKnownYetIsNotJudged) {
  EXPECT_EQ(outline(nothing, nothing), Code::ok);
  // Field 99, which a later version may have.
  wire body;
  body.set_space(bytes(16));
  v1::MembershipRecord record;
  record.set_body(body.SerializeAsString() + std::string("\x9A\x06\x02\x01\x02"));
  record.set_signature(bytes(64));
  EXPECT_TRUE(outline_of(base::as_bytes(record.SerializeAsString())).ok());
}

TEST_F(RecordBytes, OfAGenesis) {
  const auto make = [](wire& b) {
    auto& genesis = *b.mutable_genesis();
    genesis.set_identity_key(bytes(32));
    genesis.set_identity_box_key(bytes(32));
    genesis.set_kind(2);
    genesis.set_salt(bytes(16));
  };
  expect(make, {{"identity", [](wire& b) { b.mutable_genesis()->set_identity_key(bytes(31)); }},
                {"box", [](wire& b) { b.mutable_genesis()->set_identity_box_key(bytes(33)); }},
                {"proof", [](wire& b) { b.mutable_genesis()->set_identity_proof(bytes(63)); }},
                {"salt", [](wire& b) { b.mutable_genesis()->set_salt(bytes(15)); }},
                {"kind 0", [](wire& b) { b.mutable_genesis()->set_kind(0); }},
                {"kind 6", [](wire& b) { b.mutable_genesis()->set_kind(6); }},
                {"device", [](wire& b) { b.mutable_genesis()->mutable_device()->set_body("\x0A"); }}});
}

TEST_F(RecordBytes, OfACertificate) {
  const auto certificate = [](v1::DeviceCertificate& to) {
    v1::DeviceCertificateBody body;
    body.set_identity_key(bytes(32));
    body.set_sign_key(bytes(32));
    body.set_box_key(bytes(32));
    to.set_body(body.SerializeAsString());
    to.set_signature(bytes(64));
    to.set_possession(bytes(64));
  };
  const auto with = [&](const std::function<void(v1::DeviceCertificate&)>& change) {
    v1::DeviceCertificate changed;
    certificate(changed);
    change(changed);
    return parse_certificate(base::as_bytes(changed.SerializeAsString())).code();
  };
  const auto with_body = [&](const std::function<void(v1::DeviceCertificateBody&)>& change) {
    return with([&](v1::DeviceCertificate& c) {
      v1::DeviceCertificateBody body;
      body.ParseFromString(c.body());
      change(body);
      c.set_body(body.SerializeAsString());
    });
  };
  // Whole as bytes; that nobody signed it is found next.
  EXPECT_EQ(with([](auto&) {}), Code::bad_signature);
  EXPECT_EQ(with([](auto& c) { c.set_signature(bytes(63)); }), Code::malformed);
  EXPECT_EQ(with([](auto& c) { c.set_possession(bytes(65)); }), Code::malformed);
  EXPECT_EQ(with([](auto& c) { c.clear_possession(); }), Code::bad_signature) << "none yet";
  EXPECT_EQ(with([](auto& c) { c.set_body("\x0A"); }), Code::malformed);
  EXPECT_EQ(with([](auto& c) { c.mutable_issuer(); }), Code::malformed) << "an empty issuer";
  EXPECT_EQ(with([](auto& c) { c.set_body(c.body() + std::string("\x7A\xF0\x0F") + bytes(2032)); }),
            Code::too_large);
  EXPECT_EQ(with_body([](auto& b) { b.set_identity_key(bytes(31)); }), Code::malformed);
  EXPECT_EQ(with_body([](auto& b) { b.set_sign_key(bytes(31)); }), Code::malformed);
  EXPECT_EQ(with_body([](auto& b) { b.set_box_key(bytes(31)); }), Code::malformed);
}

TEST_F(RecordBytes, OfADevice) {
  const auto make = [](wire& b) {
    auto& certificate = *b.mutable_device()->mutable_certificate();
    v1::DeviceCertificateBody body;
    body.set_identity_key(bytes(32));
    body.set_sign_key(bytes(32));
    body.set_box_key(bytes(32));
    certificate.set_body(body.SerializeAsString());
    certificate.set_signature(bytes(64));
  };
  const auto proven = [&](wire& b) {
    make(b);
    b.mutable_device()->set_identity_box_key(bytes(32));
    b.mutable_device()->set_identity_proof(bytes(64));
  };
  expect(make, {{"certificate", [](wire& b) { b.mutable_device()->clear_certificate(); }},
                {"card without proof", [](wire& b) { b.mutable_device()->set_identity_box_key(bytes(32)); }},
                {"proof without card", [](wire& b) { b.mutable_device()->set_identity_proof(bytes(64)); }}});
  expect(proven, {{"card", [](wire& b) { b.mutable_device()->set_identity_box_key(bytes(31)); }},
                  {"proof", [](wire& b) { b.mutable_device()->set_identity_proof(bytes(63)); }}});
}

TEST_F(RecordBytes, OfALog) {
  const auto make = [](wire& b) {
    b.mutable_log()->set_log_key(bytes(32));
    b.mutable_log()->set_possession(bytes(64));
  };
  expect(make, {{"key", [](wire& b) { b.mutable_log()->set_log_key(bytes(33)); }},
                {"proof", [](wire& b) { b.mutable_log()->clear_possession(); }}});
}

TEST_F(RecordBytes, OfAnInvite) {
  const auto make = [](wire& b) {
    auto& invite = *b.mutable_invite();
    invite.set_sign_key(bytes(32));
    invite.set_box_key(bytes(32));
    invite.set_role(1);
    invite.set_uses(1);
  };
  expect(make, {{"sign key", [](wire& b) { b.mutable_invite()->set_sign_key(bytes(31)); }},
                {"box key", [](wire& b) { b.mutable_invite()->set_box_key(bytes(31)); }},
                {"role 0", [](wire& b) { b.mutable_invite()->set_role(0); }},
                {"role 5", [](wire& b) { b.mutable_invite()->set_role(5); }},
                {"no use", [](wire& b) { b.mutable_invite()->set_uses(0); }}});
}

TEST_F(RecordBytes, OfAJoin) {
  const auto make = [](wire& b) {
    auto& join = *b.mutable_join();
    join.set_invite_key(bytes(32));
    join.set_identity_key(bytes(32));
    join.set_identity_box_key(bytes(32));
    join.mutable_device()->set_body("\x0A");  // judged after the fields of the join itself
  };
  const auto why = [&](const Change& change) {
    wire body;
    body.set_space(bytes(16));
    make(body);
    change(body);
    return outline_of(record_of(body)).error().detail();
  };
  EXPECT_EQ(why(nothing), "certificate");
  EXPECT_EQ(why([](wire& b) { b.mutable_join()->set_invite_key(bytes(31)); }), "join");
  EXPECT_EQ(why([](wire& b) { b.mutable_join()->set_identity_key(bytes(31)); }), "join");
  EXPECT_EQ(why([](wire& b) { b.mutable_join()->set_identity_box_key(bytes(31)); }), "join");
  EXPECT_EQ(why([](wire& b) { b.mutable_join()->set_identity_proof(bytes(65)); }), "join");
  EXPECT_EQ(why([](wire& b) { b.mutable_join()->clear_device(); }), "join");
}

TEST_F(RecordBytes, OfAnEpoch) {
  const auto predecessor = [](wire& b) -> v1::Predecessor& {
    return *b.mutable_epoch()->mutable_predecessors(0);
  };
  const auto make = [](wire& b) {
    b.mutable_epoch()->set_epoch(bytes(8));
    auto* one = b.mutable_epoch()->add_predecessors();
    one->set_epoch(bytes(8, 2));
    one->set_nonce(bytes(24));
    one->set_sealed_key(bytes(48));
  };
  expect(make, {{"epoch", [](wire& b) { b.mutable_epoch()->set_epoch(bytes(7)); }},
                {"predecessor", [&](wire& b) { predecessor(b).set_epoch(bytes(7)); }},
                {"itself", [&](wire& b) { predecessor(b).set_epoch(bytes(8)); }},
                {"nonce", [&](wire& b) { predecessor(b).set_nonce(bytes(23)); }},
                {"sealed key", [&](wire& b) { predecessor(b).set_sealed_key(bytes(49)); }}});
  const auto many = [&](wire& b) {
    while (b.epoch().predecessors_size() < 65) *b.mutable_epoch()->add_predecessors() = predecessor(b);
  };
  expect(make, {{"65 predecessors", many}}, Code::too_large);
}

TEST_F(RecordBytes, OfKeyBoxes) {
  const auto make = [](wire& b) {
    b.mutable_boxes()->set_epoch(bytes(8));
    b.mutable_boxes()->set_ephemeral_key(bytes(32));
    auto* box = b.mutable_boxes()->add_boxes();
    box->set_recipient(bytes(8));
    box->set_sealed(bytes(48));
  };
  expect(make, {{"epoch", [](wire& b) { b.mutable_boxes()->set_epoch(bytes(9)); }},
                {"key", [](wire& b) { b.mutable_boxes()->clear_ephemeral_key(); }},
                {"recipient", [](wire& b) { b.mutable_boxes()->mutable_boxes(0)->set_recipient(bytes(7)); }},
                {"box", [](wire& b) { b.mutable_boxes()->mutable_boxes(0)->set_sealed(bytes(47)); }}});
  // Of two keys that begin alike each has one.
  EXPECT_EQ(outline(make, [](wire& b) { *b.mutable_boxes()->add_boxes() = b.boxes().boxes(0); }), Code::ok);
  const auto many = [](wire& b) {
    while (b.boxes().boxes_size() < 401) b.mutable_boxes()->add_boxes();
  };
  expect(make, {{"401 boxes", many}}, Code::too_large);
}

// Of several ends of one log each is named once, in one order; so a removal has one spelling.
TEST_F(RecordBytes, OfFences) {
  const auto make = [](wire& b) {
    b.mutable_removed()->set_person(bytes(16));
    auto* fences = b.mutable_removed()->mutable_fences();
    add_fence(fences, 3, 1);
    add_fence(fences, 4, 1);
    add_fence(fences, 0, 2, 0);
    add_fence(fences, 1, 3);
  };
  const auto only = [](std::initializer_list<std::tuple<std::uint64_t, char, std::size_t>> all) {
    return [all = std::vector(all)](wire& b) {
      b.mutable_removed()->clear_fences();
      for (const auto& [count, log, head] : all)
        add_fence(b.mutable_removed()->mutable_fences(), count, log, head);
    };
  };
  expect(make, {{"log", [](wire& b) { b.mutable_removed()->mutable_fences(0)->set_log(bytes(15)); }},
                {"head of nothing", only({{0, 1, 8}})},
                {"no head", only({{1, 1, 0}})},
                {"head cut", only({{1, 1, 7}})},
                {"logs descend", only({{1, 2, 8}, {1, 1, 8}})},
                {"ends descend", only({{4, 1, 8}, {3, 1, 8}})},
                {"twice", only({{4, 1, 8}, {4, 1, 8}})},
                {"nothing and something", only({{0, 1, 0}, {3, 1, 8}})},
                {"too many", [](wire& b) {
                   b.mutable_removed()->clear_fences();
                   for (std::uint64_t n = 1; n <= 301; ++n) {
                     auto* fence = b.mutable_removed()->add_fences();
                     fence->set_log(bytes(16));
                     fence->set_count(n);
                     fence->set_head(bytes(8));
                   }
                 }}});
  // Two ends of one length differ by their heads, which ascend too.
  const auto heads = [](char first, char second) {
    return [=](wire& b) {
      b.mutable_removed()->clear_fences();
      for (const char head : {first, second}) {
        add_fence(b.mutable_removed()->mutable_fences(), 5, 1);
        b.mutable_removed()->mutable_fences(b.removed().fences_size() - 1)->set_head(bytes(8, head));
      }
    };
  };
  EXPECT_EQ(outline(make, heads(1, 2)), Code::ok);
  EXPECT_EQ(outline(make, heads(2, 1)), Code::malformed);
}

TEST_F(RecordBytes, OfARemovalARoleAndAMember) {
  const auto removed = [](wire& b) { b.mutable_removed()->set_device(bytes(16)); };
  expect(removed, {{"nobody", [](wire& b) { b.mutable_removed()->clear_device(); }},
                   {"both", [](wire& b) { b.mutable_removed()->set_person(bytes(16)); }},
                   {"device", [](wire& b) { b.mutable_removed()->set_device(bytes(15)); }},
                   {"person", [](wire& b) {
                      b.mutable_removed()->clear_device();
                      b.mutable_removed()->set_person(bytes(17));
                    }}});
  const auto role = [](wire& b) {
    b.mutable_role()->set_person(bytes(16));
    b.mutable_role()->set_role(2);
  };
  expect(role, {{"person", [](wire& b) { b.mutable_role()->set_person(bytes(15)); }},
                {"role 0", [](wire& b) { b.mutable_role()->set_role(0); }},
                {"role 5", [](wire& b) { b.mutable_role()->set_role(5); }},
                {"fences", [](wire& b) { b.mutable_role()->add_fences(); }}});
  const auto member = [](wire& b) {
    b.mutable_added()->set_identity_key(bytes(32));
    b.mutable_added()->set_identity_box_key(bytes(32));
    b.mutable_added()->set_role(4);
  };
  expect(member, {{"key", [](wire& b) { b.mutable_added()->set_identity_key(bytes(31)); }},
                  {"box", [](wire& b) { b.mutable_added()->set_identity_box_key(bytes(31)); }},
                  {"proof", [](wire& b) { b.mutable_added()->set_identity_proof(bytes(32)); }},
                  {"role 0", [](wire& b) { b.mutable_added()->set_role(0); }},
                  {"role 5", [](wire& b) { b.mutable_added()->set_role(5); }}});
}

TEST_F(RecordBytes, OfARevocationAReadmissionAndAConfirmation) {
  const auto revoked = [](wire& b) { b.mutable_revoked()->set_invite_key(bytes(32)); };
  expect(revoked, {{"key", [](wire& b) { b.mutable_revoked()->set_invite_key(bytes(33)); }}});
  const auto readmitted = [](wire& b) { add_fence(b.mutable_readmitted()->mutable_fences(), 3, 1); };
  expect(readmitted, {{"of nothing", [](wire& b) { b.mutable_readmitted()->clear_fences(); }},
                      {"fence", [](wire& b) { b.mutable_readmitted()->mutable_fences(0)->clear_head(); }}});
  const auto confirmed = [](wire& b) { b.mutable_confirmed()->set_join(bytes(16)); };
  expect(confirmed, {{"join", [](wire& b) { b.mutable_confirmed()->set_join(bytes(15)); }}});
}

TEST_F(RecordBytes, OfAnErasure) {
  const auto make = [](wire& b) {
    auto* segment = b.mutable_erased()->add_segments();
    set_name(*segment->mutable_name(), 3);
    segment->add_ops(0);
    segment->add_ops(1);
    set_name(*b.mutable_erased()->add_witnesses(), 5);
    b.mutable_erased()->add_chunks(bytes(32));
  };
  const auto name = [](wire& b) -> v1::SegmentName& {
    return *b.mutable_erased()->mutable_segments(0)->mutable_name();
  };
  expect(make, {{"log", [&](wire& b) { name(b).set_log(bytes(15)); }},
                {"head", [&](wire& b) { name(b).set_head(bytes(9)); }},
                {"the number that no segment has", [&](wire& b) { name(b).set_segment_no(UINT64_MAX); }},
                {"half a run", [](wire& b) { b.mutable_erased()->mutable_segments(0)->add_ops(4); }},
                {"witness", [](wire& b) { b.mutable_erased()->mutable_witnesses(0)->clear_head(); }},
                {"chunk", [](wire& b) { b.mutable_erased()->set_chunks(0, bytes(31)); }}});
  const auto chunks = [](wire& b) { b.mutable_chunks_erased()->add_chunks(bytes(32)); };
  expect(chunks, {{"nothing", [](wire& b) { b.mutable_chunks_erased()->clear_chunks(); }},
                  {"chunk", [](wire& b) { b.mutable_chunks_erased()->add_chunks(bytes(31)); }},
                  {"segments", [](wire& b) {
                     auto* segment = b.mutable_chunks_erased()->add_segments();
                     set_name(*segment->mutable_name(), 3);
                     segment->add_ops(0);
                     segment->add_ops(1);
                   }}});
  // Few segments with many runs are as much work as many segments.
  const auto runs = [](wire& b) {
    for (std::uint64_t no = 4; no < 7; ++no) {
      auto* segment = b.mutable_erased()->add_segments();
      set_name(*segment->mutable_name(), no);
      for (std::uint32_t run = 0; run < 1400; ++run) {
        segment->add_ops(2 * run);
        segment->add_ops(1);
      }
    }
  };
  expect(make, {{"4201 runs", runs}}, Code::too_large);
}

TEST_F(RecordBytes, NestedDeeperThanAnyRecordOfOursIsNoRecord) {
  v1::DeviceCertificate certificate;
  v1::DeviceCertificateBody body;
  body.set_identity_key(bytes(32));
  body.set_sign_key(bytes(32));
  body.set_box_key(bytes(32));
  auto* at = &certificate;
  for (int depth = 0; depth < 5; ++depth, at = at->mutable_issuer()) {
    at->set_body(body.SerializeAsString());
    at->set_signature(bytes(64));
  }
  at->set_body(body.SerializeAsString());
  EXPECT_EQ(parse_certificate(base::as_bytes(certificate.SerializeAsString())).code(), Code::too_large);
  for (int depth = 0; depth < 12; ++depth) at = at->mutable_issuer();
  EXPECT_EQ(parse_certificate(base::as_bytes(certificate.SerializeAsString())).code(), Code::malformed);
}

}  // namespace
}  // namespace sejawat::space
