#include "space/receipt.h"

#include "base/codec.h"
#include "crypto/hash.h"

namespace sejawat::space {
namespace {

constexpr std::uint64_t kVersion = 1;

base::Hash32 signed_hash(base::ByteView body) {
  return crypto::Hasher(crypto::label::kReceipt, 32).raw(body).id<base::Hash32>();
}

}  // namespace

crypto::SigningKey receipt_key(const crypto::BoxKey& carrier) {
  return crypto::SigningKey::from_seed(crypto::derive(crypto::label::kReceiptSign, carrier.secret()));
}

base::Bytes write_receipt(const crypto::SigningKey& key, const Receipt& receipt) {
  base::Writer writer;
  writer.varint(kVersion);
  writer.raw(receipt.space.view());
  writer.raw(receipt.record.view());
  writer.raw(receipt.carrier.view());
  writer.raw(receipt.generation.view());
  writer.u64(static_cast<std::uint64_t>(receipt.wall_seconds));
  writer.u64(receipt.segments);
  writer.raw(key.public_key().view());
  const auto signature = key.sign(signed_hash(writer.bytes()).view());
  writer.raw(signature.view());
  return writer.take();
}

namespace {

struct Parsed {
  Receipt receipt;
  base::PublicSignKey key;
  base::Signature signature;
};

base::Result<Parsed> parse(base::ByteView bytes) {
  base::Reader reader(bytes);
  Parsed parsed;
  auto& receipt = parsed.receipt;
  std::uint64_t version = 0;
  std::uint64_t wall = 0;
  if (!reader.varint(version)) return base::error(base::Code::malformed, "receipt");
  if (version != kVersion) return base::error(base::Code::version_unsupported, "receipt");
  if (!reader.id(receipt.space) || !reader.id(receipt.record) || !reader.id(receipt.carrier) ||
      !reader.id(receipt.generation) || !reader.u64(wall) || !reader.u64(receipt.segments) ||
      !reader.id(parsed.key) || !reader.id(parsed.signature) || !reader.at_end()) {
    return base::error(base::Code::malformed, "receipt");
  }
  receipt.wall_seconds = static_cast<std::int64_t>(wall);
  return parsed;
}

}  // namespace

base::Result<Receipt> stored_receipt(base::ByteView bytes) {
  SJ_TRY(auto parsed, parse(bytes));
  return parsed.receipt;
}

base::Result<Receipt> read_receipt(base::ByteView bytes) {
  SJ_TRY(auto parsed, parse(bytes));
  const auto body = bytes.subspan(0, bytes.size() - base::Signature::kSize);
  if (!crypto::verify(parsed.key, signed_hash(body).view(), parsed.signature)) {
    return base::error(base::Code::bad_signature, "receipt");
  }
  return parsed.receipt;
}

}  // namespace sejawat::space
