// One end of our Noise channel on stdin and stdout, for another implementation at the other end. One line,
// one answer; bytes are hexadecimal, "-" is none.
//   initiator PROLOGUE OWN_SECRET SERVER_KEY | responder PROLOGUE OWN_SECRET    -> ok
//   write PAYLOAD   -> the next message           read MESSAGE   -> its payload, or "error CODE"
//   hash            -> the handshake hash         remote         -> the static key that the initiator proved
#include <iostream>
#include <sstream>

#include "crypto/noise.h"
#include "crypto/system_random.h"

namespace sejawat {
namespace {

using base::Bytes;

class Peer {
 public:
  std::string answer(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "initiator" || verb == "responder") return start(verb == "initiator", words);
    if (verb == "write") return told(write(next(words)));
    if (verb == "read") return told(read(next(words)));
    if (verb == "hash" && channel_) return told(channel_->handshake_hash);
    if (verb == "remote") return told(base::to_bytes(remote_.view()));
    return "error usage";
  }

 private:
  static Bytes next(std::istringstream& words) {
    std::string word;
    Bytes bytes;
    words >> word;
    if (word != "-" && !base::from_hex(word, bytes)) std::exit(2);
    return bytes;
  }
  static std::string told(const base::Result<Bytes>& result) {
    if (!result.ok()) return std::string("error ") + base::code_name(result.code());
    return result->empty() ? "-" : base::to_hex(*result);
  }

  std::string start(bool initiator, std::istringstream& words) {
    const Bytes prologue = next(words);
    const auto own = crypto::BoxKey::from_secret(base::Secret32(next(words)));
    if (initiator) {
      const auto server = base::PublicBoxKey::from(next(words));
      if (!server) std::exit(2);
      initiator_.emplace(prologue, own, *server, crypto::BoxKey::random(random_));
    } else {
      responder_.emplace(prologue, own, crypto::BoxKey::random(random_));
    }
    return "ok";
  }

  base::Result<Bytes> write(const Bytes& payload) {
    if (channel_) return channel_->send.encrypt(payload);
    if (initiator_) return initiator_->write_first(payload);
    if (!responder_) return base::error(base::Code::invalid_argument);
    SJ_TRY(auto second, responder_->write_second(payload));
    channel_.emplace(std::move(second.channel));
    return std::move(second.message);
  }
  base::Result<Bytes> read(const Bytes& message) {
    if (channel_) return channel_->receive.decrypt(message);
    if (initiator_) {
      SJ_TRY(auto established, initiator_->read_second(message));
      channel_.emplace(std::move(established.channel));
      return std::move(established.payload);
    }
    if (!responder_) return base::error(base::Code::invalid_argument);
    SJ_TRY(auto first, responder_->read_first(message));
    remote_ = first.remote_static;
    return std::move(first.payload);
  }

  crypto::SystemRandom random_;
  std::optional<crypto::NoiseInitiator> initiator_;
  std::optional<crypto::NoiseResponder> responder_;
  std::optional<crypto::NoiseChannel> channel_;
  base::PublicBoxKey remote_;
};

}  // namespace
}  // namespace sejawat

int main() {
  sejawat::Peer peer;
  for (std::string line; std::getline(std::cin, line);) std::cout << peer.answer(line) << std::endl;
  return 0;
}
