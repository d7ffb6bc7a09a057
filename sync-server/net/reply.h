// Whole HTTP answers. Those to a sync have no header beyond Content-Length: each costs a teacher's bytes.
#pragma once

#include <boost/beast/http.hpp>
#include <memory>

#include "base/bytes.h"
#include "net/static_files.h"

namespace sejawat::net {

namespace http = boost::beast::http;

struct Reply {
  http::response<http::span_body<const std::uint8_t>> message;
  std::shared_ptr<const void> owner;  // of what the body points to
  bool close = false;
};

Reply reply_status(http::status status);
// For people and probes, with the headers that keep a browser from making anything else of it.
Reply reply_text(http::status status, std::string text);
Reply reply_later(http::status status, int seconds);  // with Retry-After
Reply reply_sync(base::Bytes message);
// What of a file is asked for: headers as they came, empty where they did not.
struct FileRequest {
  std::string_view if_none_match;
  std::string_view range;
  std::string_view if_range;
};
Reply reply_file(const StaticFiles::Found& found, const FileRequest& wanted, bool tls);

}  // namespace sejawat::net
