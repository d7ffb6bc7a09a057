// A carrier's word that it holds the bytes of an erasure no more (docs/PROTOCOL.md, "Receipts").
#pragma once

#include "base/result.h"
#include "crypto/box.h"
#include "crypto/sign.h"

namespace sejawat::space {

struct Receipt {
  base::SpaceId space;
  base::RecordId record;       // the erasure; which segments, that says
  base::PublicBoxKey carrier;  // by the key that its address pins
  base::GenerationId generation;
  std::int64_t wall_seconds = 0;  // by the carrier's clock
  std::uint64_t segments = 0;     // bodies it does not hold
};

// The key that a carrier signs receipts with follows from its own; it is told beside each.
crypto::SigningKey receipt_key(const crypto::BoxKey& carrier);
base::Bytes write_receipt(const crypto::SigningKey& key, const Receipt& receipt);
// malformed, version_unsupported, bad_signature. That the key is the carrier's follows from the line it came
// on.
base::Result<Receipt> read_receipt(base::ByteView bytes);
// Of one that was judged before it was stored.
base::Result<Receipt> stored_receipt(base::ByteView bytes);

}  // namespace sejawat::space
