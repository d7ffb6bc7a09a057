// The kinds of spaces as the command line names them.
#pragma once

#include <optional>

#include "space/membership.h"

namespace sejawat::cli {

inline const char* kind_name(std::optional<space::SpaceKind> kind) {
  if (!kind) return "unknown";
  switch (*kind) {
    case space::SpaceKind::personal: return "personal";
    case space::SpaceKind::group: return "group";
    case space::SpaceKind::school: return "school";
    case space::SpaceKind::cluster: return "cluster";
    case space::SpaceKind::district: return "district";
  }
  return "unknown";
}

}  // namespace sejawat::cli
