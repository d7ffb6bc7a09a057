/* Sejawat's client core: the one public door, in C11.
 *
 * A core is one person's encrypted store on this device with all that belongs to it: identity, journal,
 * communities and sync. The host (an app, a Worker, a test) owns the screen, the sockets and the timer. It
 * says commands in protobuf (proto/sejawat/v1/api.proto) and hears replies and events in protobuf. Nothing
 * here waits for a network, starts a thread or opens a socket.
 *
 *   sejawat_open ... sejawat_call(Request) -> Reply          every change is durable when its reply says so
 *                    sejawat_event() -> Event                until there is none; after every other function
 *   sync:            call(sync_start) -> event connect       host opens POST /sync or a WebSocket to that
 * address sejawat_connected                       it is open; which of the two it is sejawat_outgoing ->
 * message             host sends it: one POST body, or one binary message sejawat_received(message) the
 * answer sejawat_disconnected                    the host lost it; event disconnect: the core is done
 *                    sejawat_tick                            when event `wake` said so
 *                  A live sync (sync_start.live) on a WebSocket goes on after that: messages may come at any
 * time, and what is written meanwhile is in sejawat_outgoing after the call that wrote it.
 *
 * Errors. Functions return 0 (SEJAWAT_OK) or a code of base::Code, the numbers that Reply.error also has.
 * After a code other than 0 nothing was changed and the out-parameters are set to 0/NULL. A command that
 * fails gives 0 here and its error in the Reply. Any bytes may come in as a request, as a message or as a
 * path: they are judged, never trusted. The process ends only when memory runs out or the core finds a fault
 * of its own.
 *
 * Threads. A core belongs to one thread at a time: the host calls it from one thread, or holds a lock over
 * every call. Different cores are independent. The functions of sejawat_platform are called only inside calls
 * to the core, on that same thread, and must not call the core.
 *
 * Memory. Bytes that go in are borrowed for the call. Bytes that come out belong to the host until it gives
 * them to sejawat_free, which wipes them first (replies hold cards, links and diaries).
 *
 * Files. Besides the store at `path` there are path-wal and path.lock. The store has one owner: a second open
 * is refused (SEJAWAT_STORE_LOCKED). In a browser the host holds the Web Lock.
 */
#ifndef SEJAWAT_CORE_H
#define SEJAWAT_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `used` keeps it in a WebAssembly module, too. */
#define SEJAWAT_API __attribute__((used, visibility("default")))

#define SEJAWAT_ABI 1u                                /* of this header; goes into sejawat_options.abi */
#define SEJAWAT_MAX_REQUEST ((size_t)8 * 1024 * 1024) /* bytes of one request */
#define SEJAWAT_MAX_REPLY ((size_t)8 * 1024 * 1024)   /* bytes of one reply; lists come in pages below it */
#define SEJAWAT_MAX_MESSAGE ((size_t)65535)           /* bytes of one message of a connection, both ways */
#define SEJAWAT_KEY_SIZE ((size_t)32)

/* The codes that these functions return themselves. */
enum {
  SEJAWAT_OK = 0,
  SEJAWAT_INVALID_ARGUMENT = 1, /* a null pointer, a wrong size, options of another ABI */
  SEJAWAT_NOT_FOUND = 2,        /* no such connection (any more) */
  SEJAWAT_STORAGE_FAILED = 8,   /* open */
  SEJAWAT_DISK_FULL = 9,        /* open */
  SEJAWAT_STORE_LOCKED = 10,    /* open: another process owns the store */
  SEJAWAT_STORE_TOO_NEW = 11,   /* open: written by a newer program; left untouched */
  SEJAWAT_STORE_KEY_WRONG = 12, /* open: another key, or damaged; left untouched */
  SEJAWAT_MALFORMED = 13,       /* call: the bytes are no Request */
  SEJAWAT_TOO_LARGE = 14        /* above one of the sizes here */
};

typedef struct sejawat_core sejawat_core;

/* Time and chance from outside; NULL functions mean the built-in ones (the system's clocks, the system's
 * cryptographic generator; both also in WebAssembly). `context` is handed back as it is. */
typedef struct sejawat_platform {
  void* context;
  /* Milliseconds: a clock that never goes back and drives deadlines; and the time since 1970, which may be
   * wrong by decades and is only shown. */
  void (*now)(void* context, int64_t* monotonic_ms, int64_t* wall_ms);
  /* Fills `out` with `size` bytes fit for keys. Cannot fail. */
  void (*random)(void* context, uint8_t* out, size_t size);
} sejawat_platform;

typedef struct sejawat_options {
  uint32_t abi;          /* SEJAWAT_ABI */
  uint32_t lock_wait_ms; /* how long to wait for the store's present owner; open blocks that long at most */
  const char* path;      /* UTF-8, ends with a zero byte. Created when missing. ":memory:": gone at close */
  const uint8_t*
      key; /* SEJAWAT_KEY_SIZE bytes that encrypt the store; unused with ":memory:", yet required */
  sejawat_platform platform;
} sejawat_options;

/* Opens or creates a store. `*core` is to be closed with sejawat_close. Nothing of `options` is kept but
 * `platform`. */
SEJAWAT_API int sejawat_open(const sejawat_options* options, sejawat_core** core);

/* One command: a protobuf Request of at most SEJAWAT_MAX_REQUEST bytes and 300,000 fields, and its Reply, to
 * be freed. SEJAWAT_MALFORMED, SEJAWAT_TOO_LARGE, SEJAWAT_INVALID_ARGUMENT: no reply, nothing was done. */
SEJAWAT_API int sejawat_call(sejawat_core* core, const uint8_t* request, size_t request_size, uint8_t** reply,
                             size_t* reply_size);

/* The next protobuf Event, to be freed; `*event` NULL and `*event_size` 0 when there is none. Events of one
 * kind that nobody fetched are joined into one, so a host that sleeps finds a short queue. */
SEJAWAT_API int sejawat_event(sejawat_core* core, uint8_t** event, size_t* event_size);

/* The connection that event `connect` asked for is open. one_shot 1: each message out is the body of a POST
 * of its own and the message in is that POST's response; 0: a channel of binary messages, in order.
 * SEJAWAT_NOT_FOUND: it is not wanted any more, close it. */
SEJAWAT_API int sejawat_connected(sejawat_core* core, uint32_t connection, int one_shot);

/* The next message to send, to be freed; `*message` NULL when there is nothing to send now. At most one waits
 * for its answer at a time. */
SEJAWAT_API int sejawat_outgoing(sejawat_core* core, uint32_t* connection, uint8_t** message,
                                 size_t* message_size);

/* One whole message that arrived, at most SEJAWAT_MAX_MESSAGE bytes. What it brings is durable when this
 * returns; what it means comes as events. SEJAWAT_NOT_FOUND: nobody waits for it. */
SEJAWAT_API int sejawat_received(sejawat_core* core, uint32_t connection, const uint8_t* message,
                                 size_t message_size);

/* The connection failed or is closed. `code`: SEJAWAT_OK when the other side just closed it, else what is
 * known: 5 offline, 6 wrong server key (HTTP 403), 7 timed out (HTTP 503), 30 not our protocol (a captive
 * portal). It ends the sync with that code; what was exchanged before is kept. */
SEJAWAT_API int sejawat_disconnected(sejawat_core* core, uint32_t connection, int code);

/* Time has passed: ends what waited too long. Harmless at any time; needed when event `wake` is due. */
SEJAWAT_API int sejawat_tick(sejawat_core* core);

/* Wipes and frees what a function above gave out. NULL is allowed. */
SEJAWAT_API void sejawat_free(uint8_t* bytes, size_t size);

/* Ends a running sync and closes the store. Nothing durable is lost; the same holds when the process is
 * killed instead. NULL is allowed. */
SEJAWAT_API void sejawat_close(sejawat_core* core);

/* --- The app lock: the host keeps the store's key under a key made of a PIN. No core is needed for it. ----
 */

#define SEJAWAT_SALT_SIZE ((size_t)16)
#define SEJAWAT_CARD_SEAL_SIZE ((size_t)80)
#define SEJAWAT_MAX_PASSWORD ((size_t)1024)

/* Argon2id: `out` gets SEJAWAT_KEY_SIZE bytes. At least 19,456 KiB and 2 passes, at most 262,144 and 16 (else
 * SEJAWAT_INVALID_ARGUMENT). Takes a good part of a second. SEJAWAT_STORAGE_FAILED: not so much memory now.
 */
SEJAWAT_API int sejawat_stretch(const uint8_t* password, size_t password_size, const uint8_t* salt,
                                uint32_t memory_kib, uint32_t passes, uint8_t* out);

/* Seals SEJAWAT_KEY_SIZE bytes so that the owner's recovery card opens them: `sealed` gets
 * SEJAWAT_CARD_SEAL_SIZE bytes. SEJAWAT_NOT_FOUND: no person in this store yet. */
SEJAWAT_API int sejawat_card_seal(sejawat_core* core, const uint8_t* key, uint8_t* sealed);

/* Opens them again: the card as text or as its machine line. 32: that is no card; 16: another person's, or
 * altered. `out` is zeroed then. */
SEJAWAT_API int sejawat_card_open(const uint8_t* card, size_t card_size, const uint8_t* sealed, uint8_t* out);

#ifdef __cplusplus
}
#endif

#endif
