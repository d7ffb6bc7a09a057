#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace sejawat::base {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "sejawat: internal check failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

Error::Error(const Error& other)
    : code(other.code), detail_(other.detail_ == nullptr ? nullptr : new std::string(*other.detail_)) {}
const std::string& Error::detail() const {
  static const std::string nothing;
  return detail_ == nullptr ? nothing : *detail_;
}
void Error::forget() { delete detail_; }

Error error(Code code) {
  Error made;
  made.code = code;
  return made;
}
Error error(Code code, const char* detail) { return error(code, std::string(detail)); }
Error error(Code code, std::string detail) {
  Error made;
  made.code = code;
  if (!detail.empty()) made.detail_ = new std::string(std::move(detail));
  return made;
}

bool is_of_the_store(Code code) {
  return code == Code::storage_failed || code == Code::disk_full || code == Code::store_locked ||
         code == Code::store_key_wrong;
}

const char* code_name(Code code) {
  switch (code) {
    case Code::ok: return "ok";
    case Code::invalid_argument: return "invalid_argument";
    case Code::not_found: return "not_found";
    case Code::already_exists: return "already_exists";
    case Code::not_permitted: return "not_permitted";
    case Code::offline: return "offline";
    case Code::wrong_server_key: return "wrong_server_key";
    case Code::timed_out: return "timed_out";
    case Code::storage_failed: return "storage_failed";
    case Code::disk_full: return "disk_full";
    case Code::store_locked: return "store_locked";
    case Code::store_too_new: return "store_too_new";
    case Code::store_key_wrong: return "store_key_wrong";
    case Code::malformed: return "malformed";
    case Code::too_large: return "too_large";
    case Code::bad_signature: return "bad_signature";
    case Code::cannot_decrypt: return "cannot_decrypt";
    case Code::key_missing: return "key_missing";
    case Code::chain_gap: return "chain_gap";
    case Code::chain_fork: return "chain_fork";
    case Code::unknown_log: return "unknown_log";
    case Code::unknown_space: return "unknown_space";
    case Code::unknown_membership: return "unknown_membership";
    case Code::invite_invalid: return "invite_invalid";
    case Code::invite_expired: return "invite_expired";
    case Code::invite_used: return "invite_used";
    case Code::invite_revoked: return "invite_revoked";
    case Code::fenced: return "fenced";
    case Code::quota_exceeded: return "quota_exceeded";
    case Code::version_unsupported: return "version_unsupported";
    case Code::protocol_violation: return "protocol_violation";
    case Code::dictionary_unknown: return "dictionary_unknown";
    case Code::card_invalid: return "card_invalid";
    case Code::needs_decision: return "needs_decision";
    case Code::interrupted: return "interrupted";
    case Code::internal: return "internal";
  }
  return "internal";
}

}  // namespace sejawat::base
