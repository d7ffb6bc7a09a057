// The third carrier of the one frame format: a file (docs/PROTOCOL.md, "Bundles"). Each part holds what its
// writer has of one space, as ClientMessages, sealed so that who finds the stick sees sizes and nothing else.
// Sans-IO: pieces of bytes in and out; the memory of both halves is bounded, whatever the file says.
#pragma once

#include <vector>

#include "base/random.h"
#include "crypto/box.h"
#include "crypto/hash.h"
#include "sync/frame.h"

namespace sejawat::sync {

inline constexpr std::size_t kMaxBundleParts = kMaxSpaces;
inline constexpr std::size_t kMaxBundleLocks = 1024;            // of one part
inline constexpr std::size_t kMaxBundleLocksInAll = 16 * 1024;  // what a reader tries its keys on

// Who can open a part: holders of an epoch key, and devices or persons by their box key. Epochs first; what
// does not fit is left out, and what is free is filled with chance, so that their number is a power of two.
struct BundleLocks {
  std::vector<const base::Secret32*> epochs;  // borrowed
  std::vector<base::PublicBoxKey> boxes;
};

// begin_part, chunk..., chunk(last), begin_part, ..., end. The caller writes what each returns, in order.
class BundleWriter {
 public:
  explicit BundleWriter(base::Random& random) : random_(random) {}
  base::Bytes begin_part(const BundleLocks& locks);
  // One space, by id and without a hello. too_large above what decode_client takes.
  base::Result<base::Bytes> chunk(const ClientMessage& message, bool last);
  base::Bytes end();

 private:
  base::Bytes out(base::Bytes bytes);
  base::Random& random_;
  crypto::Hasher hash_{crypto::label::kBundle, base::Hash32::kSize};
  bool begun_ = false;
  base::Secret32 part_key_;
  std::uint64_t chunks_ = 0;  // of this part
};

class BundleReader {
 public:
  struct Keys {
    std::vector<const crypto::BoxKey*> boxes;  // borrowed, as long as the reader
    std::vector<const base::Secret32*> epochs;
  };
  // What is inside, in order. An error ends the reading with it.
  struct Sink {
    virtual ~Sink() = default;
    virtual base::Status message(ClientMessage message) = 0;  // of a part that opens; one space, by id
    virtual base::Status part_end(bool opened) = 0;
  };
  BundleReader(Keys keys, Sink& sink) : keys_(std::move(keys)), sink_(sink) {}

  // Any piece of the file, in order. malformed, version_unsupported, too_large, cannot_decrypt, the sink's.
  base::Status feed(base::ByteView piece);
  // After the last piece. malformed: the file is cut short, altered or has something behind its end. What the
  // sink was given is to be used only then; so a file is read twice, or buffered.
  base::Result<base::Hash32> finish();

 private:
  enum class Step { need_more, went_on };
  base::Result<Step> step();
  base::Result<Step> read_part();
  base::Result<Step> read_chunk();
  base::Result<Step> read_end();
  void open_part(const base::PublicBoxKey& ephemeral, base::ByteView locks);
  bool try_key(const base::Secret32& lock_key, base::ByteView locks);
  void consume(std::size_t size);
  base::ByteView left() const { return base::ByteView(buffer_).subspan(at_); }

  Keys keys_;
  Sink& sink_;
  crypto::Hasher hash_{crypto::label::kBundle, base::Hash32::kSize};
  base::Bytes buffer_;  // at most one item and one piece of a fixed size
  std::size_t at_ = 0;
  bool greeted_ = false;
  bool in_part_ = false;
  std::optional<base::Hash32> ended_;
  std::size_t parts_ = 0;
  std::size_t locks_ = 0;
  std::optional<base::Secret32> part_key_;
  std::uint64_t chunks_ = 0;
  std::optional<base::SpaceId> space_;  // of this part: one only
};

}  // namespace sejawat::sync
