// libsodium's source of chance in WebAssembly: the host's cryptographic generator, drawn in pools of 4 KiB.
#include <emscripten.h>
#include <sodium/randombytes.h>
#include <stdint.h>
#include <string.h>

// clang-format off
EM_JS(void, sejawat_host_random, (uint8_t* out, int size), {
  const source = globalThis.crypto || require('crypto').webcrypto;
  source.getRandomValues(HEAPU8.subarray(out, out + size));
})
// clang-format on

enum { kPoolSize = 4096 };
static uint8_t pool[kPoolSize];
static size_t unused = 0;  // the last `unused` bytes of the pool were never given out

static void fill(void* const out, const size_t size) {
  uint8_t* to = (uint8_t*)out;
  size_t left = size;
  while (left > 0) {
    if (unused == 0) {
      sejawat_host_random(pool, kPoolSize);
      unused = kPoolSize;
    }
    const size_t part = left < unused ? left : unused;
    uint8_t* from = pool + kPoolSize - unused;
    memcpy(to, from, part);
    // Bytes that were given out may be keys: they stay nowhere else.
    memset(from, 0, part);
    __asm__ volatile("" : : "r"(from) : "memory");
    to += part;
    left -= part;
    unused -= part;
  }
}

static uint32_t one(void) {
  uint32_t value = 0;
  fill(&value, sizeof(value));
  return value;
}

static const char* name(void) { return "sejawat_wasm"; }

const struct randombytes_implementation sejawat_wasm_random = {
    .implementation_name = name,
    .random = one,
    .stir = NULL,
    .uniform = NULL,
    .buf = fill,
    .close = NULL,
};
