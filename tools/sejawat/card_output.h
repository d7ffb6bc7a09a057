// The recovery card leaves the program once: into a file of its own, or onto the screen.
#pragma once

#include "session.h"

namespace sejawat::cli {

// Before anything is made: already_exists when the file is there.
base::Status check_card_file(const std::string& card_file);
// Once it is in the file or on the screen, the device gives up its seed. A kill before leaves it for
// `card reissue`.
base::Status hand_out_card(Session& session, const space::RecoveryCard& card, const std::string& name,
                           const std::string& card_file);

}  // namespace sejawat::cli
