#include "reply.h"

#include "byte_range.h"

namespace sejawat::net {
namespace {

// Nothing from elsewhere runs, loads, frames or hears of these pages; WebAssembly needs a word of its own.
// No text becomes a script: only the client's own two policies (its worker's address, its templates) may be
// made. ws: and wss: to the same host are meant by 'self'.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self'; img-src 'self' blob: data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types sejawat svelte-trusted-html";

void guard(Reply& reply, bool tls) {
  auto& message = reply.message;
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Referrer-Policy", "no-referrer");
  message.set("Content-Security-Policy", kPolicy);
  message.set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), interest-cohort=()");
  message.set("Cross-Origin-Opener-Policy", "same-origin");
  message.set("Cross-Origin-Embedder-Policy", "require-corp");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  if (tls) message.set("Strict-Transport-Security", "max-age=31536000");
}

template <class Owner>
void set_body(Reply& reply, std::shared_ptr<const Owner> owner, std::string_view body) {
  const auto bytes = base::as_bytes(body);
  reply.message.body() = {bytes.data(), bytes.size()};
  reply.message.prepare_payload();
  reply.owner = std::move(owner);
}

// A list of entity tags, or "*".
bool names(std::string_view list, std::string_view etag) {
  return list == "*" || list.find(etag) != std::string_view::npos;
}

}  // namespace

Reply reply_status(http::status status) {
  Reply reply;
  reply.message.result(status);
  reply.message.prepare_payload();
  return reply;
}

Reply reply_text(http::status status, std::string text) {
  Reply reply;
  reply.message.result(status);
  reply.message.set(http::field::content_type, "text/plain; charset=utf-8");
  reply.message.set(http::field::cache_control, "no-store");
  guard(reply, false);
  auto owner = std::make_shared<const std::string>(std::move(text));
  const std::string_view body = *owner;
  set_body(reply, std::move(owner), body);
  return reply;
}

Reply reply_later(http::status status, int seconds) {
  Reply reply;
  reply.message.result(status);
  reply.message.set(http::field::retry_after, std::to_string(seconds));
  reply.message.prepare_payload();
  return reply;
}

Reply reply_sync(base::Bytes message) {
  Reply reply;
  reply.message.result(http::status::ok);
  auto owner = std::make_shared<const base::Bytes>(std::move(message));
  const std::string_view body = base::as_text(*owner);
  set_body(reply, std::move(owner), body);
  return reply;
}

Reply reply_file(const StaticFiles::Found& found, const FileRequest& wanted, bool tls) {
  Reply reply;
  auto& message = reply.message;
  guard(reply, tls);
  message.set(http::field::etag, found.file->etag);
  message.set(http::field::cache_control,
              found.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  message.set(http::field::vary, "Accept-Encoding");
  if (!wanted.if_none_match.empty() && names(wanted.if_none_match, found.file->etag)) {
    message.result(http::status::not_modified);
    return reply;
  }
  message.set(http::field::accept_ranges, "bytes");
  std::string_view body = found.file->content;
  std::optional<ByteRange> range;
  // Of what they have the rest of: the tag is of the content, so it tells surely.
  if (wanted.if_range.empty() || wanted.if_range == found.file->etag) {
    range = byte_range(wanted.range, body.size());
  }
  if (range) {
    std::string place = "bytes ";
    if (range->size == 0) {
      message.result(http::status::range_not_satisfiable);
      message.set(http::field::content_range, place.append("*/").append(std::to_string(body.size())));
      message.prepare_payload();
      return reply;
    }
    message.result(http::status::partial_content);
    place.append(std::to_string(range->first)).append("-");
    place.append(std::to_string(range->first + range->size - 1)).append("/");
    message.set(http::field::content_range, place.append(std::to_string(body.size())));
    body = body.substr(range->first, range->size);
  } else {
    message.result(http::status::ok);
  }
  message.set(http::field::content_type, found.type);
  if (!found.encoding.empty()) message.set(http::field::content_encoding, found.encoding);
  set_body(reply, found.file, body);
  return reply;
}

}  // namespace sejawat::net
