// The page cipher of SQLite3 Multiple Ciphers over libsodium (RFC 8439). It is read in the middle of
// sqlite3.c, before the portable functions of that file, which dependencies.cmake gives other names.
#ifndef SEJAWAT_PAGE_CIPHER_H
#define SEJAWAT_PAGE_CIPHER_H

#include <sodium/crypto_onetimeauth_poly1305.h>
#include <sodium/crypto_stream_chacha20.h>

static void chacha20_xor_portable(void* data, size_t n, const uint8_t key[32], const uint8_t nonce[12],
                                  uint32_t counter);

// The counter is of 64-byte blocks and wraps; libsodium takes it for misuse when it does.
static void chacha20_xor(void* data, size_t n, const uint8_t key[32], const uint8_t nonce[12],
                         uint32_t counter) {
  const uint64_t blocks = n / 64 + 1;
  if (counter + blocks > UINT32_MAX) {
    chacha20_xor_portable(data, n, key, nonce, counter);
    return;
  }
  crypto_stream_chacha20_ietf_xor_ic(data, data, n, nonce, counter, key);
}

static void poly1305(const uint8_t* msg, size_t n, const uint8_t key[32], uint8_t tag[16]) {
  crypto_onetimeauth_poly1305(tag, msg, n, key);
}

#endif
