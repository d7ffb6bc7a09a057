// Labels, padding and digests.
#include "crypto/hash.h"
#include "log/digest.h"
#include "make.h"

namespace sejawat::vectors {

json::object make_labels() {
  using namespace crypto::label;
  base::Bytes key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const std::string input = "Sejawat";
  json::object out{{"about", "H16, H32 and KDF of one input under every label."},
                   {"input", hex(base::as_bytes(input))},
                   {"key", hex(key)}};
  json::array list;
  for (const auto label :
       {kSpaceId,       kLogId,       kPersonId,    kDeviceId,     kDeviceProof, kLogProof,      kRecordId,
        kEpochId,       kSegmentBody, kSegmentHash, kSegmentKey,   kBranchTip,   kSpaceDigest,   kStateHash,
        kAccountDigest, kSpaceSet,    kForkName,    kIdentitySign, kIdentityBox, kPersonalEpoch, kInviteSign,
        kInviteBox,     kBoxKey,      kWrapKey,     kFieldKey,     kCardCheck,   kOrigin,        kBundle,
        kBundleLock,    kBundlePart,  kChunk,       kChunkKey,     kFile,        kReceipt,       kReceiptSign,
        kLinkCheck,     kLinkCode}) {
    const auto bytes = base::as_bytes(input);
    list.push_back({{"label", std::string(label)},
                    {"h16", hex(crypto::Hasher(label, 16).raw(bytes).id<base::Digest>())},
                    {"h32", hex(crypto::Hasher(label, 32).raw(bytes).id<base::Hash32>())},
                    {"kdf", hex(crypto::derive(label, key, bytes).view())}});
  }
  out["labels"] = std::move(list);
  return out;
}

json::object make_padding() {
  json::object out{
      {"about", "Bytes to pad (length prefix included) and bytes after it, both without the tag of 16."}};
  json::array list;
  for (const std::size_t size : {0,    1,    111,  112,  113,  144,   145,   240,   241,   496,  497,
                                 880,  881,  912,  913,  1007, 1008,  1009,  2032,  2033,  4080, 4081,
                                 5000, 8000, 8175, 8176, 8177, 16368, 16369, 30000, 49152, 60000}) {
    list.push_back({{"size", size}, {"padded", log::padded_size(size)}});
  }
  out["sizes"] = std::move(list);
  return out;
}

json::object make_digests() {
  support::SeededRandom random(20261126);
  const auto space = random.id<base::SpaceId>();
  log::SpaceDigest digest(space);
  json::object out{{"about", "A space digest after each step; then the account digest and the tag of a set."},
                   {"space", hex(space)},
                   {"empty", hex(digest.value())}};
  json::array steps;
  log::Head tips[2];
  for (std::uint64_t i = 0; i < 6; ++i) {
    json::object step;
    if (i == 2 || i == 5) {
      const auto record = random.id<base::RecordId>();
      digest.add_record(record);
      step["record"] = hex(record);
    } else {
      auto& tip = tips[i % 2];
      const log::Head next{tip.count + 1, tip.next_op + random.below(5) + 1, random.id<base::Hash32>()};
      const auto head_json = [](const log::Head& head) {
        return json::object{{"count", std::to_string(head.count)},
                            {"next_op", std::to_string(head.next_op)},
                            {"hash", hex(head.hash)}};
      };
      step["from"] = head_json(tip);
      step["to"] = head_json(next);
      digest.move_tip(tip, next);
      tip = next;
    }
    step["state"] = hex(digest.state());
    step["digest"] = hex(digest.value());
    steps.push_back(std::move(step));
  }
  out["steps"] = std::move(steps);

  std::vector<base::SpaceId> ids = {space, random.id<base::SpaceId>(), random.id<base::SpaceId>()};
  std::sort(ids.begin(), ids.end());
  std::vector<std::pair<base::SpaceId, base::Digest>> account;
  json::array spaces;
  for (const auto& id : ids) {
    account.emplace_back(id, id == space ? digest.value() : random.id<base::Digest>());
    spaces.push_back({{"space", hex(id)}, {"digest", hex(account.back().second)}});
  }
  out["account"] = json::object{{"spaces", std::move(spaces)},
                                {"digest", hex(log::account_digest(account))},
                                {"set", hex(log::set_tag(ids))}};
  return out;
}

}  // namespace sejawat::vectors
