// BLAKE2b (RFC 7693) with domain separation: every use has a label of its own, placed in BLAKE2b's 16-byte
// personalisation parameter, zero-padded. One label, one purpose; the list below is complete.
#pragma once

#include <string_view>

#include "base/ids.h"
#include "base/secret.h"

namespace sejawat::crypto {

// Names of hash and key uses. At most 16 bytes each; a change is a new protocol version.
namespace label {
inline constexpr std::string_view kSpaceId = "sjw.space.1";
inline constexpr std::string_view kLogId = "sjw.log.1";
inline constexpr std::string_view kPersonId = "sjw.person.1";
inline constexpr std::string_view kDeviceId = "sjw.device.1";
inline constexpr std::string_view kDeviceProof = "sjw.devproof.1";
inline constexpr std::string_view kLogProof = "sjw.logproof.1";
inline constexpr std::string_view kRecordId = "sjw.record.1";
inline constexpr std::string_view kEpochId = "sjw.epochid.1";
inline constexpr std::string_view kSegmentBody = "sjw.body.1";
inline constexpr std::string_view kSegmentHash = "sjw.segment.1";
inline constexpr std::string_view kSegmentKey = "sjw.segkey.1";  // keyed: epoch key -> key of one log
inline constexpr std::string_view kBranchTip = "sjw.tip.1";
inline constexpr std::string_view kSpaceDigest = "sjw.digest.1";
inline constexpr std::string_view kStateHash =
    "sjw.state.1";  // keyed: epoch key -> hash of what a space shows
inline constexpr std::string_view kAccountDigest = "sjw.account.1";
inline constexpr std::string_view kSpaceSet = "sjw.set.1";
inline constexpr std::string_view kForkName = "sjw.fork.1";
inline constexpr std::string_view kIdentitySign = "sjw.id.sign.1";  // keyed: seed -> Ed25519 seed
inline constexpr std::string_view kIdentityBox = "sjw.id.box.1";    // keyed: seed -> X25519 secret
inline constexpr std::string_view kPersonalEpoch =
    "sjw.id.epoch.1";                                              // keyed: seed -> first personal epoch key
inline constexpr std::string_view kInviteSign = "sjw.inv.sign.1";  // keyed: invite secret -> Ed25519 seed
inline constexpr std::string_view kInviteBox = "sjw.inv.box.1";    // keyed: invite secret -> X25519 secret
inline constexpr std::string_view kBoxKey = "sjw.boxkey.1";        // keyed: ECDH output -> box AEAD key
inline constexpr std::string_view kWrapKey =
    "sjw.wrapkey.1";  // keyed: epoch key -> key that wraps its predecessor
inline constexpr std::string_view kFieldKey =
    "sjw.fieldkey.1";  // keyed: epoch key -> key of encrypted record fields
inline constexpr std::string_view kCardCheck = "sjw.card.1";
inline constexpr std::string_view kLinkCheck = "sjw.linksum.1";  // of a link request: its checksum
inline constexpr std::string_view kLinkCode = "sjw.linkcode.1";  // what people compare when they link
inline constexpr std::string_view kBundle = "sjw.bundle.1";      // of a bundle file: what its end says
inline constexpr std::string_view kBundleLock =
    "sjw.bundlelock.1";  // keyed: epoch key -> key of a lock of a bundle's part
inline constexpr std::string_view kBundlePart = "sjw.bundlepart.1";  // keyed: part key -> key of one chunk
inline constexpr std::string_view kOrigin = "sjw.origin.1";          // id of a record of the cycle
inline constexpr std::string_view kChunk = "sjw.chunk.1";            // address of a sealed chunk
inline constexpr std::string_view kChunkMark = "sjw.chunkmark.1";    // all chunks that a store had taken
inline constexpr std::string_view kChunkKey = "sjw.chunkkey.1";  // keyed: attachment key -> key of one chunk
inline constexpr std::string_view kFile = "sjw.file.1";          // content of an attachment
inline constexpr std::string_view kReceipt = "sjw.receipt.1";    // what a carrier signs of an erasure
inline constexpr std::string_view kOwnLogs = "sjw.ownlogs.1";  // of a vector that was heeded; kept here only
inline constexpr std::string_view kReceiptSign =
    "sjw.rcpt.sign.1";  // keyed: a carrier's X25519 secret -> Ed25519 seed of its receipts
inline constexpr std::string_view kFileTag =
    "sjw.etag.1";  // of the web client's files; no secret, no contract
}  // namespace label

// Streaming hash of 16 or 32 bytes. Variable-length parts go in through `prefixed`, so that no two different
// inputs make the same byte stream.
class Hasher {
 public:
  Hasher(std::string_view label, std::size_t output_size, base::ByteView key = {});
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hasher& raw(base::ByteView bytes);
  Hasher& u8(std::uint8_t value);
  Hasher& u64(std::uint64_t value);          // little endian
  Hasher& prefixed(base::ByteView bytes);    // u64 length, then the bytes
  void finish(std::span<std::uint8_t> out);  // exactly output_size bytes; once

  template <class AnyId>
  AnyId id() {
    AnyId out;
    finish(out.bytes);
    return out;
  }

 private:
  alignas(64) std::array<std::uint8_t, 384> state_{};
  std::size_t output_size_ = 0;
};

// Key derivation: BLAKE2b-256, keyed with `key`, personalised with `label`, over `context`.
base::Secret32 derive(std::string_view label, base::ByteView key, base::ByteView context = {});

// Constant time over equal lengths.
bool equal_secret(base::ByteView a, base::ByteView b);

// Must run once before anything else of this room (idempotent, thread-safe); stops the process when the
// operating system has no entropy.
void initialise();

}  // namespace sejawat::crypto
