// The server's side of TLS.
#pragma once

#include "server_state.h"

namespace sejawat::net {

// TLS 1.2 and 1.3 with OpenSSL's modern defaults. not_found: a file cannot be read, or key and certificate do
// not belong together.
base::Status configure_tls(asio::ssl::context& context, const std::string& certificate,
                           const std::string& key);

}  // namespace sejawat::net
