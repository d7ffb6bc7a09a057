// Strong fixed-size identifiers: two things of the same length never mix.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>

#include "base/bytes.h"

namespace sejawat::base {

// A value of exactly N bytes. Ordered by memcmp (libc++ 13 has no <=> for std::array).
template <class Tag, std::size_t N = 16>
struct Id {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  static std::optional<Id> from(ByteView view) {
    if (view.size() != N) return std::nullopt;
    Id id;
    std::memcpy(id.bytes.data(), view.data(), N);
    return id;
  }
  ByteView view() const { return {bytes.data(), N}; }
  bool is_zero() const {
    for (const std::uint8_t byte : bytes) {
      if (byte != 0) return false;
    }
    return true;
  }
  std::string hex() const { return to_hex(view()); }

  friend bool operator==(const Id&, const Id&) = default;
  friend bool operator<(const Id& a, const Id& b) {
    return std::memcmp(a.bytes.data(), b.bytes.data(), N) < 0;
  }
};

using SpaceId = Id<struct SpaceTag>;    // BLAKE2b-128 of the genesis (docs/PROTOCOL.md, "Words and ids")
using LogId = Id<struct LogTag>;        // BLAKE2b-128 of space and log key; also names a fork's branch
using RecordId = Id<struct RecordTag>;  // a membership record: BLAKE2b-128 of its signed bytes
using DeviceId = Id<struct DeviceTag>;  // BLAKE2b-128 of the device's signing key
using PersonId = Id<struct PersonTag>;  // BLAKE2b-128 of the identity key
using GenerationId =
    Id<struct GenerationTag, 8>;               // a carrier's store, random at creation and at every restore
using ObjectId = Id<struct ObjectTag, 8>;      // random; one journal entry, one problem, ...
using EpochId = Id<struct EpochTag, 8>;        // first 8 bytes of a hash of space and epoch key
using HeadTag = Id<struct HeadTagTag, 8>;      // first 8 bytes of a segment or record hash
using SetTag = Id<struct SetTagTag, 8>;        // names the set of spaces a carrier serves to a person
using ChunkMark = Id<struct ChunkMarkTag, 8>;  // all chunks that a carrier's store had taken at one moment
using Digest = Id<struct DigestTag, 16>;       // space or account digest
using Hash32 = Id<struct Hash32Tag, 32>;       // BLAKE2b-256
using PublicSignKey = Id<struct PublicSignKeyTag, 32>;  // Ed25519
using PublicBoxKey = Id<struct PublicBoxKeyTag, 32>;    // X25519
using Signature = Id<struct SignatureTag, 64>;          // Ed25519

template <class Small, class Tag, std::size_t N>
Small prefix_of(const Id<Tag, N>& id) {
  static_assert(Small::kSize <= N);
  Small small;
  std::memcpy(small.bytes.data(), id.bytes.data(), Small::kSize);
  return small;
}

}  // namespace sejawat::base

template <class Tag, std::size_t N>
struct std::hash<sejawat::base::Id<Tag, N>> {
  std::size_t operator()(const sejawat::base::Id<Tag, N>& id) const noexcept {
    // Ids are hash output or random, so their first bytes are already spread.
    std::size_t value = 0;
    std::memcpy(&value, id.bytes.data(), N < sizeof(value) ? N : sizeof(value));
    return value;
  }
};
