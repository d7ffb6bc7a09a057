// How much somebody may bring or ask now: a bucket that is full at first and fills up again at a rate.
#pragma once

#include <cstdint>
#include <map>

#include "base/bytes.h"

namespace sejawat::carrier {

struct Rate {
  std::uint32_t burst = 0;
  std::uint32_t per_second = 0;
};

// Whose allowance it is: a person's, who may have any number of devices (Carrier::payer_of).
using Payer = base::Bytes;

class Allowances {
 public:
  // False, and nothing is taken, where less than `amount` is left.
  bool take(const Payer& payer, std::int64_t wall_seconds, const Rate& rate, std::uint32_t amount = 1);
  // What an item that was let in turned out to cost beyond that.
  void spend(const Payer& payer, std::uint32_t amount);
  void give_back(const Payer& payer, const Rate& rate);

 private:
  struct Bucket {
    std::int64_t at_seconds = 0;
    std::uint64_t left = 0;
  };
  std::map<Payer, Bucket> buckets_;
};

}  // namespace sejawat::carrier
