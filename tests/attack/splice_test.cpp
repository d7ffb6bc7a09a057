// Genuine bytes in another's place: each of space, log, epoch, kind and device is bound by the signature and,
// against an author who signs what is not theirs, by the seal as well.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "log_seal/seal.h"
#include "support/carrier_world.h"

namespace sejawat {
namespace {

using base::Code;

struct Place {
  explicit Place(base::Random& random)
      : space(random.id<base::SpaceId>()),
        key(crypto::SigningKey::from_seed(base::Secret32::random(random))),
        log(log::log_id(space, key.public_key())),
        epoch_key(base::Secret32::random(random)) {}
  base::SpaceId space;
  crypto::SigningKey key;
  base::LogId log;
  base::Secret32 epoch_key;
};

class Splice : public testing::Test {
 protected:
  Splice() {
    log::Op op;
    op.object.bytes[0] = 1;
    op.lamport = 1;
    op.cells.push_back({1, 2, "milik Bu Ani"});
    log::SealContext context;
    context.space = here.space;
    context.log = here.log;
    context.log_key = &here.key;
    context.epoch = log::epoch_id(here.space, here.epoch_key);
    context.epoch_key = &here.epoch_key;
    segment = std::move(log::decode_segment(log::seal_segment(context, {&op, 1}, random)->bytes)).value();
  }
  static Code verified(const base::SpaceId& space, const base::LogId& log, const crypto::SigningKey& key,
                       const log::Segment& of) {
    return log::verify_next(space, log, key.public_key(), {}, of).code();
  }
  static Code opened(const base::SpaceId& space, const base::LogId& log, const base::Secret32& epoch,
                     const log::Segment& of) {
    return log::open_segment(space, log, {}, epoch, of).code();
  }
  static log::Segment signed_by(const crypto::SigningKey& key, const base::SpaceId& space,
                                const base::LogId& log, log::Segment of) {
    of.signature = key.sign(log::segment_hash(space, log, {}, of.header, log::body_hash(of.body)).view());
    return of;
  }
  support::SeededRandom random;
  Place here{random};
  Place there{random};
  log::Segment segment;
};

TEST_F(Splice, OfSpaceLogEpochKindOrDeviceIsRefusedByTheSignature) {
  ASSERT_EQ(verified(here.space, here.log, here.key, segment), Code::ok);
  ASSERT_EQ(opened(here.space, here.log, here.epoch_key, segment), Code::ok);
  EXPECT_EQ(verified(there.space, here.log, here.key, segment), Code::bad_signature) << "space";
  EXPECT_EQ(verified(here.space, there.log, here.key, segment), Code::bad_signature) << "log";
  EXPECT_EQ(verified(here.space, here.log, there.key, segment), Code::bad_signature) << "device";
  auto header = *log::decode_header(segment.header);
  header.epoch = log::epoch_id(there.space, there.epoch_key);
  auto altered = segment;
  altered.header = log::encode_header(header);
  EXPECT_EQ(verified(here.space, here.log, here.key, altered), Code::bad_signature) << "epoch";
  // The signature of a membership record, of a certificate or of anything else but a segment is another
  // label's.
  for (const auto label : {crypto::label::kDeviceProof, crypto::label::kLogProof, crypto::label::kRecordId,
                           crypto::label::kSegmentBody, crypto::label::kSegmentHash}) {
    altered = segment;
    crypto::Hasher hasher(label, base::Hash32::kSize);
    hasher.prefixed(segment.header).prefixed(segment.body);
    altered.signature = here.key.sign(hasher.id<base::Hash32>().view());
    EXPECT_EQ(verified(here.space, here.log, here.key, altered), Code::bad_signature) << "kind: " << label;
  }
}

// A member has the epoch's key and a log of their own: they may sign, but not make another's body theirs.
TEST_F(Splice, BySomebodyWhoSignsItAnewDoesNotOpen) {
  const auto into_space = signed_by(there.key, there.space, there.log, segment);
  ASSERT_EQ(verified(there.space, there.log, there.key, into_space), Code::ok);
  EXPECT_EQ(opened(there.space, there.log, here.epoch_key, into_space), Code::cannot_decrypt) << "space";

  const auto own_log = log::log_id(here.space, there.key.public_key());
  const auto into_log = signed_by(there.key, here.space, own_log, segment);
  ASSERT_EQ(verified(here.space, own_log, there.key, into_log), Code::ok);
  EXPECT_EQ(opened(here.space, own_log, here.epoch_key, into_log), Code::cannot_decrypt) << "log and device";

  EXPECT_NE(opened(here.space, here.log, there.epoch_key, segment), Code::ok) << "epoch";
  auto header = *log::decode_header(segment.header);
  for (int what = 0; what < 4; ++what) {
    auto changed = header;
    if (what == 0) changed.op_count += 1;
    if (what == 1) changed.dictionary = changed.dictionary == 0 ? 1 : 0;
    if (what == 2) changed.epoch = log::epoch_id(there.space, there.epoch_key);
    if (what == 3) changed.frontier.push_back({});
    auto altered = segment;
    altered.header = log::encode_header(changed);
    EXPECT_NE(opened(here.space, here.log, here.epoch_key, altered), Code::ok) << "header, " << what;
  }
}

// Whoever belongs to two spaces cannot carry a record of one into the other.
TEST_F(Splice, OfMembershipRecordsBetweenSpacesIsRefused) {
  const support::Person admin(random);
  const support::Person sari(random);
  auto one = support::found_school(admin, 1);
  auto two = support::found_school(admin, 2);
  const auto secret = base::Secret16::random(random);
  const auto keys = space::InviteKeys::from_secret(secret);
  one.add(space::write_invite(admin.author(), one.membership, keys, space::WireRole::admin, 9, 1'900'000'000,
                              {}));
  const auto invite = one.membership.invites().begin()->second.record;
  const auto join = one.add(
      space::write_join(sari.author(), one.id(), keys.sign, invite, sari.identity.box.public_key(), {}));
  for (const auto& record : one.records()) EXPECT_NE(two.membership.add(record).code(), Code::ok);
  EXPECT_EQ(two.membership.members().size(), 1U);
  EXPECT_EQ(one.membership.members().size(), 2U);
  EXPECT_FALSE(two.membership.role_of(sari.id()).has_value());
}

}  // namespace
}  // namespace sejawat
