// How much somebody may bring or ask now: a bucket that is full at first and fills up again at a rate.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"

namespace sejawat::carrier {

struct Rate {
  std::uint32_t burst = 0;
  std::uint32_t per_second = 0;
};

// Whose allowance it is: a person's, who may have any number of devices (Carrier::payer_of).
struct Payer {
  base::Bytes account;  // empty: that of all strangers
  // One that stands has a little for itself, asked first: whoever holds another phone of the same person must
  // not keep it from everything, its removal of that phone least of all. Empty: none.
  base::Bytes device;
  bool first_hand = false;  // certified by the person's identity, which no lost phone holds
};

class Allowances {
 public:
  // Of the person's bucket so much is there once more for each of a few devices: in all at most an eighth.
  static constexpr std::uint32_t kOwnPart = 128;
  static constexpr std::size_t kOwnMost = 16;
  static constexpr std::int64_t kGoneSeconds = 86'400;  // who says nothing for so long makes room for another

  // False, and nothing is taken, where less than `amount` is left.
  bool take(const Payer& payer, std::int64_t wall_seconds, const Rate& rate, std::uint32_t amount = 1);
  // What an item that was let in turned out to cost beyond that.
  void spend(const Payer& payer, std::uint32_t amount);
  void give_back(const Payer& payer, const Rate& rate);

 private:
  struct Bucket {
    std::int64_t at_seconds = 0;
    std::uint64_t left = 0;
    bool take(std::int64_t wall_seconds, const Rate& rate, std::uint32_t amount);
    std::uint32_t spend(std::uint32_t amount);  // how much of it was there
  };
  struct Own {
    base::Bytes device;
    bool first_hand = false;
    Bucket bucket;
  };
  struct Account {
    Bucket bucket;
    std::vector<Own> own;
  };
  static Bucket* own_of(Account& account, const Payer& payer);
  static Bucket* place_for(Account& account, const Payer& payer, std::int64_t wall_seconds, const Rate& own);
  std::map<base::Bytes, Account> accounts_;
};

}  // namespace sejawat::carrier
