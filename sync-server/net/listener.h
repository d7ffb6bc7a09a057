// Accepting, admitting, and the TLS handshake.
#pragma once

#include "server_state.h"

namespace sejawat::net {

base::Result<Acceptor> listen(asio::io_context& io, const std::string& host, std::uint16_t port);
Task<void> accept_loop(Acceptor& acceptor, Server& server);

}  // namespace sejawat::net
