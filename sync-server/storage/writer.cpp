#include "storage/writer.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "message_memory.h"

namespace sejawat::storage {
namespace {

constexpr std::size_t kMaxGroup = 256;
constexpr std::size_t kRememberedMost = 16'384;  // devices, of some 100 bytes each

// Memory that is taken until it is given back, of strangers' a part.
class Held {
 public:
  struct Claim {
    std::size_t bytes = 0;
    bool by_stranger = false;
  };
  bool take(const Claim& claim) {
    if (all_ + claim.bytes > Writer::kMaxHeld) return false;
    if (claim.by_stranger && strangers_ + claim.bytes > Writer::kMaxHeld / Writer::kStrangersPart)
      return false;
    all_ += claim.bytes;
    strangers_ += claim.by_stranger ? claim.bytes : 0;
    return true;
  }
  void give_back(const Claim& claim) {
    all_ -= claim.bytes;
    strangers_ -= claim.by_stranger ? claim.bytes : 0;
  }

 private:
  std::size_t all_ = 0;
  std::size_t strangers_ = 0;
};

}  // namespace

struct Writer::State {
  carrier::Carrier& carrier;
  carrier::CarrierStore& store;
  std::function<void(base::Error)> fatal;
  std::mutex mutex;
  std::condition_variable wake;
  struct Waiting {
    Request request;
    Held::Claim claim;
  };
  std::deque<Waiting> waiting;
  Held held;
  std::set<base::PublicBoxKey> known;  // when they were last answered; a few too few do no harm
  std::deque<Pushes> pushes;
  struct Copying {
    std::string path;
    std::function<void(base::Status)> done;
    std::unique_ptr<carrier::CarrierStore::Copy> copy;
  };
  std::optional<Copying> copying;  // handed over under the mutex, then of the writer's thread alone
  const std::size_t max_waiting;
  bool stopping = false;
  bool failed = false;
  std::mutex watch_mutex;  // held while `changed` runs
  std::function<void(const carrier::Changes&)> changed;
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> commit_microseconds{0};
  std::atomic<bool> low{false};
  std::thread thread;

  State(carrier::Carrier& carrier_in, carrier::CarrierStore& store_in,
        std::function<void(base::Error)> fatal_in, std::size_t max_waiting_in)
      : carrier(carrier_in), store(store_in), fatal(std::move(fatal_in)), max_waiting(max_waiting_in) {}

  // All empty: time to end.
  void next(std::vector<Waiting>& group, std::deque<Pushes>& reading) {
    std::unique_lock<std::mutex> lock(mutex);
    wake.wait(lock, [this] { return stopping || !waiting.empty() || !pushes.empty() || copying; });
    while (!waiting.empty() && group.size() < kMaxGroup) {
      group.push_back(std::move(waiting.front()));
      waiting.pop_front();
    }
    reading.swap(pushes);
  }

  // Until it returns ok nothing of the group may be acknowledged.
  base::Status store_all(std::vector<Waiting>& group, std::vector<carrier::Carrier::Ingested>& ingested) {
    const auto start = std::chrono::steady_clock::now();
    SJ_TRY_STATUS(store.begin());
    for (auto& [request, claim] : group) {
      if (!request.peer) request.peer = std::make_shared<carrier::Peer>(request.device);
      SJ_TRY(auto one, carrier.ingest(*request.peer, request.message, request.wall_seconds));
      ingested.push_back(std::move(one));
    }
    SJ_TRY_STATUS(store.commit());
    const auto took = std::chrono::steady_clock::now() - start;
    commit_microseconds +=
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    return {};
  }

  bool serve(std::vector<Waiting>& group) {
    std::vector<carrier::Carrier::Ingested> ingested;
    base::Status stored = store_all(group, ingested);
    if (!stored.ok()) {
      fail(std::move(stored).error(), group);
      return false;
    }
    ++commits;
    requests += group.size();
    low = carrier.runs_low();
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Request& request = group[i].request;
      auto answer = carrier.answer(*request.peer, request.message, std::move(ingested[i]));
      remember(*request.peer);
      request.done(std::move(answer));
    }
    tell_changes();
    return true;
  }

  void remember(const carrier::Peer& peer) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!peer.known) {
      known.erase(peer.device);
      return;
    }
    if (known.size() >= kRememberedMost) known.clear();
    known.insert(peer.device);
  }

  void give_back(std::vector<Waiting>& group) {
    std::vector<Held::Claim> claims;
    for (const auto& one : group) claims.push_back(one.claim);
    group.clear();
    const std::lock_guard<std::mutex> lock(mutex);
    for (const auto& claim : claims) held.give_back(claim);
  }

  void tell_changes() {
    const carrier::Changes changes = carrier.take_changes();
    if (changes.empty()) return;
    const std::lock_guard<std::mutex> lock(watch_mutex);
    if (changed) changed(changes);
  }

  base::Status read_for(const Pushes& reading) {
    std::vector<std::optional<sync::ServerMessage>> messages;
    for (const auto& peer : reading.peers) {
      SJ_TRY(auto message, carrier.push(*peer));
      messages.push_back(std::move(message));
    }
    reading.done(std::move(messages));
    return {};
  }

  // A store that cannot be read is as unfit as one that cannot be written.
  bool read(const std::deque<Pushes>& reading, std::vector<Waiting>& group) {
    for (const auto& one : reading) {
      base::Status served = read_for(one);
      if (served.ok()) continue;
      fail(std::move(served).error(), group);
      return false;
    }
    return true;
  }

  // After a failed write or fsync nothing that follows could be trusted, and the carrier's memory may be
  // ahead of the store: say so and end. Where the process outlives that, everybody who waits gets the error.
  void fail(base::Error error, std::vector<Waiting>& group) {
    fatal(error);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      failed = true;
      for (auto& one : waiting) group.push_back(std::move(one));
      waiting.clear();
    }
    for (auto& one : group) one.request.done(error);
  }

  void copy_some() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!copying) return;
    }
    const auto one_step = [this]() -> base::Result<bool> {
      // Beside the store: the disk that it fills is the server's.
      const std::uint64_t whole = copying->copy ? 0 : store.room().held;
      if (carrier.runs_low(whole)) return base::error(base::Code::disk_full, "no room for a copy");
      if (!copying->copy) {
        SJ_TRY(copying->copy, store.copy_to(copying->path));
      }
      return copying->copy->step();
    };
    const auto stepped = one_step();
    if (!stepped.ok()) end_copy(stepped.error());
    if (stepped.ok() && *stepped) end_copy({});
  }
  void end_copy(base::Status outcome) {
    std::optional<Copying> ended;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ended.swap(copying);
    }
    if (!ended) return;
    ended->copy.reset();
    ended->done(std::move(outcome));
  }

  void run() {
    work();
    end_copy(base::error(base::Code::interrupted, "the server stops"));
  }
  void work() {
    for (;;) {
      std::vector<Waiting> group;
      std::deque<Pushes> reading;
      next(group, reading);
      const bool nothing = group.empty() && reading.empty();
      if (nothing && is_stopping()) return;
      if (!read(reading, group)) return;
      if (!group.empty() && !serve(group)) return;
      give_back(group);
      copy_some();
    }
  }
  bool is_stopping() {
    const std::lock_guard<std::mutex> lock(mutex);
    return stopping;
  }
};

Writer::Writer(carrier::Carrier& carrier, carrier::CarrierStore& store,
               std::function<void(base::Error)> fatal, std::size_t max_waiting)
    : state_(std::make_unique<State>(carrier, store, std::move(fatal), max_waiting)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Writer::~Writer() { stop(); }

bool Writer::submit(Request request) {
  const std::size_t bytes = sizeof(State::Waiting) + memory_of(request.message);
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->stopping || state_->failed || state_->waiting.size() >= state_->max_waiting) return false;
    const Held::Claim claim{bytes, state_->known.count(request.device) == 0};
    if (!state_->held.take(claim)) return false;
    state_->waiting.push_back({std::move(request), claim});
  }
  state_->wake.notify_one();
  return true;
}

bool Writer::submit(Pushes pushes) {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->stopping || state_->failed) return false;
    state_->pushes.push_back(std::move(pushes));
  }
  state_->wake.notify_one();
  return true;
}

bool Writer::copy(std::string path, std::function<void(base::Status)> done) {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->stopping || state_->failed || state_->copying) return false;
    state_->copying.emplace(State::Copying{std::move(path), std::move(done), nullptr});
  }
  state_->wake.notify_one();
  return true;
}

void Writer::watch(std::function<void(const carrier::Changes&)> changed) {
  const std::lock_guard<std::mutex> lock(state_->watch_mutex);
  state_->changed = std::move(changed);
}

void Writer::stop() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
}

Writer::Counters Writer::counters() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return {state_->requests, state_->commits, state_->commit_microseconds, state_->waiting.size(),
          state_->low};
}

}  // namespace sejawat::storage
