// The client's side of a sync over its store: what to offer, what to do with what arrives. One object serves
// one sync with one carrier.
#pragma once

#include <map>
#include <set>

#include "core_state.h"

namespace sejawat::api {

class StoreShelf final : public sync::ClientShelf {
 public:
  StoreShelf(Core::State& core, const base::PublicBoxKey& carrier, SyncMedia media = SyncMedia::all)
      : core_(core), carrier_(carrier), media_(media) {}

  base::Result<CarrierState> carrier_state() override;
  base::Result<std::vector<base::SpaceId>> spaces_to_offer() override;
  base::Result<std::vector<base::Bytes>> records_to_offer(const base::SpaceId& space) override;
  base::Result<std::vector<Offer>> segments_to_offer(const base::SpaceId& space, std::size_t budget) override;
  void seal_at_most(std::size_t bytes) override { core_.seal_most = std::min(bytes, log::kFreshSegmentMax); }
  base::Result<sync::Vector> vector_of(const base::SpaceId& space) override;
  base::Result<bool> ask_first(const base::SpaceId& space) override;
  // shelf_media.cpp
  base::Result<bool> media_waiting() override;
  base::Result<bool> media_expected() override;
  base::Result<std::optional<ChunkOffer>> chunk_to_offer(std::size_t most) override;
  base::Result<std::optional<ChunkWish>> chunk_to_want() override;
  base::Result<Applied> apply(const Outcome& outcome) override;
  // Whether acks stand that no digest of this carrier has confirmed: it may have gone back to just where the
  // cursor is, which a hello would not show. Its vectors tell.
  base::Result<bool> has_unconfirmed_acks();
  base::Result<std::vector<sync::ReceiptQuery>> receipts_to_ask() override;  // receipts.cpp
  // Of the setting that holds it.
  static std::string receipt_name(const base::PublicBoxKey& carrier, const base::RecordId& record);

 private:
  using LogKey = std::pair<base::SpaceId, base::LogId>;
  // Of a record that may not be evaluated yet: only its place in the acks needs it.
  static base::RecordId id_of(base::ByteView record);
  base::Status offer_sealed(SpaceState& space, std::size_t budget, std::size_t& used,
                            std::vector<Offer>& offers);
  // shelf_apply.cpp
  base::Status apply_carrier(const Outcome& outcome);
  base::Status apply_receipts(const Outcome& outcome);
  base::Status apply_verdicts(const Outcome& outcome, Applied& applied);
  base::Status apply_records(const Outcome& outcome, std::set<base::SpaceId>& changed, Applied& applied);
  // shelf_strangers.cpp: a space that is not here yet
  base::Result<SpaceState*> space_for(const base::SpaceId& id, base::ByteView record, const Outcome& outcome);
  base::Result<bool> may_begin(const base::SpaceId& id, const Outcome& outcome);
  bool vouched_by_arrivals(const base::SpaceId& id, const Outcome& outcome) const;
  void pass_by(const Outcome::Moved& moved, const Outcome& outcome);
  base::Status apply_runs(const Outcome& outcome, std::vector<fold::Touched>& touched, Applied& applied);
  using ChunkKey = std::pair<base::SpaceId, log::ChunkId>;
  struct NextChunk {
    base::SpaceId space;
    store::AttachmentRows::Unsent chunk;
  };
  enum class Named : std::uint8_t { there, or_not_yet };  // the op with its key, at the carrier
  base::Result<std::optional<NextChunk>> next_chunk(Named named);
  base::Result<bool> media_left(Named named);
  base::Result<std::vector<store::AttachmentRows::Wanted>> wanted();
  base::Status apply_chunks(const Outcome& outcome, Applied& applied);
  base::Result<std::optional<base::ChunkMark>> chunk_mark();
  base::Status forget_chunks();  // what the carrier holds of them: it is asked anew
  base::Status take_offer_news(const ChunkNews& news, Applied& applied);
  base::Status take_wanted(const ChunkNews& news, Applied& applied);
  base::Status apply_moves(const Outcome& outcome, Applied& applied);
  // shelf_vectors.cpp
  base::Status adopt_vector(SpaceState& space, const sync::Vector& vector);
  base::Status adopt_own_logs(const base::SpaceId& id, const sync::Vector& vector);
  std::string own_logs_setting(const base::SpaceId& space) const;
  // The carrier took more of an own log than it was known to hold when it said what it holds.
  base::Status note_taken(const base::SpaceId& space, const base::LogId& branch, std::uint64_t count);
  base::Result<std::uint64_t> first_to_offer(const SpaceState& space, const base::LogId& branch);
  base::Result<bool> may_follow(const SpaceState& space, const base::LogId& branch);
  // The carrier holds what leads to the first `count` segments of a branch.
  base::Status ack(const SpaceState& space, const base::LogId& branch, std::uint64_t count);
  std::string unconfirmed_setting(const base::SpaceId& space) const;
  base::Status note_confirmed(const base::SpaceId& space, bool confirmed);
  base::Status note_confirmations();
  base::Result<std::optional<base::LogId>> branch_of(const SpaceState& space, const base::LogId& log,
                                                     std::uint64_t segment_no, const base::Bytes& bytes);
  bool enrolment_acked(SpaceState& space, const base::LogId& log);
  bool join_refused_for_good() const;
  bool carries(const base::SpaceId& space);
  void note_refused(const base::SpaceId& space, base::Code code);
  bool waits_for_home(const base::SpaceId& space);

  Core::State& core_;
  base::PublicBoxKey carrier_;
  SyncMedia media_;
  // Of this sync only: what is on its way, and what the carrier will not take now.
  std::map<LogKey, std::uint64_t> offered_until_;
  // What it says it has more of than is here: the beginning is not offered, and acked once the rest has come.
  std::map<LogKey, std::uint64_t> presumed_;
  // Of spaces that it serves us no more: what it was known to hold before it said so.
  std::map<base::SpaceId, std::map<base::LogId, std::uint64_t>> held_before_;
  std::set<LogKey> refused_logs_;
  std::set<base::RecordId> offered_records_;
  std::set<ChunkKey> chunks_on_their_way_;
  std::set<ChunkKey> refused_chunks_;  // that this carrier does not take, or does not have
  std::set<ChunkKey> restarted_chunks_;
  std::set<base::SpaceId> full_spaces_;     // of which it takes no more chunks
  std::map<base::SpaceId, Cursor> passed_;  // strangers that there is no room for
  int passes_ = 0;
  // By the outcome that is being applied.
  bool renumbered_ = false;
  std::set<base::SpaceId> acked_now_;       // by verdicts or a vector
  std::map<base::SpaceId, bool> compared_;  // a digest over everything came: whether it agrees
};

}  // namespace sejawat::api
