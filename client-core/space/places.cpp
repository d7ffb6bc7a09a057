#include "places.h"

#include <algorithm>

namespace sejawat::space {

std::vector<std::size_t> Places::beyond(const Places& other) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::uint64_t left = words_[i] & ~other.word(i);
    for (std::size_t bit = 0; left != 0; ++bit, left >>= 1U) {
      if ((left & 1U) == 0) continue;
      found.push_back(i * 64 + bit);
    }
  }
  return found;
}

// What is full is everywhere the same one: once branches have met, those who know both differ in nothing.
Past::SharedBlock Past::shared(const Block& block) {
  static const SharedBlock full = [] {
    Block all;
    all.words.fill(~std::uint64_t{0});
    return std::make_shared<const Block>(all);
  }();
  if (block.words == full->words) return full;
  return std::make_shared<const Block>(block);
}

Past::SharedPart Past::shared(const Part& part) {
  static const SharedPart full = [] {
    Block ones;
    ones.words.fill(~std::uint64_t{0});
    Part all;
    all.blocks.fill(shared(ones));
    return std::make_shared<const Part>(all);
  }();
  if (part.blocks == full->blocks) return full;
  return std::make_shared<const Part>(part);
}

Past::SharedBlock Past::both(const SharedBlock& a, const SharedBlock& b) {
  if (a == b || b == nullptr) return a;
  if (a == nullptr) return b;
  Block all = *a;
  for (std::size_t i = 0; i < all.words.size(); ++i) all.words[i] |= b->words[i];
  if (all.words == a->words) return a;
  if (all.words == b->words) return b;
  return shared(all);
}

Past::SharedPart Past::both(const SharedPart& a, const SharedPart& b) {
  if (a == b || b == nullptr) return a;
  if (a == nullptr) return b;
  Part all;
  for (std::size_t i = 0; i < all.blocks.size(); ++i) all.blocks[i] = both(a->blocks[i], b->blocks[i]);
  if (all.blocks == a->blocks) return a;
  if (all.blocks == b->blocks) return b;
  return shared(all);
}

void Past::put(std::size_t place) {
  if (has(place)) return;
  const std::size_t at = place / kOfPart;
  if (at >= parts_.size()) parts_.resize(at + 1);
  Part part = parts_[at] == nullptr ? Part{} : *parts_[at];
  SharedBlock& here = part.blocks[place % kOfPart / kOfBlock];
  Block block = here == nullptr ? Block{} : *here;
  block.words[place % kOfBlock / 64] |= std::uint64_t{1} << (place % 64);
  here = shared(block);
  parts_[at] = shared(part);
}

void Past::put_all(const Past& other) {
  if (other.parts_.size() > parts_.size()) parts_.resize(other.parts_.size());
  for (std::size_t i = 0; i < other.parts_.size(); ++i) parts_[i] = both(parts_[i], other.parts_[i]);
}

template <class Use>
void Past::each_word(Use use) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i] == nullptr) continue;
    for (std::size_t j = 0; j < parts_[i]->blocks.size(); ++j) {
      const auto& block = parts_[i]->blocks[j];
      if (block == nullptr) continue;
      const std::size_t first = (i * kOfPart + j * kOfBlock) / 64;
      for (std::size_t k = 0; k < block->words.size(); ++k) {
        if (block->words[k] != 0) use(first + k, block->words[k]);
      }
    }
  }
}

bool Past::meets(const Places& others) const {
  bool found = false;
  each_word([&](std::size_t at, std::uint64_t word) { found = found || (word & others.word(at)) != 0; });
  return found;
}

void Past::put_into(Places& others) const {
  each_word([&](std::size_t at, std::uint64_t word) {
    if (at >= others.words_.size()) others.words_.resize(at + 1);
    others.words_[at] |= word;
  });
}

void Past::leave_common(Places& others) const {
  std::size_t next = 0;  // the first word of which nothing was said yet
  each_word([&](std::size_t at, std::uint64_t word) {
    for (; next < std::min(at, others.words_.size()); ++next) others.words_[next] = 0;
    if (at < others.words_.size()) others.words_[at] &= word;
    next = at + 1;
  });
  for (; next < others.words_.size(); ++next) others.words_[next] = 0;
}

std::size_t Past::bytes(std::set<const void*>& counted) const {
  constexpr std::size_t kCounts = 16;  // of references, before what is shared
  std::size_t all = parts_.capacity() * sizeof(SharedPart);
  for (const auto& part : parts_) {
    if (part == nullptr || !counted.insert(part.get()).second) continue;
    all += sizeof(Part) + kCounts;
    for (const auto& block : part->blocks) {
      if (block != nullptr && counted.insert(block.get()).second) all += sizeof(Block) + kCounts;
    }
  }
  return all;
}

}  // namespace sejawat::space
