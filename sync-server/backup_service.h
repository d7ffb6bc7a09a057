// Backups beside a running server. The server alone has its database, so the `backup` command asks it for a
// copy through files in the data folder, which nobody else may write in:
//   backup-TOKEN.request   somebody asks; TOKEN is 32 hexadecimal digits, the content does not matter
//   backup-TOKEN.part      the server copies; torn until it is renamed
//   backup-TOKEN.copy      whole, and not yet durable: whoever asked takes it and removes it
//   backup-TOKEN.failed    or why not: a code's name
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "storage/writer.h"

namespace sejawat::server {

class BackupService {
 public:
  // Removes what earlier requests left, and answers those that come, on a thread of its own. `writer` is
  // borrowed and is stopped after this object is gone.
  static base::Result<std::unique_ptr<BackupService>> start(storage::Writer& writer, const std::string& data);
  ~BackupService();
  BackupService(const BackupService&) = delete;
  BackupService& operator=(const BackupService&) = delete;

 private:
  struct State;
  explicit BackupService(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

// The other side: asks and waits. Path of the finished copy, which is the caller's to remove. timed_out: no
// server takes the request, or it stopped meanwhile; else why it could not.
base::Result<std::string> ask_for_copy(const std::string& data, base::Random& random);

}  // namespace sejawat::server
