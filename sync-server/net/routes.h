// What is answered to which request, whatever it came through.
#pragma once

#include "reply.h"
#include "server_state.h"

namespace sejawat::net {

// A body takes memory as its bytes come, not as its length says.
using RequestBody = http::basic_dynamic_body<beast::flat_buffer>;
using Request = http::request<RequestBody>;
using RequestParser = http::request_parser<RequestBody>;

struct Caller {
  Origin origin;
  bool tls = false;
};

bool wants_websocket(const Request& head);
// Judges the head alone, before a body is read: nullopt goes on.
std::optional<Reply> refuse_early(Server& server, const Request& head, const Caller& caller);
// Its body is gone once it was read: whoever waits for the writer keeps no second copy of it.
Task<Reply> answer_request(Server& server, Request& request, const Caller& caller);

// Whether a page of `origin` (the header; empty for what is no browser) may sync with the host it asks. There
// is no cookie or other right that a foreign page could ride on; this only keeps it from trying.
bool page_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& others);

}  // namespace sejawat::net
