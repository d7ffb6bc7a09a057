// Both page ciphers of SQLite in one file, as in the sqlite3.c that is compiled: libsodium's leads.
#include <stddef.h>
#include <stdint.h>

#define SQLITE_PRIVATE static
#include "page_cipher.h"
#include "page_cipher_portable.h"

void used_chacha20(uint8_t* data, size_t n, const uint8_t* key, const uint8_t* nonce, uint32_t counter) {
  chacha20_xor(data, n, key, nonce, counter);
}
void portable_chacha20(uint8_t* data, size_t n, const uint8_t* key, const uint8_t* nonce, uint32_t counter) {
  chacha20_xor_portable(data, n, key, nonce, counter);
}
void used_poly1305(const uint8_t* data, size_t n, const uint8_t* key, uint8_t* tag) {
  poly1305(data, n, key, tag);
}
void portable_poly1305(const uint8_t* data, size_t n, const uint8_t* key, uint8_t* tag) {
  poly1305_portable(data, n, key, tag);
}
