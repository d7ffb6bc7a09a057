// Erasure: one segment with and without its body, the record that erases an op of it and names the witness of
// the other, that witness, and a carrier's receipt.
#include "make.h"
#include "space/membership.h"
#include "space/receipt.h"

namespace sejawat::vectors {
namespace {

log::Op op_saying(const char* words, std::uint8_t object, std::uint64_t lamport) {
  log::Op op;
  op.object.bytes.fill(object);
  op.type = 1;
  op.cells.push_back({0, 1, std::string(words)});
  op.lamport = lamport;
  op.wall_ms = 1'795'000'000'000;
  return op;
}

}  // namespace

json::object make_erasure() {
  support::SeededRandom random(60);
  const auto identity = space::Identity::from_seed(base::Secret32::random(random));
  const auto keys = space::DeviceKeys::random(random);
  const auto certificate = space::certify(identity.sign, keys, 1'795'000'000);
  const space::Author author{&keys, &certificate, 1'795'000'000};
  const auto space = space::personal_space_id(identity.sign.public_key());
  space::Membership membership(space);
  const auto seed = base::Secret32::random(random);
  const auto log_key = crypto::SigningKey::from_seed(seed);
  json::array records;
  const auto add = [&](const base::Bytes& record) {
    SJ_CHECK(membership.add(record).ok());
    records.push_back(json::value(hex(record)));
  };
  add(space::write_personal_genesis(identity));
  add(space::write_device(author, membership, certificate));
  add(space::write_log(author, membership, log_key));

  const auto log = log::log_id(space, log_key.public_key());
  const auto& epoch_key = identity.first_personal_epoch;
  log::SealContext context;
  context.space = space;
  context.log = log;
  context.log_key = &log_key;
  context.epoch = log::epoch_id(space, epoch_key);
  context.epoch_key = &epoch_key;
  context.frontier = membership.frontier();
  const std::vector<log::Op> ops{op_saying("dihapus", 1, 1), op_saying("tinggal", 2, 2)};
  auto sealed = log::seal_segment(context, ops, random);
  SJ_CHECK(sealed.ok());
  const auto witness = log::witness_of({log, 1}, ops[1]);
  context.before = sealed->head;
  auto quoted = log::seal_segment(context, std::vector<log::Op>{*witness}, random);
  SJ_CHECK(quoted.ok());

  const auto name = [&](const log::Sealed& of) {
    return log::SegmentName{log, of.head.count - 1, base::prefix_of<base::HeadTag>(of.head.hash)};
  };
  const auto erased =
      space::write_erased(author, membership, 1, {{name(*sealed), {{0, 1}}}}, {name(*quoted)});
  SJ_CHECK(membership.add(erased).ok());
  const auto carrier_secret = base::Secret32::random(random);
  const auto carrier = crypto::BoxKey::from_secret(base::Secret32(carrier_secret.view()));
  const space::Receipt receipt{space,
                               *space::record_id_of(erased),
                               carrier.public_key(),
                               random.id<base::GenerationId>(),
                               1'795'000'060,
                               1};
  return {{"about", "One op of two is erased; the other one is written once more, and the body goes."},
          {"space", hex(space)},
          {"records", std::move(records)},
          {"log", hex(log)},
          {"log_key", hex(log_key.public_key())},
          {"epoch_key", hex(epoch_key.view())},
          {"segment", hex(sealed->bytes)},
          {"segment_hash", hex(sealed->head.hash)},
          {"without_body", hex(log::without_body(*log::decode_segment(sealed->bytes)))},
          {"survivor", hex(log::encode_op(ops[1]))},
          {"witness_op", hex(log::encode_op(*witness))},
          {"witness", hex(quoted->bytes)},
          {"witness_hash", hex(quoted->head.hash)},
          {"erased", hex(erased)},
          {"erased_id", hex(receipt.record)},
          {"carrier_secret", hex(carrier_secret.view())},
          {"carrier", hex(carrier.public_key())},
          {"receipt_key", hex(space::receipt_key(carrier).public_key())},
          {"receipt", hex(space::write_receipt(space::receipt_key(carrier), receipt))}};
}

}  // namespace sejawat::vectors
