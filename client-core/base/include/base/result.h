// Errors that a caller must handle are values (std::expected is not in C++20, and libc++ 13 has no header for
// it). Every Code has a text for people (tools/sejawat/messages.cpp) and a test that reaches it.
#pragma once

#include <cstdint>
#include <new>
#include <string>
#include <utility>

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

// A code, and in English what more there is to say of it, for logs and developers; it never holds text a
// person wrote, keys or names. Two words wide and put together elsewhere: there are some 1,500 places at
// which one is handed on, and a phone downloads them all.
class [[nodiscard]] Error {
 public:
  Error() = default;
  Error(Error&& other) noexcept : code(other.code), detail_(std::exchange(other.detail_, nullptr)) {}
  Error(const Error& other);
  Error& operator=(Error other) noexcept {
    code = other.code;
    std::swap(detail_, other.detail_);
    return *this;
  }
  ~Error() {
    if (detail_ != nullptr) forget();
  }
  const std::string& detail() const;

  Code code = Code::internal;

 private:
  friend Error error(Code code);
  friend Error error(Code code, std::string detail);
  void forget();
  std::string* detail_ = nullptr;  // owned; nothing more to say: none
};

Error error(Code code);
Error error(Code code, const char* detail);
Error error(Code code, std::string detail);

template <class T>
class [[nodiscard]] Result {
 public:
  // Both implicit by design: `return value;` and `return error(...);`.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : value_(std::move(value)) { error_.code = Code::ok; }
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error&& err) noexcept : error_(std::move(err)) { SJ_CHECK(error_.code != Code::ok); }
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(const Error& err) : Result(Error(err)) {}
  Result(Result&& other) noexcept : error_(std::move(other.error_)) {
    if (ok()) new (&value_) T(std::move(other.value_));
  }
  Result(const Result& other) : error_(other.error_) {
    if (ok()) new (&value_) T(other.value_);
  }
  Result& operator=(Result other) noexcept {
    if (this == &other) return *this;
    this->~Result();
    return *new (this) Result(std::move(other));
  }
  ~Result() {
    if (ok()) value_.~T();
  }
  bool ok() const { return error_.code == Code::ok; }
  explicit operator bool() const { return ok(); }
  T& value() & {
    SJ_CHECK(ok());
    return value_;
  }
  const T& value() const& {
    SJ_CHECK(ok());
    return value_;
  }
  // By value: in `for (auto& one : *f())` nothing else would keep it alive.
  T value() && {
    SJ_CHECK(ok());
    return std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
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
  Error error_;
  union {
    T value_;  // there where the code is ok
  };
};

// Success without a value, or an error.
class [[nodiscard]] Status {
 public:
  Status() { error_.code = Code::ok; }
  // NOLINTNEXTLINE(google-explicit-constructor): as in Result
  Status(Error&& err) noexcept : error_(std::move(err)) { SJ_CHECK(error_.code != Code::ok); }
  // NOLINTNEXTLINE(google-explicit-constructor)
  Status(const Error& err) : Status(Error(err)) {}
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
  Error error_;
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
