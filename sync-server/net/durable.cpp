#include "durable.h"

#include <spdlog/spdlog.h>

namespace sejawat::net {
namespace {

constexpr UseTask kResume;

void note(Server& server, const Served& served) {
  if (!served.answer.ok() && served.answer.code() == base::Code::timed_out) {
    ++server.counts.refused_busy;
  } else if (!served.answer.ok()) {
    ++server.counts.refused_failed;
    spdlog::error(R"({{"event":"answer_failed","code":"{}"}})", base::code_name(served.answer.code()));
  }
  const bool low = server.writer.counters().low;
  if (low == server.disk_low) return;
  server.disk_low = low;
  if (low) {
    spdlog::warn(R"({{"event":"disk_low","hint":"new entries are refused until there is space"}})");
  } else {
    spdlog::info(R"({{"event":"disk_has_space"}})");
  }
}

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
      resume(Served{std::move(answer), Standing::of(*peer), !peer->known, peer->in_vain});
    };
    storage::Writer::Request request{device, std::move(message), wall_seconds, done, peer};
    if (!server.writer.submit(std::move(request)))
      resume({base::error(base::Code::timed_out, "busy"), {}, false, 0});
  };
  Served served = co_await asio::async_initiate<const UseTask, void(Served)>(std::move(start), kResume);
  note(server, served);
  co_return served;
}

}  // namespace sejawat::net
