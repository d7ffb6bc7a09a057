// What commands share, for headers that need no parser.
#pragma once

#include "session.h"

namespace CLI {
class App;
}

namespace sejawat::cli {

struct Context {
  Globals globals;
  int exit = 0;
};

}  // namespace sejawat::cli
