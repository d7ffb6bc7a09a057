// Accepting, admitting, and the TLS handshake.
#pragma once

#include "server_state.h"

namespace sejawat::net {

base::Result<Tcp::acceptor> listen(asio::io_context& io, const std::string& host, std::uint16_t port);
asio::awaitable<void> accept_loop(Tcp::acceptor& acceptor, Server& server);

}  // namespace sejawat::net
