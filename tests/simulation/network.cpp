#include "network.h"

#include "words.h"

namespace sejawat::simulation {
namespace {

constexpr std::int64_t kPatience = 20 * kSecond;  // of the client, as in tools/sejawat
constexpr std::size_t kOverheard = 32;
constexpr std::size_t kMessageCap = 65'535;  // of a Noise message, either way

}  // namespace

void Network::look(base::ByteView bytes) {
  world_.witness.always(Always::wire_is_sealed, base::as_text(bytes).find(kMarker) == std::string_view::npos,
                        "a message shows what somebody wrote");
  world_.witness.always(Always::messages_are_capped, bytes.size() <= kMessageCap, "a message beyond the cap");
}

void Network::cut_off(std::set<std::uint64_t> devices, std::int64_t until) {
  cut_off_ = std::move(devices);
  cut_off_until_ = until;
}

void Network::heal() {
  cut_off_.clear();
  weather_ = {};
}

bool Network::is_cut_off(std::uint64_t device) const {
  return cut_off_until_ > world_.now() && cut_off_.count(device) != 0;
}

std::int64_t Network::delay() { return world_.between(1, std::max<std::int64_t>(weather_.slowest, 2)); }

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

void Network::post(std::uint64_t device, base::Bytes message, Respond respond) {
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
  const bool cut = is_cut_off(device);
  if (cut || world_.chance(weather_.request_lost)) {
    world_.witness.fault(cut ? Fault::partition : Fault::request_lost);
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
  const auto delay = this->delay();
  const auto arrival = world_.now() + delay;
  world_.witness.sometimes(Sometimes::messages_overtake_each_other, arrival < last_arrival_);
  last_arrival_ = std::max(last_arrival_, arrival);
  world_.after(delay, [this, message = std::move(message), once, altered] {
    deliver(message, [once, altered](base::Result<Answer> answer) {
      if (!answer.ok() && altered) {
        // The server's refusal of what the network made of the message.
        Answer refusal;
        refusal.tampered = true;
        once(std::move(refusal));
        return;
      }
      once(std::move(answer));
    });
  });
}

void Network::deliver(const base::Bytes& message, Respond respond) {
  if (!server_.up()) {
    world_.witness.fault(Fault::server_unreachable);
    respond(base::error(base::Code::offline));
    return;
  }
  server_.receive(message, [this, respond = std::move(respond)](base::Result<Answer> answer) {
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
  auto delay = this->delay();
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

// --- live lines

std::shared_ptr<Line> Network::open_line(std::uint64_t device, Respond receive) {
  return std::make_shared<Line>(*this, device, std::move(receive));
}

void Line::hang_up() {
  if (!open_) return;
  open_ = false;
  network_.server_.disconnect(connection_);
}

// By the network, in the middle of a message or between two.
void Line::cut() {
  if (!open_) return;
  hang_up();
  receive_(base::error(base::Code::interrupted));
}

void Line::send(base::Bytes message) {
  World& world = network_.world_;
  network_.look(message);
  last_up_ = std::max(last_up_ + 1, world.now() + network_.delay());
  const bool lost = network_.is_cut_off(device_) || world.chance(network_.weather_.line_cut);
  if (!lost && world.chance(network_.weather_.altered)) message = network_.alter(std::move(message));
  world.after(last_up_ - world.now(), [self = shared_from_this(), message = std::move(message), lost] {
    if (!self->open_) return;
    if (lost) {
      self->network_.world_.witness.fault(Fault::line_cut);
      self->cut();
      return;
    }
    self->deliver_up(message);
  });
}

void Line::deliver_up(const base::Bytes& message) {
  if (connection_ == 0) {
    connection_ = network_.server_.connect([weak = weak_from_this()](base::Result<Answer> answer) {
      if (const auto self = weak.lock()) self->deliver_down(std::move(answer));
    });
    if (connection_ == 0) {
      network_.world_.witness.fault(Fault::server_unreachable);
      cut();
      return;
    }
  }
  network_.server_.receive_live(connection_, message);
}

void Line::deliver_down(base::Result<Answer> answer) {
  World& world = network_.world_;
  last_down_ = std::max(last_down_ + 1, world.now() + network_.delay());
  if (answer.ok()) network_.look(answer->bytes);
  const bool lost = world.chance(network_.weather_.line_cut);
  if (answer.ok() && !lost && world.chance(network_.weather_.altered)) {
    answer->bytes = network_.alter(std::move(answer->bytes));
    answer->tampered = true;
  }
  world.after(last_down_ - world.now(), [self = shared_from_this(), answer = std::move(answer), lost] {
    if (!self->open_) return;
    if (lost || !answer.ok()) {
      if (lost) self->network_.world_.witness.fault(Fault::line_cut);
      self->cut();
      return;
    }
    self->receive_(answer);
  });
}

}  // namespace sejawat::simulation
