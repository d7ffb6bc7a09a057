// One command on the core, at once. Nothing here waits.
#pragma once

#include "door_messages.h"

namespace sejawat::api::door {

// A bundle that is being written or read, between two commands.
struct Bundles {
  std::unique_ptr<BundleExport> out;
  std::unique_ptr<BundleImport> in;
  bool checked = false;
};

base::Result<Result> execute(Core& core, SyncDriver& sync, Bundles& bundles, Command& command);

}  // namespace sejawat::api::door
