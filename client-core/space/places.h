// Sets of places in the DAG. Private to the room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

namespace sejawat::space {

// One that changes freely.
class Places {
 public:
  bool has(std::size_t place) const {
    return place / 64 < words_.size() && ((words_[place / 64] >> (place % 64)) & 1U) != 0;
  }
  void put(std::size_t place) {
    if (place / 64 >= words_.size()) words_.resize(place / 64 + 1);
    words_[place / 64] |= std::uint64_t{1} << (place % 64);
  }
  void take(std::size_t place) {
    if (has(place)) words_[place / 64] &= ~(std::uint64_t{1} << (place % 64));
  }
  void put_all(const Places& other) {
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void put_below(std::size_t end) {
    if (words_.size() < (end + 63) / 64) words_.resize((end + 63) / 64);
    for (std::size_t i = 0; i < end / 64; ++i) words_[i] = ~std::uint64_t{0};
    if (end % 64 != 0) words_[end / 64] |= (std::uint64_t{1} << (end % 64)) - 1;
  }
  bool is_within(const Places& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & ~other.word(i)) != 0) return false;
    }
    return true;
  }
  // Of these those that `other` has not, ascending.
  std::vector<std::size_t> beyond(const Places& other) const;
  std::uint64_t word(std::size_t at) const { return at < words_.size() ? words_[at] : 0; }
  std::size_t words() const { return words_.size(); }

 private:
  friend class Past;
  std::vector<std::uint64_t> words_;
};

// One that many records have nearly alike: whatever two of them have in common is in memory once. It grows
// only.
class Past {
 public:
  bool has(std::size_t place) const {
    const std::size_t part = place / kOfPart;
    if (part >= parts_.size() || parts_[part] == nullptr) return false;
    const auto& block = parts_[part]->blocks[place % kOfPart / kOfBlock];
    return block != nullptr && ((block->words[place % kOfBlock / 64] >> (place % 64)) & 1U) != 0;
  }
  void put(std::size_t place);
  void put_all(const Past& other);
  bool meets(const Places& others) const;   // has one of them
  void put_into(Places& others) const;      // all of these
  void leave_common(Places& others) const;  // takes from them what is not here
  // For what counts memory: bytes of all that is not in `counted` yet.
  std::size_t bytes(std::set<const void*>& counted) const;

 private:
  static constexpr std::size_t kOfBlock = 512;
  static constexpr std::size_t kOfPart = 8 * kOfBlock;
  struct Block {
    std::array<std::uint64_t, kOfBlock / 64> words{};
  };
  using SharedBlock = std::shared_ptr<const Block>;  // nullptr: nothing
  struct Part {
    std::array<SharedBlock, kOfPart / kOfBlock> blocks;
  };
  using SharedPart = std::shared_ptr<const Part>;
  static SharedBlock both(const SharedBlock& a, const SharedBlock& b);
  static SharedPart both(const SharedPart& a, const SharedPart& b);
  static SharedBlock shared(const Block& block);
  static SharedPart shared(const Part& part);
  // Calls with the place in `words` of each word that is not zero.
  template <class Use>
  void each_word(Use use) const;

  std::vector<SharedPart> parts_;
};

}  // namespace sejawat::space
