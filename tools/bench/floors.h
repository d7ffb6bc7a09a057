// What the bare libraries need for the same bytes on the same machine in the same run: no program that uses
// them can do better, so figures are ratios to these.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace sejawat::bench {

// Processor seconds of this process so far.
double own_cpu_seconds();

struct Floor {
  double wall_seconds = 0;
  double cpu_seconds = 0;
};
// Inserts each row's bytes under an integer key, `per_commit` rows a transaction, WAL and synchronous=FULL as
// the server has them.
Floor raw_sqlite(const std::string& folder, const std::vector<base::Bytes>& rows, std::size_t per_commit);
// Inserts the texts and a full-text index of them into an encrypted database, one transaction: the least that
// makes entries durable and searchable.
Floor raw_search(const std::string& folder, const std::vector<std::string>& texts);
// Size of `text` by zstd at level 19, one frame.
std::size_t zstd19(std::string_view text);
// Checks `count` Ed25519 signatures.
Floor verify(std::size_t count);

}  // namespace sejawat::bench
