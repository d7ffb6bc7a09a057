// The disk of one node. A write is visible to the process at once and durable only after a sync of its file;
// what a crash leaves of the writes between is decided by the seed, in sectors of 512 bytes. Faults are armed
// from outside and hit the n-th change from then on, whatever the program is doing there.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/fakes.h"
#include "witness.h"

namespace sejawat::simulation {

inline constexpr std::size_t kSector = 512;

enum class Ending : std::uint8_t { killed, power_cut };  // of a process; killed: the page cache stays

struct DiskFile {
  struct Change {
    std::uint64_t offset = 0;  // or the new size, of a truncation
    base::Bytes data;
    bool truncation = false;
  };
  base::Bytes seen;             // what the process reads
  base::Bytes durable;          // what every crash leaves
  std::vector<Change> pending;  // since the last sync, in order
  bool name_durable = false;
  std::vector<std::unique_ptr<base::Bytes>> shared;  // SQLite's wal-index: memory, gone with the process
};

class Disk {
 public:
  enum class Outcome : std::uint8_t { ok, short_read, full, failed };

  Disk(Witness& witness, std::uint64_t seed, std::uint64_t node)
      : witness_(witness), random_(seed), node_(node) {}

  // Arming. `n` counts changes (writes, truncations, syncs, deletions) from now; 1 is the next one.
  void end_process_at(std::uint64_t n) { end_in_ = n; }
  void fail_at(std::uint64_t n) { fail_in_ = n; }
  void fail_read_at(std::uint64_t n) { fail_read_in_ = n; }  // counts reads
  void set_full(bool full) { full_ = full; }
  void set_ignores_sync(bool ignores) { ignores_sync_ = ignores; }  // planted fault
  void heal();                                                      // disarms everything

  void end_process() { ended_ = true; }                  // now, between two changes
  bool ended() const { return ended_; }                  // the process died in a call to this disk
  bool ended_in_sync() const { return ended_in_sync_; }  // ... in the sync of a commit
  // Whether a call since the last question met an injected error (not an end).
  bool met_error();

  // Once every handle is closed: what the next process finds.
  void settle(Ending ending);
  bool holds(std::string_view needle) const;

  // A copy of the disk, as a backup or a virtual machine's snapshot makes it: what a power cut now would
  // leave at the least. Loading one is for a disk without open handles.
  using Image = std::map<std::string, base::Bytes>;
  Image image() const;
  void load(const Image& image);

  // For the VFS.
  std::shared_ptr<DiskFile> open(const std::string& name, bool create);
  bool exists(const std::string& name) const { return files_.count(name) != 0; }
  Outcome remove(const std::string& name, bool sync_folder);
  Outcome read(const DiskFile& file, std::uint64_t offset, std::uint8_t* out, std::size_t size);
  Outcome write(DiskFile& file, std::uint64_t offset, base::ByteView data);
  Outcome truncate(DiskFile& file, std::uint64_t size);
  Outcome sync(DiskFile& file);

 private:
  enum class Fate : std::uint8_t { go, end, fail };
  Fate fate_of(std::string_view kind, std::uint64_t size);
  void apply(DiskFile& file, DiskFile::Change change);
  DiskFile::Change torn(const DiskFile::Change& change);
  void cut_power(DiskFile& file);

  Witness& witness_;
  support::SeededRandom random_;
  std::uint64_t node_;
  std::map<std::string, std::shared_ptr<DiskFile>> files_;
  std::map<std::string, std::shared_ptr<DiskFile>> removed_;  // deletions that a power cut may undo
  std::uint64_t end_in_ = 0;
  std::uint64_t fail_in_ = 0;
  std::uint64_t fail_read_in_ = 0;
  bool full_ = false;
  bool ignores_sync_ = false;
  bool ended_ = false;
  bool ended_in_sync_ = false;
  bool met_error_ = false;
};

}  // namespace sejawat::simulation
