#include "network.h"

#include "words.h"

namespace sejawat::simulation {
namespace {

constexpr std::int64_t kPatience = 20 * kSecond;  // of the client, as in tools/sejawat
constexpr std::size_t kOverheard = 32;

}  // namespace

void Network::look(base::ByteView bytes) {
  world_.witness.always(Always::wire_is_sealed, base::as_text(bytes).find(kMarker) == std::string_view::npos,
                        "a message shows what somebody wrote");
}

base::Bytes Network::alter(base::Bytes bytes) {
  world_.witness.fault(Fault::message_altered);
  if (bytes.empty()) return bytes;
  if (world_.chance(300)) {
    bytes.resize(world_.random.below(bytes.size()));
  } else {
    bytes[world_.random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << world_.random.below(8));
  }
  return bytes;
}

void Network::send_again(const base::Bytes& message, Fault as, std::int64_t delay) {
  world_.witness.fault(as);
  world_.after(delay, [this, message] {
    if (server_.up()) server_.receive(message, [](const base::Result<Answer>&) {});
  });
}

void Network::post(base::Bytes message, Respond respond) {
  // Exactly one of these answers: the server, or the client's patience.
  auto answered = std::make_shared<bool>(false);
  Respond once = [answered, respond = std::move(respond)](base::Result<Answer> answer) {
    if (*answered) return;
    *answered = true;
    respond(std::move(answer));
  };
  world_.after(kPatience, [once] { once(base::error(base::Code::timed_out)); });

  if (planted_ == Planted::network_reveals) base::append(message, base::as_bytes(kMarker));
  look(message);
  if (world_.chance(weather_.request_lost)) {
    world_.witness.fault(Fault::request_lost);
    if (world_.chance(500)) {
      world_.after(world_.between(1, kSecond), [once] { once(base::error(base::Code::offline)); });
    }
    return;
  }
  const auto slowest = std::max<std::int64_t>(weather_.slowest, 2);
  if (world_.chance(weather_.duplicate)) {
    send_again(message, Fault::duplicate_sent, world_.between(1, 2 * slowest));
  }
  if (!overheard_.empty() && world_.chance(weather_.replay)) {
    const auto& old = overheard_[world_.random.below(overheard_.size())];
    send_again(old, Fault::message_replayed, world_.between(1, kHour));
  }
  if (overheard_.size() == kOverheard) overheard_.erase(overheard_.begin());
  overheard_.push_back(message);

  const bool altered = world_.chance(weather_.altered);
  if (altered) message = alter(std::move(message));
  const auto delay = world_.between(1, slowest);
  const auto arrival = world_.now() + delay;
  world_.witness.sometimes(Sometimes::messages_overtake_each_other, arrival < last_arrival_);
  last_arrival_ = std::max(last_arrival_, arrival);
  world_.after(delay, [this, message = std::move(message), once, altered]() mutable {
    deliver(std::move(message), [once, altered](base::Result<Answer> answer) {
      if (!answer.ok() && altered) {
        // The server's refusal of what the network made of the message.
        once(Answer{{}, nullptr, false, true});
        return;
      }
      once(std::move(answer));
    });
  });
}

void Network::deliver(base::Bytes message, Respond respond) {
  if (!server_.up()) {
    world_.witness.fault(Fault::server_unreachable);
    respond(base::error(base::Code::offline));
    return;
  }
  server_.receive(std::move(message), [this, respond = std::move(respond)](base::Result<Answer> answer) {
    send_back(std::move(answer), respond);
  });
}

void Network::send_back(base::Result<Answer> answer, const Respond& respond) {
  if (answer.ok()) look(answer->bytes);
  if (world_.chance(weather_.reply_lost)) {
    world_.witness.fault(Fault::reply_lost);
    if (world_.chance(500)) {
      world_.after(world_.between(1, kSecond), [respond] { respond(base::error(base::Code::offline)); });
    }
    return;
  }
  auto delay = world_.between(1, std::max<std::int64_t>(weather_.slowest, 2));
  if (world_.chance(weather_.reply_too_late)) {
    world_.witness.fault(Fault::reply_too_late);
    delay += kPatience;
  }
  if (answer.ok() && world_.chance(weather_.altered)) {
    answer->bytes = alter(std::move(answer->bytes));
    answer->tampered = true;
  }
  world_.after(delay, [respond, answer = std::move(answer)] { respond(answer); });
}

}  // namespace sejawat::simulation
