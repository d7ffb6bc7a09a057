// Would packs pay? One author's entries that left one a day, against the same ops sealed again in large
// bodies beside the headers that their chain needs (docs/adr/0023). In this process, over a real store.
#include <unistd.h>

#include <cmath>

#include "api/core.h"
#include "clients.h"
#include "crypto/system_random.h"
#include "floors.h"
#include "log_seal/seal.h"
#include "store/store.h"
#include "workloads.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

class FixedClock final : public base::Clock {
 public:
  base::Now now() override { return {0, 1'795'000'000'000}; }
};

template <class Value>
Value need(base::Result<Value> result, const char* what) {
  if (!result.ok()) give_up(std::string(what) + ": " + base::code_name(result.code()));
  return std::move(result).value();
}

base::Secret32 store_key() { return base::Secret32(base::Bytes(32, 7)); }

// The ops that writing these entries makes.
std::vector<log::Op> ops_of(const std::string& path, const std::string& lines) {
  FixedClock clock;
  crypto::SystemRandom random;
  {
    auto core = need(api::Core::open(path, store_key(), clock, random, 1000), "open");
    need(core->init("Bu Ani", {}), "person");
    need(core->add_entries(entries_of(lines)), "entries");
  }
  auto store = need(store::Store::open(path, store_key(), 1000), "store");
  std::vector<log::Op> ops;
  for (const auto& space : need(store->spaces(), "spaces")) {
    const auto own = need(store->own_log(space.space), "log");
    if (!own) continue;
    for (const auto& op : need(store->unsealed_ops(space.space, own->log, SIZE_MAX / 2), "ops"))
      ops.push_back(need(log::decode_op(op.bytes), "op"));
  }
  return ops;
}

struct Sealing {
  std::vector<base::Bytes> segments;
  std::vector<log::Head> before;
  std::size_t headers = 0;  // with signature and lengths
  std::size_t bodies = 0;
};

Sealing seal_all(log::SealContext context, const std::vector<log::Op>& ops, std::size_t at_once) {
  crypto::SystemRandom random;
  Sealing out;
  std::span<const log::Op> rest(ops);
  while (!rest.empty()) {
    const auto sealed =
        need(log::seal_segment(context, rest.first(std::min(at_once, rest.size())), random), "seal");
    const auto segment = need(log::decode_segment(sealed.bytes), "segment");
    out.bodies += segment.body.size();
    out.headers += sealed.bytes.size() - segment.body.size();
    out.before.push_back(context.before);
    out.segments.push_back(sealed.bytes);
    context.before = sealed.head;
    rest = rest.subspan(sealed.ops);
  }
  return out;
}

double cpu_of(const auto& work) {
  const double begun = own_cpu_seconds();
  work();
  return std::round((own_cpu_seconds() - begun) * 100000) / 100;
}

}  // namespace

json::object packs(const Options& options) {
  const std::size_t entries = options.entries == 0 ? 10000 : options.entries;
  json::object result{{"entries", entries}};
  for (const char* style : {"own", "unseen"}) {
    const std::string path = options.folder + "/sejawat-packs-" + std::to_string(::getpid()) + style;
    const auto ops = ops_of(path, prose(options, style, entries));
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) ::unlink((path + suffix).c_str());

    const auto seed = base::Secret32(base::Bytes(32, 1));
    const auto key = crypto::SigningKey::from_seed(seed);
    const auto epoch_key = base::Secret32(base::Bytes(32, 2));
    log::SealContext context;
    context.log_key = &key;
    context.log = log::log_id(context.space, key.public_key());
    context.epoch = log::epoch_id(context.space, epoch_key);
    context.epoch_key = &epoch_key;
    context.frontier.resize(1);
    const Sealing days = seal_all(context, ops, 1);
    context.most = log::kSegmentMax - 1024;
    const Sealing large = seal_all(context, ops, log::kMaxOpsPerSegment);

    const auto verify = [&](const Sealing& of, bool open) {
      for (std::size_t i = 0; i < of.segments.size(); ++i) {
        const auto segment = need(log::decode_segment(of.segments[i]), "segment");
        need(log::verify_next(context.space, context.log, key.public_key(), of.before[i], segment), "verify");
        if (open)
          need(log::open_segment(context.space, context.log, of.before[i], epoch_key, segment), "open");
      }
    };
    // A pack comes beside the headers, signatures and body hashes of what it holds.
    const std::size_t chain = days.headers + 32 * days.segments.size();
    const std::size_t packed = chain + large.headers + large.bodies;
    const std::size_t single = days.headers + days.bodies;
    result[style] =
        json::object{{"one_a_day_bytes", single},
                     {"of_that_headers", days.headers},
                     {"packs", large.segments.size()},
                     {"pack_bodies_bytes", large.bodies},
                     {"with_packs_bytes", packed},
                     {"with_packs_of_one_a_day",
                      std::round(static_cast<double>(packed) * 1000 / static_cast<double>(single)) / 1000},
                     {"one_a_day_verify_and_open_cpu_ms", cpu_of([&] { verify(days, true); })},
                     {"chain_alone_cpu_ms", cpu_of([&] { verify(days, false); })},
                     {"packs_verify_and_open_cpu_ms", cpu_of([&] { verify(large, true); })}};
  }
  return result;
}

}  // namespace sejawat::bench
