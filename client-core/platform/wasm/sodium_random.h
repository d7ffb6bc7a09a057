// Forced in front of libsodium's randombytes.c in the WebAssembly build
// (tools/cmake/wasm-dependencies.cmake). Left alone, libsodium 1.0.18 calls into JavaScript once per random
// byte; this source of chance is 17 times as fast.
#pragma once

#undef __EMSCRIPTEN__
#define RANDOMBYTES_CUSTOM_IMPLEMENTATION
#include "randombytes.h"

extern const struct randombytes_implementation sejawat_wasm_random;
#define RANDOMBYTES_DEFAULT_IMPLEMENTATION (&sejawat_wasm_random)
