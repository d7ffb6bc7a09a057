// Errors that a caller must handle are values (std::expected is not in C++20, and libc++ 13 has no header for
// it). Every Code has a text for people (api/messages) and a test that reaches it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace sejawat::base {

// Numbers are part of the client API (proto/sejawat/v1/api.proto): append only.
enum class Code : std::uint16_t {
  ok = 0,
  invalid_argument = 1,  // the caller's input is malformed
  not_found = 2,
  already_exists = 3,
  not_permitted = 4,     // role or membership forbids it
  offline = 5,           // the carrier could not be reached
  wrong_server_key = 6,  // whoever answered does not hold the pinned key
  timed_out = 7,
  storage_failed = 8,  // I/O error from the store
  disk_full = 9,
  store_locked = 10,     // another process owns the store
  store_too_new = 11,    // written by a newer program; left untouched
  store_key_wrong = 12,  // the store cannot be opened with this key, or is damaged
  malformed = 13,        // bytes from elsewhere do not decode
  too_large = 14,        // a cap was exceeded
  bad_signature = 15,
  cannot_decrypt = 16,  // wrong key or altered bytes
  key_missing = 17,     // the epoch key has not arrived yet
  chain_gap = 18,       // an earlier segment of the log is missing
  chain_fork = 19,      // another segment already stands at this place of the log
  unknown_log = 20,
  unknown_space = 21,
  unknown_membership = 22,  // the membership frontier named is not known here yet
  invite_invalid = 23,
  invite_expired = 24,
  invite_used = 25,
  invite_revoked = 26,
  fenced = 27,  // beyond the fence of a removed device
  quota_exceeded = 28,
  version_unsupported = 29,
  protocol_violation = 30,  // the peer broke the rules of the session
  dictionary_unknown = 31,
  card_invalid = 32,    // recovery card does not parse or its checksum fails
  needs_decision = 33,  // conflict or quarantine waits for a person
  interrupted = 34,
  internal = 35,  // a bug; never caused by input
};

// A fault of the store itself: never a verdict on what somebody brought, who would take it for a refusal.
bool is_of_the_store(Code code);
const char* code_name(Code code);  // stable snake_case name, as in --json output

// `detail` is English, for logs and developers; it never holds text a person wrote, keys or names.
struct [[nodiscard]] Error {
  Code code = Code::internal;
  std::string detail;
};

inline Error error(Code code, std::string detail = {}) { return Error{code, std::move(detail)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  // Both implicit by design: `return value;` and `return error(...);`.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error err) : held_(std::in_place_index<1>, std::move(err)) {
    SJ_CHECK(std::get<1>(held_).code != Code::ok);
  }
  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & {
    SJ_CHECK(ok());
    return std::get<0>(held_);
  }
  const T& value() const& {
    SJ_CHECK(ok());
    return std::get<0>(held_);
  }
  T&& value() && {
    SJ_CHECK(ok());
    return std::get<0>(std::move(held_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& {
    SJ_CHECK(!ok());
    return std::get<1>(held_);
  }
  Error&& error() && {
    SJ_CHECK(!ok());
    return std::get<1>(std::move(held_));
  }
  Code code() const { return ok() ? Code::ok : error().code; }

 private:
  std::variant<T, Error> held_;
};

// Success without a value, or an error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): as in Result
  Status(Error err) : error_(std::move(err)) { SJ_CHECK(error_.code != Code::ok); }
  bool ok() const { return error_.code == Code::ok; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    SJ_CHECK(!ok());
    return error_;
  }
  Error&& error() && {
    SJ_CHECK(!ok());
    return std::move(error_);
  }
  Code code() const { return error_.code; }

 private:
  Error error_{Code::ok, {}};
};

}  // namespace sejawat::base

#define SJ_CONCAT_INNER(a, b) a##b
#define SJ_CONCAT(a, b) SJ_CONCAT_INNER(a, b)
// SJ_TRY(auto x, f());  binds the value or returns the error.
#define SJ_TRY(binding, expression)                                                                     \
  auto SJ_CONCAT(sj_result_, __LINE__) = (expression);                                                  \
  if (!SJ_CONCAT(sj_result_, __LINE__).ok()) return std::move(SJ_CONCAT(sj_result_, __LINE__)).error(); \
  binding = std::move(SJ_CONCAT(sj_result_, __LINE__)).value()
// SJ_TRY_STATUS(f());  returns the error, if any.
#define SJ_TRY_STATUS(expression)                             \
  do {                                                        \
    auto sj_status = (expression);                            \
    if (!sj_status.ok()) return std::move(sj_status).error(); \
  } while (false)
