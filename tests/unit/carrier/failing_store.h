// A store that a test watches and lets fail.
#pragma once

#include "carrier/store.h"

namespace sejawat::carrier {

using base::Bytes;
using base::Code;

// Does what the store does and counts it; fails at its n-th call, whichever that is; its disk is as full as a
// test says.
class FailingStore final : public CarrierStore, public ChunkStore {
 public:
  explicit FailingStore(CarrierStore& inner) : inner_(inner), chunks_(inner.chunks()) {}
  std::size_t calls = 0;
  std::size_t fail_at = SIZE_MAX;
  Code code = Code::storage_failed;
  std::size_t arrivals = 0;  // read of any space
  Room disk;

  base::Status begin() override {
    return on([&] { return inner_.begin(); });
  }
  base::Status commit() override {
    return on([&] { return inner_.commit(); });
  }
  base::Result<base::GenerationId> generation() override {
    return on([&] { return inner_.generation(); });
  }
  base::Result<std::optional<Bytes>> meta(std::string_view name) override {
    return on([&] { return inner_.meta(name); });
  }
  base::Status put_meta(std::string_view name, base::ByteView value) override {
    return on([&] { return inner_.put_meta(name, value); });
  }
  base::Result<std::vector<base::SpaceId>> spaces() override {
    return on([&] { return inner_.spaces(); });
  }
  base::Result<std::vector<Bytes>> records(const base::SpaceId& id) override {
    return on([&] { return inner_.records(id); });
  }
  base::Result<std::optional<SpaceTip>> tip(const base::SpaceId& id) override {
    return on([&] { return inner_.tip(id); });
  }
  base::Result<std::optional<log::Head>> head(const base::SpaceId& id, const base::LogId& log) override {
    return on([&] { return inner_.head(id, log); });
  }
  base::Result<std::vector<std::pair<base::LogId, log::Head>>> heads(const base::SpaceId& id) override {
    return on([&] { return inner_.heads(id); });
  }
  base::Result<std::optional<Bytes>> segment(const base::SpaceId& id, const base::LogId& log,
                                             std::uint64_t no) override {
    return on([&] { return inner_.segment(id, log, no); });
  }
  base::Result<std::optional<base::Hash32>> hash_of(const base::SpaceId& id, const base::LogId& log,
                                                    std::uint64_t no) override {
    return on([&] { return inner_.hash_of(id, log, no); });
  }
  base::Result<std::uint64_t> bytes_from(const base::SpaceId& id, const base::LogId& log,
                                         std::uint64_t no) override {
    return on([&] { return inner_.bytes_from(id, log, no); });
  }
  base::Result<std::optional<std::uint64_t>> position_of(const base::SpaceId& id, const base::LogId& log,
                                                         std::uint64_t no) override {
    return on([&] { return inner_.position_of(id, log, no); });
  }
  base::Result<std::vector<std::uint64_t>> record_positions(const base::SpaceId& id) override {
    return on([&] { return inner_.record_positions(id); });
  }
  Room room() const override { return disk; }
  base::Result<std::vector<Branch>> branches(const base::SpaceId& id) override {
    return on([&] { return inner_.branches(id); });
  }
  base::Status put_branch(const base::SpaceId& id, const Branch& branch) override {
    return on([&] { return inner_.put_branch(id, branch); });
  }
  base::Status append_record(const base::SpaceId& id, const SpaceTip& tip, const base::Digest& digest,
                             base::ByteView record) override {
    return on([&] { return inner_.append_record(id, tip, digest, record); });
  }
  base::Status append_segment(const base::SpaceId& id, const SpaceTip& tip, const base::Digest& digest,
                              const base::LogId& log, const log::Head& head,
                              base::ByteView segment) override {
    return on([&] { return inner_.append_segment(id, tip, digest, log, head, segment); });
  }
  base::Status replace_segment(const base::SpaceId& id, const SpaceTip& tip, const base::LogId& log,
                               std::uint64_t no, base::ByteView segment) override {
    return on([&] { return inner_.replace_segment(id, tip, log, no, segment); });
  }
  bool forgotten() const override { return inner_.forgotten(); }
  base::Result<std::optional<base::Digest>> digest_at(const base::SpaceId& id,
                                                      std::uint64_t position) override {
    return on([&] { return inner_.digest_at(id, position); });
  }
  base::Status arrivals_after(const base::SpaceId& id, std::uint64_t position, Taker& taker) override {
    struct Counted final : Taker {
      bool take(Arrival arrival) override {
        ++*count;
        return to->take(std::move(arrival));
      }
      std::size_t* count = nullptr;
      Taker* to = nullptr;
    } counted;
    counted.count = &arrivals;
    counted.to = &taker;
    return on([&] { return inner_.arrivals_after(id, position, counted); });
  }
  base::Result<Rest> rest_after(const base::SpaceId& id, std::uint64_t position) override {
    return on([&] { return inner_.rest_after(id, position); });
  }
  ChunkStore& chunks() override { return *this; }

  base::Status put_usage(const base::SpaceId& id, const SpaceTip& tip) override {
    return on([&] { return chunks_.put_usage(id, tip); });
  }
  base::Result<std::uint32_t> chunk_size(const base::SpaceId& id, const log::ChunkId& chunk) override {
    return on([&] { return chunks_.chunk_size(id, chunk); });
  }
  base::Result<Bytes> chunk(const base::SpaceId& id, const log::ChunkId& chunk, std::uint32_t offset,
                            std::uint32_t most) override {
    return on([&] { return chunks_.chunk(id, chunk, offset, most); });
  }
  base::Status put_chunk(const base::SpaceId& id, const log::ChunkId& chunk, base::ByteView bytes,
                         const std::optional<base::PersonId>& by) override {
    return on([&] { return chunks_.put_chunk(id, chunk, bytes, by); });
  }
  base::Result<std::optional<base::PersonId>> brought_by(const base::SpaceId& id,
                                                         const log::ChunkId& chunk) override {
    return on([&] { return chunks_.brought_by(id, chunk); });
  }
  base::Result<std::vector<log::ChunkId>> chunk_ids(const base::SpaceId& id) override {
    return on([&] { return chunks_.chunk_ids(id); });
  }
  base::Status put_chunk_mark(const base::ChunkMark& mark) override {
    return on([&] { return chunks_.put_chunk_mark(mark); });
  }
  base::Result<bool> has_chunk_mark(const base::ChunkMark& mark) override {
    return on([&] { return chunks_.has_chunk_mark(mark); });
  }
  base::Result<std::optional<base::ChunkMark>> last_chunk_mark() override {
    return on([&] { return chunks_.last_chunk_mark(); });
  }
  base::Result<std::uint64_t> drop_chunks(const base::SpaceId& id,
                                          const std::vector<log::ChunkId>& gone) override {
    return on([&] { return chunks_.drop_chunks(id, gone); });
  }
  base::Result<std::optional<BegunChunk>> begun_chunk(const base::SpaceId& id, const base::PublicBoxKey& by,
                                                      const log::ChunkId& chunk) override {
    return on([&] { return chunks_.begun_chunk(id, by, chunk); });
  }
  base::Status put_begun_chunk(const base::SpaceId& id, const base::PublicBoxKey& by,
                               const log::ChunkId& chunk, const BegunChunk& begun,
                               std::size_t keep) override {
    return on([&] { return chunks_.put_begun_chunk(id, by, chunk, begun, keep); });
  }
  base::Status drop_begun_chunk(const base::SpaceId& id, const base::PublicBoxKey& by,
                                const log::ChunkId& chunk) override {
    return on([&] { return chunks_.drop_begun_chunk(id, by, chunk); });
  }
  base::Result<std::vector<base::PublicBoxKey>> begun_by(const base::SpaceId& id,
                                                         const log::ChunkId& chunk) override {
    return on([&] { return chunks_.begun_by(id, chunk); });
  }
  base::Result<std::uint64_t> chunk_count(const base::SpaceId& id) override {
    return on([&] { return chunks_.chunk_count(id); });
  }
  base::Result<std::vector<std::pair<base::PublicBoxKey, Begun>>> begun(const base::SpaceId& id) override {
    return on([&] { return chunks_.begun(id); });
  }
  base::Result<Begun> begun(const base::SpaceId& id, const base::PublicBoxKey& by) override {
    return on([&] { return chunks_.begun(id, by); });
  }
  base::Status forget_begun(const base::SpaceId& id, const base::PublicBoxKey& by) override {
    return on([&] { return chunks_.forget_begun(id, by); });
  }
  base::Status forget_begun_chunk(const base::SpaceId& id, const base::PublicBoxKey& by,
                                  const log::ChunkId& chunk) override {
    return on([&] { return chunks_.forget_begun_chunk(id, by, chunk); });
  }

 private:
  template <class Call>
  auto on(Call call) -> decltype(call()) {
    if (calls++ == fail_at) return base::error(code, "planted");
    return call();
  }
  CarrierStore& inner_;
  ChunkStore& chunks_;
};

}  // namespace sejawat::carrier
