#include "planted.h"

#include <array>

#include "base/planted.h"

namespace sejawat::simulation {
namespace {

constexpr std::array kNames = {"none",
                               "device ignores sync",
                               "server ignores sync",
                               "server acks early",
                               "server drops segments",
                               "server hides arrivals",
                               "server praises refusals",
                               "server misjudges digests",
                               "network reveals"};
static_assert(kNames.size() == static_cast<std::size_t>(Planted::of_product));

#ifdef SEJAWAT_PLANTED
// As base::Planted, in its order.
constexpr std::array kProductNames = {"carrier takes forks for known",
                                      "carrier forgets digest",
                                      "carrier skips an arrival",
                                      "carrier forgets fence",
                                      "carrier drops late work",
                                      "carrier serves the removed",
                                      "carrier ignores uses",
                                      "carrier pushes nothing",
                                      "carrier knows every base",
                                      "carrier keeps the join",
                                      "carrier hides that it forgot",
                                      "carrier knows every chunk mark",
                                      "carrier store not synced",
                                      "client believes silence",
                                      "client shifts verdicts",
                                      "client ignores generation",
                                      "client keeps void acks",
                                      "client keeps chunk acks",
                                      "client drops waiting",
                                      "client never looks again",
                                      "client loses unsealed",
                                      "client never rotates",
                                      "client forgets fences",
                                      "client takes fenced for sent",
                                      "client hides refusals",
                                      "client leaves rows stale",
                                      "client commits halves",
                                      "client drops a run",
                                      "client ignores pushes",
                                      "client keeps failed memory",
                                      "client stays unusable",
                                      "client loses its branch",
                                      "client revokes at home only",
                                      "client boxes current only",
                                      "store not synced",
                                      "store in the clear",
                                      "store forgets words",
                                      "entry outlives its ops",
                                      "fold keeps the newest only",
                                      "clock decides",
                                      "keys to the removed",
                                      "keys to revoked invites",
                                      "card gets no keys",
                                      "name in the clear",
                                      "seniority by arrival",
                                      "carrier serves claimants",
                                      "first card counts"};
static_assert(kProductNames.size() + 1 == static_cast<std::size_t>(base::Planted::count_));
#else
constexpr std::array<const char*, 0> kProductNames = {};
#endif

// Everything as the real store does it, until a subclass lies.
class Through : public carrier::CarrierStore {
 public:
  explicit Through(std::unique_ptr<carrier::CarrierStore> real) : real_(std::move(real)) {}
  carrier::ChunkStore& chunks() override { return real_->chunks(); }
  base::Status begin() override { return real_->begin(); }
  base::Status commit() override { return real_->commit(); }
  base::Result<base::GenerationId> generation() override { return real_->generation(); }
  base::Result<std::optional<base::Bytes>> meta(std::string_view name) override { return real_->meta(name); }
  base::Status put_meta(std::string_view name, base::ByteView value) override {
    return real_->put_meta(name, value);
  }
  base::Result<std::vector<base::SpaceId>> spaces() override { return real_->spaces(); }
  base::Result<std::vector<base::Bytes>> records(const base::SpaceId& space) override {
    return real_->records(space);
  }
  base::Result<std::optional<carrier::SpaceTip>> tip(const base::SpaceId& space) override {
    return real_->tip(space);
  }
  base::Result<std::optional<log::Head>> head(const base::SpaceId& space, const base::LogId& log) override {
    return real_->head(space, log);
  }
  base::Result<std::vector<std::pair<base::LogId, log::Head>>> heads(const base::SpaceId& space) override {
    return real_->heads(space);
  }
  base::Result<std::optional<base::Bytes>> segment(const base::SpaceId& space, const base::LogId& log,
                                                   std::uint64_t no) override {
    return real_->segment(space, log, no);
  }
  base::Result<std::optional<base::Hash32>> hash_of(const base::SpaceId& space, const base::LogId& log,
                                                    std::uint64_t no) override {
    return real_->hash_of(space, log, no);
  }
  base::Result<std::uint64_t> bytes_from(const base::SpaceId& space, const base::LogId& log,
                                         std::uint64_t no) override {
    return real_->bytes_from(space, log, no);
  }
  base::Result<std::optional<std::uint64_t>> position_of(const base::SpaceId& space, const base::LogId& log,
                                                         std::uint64_t no) override {
    return real_->position_of(space, log, no);
  }
  base::Result<std::vector<std::uint64_t>> record_positions(const base::SpaceId& space) override {
    return real_->record_positions(space);
  }
  base::Result<std::vector<carrier::Branch>> branches(const base::SpaceId& space) override {
    return real_->branches(space);
  }
  base::Status put_branch(const base::SpaceId& space, const carrier::Branch& branch) override {
    return real_->put_branch(space, branch);
  }
  base::Status append_record(const base::SpaceId& space, const carrier::SpaceTip& tip,
                             const base::Digest& digest, base::ByteView record) override {
    return real_->append_record(space, tip, digest, record);
  }
  base::Status append_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                              const base::Digest& digest, const base::LogId& log, const log::Head& head,
                              base::ByteView segment) override {
    return real_->append_segment(space, tip, digest, log, head, segment);
  }
  base::Status replace_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                               const base::LogId& log, std::uint64_t no, base::ByteView segment) override {
    return real_->replace_segment(space, tip, log, no, segment);
  }
  bool forgotten() const override { return real_->forgotten(); }
  base::Result<std::optional<base::Digest>> digest_at(const base::SpaceId& space,
                                                      std::uint64_t position) override {
    return real_->digest_at(space, position);
  }
  base::Status arrivals_after(const base::SpaceId& space, std::uint64_t position, Taker& taker) override {
    return real_->arrivals_after(space, position, taker);
  }
  base::Result<Rest> rest_after(const base::SpaceId& space, std::uint64_t position) override {
    return real_->rest_after(space, position);
  }

 protected:
  std::unique_ptr<carrier::CarrierStore> real_;
  bool every_fifth() { return ++times_ % 5 == 0; }

 private:
  std::uint64_t times_ = 0;
};

class AcksEarly final : public Through {
 public:
  using Through::Through;
  base::Status begin() override {
    if (open_ && every_fifth()) {
      open_ = false;
      SJ_TRY_STATUS(real_->commit());
    }
    if (open_) return {};
    open_ = true;
    return real_->begin();
  }
  base::Status commit() override { return {}; }

 private:
  bool open_ = false;
};

class DropsSegments final : public Through {
 public:
  using Through::Through;
  base::Status append_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                              const base::Digest& digest, const base::LogId& log, const log::Head& head,
                              base::ByteView segment) override {
    if (every_fifth()) return {};
    return real_->append_segment(space, tip, digest, log, head, segment);
  }
};

class HidesArrivals final : public Through {
 public:
  using Through::Through;
  base::Status arrivals_after(const base::SpaceId& space, std::uint64_t position, Taker& taker) override {
    struct Filter final : Taker {
      explicit Filter(Taker& to_in) : to(to_in) {}
      bool take(carrier::Arrival arrival) override {
        if (!arrival.is_record && arrival.position % 5 == 0) return true;
        return to.take(std::move(arrival));
      }
      Taker& to;
    } filter(taker);
    return real_->arrivals_after(space, position, filter);
  }
};

class MisjudgesDigests final : public Through {
 public:
  using Through::Through;
  base::Status append_segment(const base::SpaceId& space, const carrier::SpaceTip& tip,
                              const base::Digest& digest, const base::LogId& log, const log::Head& head,
                              base::ByteView segment) override {
    base::Digest stored = digest;
    if (every_fifth()) stored.bytes[0] ^= 1;
    return real_->append_segment(space, tip, stored, log, head, segment);
  }
};

}  // namespace

std::vector<Planted> all_planted() {
  std::vector<Planted> all;
  for (std::size_t i = 1; i < kNames.size() + kProductNames.size(); ++i)
    all.push_back(static_cast<Planted>(i));
  return all;
}

const char* name_of(Planted planted) {
  const auto index = static_cast<std::size_t>(planted);
  return index < kNames.size() ? kNames.at(index) : kProductNames.at(index - kNames.size());
}

#ifdef SEJAWAT_PLANTED
Planting::Planting(Planted planted) {
  const auto index = static_cast<std::size_t>(planted);
  base::planted_switch.fault =
      index < kNames.size() ? base::Planted::none : static_cast<base::Planted>(index - kNames.size() + 1);
}
Planting::~Planting() { base::planted_switch.fault = base::Planted::none; }
#else
Planting::Planting(Planted /*planted*/) {}
Planting::~Planting() = default;
#endif

std::unique_ptr<carrier::CarrierStore> plant(Planted planted, std::unique_ptr<carrier::CarrierStore> store) {
  switch (planted) {
    case Planted::server_acks_early: return std::make_unique<AcksEarly>(std::move(store));
    case Planted::server_drops_segments: return std::make_unique<DropsSegments>(std::move(store));
    case Planted::server_hides_arrivals: return std::make_unique<HidesArrivals>(std::move(store));
    case Planted::server_misjudges_digests: return std::make_unique<MisjudgesDigests>(std::move(store));
    default: return store;
  }
}

void plant(Planted planted, sync::ServerMessage& reply) {
  if (planted == Planted::server_praises_refusals) {
    reply.record_exceptions.clear();
    reply.segment_exceptions.clear();
  }
}

}  // namespace sejawat::simulation
