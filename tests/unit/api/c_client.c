#include "c_client.h"

#include <stdio.h>
#include <string.h>

#include "sejawat/core.h"

#define NEED(condition) \
  do {                  \
    if (!(condition)) { \
      line = __LINE__;  \
      goto end;         \
    }                   \
  } while (0)

/* --- protobuf by hand
 * -------------------------------------------------------------------------------------------- */

typedef struct {
  uint8_t bytes[4096];
  size_t size;
} buffer;

static void put_varint(buffer* to, uint64_t value) {
  while (value >= 0x80) {
    to->bytes[to->size++] = (uint8_t)(value | 0x80);
    value >>= 7;
  }
  to->bytes[to->size++] = (uint8_t)value;
}
static void put_number(buffer* to, unsigned field, uint64_t value) {
  put_varint(to, field << 3);
  put_varint(to, value);
}
static void put_bytes(buffer* to, unsigned field, const void* bytes, size_t size) {
  put_varint(to, (field << 3) | 2);
  put_varint(to, size);
  memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
}
static void put_text(buffer* to, unsigned field, const char* text) {
  put_bytes(to, field, text, strlen(text));
}

typedef struct {
  const uint8_t* bytes;
  size_t size;
} view;

static int read_varint(view* from, uint64_t* value) {
  unsigned shift = 0;
  *value = 0;
  while (from->size > 0 && shift < 64) {
    const uint8_t byte = *from->bytes++;
    --from->size;
    *value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return 1;
    shift += 7;
  }
  return 0;
}
/* The first field of that number: 1 when it is there; its number or its bytes. */
static int find(view message, unsigned field, uint64_t* number, view* bytes) {
  uint64_t tag;
  while (read_varint(&message, &tag)) {
    uint64_t value = 0;
    if (!read_varint(&message, &value)) return 0;
    if ((tag & 7) == 2) {
      const view inside = {message.bytes, (size_t)value};
      if (value > message.size) return 0;
      message.bytes += value;
      message.size -= (size_t)value;
      if (tag >> 3 == field && bytes != NULL) {
        *bytes = inside;
        return 1;
      }
    } else if (tag >> 3 == field && number != NULL) {
      *number = value;
      return 1;
    }
  }
  return 0;
}

/* --- the client
 * -------------------------------------------------------------------------------------------------- */

typedef struct {
  sejawat_core* core;
  uint8_t* reply;
  size_t reply_size;
  uint64_t next_id;
} client;

/* Says command `field`; 1 when the reply holds `wanted`, whose inside is then `result`. */
static int say(client* client, unsigned field, const buffer* command, unsigned wanted, view* result) {
  buffer request = {{0}, 0};
  uint64_t id = 0;
  sejawat_free(client->reply, client->reply_size);
  client->reply = NULL;
  put_number(&request, 1, 1);
  put_number(&request, 2, ++client->next_id);
  put_bytes(&request, field, command->bytes, command->size);
  if (sejawat_call(client->core, request.bytes, request.size, &client->reply, &client->reply_size) !=
      SEJAWAT_OK) {
    return 0;
  }
  {
    const view reply = {client->reply, client->reply_size};
    if (!find(reply, 2, &id, NULL) || id != client->next_id) return 0;
    return find(reply, wanted, NULL, result);
  }
}

static int holds(view where, const char* text) {
  const size_t length = strlen(text);
  size_t at;
  for (at = 0; at + length <= where.size; ++at) {
    if (memcmp(where.bytes + at, text, length) == 0) return 1;
  }
  return 0;
}

/* Sends what there is to send, hands over what comes back. */
static int serve(client* client, c_client_post post, void* context) {
  static uint8_t answer[SEJAWAT_MAX_MESSAGE];
  for (;;) {
    uint32_t connection;
    uint8_t* message;
    size_t size;
    size_t answer_size = 0;
    int code;
    if (sejawat_outgoing(client->core, &connection, &message, &size) != SEJAWAT_OK) return 0;
    if (message == NULL) return 1;
    code = post(context, message, size, answer, &answer_size);
    sejawat_free(message, size);
    if (code != 0) {
      if (sejawat_disconnected(client->core, connection, code) != SEJAWAT_OK) return 0;
    } else if (sejawat_received(client->core, connection, answer, answer_size) != SEJAWAT_OK) {
      return 0;
    }
  }
}

/* One sync; 1 when it ended well with nothing pending and nothing refused. */
static int synchronise(client* client, c_client_post post, void* context) {
  const buffer nothing = {{0}, 0};
  view result;
  int ended = 0;
  if (!say(client, 40, &nothing, 40, &result)) return 0;
  while (!ended) {
    uint8_t* bytes;
    size_t size;
    view inside;
    uint64_t number = 0;
    if (sejawat_event(client->core, &bytes, &size) != SEJAWAT_OK || bytes == NULL) return 0;
    {
      const view event = {bytes, size};
      if (find(event, 10, NULL, &inside)) { /* connect */
        if (!find(inside, 1, &number, NULL) || !holds(inside, "carrier.example")) return 0;
        if (sejawat_connected(client->core, (uint32_t)number, 1) != SEJAWAT_OK) return 0;
        if (!serve(client, post, context)) return 0;
      }
      if (find(event, 13, NULL, &inside)) { /* ended */
        if (find(inside, 1, &number, NULL) && number != 0) return 0;
        if (find(inside, 8, &number, NULL) && number != 0) return 0;
        if (find(inside, 10, &number, NULL) && number != 0) return 0;
        ended = 1;
      }
    }
    sejawat_free(bytes, size);
  }
  return 1;
}

int c_client_play(const char* path, const char* invite, c_client_post post, void* context) {
  uint8_t key[32] = {7};
  sejawat_options options;
  client client = {NULL, NULL, 0, 0};
  view result;
  int line = 0;

  memset(&options, 0, sizeof(options));
  options.abi = SEJAWAT_ABI;
  options.path = path;
  options.key = key;
  NEED(sejawat_open(&options, &client.core) == SEJAWAT_OK);
  {
    buffer init = {{0}, 0};
    put_text(&init, 1, "Budi");
    NEED(say(&client, 10, &init, 10, &result));
    NEED(holds(result, "sejawat-card: "));
    NEED(say(&client, 10, &init, 9, &result)); /* a second time: an error */
  }
  {
    buffer event = {{0}, 0};
    buffer entry = {{0}, 0};
    buffer add = {{0}, 0};
    buffer list = {{0}, 0};
    buffer search = {{0}, 0};
    put_number(&event, 2, 1);
    put_text(&event, 3, "Dua murid tertinggal");
    put_text(&entry, 2, "2026-11-24");
    put_bytes(&entry, 9, event.bytes, event.size);
    put_bytes(&add, 1, entry.bytes, entry.size);
    NEED(say(&client, 20, &add, 20, &result));
    NEED(say(&client, 25, &list, 25, &result));
    NEED(holds(result, "Dua murid tertinggal"));
    put_text(&search, 1, "murid terting");
    NEED(say(&client, 26, &search, 25, &result));
    NEED(holds(result, "Dua murid tertinggal"));
  }
  if (post != NULL) {
    buffer join = {{0}, 0};
    put_text(&join, 1, invite);
    NEED(say(&client, 15, &join, 11, &result));
    NEED(synchronise(&client, post, context));
    {
      const buffer nothing = {{0}, 0};
      uint64_t join_code = 99;
      NEED(say(&client, 30, &nothing, 30, &result));
      NEED(!find(result, 7, &join_code, NULL)); /* ok is not written */
      NEED(holds(result, "SDN 30 Mataram"));
    }
  }
end:
  sejawat_free(client.reply, client.reply_size);
  sejawat_close(client.core);
  if (line != 0) fprintf(stderr, "c_client.c:%d failed\n", line);
  return line;
}
