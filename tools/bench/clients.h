// Members of the school inside this process, with stores in memory: for workloads that need many, or segments
// of a given shape.
#pragma once

#include "api/core.h"
#include "crypto/system_random.h"
#include "net_client/link.h"
#include "platform_posix/files.h"
#include "school.h"

namespace sejawat::bench {

template <class T>
T must(base::Result<T> result, const char* what) {
  if (!result.ok()) give_up(std::string(what) + ": " + base::code_name(result.code()));
  return std::move(result).value();
}
inline void must(base::Status status, const char* what) {
  if (!status.ok()) give_up(std::string(what) + ": " + base::code_name(status.code()));
}

// The entries of corpus.mjs as the core takes them.
std::vector<cycle::JournalEntry> entries_of(const std::string& json_lines);

class Client {
 public:
  Client(const std::string& invite_link, const std::string& name);
  // Syncs to the end; the messages that it sent.
  std::vector<base::Bytes> sync(std::uint32_t* sent = nullptr);
  // Writes these entries and seals them, so that they are a segment of their own; nothing is sent yet.
  void write_segment(const std::vector<cycle::JournalEntry>& entries);
  // A live connection that has nothing left to say.
  std::unique_ptr<net_client::LiveLink> stay();
  // The same, kept by the client: `send` puts one entry on its way, `await` returns when it is acknowledged.
  void go_live();
  void send(const cycle::JournalEntry& entry);
  void await();
  const std::string& card() const { return card_; }

 private:
  crypto::SystemRandom random_;
  platform::SystemClock clock_;
  space::CarrierAddress address_;
  std::unique_ptr<api::Core> core_;
  std::unique_ptr<sync::ClientSession> session_;
  std::unique_ptr<net_client::LiveLink> link_;
  std::string card_;
};

}  // namespace sejawat::bench
