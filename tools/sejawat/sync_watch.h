// `sync --watch`: one WebSocket that stays. What is pushed is durable here before its line is printed.
#pragma once

#include "session.h"

namespace sejawat::cli {

// Until a signal: exit code 0. Connects again by itself, later each time (at most a minute), and ends with an
// error only where trying again cannot help: the store failed, or the versions differ.
int run_watch(Session& session, const space::CarrierAddress& address);

}  // namespace sejawat::cli
