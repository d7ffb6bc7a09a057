#include "storage/writer.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace sejawat::storage {
namespace {

constexpr std::size_t kMaxWaiting = 4096;
constexpr std::size_t kMaxGroup = 256;

}  // namespace

struct Writer::State {
  carrier::Carrier& carrier;
  carrier::CarrierStore& store;
  std::function<void(base::Error)> fatal;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Request> waiting;
  bool stopping = false;
  bool failed = false;
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> commits{0};
  std::thread thread;

  State(carrier::Carrier& carrier_in, carrier::CarrierStore& store_in,
        std::function<void(base::Error)> fatal_in)
      : carrier(carrier_in), store(store_in), fatal(std::move(fatal_in)) {}

  std::vector<Request> next_group() {
    std::unique_lock<std::mutex> lock(mutex);
    wake.wait(lock, [this] { return stopping || !waiting.empty(); });
    std::vector<Request> group;
    while (!waiting.empty() && group.size() < kMaxGroup) {
      group.push_back(std::move(waiting.front()));
      waiting.pop_front();
    }
    return group;
  }

  // Until it returns ok nothing of the group may be acknowledged.
  base::Status store_all(const std::vector<Request>& group,
                         std::vector<carrier::Carrier::Ingested>& ingested) {
    SJ_TRY_STATUS(store.begin());
    for (const auto& request : group) {
      SJ_TRY(auto one, carrier.ingest(request.device, request.message, request.wall_seconds));
      ingested.push_back(std::move(one));
    }
    return store.commit();
  }

  bool serve(std::vector<Request>& group) {
    std::vector<carrier::Carrier::Ingested> ingested;
    base::Status stored = store_all(group, ingested);
    if (!stored.ok()) {
      fail(std::move(stored).error(), group);
      return false;
    }
    ++commits;
    requests += group.size();
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i].done(carrier.answer(group[i].device, group[i].message, std::move(ingested[i])));
    }
    return true;
  }

  // After a failed write or fsync nothing that follows could be trusted, and the carrier's memory may be
  // ahead of the store: say so and end. Where the process outlives that, everybody who waits gets the error.
  void fail(base::Error error, std::vector<Request>& group) {
    fatal(error);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      failed = true;
      for (auto& request : waiting) group.push_back(std::move(request));
      waiting.clear();
    }
    for (auto& request : group) request.done(error);
  }

  void run() {
    for (;;) {
      std::vector<Request> group = next_group();
      if (group.empty()) return;
      if (!serve(group)) return;
    }
  }
};

Writer::Writer(carrier::Carrier& carrier, carrier::CarrierStore& store,
               std::function<void(base::Error)> fatal)
    : state_(std::make_unique<State>(carrier, store, std::move(fatal))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Writer::~Writer() { stop(); }

bool Writer::submit(Request request) {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->stopping || state_->failed || state_->waiting.size() >= kMaxWaiting) return false;
    state_->waiting.push_back(std::move(request));
  }
  state_->wake.notify_one();
  return true;
}

void Writer::stop() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
}

Writer::Counters Writer::counters() const { return {state_->requests, state_->commits}; }

}  // namespace sejawat::storage
