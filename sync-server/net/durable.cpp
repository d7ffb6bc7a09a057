#include "durable.h"

namespace sejawat::net {
namespace {

constexpr UseTask kResume;

}  // namespace

Task<Served> durable(Server& server, base::PublicBoxKey device, sync::ClientMessage message,
                     std::shared_ptr<carrier::Peer> peer) {
  const std::int64_t wall_seconds = server.clock.now().wall_ms / 1000;
  if (!peer) peer = std::make_shared<carrier::Peer>(device);
  auto start = [&server, device, wall_seconds, message = std::move(message),
                peer = std::move(peer)](auto handler) mutable {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto resume = [shared, &server](Served served) {
      auto kept = std::make_shared<Served>(std::move(served));
      asio::post(server.io, [shared, kept] { (*shared)(std::move(*kept)); });
    };
    const storage::Writer::Done done = [resume, peer](base::Result<sync::ServerMessage> answer) {
      resume(Served{std::move(answer), Standing::of(*peer)});
    };
    storage::Writer::Request request{device, std::move(message), wall_seconds, done, peer};
    if (!server.writer.submit(std::move(request))) resume({base::error(base::Code::timed_out, "busy"), {}});
  };
  co_return co_await asio::async_initiate<const UseTask, void(Served)>(std::move(start), kResume);
}

}  // namespace sejawat::net
