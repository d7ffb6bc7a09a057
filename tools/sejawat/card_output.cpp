#include "card_output.h"

#include <iostream>

namespace sejawat::cli {

base::Status check_card_file(const std::string& card_file) {
  if (!card_file.empty() && platform::file_exists(card_file)) {
    return base::error(base::Code::already_exists, card_file + " exists and may hold another card");
  }
  return {};
}

base::Status hand_out_card(Session& session, const space::RecoveryCard& card, const std::string& name,
                           const std::string& card_file) {
  std::string text = card.text(name);
  base::Status written;
  if (!card_file.empty()) {
    written = platform::write_new_private_file(card_file, base::as_bytes(text));
    if (written.ok() && !session.globals().json) {
      std::cout << session.say("Kartu pemulihan ditulis ke ", "Recovery card written to ") << card_file
                << "\n";
    }
  } else if (!session.globals().json) {
    std::cout << text << "\n";
  }
  if (session.globals().json) {
    boost::json::object object{{"name", name}};
    if (card_file.empty()) {
      object["card"] = text;
    } else {
      object["card_file"] = card_file;
    }
    if (written.ok()) session.print(object);
  }
  base::wipe(text.data(), text.size());
  if (!written.ok()) return written;
  std::cout.flush();
  if (!std::cout)
    return base::error(base::Code::internal,
                       "the card could not be printed: `sejawat card reissue` gives it again");
  return session.core().confirm_card();
}

}  // namespace sejawat::cli
