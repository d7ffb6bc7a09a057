#include "disk.h"

#include <algorithm>

namespace sejawat::simulation {
namespace {

void change(base::Bytes& content, const DiskFile::Change& change) {
  if (change.truncation) {
    content.resize(change.offset);
    return;
  }
  const std::size_t end = change.offset + change.data.size();
  if (content.size() < end) content.resize(end);
  std::copy(change.data.begin(), change.data.end(),
            content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

bool contains(const base::Bytes& bytes, std::string_view needle) {
  return base::as_text(bytes).find(needle) != std::string_view::npos;
}

}  // namespace

void Disk::heal() {
  end_in_ = 0;
  fail_in_ = 0;
  fail_read_in_ = 0;
  full_ = false;
}

Disk::Image Disk::image() const {
  Image image;
  for (const auto& [name, file] : files_) {
    if (file->name_durable) image[name] = file->durable;
  }
  return image;
}

void Disk::load(const Image& image) {
  settle(Ending::killed);
  files_.clear();
  removed_.clear();
  for (const auto& [name, bytes] : image) {
    auto file = std::make_shared<DiskFile>();
    file->seen = bytes;
    file->durable = bytes;
    file->name_durable = true;
    files_[name] = std::move(file);
  }
}

bool Disk::met_error() {
  const bool met = met_error_;
  met_error_ = false;
  return met;
}

std::shared_ptr<DiskFile> Disk::open(const std::string& name, bool create) {
  const auto found = files_.find(name);
  if (found != files_.end()) return found->second;
  if (!create || ended_) return nullptr;
  removed_.erase(name);
  return files_[name] = std::make_shared<DiskFile>();
}

Disk::Fate Disk::fate_of(std::string_view kind, std::uint64_t size) {
  witness_.event(kind, node_, size);
  if (end_in_ > 0 && --end_in_ == 0) {
    ended_ = true;
    ended_in_sync_ = kind == "sync";
    return Fate::end;
  }
  if (fail_in_ > 0 && --fail_in_ == 0) {
    met_error_ = true;
    witness_.fault(Fault::io_error);
    return Fate::fail;
  }
  return Fate::go;
}

void Disk::apply(DiskFile& file, DiskFile::Change what) {
  change(file.seen, what);
  file.pending.push_back(std::move(what));
}

// The first sectors of a write, at least none and at most all but one.
DiskFile::Change Disk::torn(const DiskFile::Change& whole) {
  DiskFile::Change part = whole;
  const std::size_t sectors = (whole.data.size() + kSector - 1) / kSector;
  if (sectors > 0)
    part.data.resize(std::min<std::size_t>(whole.data.size(), random_.below(sectors) * kSector));
  return part;
}

Disk::Outcome Disk::read(const DiskFile& file, std::uint64_t offset, std::uint8_t* out, std::size_t size) {
  if (ended_) return Outcome::failed;
  if (fail_read_in_ > 0 && --fail_read_in_ == 0) {
    met_error_ = true;
    witness_.fault(Fault::read_error);
    return Outcome::failed;
  }
  const std::size_t have =
      offset >= file.seen.size() ? 0 : std::min<std::size_t>(size, file.seen.size() - offset);
  std::copy_n(file.seen.begin() + static_cast<std::ptrdiff_t>(have == 0 ? 0 : offset), have, out);
  std::fill(out + have, out + size, std::uint8_t{0});
  return have == size ? Outcome::ok : Outcome::short_read;
}

Disk::Outcome Disk::write(DiskFile& file, std::uint64_t offset, base::ByteView data) {
  if (ended_) return Outcome::failed;
  DiskFile::Change whole{offset, base::to_bytes(data), false};
  switch (fate_of("write", data.size())) {
    case Fate::go: break;
    default: apply(file, torn(whole)); return Outcome::failed;
  }
  if (full_ && offset + data.size() > file.seen.size()) {
    met_error_ = true;
    witness_.fault(Fault::disk_full);
    return Outcome::full;
  }
  apply(file, std::move(whole));
  return Outcome::ok;
}

Disk::Outcome Disk::truncate(DiskFile& file, std::uint64_t size) {
  if (ended_) return Outcome::failed;
  if (fate_of("truncate", size) != Fate::go) return Outcome::failed;
  if (size < file.seen.size()) apply(file, {size, {}, true});
  return Outcome::ok;
}

Disk::Outcome Disk::sync(DiskFile& file) {
  if (ended_) return Outcome::failed;
  const Fate fate = fate_of("sync", file.pending.size());
  // A process may die when the sync is done but has not returned.
  const bool done = fate == Fate::go || (fate == Fate::end && random_.below(2) == 0);
  if (done && !ignores_sync_) {
    for (const auto& what : file.pending) change(file.durable, what);
    file.pending.clear();
    file.name_durable = true;
    removed_.clear();
  }
  return fate == Fate::go ? Outcome::ok : Outcome::failed;
}

Disk::Outcome Disk::remove(const std::string& name, bool sync_folder) {
  if (ended_) return Outcome::failed;
  if (fate_of("remove", 0) != Fate::go) return Outcome::failed;
  const auto found = files_.find(name);
  if (found == files_.end()) return Outcome::ok;
  if (found->second->name_durable && !sync_folder) removed_[name] = found->second;
  files_.erase(found);
  if (sync_folder) removed_.clear();
  return Outcome::ok;
}

void Disk::cut_power(DiskFile& file) {
  enum { drop_all, keep_all, keep_first, keep_first_torn, keep_some, keep_sectors, ways };
  const auto way = random_.below(ways);
  const std::size_t count = file.pending.size();
  const std::size_t first = count == 0 ? 0 : random_.below(count + 1);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& what = file.pending[i];
    bool keep = way == keep_all || (way != drop_all && i < first);
    if (way == keep_some) keep = random_.below(2) == 0;
    if (way == keep_sectors && !what.truncation) {
      for (std::size_t at = 0; at < what.data.size(); at += kSector) {
        if (random_.below(2) == 0) continue;
        const auto begin = what.data.begin() + static_cast<std::ptrdiff_t>(at);
        const auto size = std::min(kSector, what.data.size() - at);
        change(file.durable, {what.offset + at, {begin, begin + static_cast<std::ptrdiff_t>(size)}, false});
      }
      continue;
    }
    if (keep) {
      change(file.durable, what);
      ++kept;
    } else if (way == keep_first_torn && i == first && !what.truncation) {
      change(file.durable, torn(what));
    }
  }
  if (count > 0) {
    if (way == keep_sectors || (way == keep_first_torn && first < count)) witness_.fault(Fault::write_torn);
    if (way == keep_some) witness_.fault(Fault::writes_reordered);
    if (kept < count && way <= keep_first) witness_.fault(Fault::writes_dropped);
  }
  file.pending.clear();
  file.seen = file.durable;
}

void Disk::settle(Ending ending) {
  ended_ = false;
  ended_in_sync_ = false;
  met_error_ = false;
  end_in_ = 0;
  fail_read_in_ = 0;
  for (auto& [name, file] : files_) file->shared.clear();
  if (ending == Ending::killed) return;
  for (auto& [name, file] : removed_) {
    if (files_.count(name) == 0 && random_.below(2) == 0) files_[name] = file;
  }
  removed_.clear();
  for (auto at = files_.begin(); at != files_.end();) {
    cut_power(*at->second);
    // A name that no sync made durable may be gone, with all that was in the file.
    if (!at->second->name_durable && random_.below(2) == 0) {
      at = files_.erase(at);
    } else {
      at->second->name_durable = true;
      ++at;
    }
  }
}

bool Disk::holds(std::string_view needle) const {
  return std::any_of(files_.begin(), files_.end(), [&](const auto& file) {
    return contains(file.second->seen, needle) || contains(file.second->durable, needle);
  });
}

}  // namespace sejawat::simulation
