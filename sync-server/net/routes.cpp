#include "routes.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "crypto/hash.h"
#include "durable.h"
#include "sync/session.h"

namespace sejawat::net {
namespace {

constexpr int kRetryRate = 10;
constexpr int kRetryBusy = 5;
constexpr char kFrontPage[] =
    "Ini server Sejawat. Ia menyimpan dan meneruskan catatan guru dalam bentuk tersegel dan tidak dapat "
    "membacanya. Bukalah dengan aplikasi Sejawat.\n\n"
    "This is a Sejawat server. It keeps and forwards sealed notes of teachers and cannot read them. Open it "
    "with the Sejawat app.\n";

std::string_view header(const Request& request, http::field field) {
  const auto value = request[field];
  return {value.data(), value.size()};
}

std::string_view target_of(const Request& request) {
  const auto value = request.target();
  return {value.data(), value.size()};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool may_see_metrics(const Server& server, const Request& request, const Caller& caller) {
  const std::string& token = server.options.metrics_token;
  if (token.empty()) {
    // What a proxy on this machine forwards is not from this machine.
    return caller.origin.loopback && request.find("X-Forwarded-For") == request.end() &&
           request.find("Forwarded") == request.end();
  }
  return crypto::equal_secret(base::as_bytes("Bearer " + token),
                              base::as_bytes(header(request, http::field::authorization)));
}

Task<Reply> answer_sync(Server& server, Request& request) {
  sync::CarrierSession session(server.key, server.random);
  const auto body = request.body().cdata();
  const std::size_t bytes_in = body.size();
  auto incoming = session.on_message({static_cast<const std::uint8_t*>(body.data()), bytes_in});
  request.body() = RequestBody::value_type();
  ++server.counts.posts;
  server.counts.bytes_in += bytes_in;
  if (!incoming.ok()) {
    // Not meant for this key, or rubbish: no word more than that.
    const bool foreign = incoming.code() == base::Code::cannot_decrypt;
    ++(foreign ? server.counts.refused_key : server.counts.refused_malformed);
    co_return reply_status(foreign ? http::status::forbidden : http::status::bad_request);
  }
  Served served = co_await durable(server, incoming->device, std::move(incoming->message), nullptr);
  if (!served.answer.ok()) {
    if (served.answer.code() != base::Code::timed_out) {
      co_return reply_status(http::status::internal_server_error);
    }
    co_return reply_later(http::status::service_unavailable, kRetryBusy);
  }
  auto reply = session.reply(*served.answer);
  if (!reply.ok()) co_return reply_status(http::status::internal_server_error);
  server.counts.bytes_out += reply->size();
  // Strangers come as often as they like.
  if (!served.stranger)
    spdlog::info(R"({{"event":"sync","bytes_in":{},"bytes_out":{},"segments_taken":{},"refused":{}}})",
                 bytes_in, reply->size(), served.answer->segments_taken,
                 served.answer->segment_exceptions.size() + served.answer->record_exceptions.size());
  co_return reply_sync(std::move(*reply));
}

Reply answer_file(Server& server, const Request& request, const Caller& caller) {
  const auto found = server.files.find(target_of(request), header(request, http::field::accept_encoding));
  if (found.ok()) {
    FileRequest wanted{header(request, http::field::if_none_match), {}, {}};
    if (request.method() == http::verb::get) {
      wanted.range = header(request, http::field::range);
      wanted.if_range = header(request, http::field::if_range);
    }
    return reply_file(*found, wanted, caller.tls);
  }
  if (found.code() != base::Code::not_found)
    return reply_later(http::status::service_unavailable, kRetryBusy);
  if (target_of(request) == "/" && !server.files.enabled()) return reply_text(http::status::ok, kFrontPage);
  return reply_text(http::status::not_found, "404\n");
}

Reply answer_get(Server& server, const Request& request, const Caller& caller) {
  const auto target = target_of(request);
  if (target == "/healthz") return reply_text(http::status::ok, "ok\n");
  if (target == "/readyz") {
    return server.draining ? reply_text(http::status::service_unavailable, "draining\n")
                           : reply_text(http::status::ok, "ready\n");
  }
  if (target == "/metrics") {
    if (!may_see_metrics(server, request, caller)) return reply_text(http::status::not_found, "404\n");
    server.counts.connections = server.admission.connections();
    return reply_text(http::status::ok,
                      metrics_text(server.counts, server.writer.counters(), server.draining));
  }
  return answer_file(server, request, caller);
}

// Pages of other hosts that the operator named: they may read what they are answered.
void permit_page(const Server& server, const Request& request, Reply& reply) {
  const auto origin = header(request, http::field::origin);
  const auto& others = server.options.allow_origins;
  if (origin.empty() || std::find(others.begin(), others.end(), origin) == others.end()) return;
  reply.message.set(http::field::access_control_allow_origin, origin);
  reply.message.set(http::field::access_control_allow_headers, "content-type");
  reply.message.set(http::field::vary, "Origin");
}

}  // namespace

bool page_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& others) {
  if (origin.empty()) return true;
  if (std::find(others.begin(), others.end(), origin) != others.end()) return true;
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;  // "null" among others
  const auto bare = [](std::string_view authority) {
    for (const std::string_view standard : {":80", ":443"}) {
      if (authority.ends_with(standard)) authority.remove_suffix(standard.size());
    }
    return lower(authority);
  };
  return !host.empty() && bare(origin.substr(scheme + 3)) == bare(host);
}

bool wants_websocket(const Request& head) {
  return target_of(head) == "/sync" && head.method() == http::verb::get &&
         lower(header(head, http::field::upgrade)) == "websocket";
}

namespace {

std::optional<Reply> judge_head(Server& server, const Request& head, const Caller& caller) {
  const bool sync = target_of(head) == "/sync";
  const bool post = head.method() == http::verb::post;
  if (!sync) {
    if (head.method() == http::verb::get || head.method() == http::verb::head) return std::nullopt;
    Reply reply = reply_status(http::status::method_not_allowed);
    reply.message.set(http::field::allow, "GET, HEAD");
    return reply;
  }
  if (!page_allowed(header(head, http::field::origin), header(head, http::field::host),
                    server.options.allow_origins)) {
    ++server.counts.refused_origin;
    return reply_status(http::status::forbidden);
  }
  if (head.method() == http::verb::options) {
    Reply reply = reply_status(http::status::no_content);
    reply.message.set(http::field::access_control_allow_methods, "POST");
    return reply;
  }
  if (!post && !wants_websocket(head)) {
    Reply reply = reply_status(http::status::upgrade_required);
    reply.message.set(http::field::upgrade, "websocket");
    return reply;
  }
  if (!server.admission.handshake(caller.origin, server.clock.now().monotonic_ms)) {
    ++server.counts.refused_rate;
    return reply_later(http::status::too_many_requests, kRetryRate);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Reply> refuse_early(Server& server, const Request& head, const Caller& caller) {
  auto refusal = judge_head(server, head, caller);
  // A browser keeps from its page what does not say so, "come later" and the leave to ask at all included.
  if (refusal && target_of(head) == "/sync") permit_page(server, head, *refusal);
  return refusal;
}

Task<Reply> answer_request(Server& server, Request& request, const Caller& caller) {
  Reply reply;
  if (request.method() == http::verb::post) {
    reply = co_await answer_sync(server, request);
    permit_page(server, request, reply);
  } else {
    reply = answer_get(server, request, caller);
    if (request.method() == http::verb::head) reply.message.body() = {};  // its length is said
  }
  co_return reply;
}

}  // namespace sejawat::net
