// SJ_CHECK guards what only a bug can break; it is on in release too and never judges input.
#pragma once

namespace sejawat::base {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}  // namespace sejawat::base

#define SJ_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::sejawat::base::check_failed(#expression, __FILE__, __LINE__))
