/* A client in plain C: nothing of the core but sejawat/core.h, nothing of protobuf but its wire format. */
#ifndef SEJAWAT_TESTS_C_CLIENT_H
#define SEJAWAT_TESTS_C_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One POST to the carrier: 0 and an answer of `*answer_size` bytes in `answer` (65,535 fit), else a code. */
typedef int (*c_client_post)(void* context, const uint8_t* message, size_t size, uint8_t* answer,
                             size_t* answer_size);

/* init, add, list, search; then, with a carrier, join and sync until nothing is pending. 0, or the line that
 * failed. */
int c_client_play(const char* path, const char* invite, c_client_post post, void* context);

#ifdef __cplusplus
}
#endif

#endif
