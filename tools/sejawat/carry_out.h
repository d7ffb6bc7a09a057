// Changes that hold for everybody: shown first, carried out with --yes.
#pragma once

#include <functional>

#include "session.h"

namespace sejawat::cli {

template <class AnyId>
base::Result<AnyId> id_from(const std::string& text) {
  base::Bytes bytes;
  std::optional<AnyId> id;
  if (base::from_hex(text, bytes)) id = AnyId::from(bytes);
  if (!id) {
    return base::error(base::Code::invalid_argument, "id: " + std::to_string(AnyId::kSize * 2) +
                                                         " hexadecimal digits, as the list shows it");
  }
  return *id;
}

// A change that is only shown unless --yes; then carried out and taken at once to the server of `space`
// (none: the home one) if it is there.
int carry_out(Session& session, const char* indonesian, const char* english,
              const std::function<base::Status()>& change, const base::SpaceId* space = nullptr);

}  // namespace sejawat::cli
