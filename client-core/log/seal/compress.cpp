#include "compress.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>

#include "base/secret.h"
#include "dictionary_data.h"

namespace sejawat::log {
namespace {

// Floor: what the last byte saves on a 2G line is worth more than a phone's milliseconds on a segment.
constexpr int kLevel = 19;
constexpr int kQuickLevel = 9;
// Level 19 against level 9 on journals in known and in unknown words: 0.88 to 0.97.
constexpr std::size_t kStrongPercentOfQuick = 93;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

constexpr std::uint8_t kMagic[] = {0x28, 0xB5, 0x2F, 0xFD};  // RFC 8878; left out in a body

// Built once each, shared by all threads, read-only afterwards; they live as long as the process.
const ZSTD_CDict* compression_dictionary(int level) {
  static const ZSTD_CDict* const strong = ZSTD_createCDict(kDictionaryV1, kDictionaryV1Size, kLevel);
  if (level == kLevel) return strong;
  static const ZSTD_CDict* const quick = ZSTD_createCDict(kDictionaryV1, kDictionaryV1Size, kQuickLevel);
  return quick;
}
const ZSTD_DDict* decompression_dictionary() {
  static const ZSTD_DDict* const dictionary = ZSTD_createDDict(kDictionaryV1, kDictionaryV1Size);
  SJ_CHECK(dictionary != nullptr);
  return dictionary;
}

void must(std::size_t result) { SJ_CHECK(ZSTD_isError(result) == 0); }

}  // namespace

namespace {

base::Bytes compress_at(int level, base::ByteView plain) {
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  SJ_CHECK(context != nullptr);
  must(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level));
  must(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0));
  must(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0));
  must(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_dictIDFlag, 0));
  must(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_format, ZSTD_f_zstd1_magicless));
  must(ZSTD_CCtx_refCDict(context.get(), compression_dictionary(level)));
  base::Bytes packed(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), packed.data(), packed.size(), plain.data(), plain.size());
  must(size);
  packed.resize(size);
  return packed;
}

}  // namespace

base::Bytes compress(base::ByteView plain) { return compress_at(kLevel, plain); }

std::size_t compressed_size_guess(base::ByteView plain) {
  base::Bytes packed = compress_at(kQuickLevel, plain);
  base::wipe(packed.data(), packed.size());
  return packed.size() * kStrongPercentOfQuick / 100;
}

base::Result<base::Bytes> decompress(base::ByteView packed) {
  base::Bytes frame(std::begin(kMagic), std::end(kMagic));
  base::append(frame, packed);
  // Exactly one frame: zstd itself would go on with whatever follows.
  const std::size_t whole = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (ZSTD_isError(whole) != 0 || whole != frame.size()) {
    return base::error(base::Code::malformed, "compressed body");
  }
  // Kept: making one asks the processor what it can, which takes as long as opening a short segment. A frame
  // that is given up halfway leaves nothing behind that the next one could see.
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  SJ_CHECK(context != nullptr);
  must(ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters));
  must(ZSTD_DCtx_refDDict(context.get(), decompression_dictionary()));
  // The frame does not say how long its content is: the guess grows, never past the cap.
  for (std::size_t capacity = std::min(kMaxBodyPlain, packed.size() * 8 + 1024);;
       capacity = std::min(kMaxBodyPlain, capacity * 4)) {
    base::Bytes plain(capacity);
    const std::size_t size =
        ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) == 0) {
      plain.resize(size);
      return plain;
    }
    if (ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall) {
      return base::error(base::Code::malformed, "compressed body");
    }
    if (capacity == kMaxBodyPlain) return base::error(base::Code::too_large, "segment body");
  }
}

}  // namespace sejawat::log
