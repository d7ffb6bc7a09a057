// Ops as a property test wants them: few forms that repeat, and everything at the ends of its range now and
// then.
#pragma once

#include "log/op.h"
#include "log/segment.h"
#include "support/fakes.h"

namespace sejawat::log {

class RandomOps {
 public:
  RandomOps(std::uint64_t seed, std::size_t deps) : random_(seed) {
    own_ = random_.id<base::LogId>();
    for (std::size_t i = 0; i < deps; ++i) {
      deps_.push_back({random_.id<base::LogId>(), random_.next(), random_.id<base::HeadTag>()});
    }
    for (auto& object : objects_) object = random_.id<base::ObjectId>();
  }
  const base::LogId& own() const { return own_; }
  const std::vector<Dependency>& deps() const { return deps_; }

  std::vector<Op> some(std::size_t count) {
    std::vector<Op> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(one());
    return out;
  }
  Op one() {
    Op op;
    op.object = random_.below(2) == 0 ? objects_[below(4)] : random_.id<base::ObjectId>();
    op.type = small_or_any32();
    op.kind = static_cast<OpKind>(random_.below(8) == 0 ? random_.below(256) : random_.below(4));
    op.lamport = random_.below(4) == 0 ? random_.next() : ++lamport_;
    op.wall_ms = random_.below(4) == 0 ? static_cast<std::int64_t>(random_.next()) : 1'795'482'000'000;
    for (std::size_t i = below(6); i > 0; --i) {
      Cell cell;
      cell.element = small_or_any32();
      cell.field = small_or_any32();
      if (random_.below(4) != 0) cell.value = text(below(40));
      op.cells.push_back(std::move(cell));
    }
    for (std::size_t i = below(4); i > 0; --i) {
      const auto branch = below(deps_.size() + 1);
      op.supersedes.push_back({branch == 0 ? own_ : deps_[branch - 1].log,
                               random_.below(3) == 0 ? random_.next() : random_.below(300)});
    }
    drop_repeated_dots(op);  // as no program of ours names any twice
    return op;
  }
  // Bytes that no compressor gains anything on.
  std::string text(std::size_t size) {
    std::string out(size, '\0');
    for (auto& c : out) c = static_cast<char>(random_.next());
    return out;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  std::uint32_t small_or_any32() {
    switch (random_.below(8)) {
      case 0: return UINT32_MAX;
      case 1: return static_cast<std::uint32_t>(random_.next());
      default: return static_cast<std::uint32_t>(random_.below(20));
    }
  }
  support::SeededRandom random_;
  base::LogId own_;
  std::vector<Dependency> deps_;
  base::ObjectId objects_[4];
  std::uint64_t lamport_ = 0;
};

}  // namespace sejawat::log
