// What a server decides: who is served, what is taken, what is answered (protocol 2.11, 2.12, 5). It checks
// signatures, chains, roles and caps and never sees content. Sans-IO; used by the writer thread alone.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "carrier/store.h"
#include "space/membership.h"
#include "sync/frame.h"

namespace sejawat::carrier {

class Carrier {
 public:
  // Loads the membership of every space. `store` is borrowed.
  static base::Result<std::unique_ptr<Carrier>> open(CarrierStore& store);

  // The operator invite of this carrier, made at its first start; nullopt once a community used it.
  base::Result<std::optional<base::Secret16>> operator_secret(base::Random& random);

  struct Ingested {
    sync::ServerMessage reply;                              // verdicts so far
    std::set<std::pair<base::SpaceId, std::uint64_t>> own;  // arrivals that this very message made
  };
  // Inside a transaction of the store. An error is the store's and fatal; refusals are verdicts.
  base::Result<Ingested> ingest(const base::PublicBoxKey& device, const sync::ClientMessage& message,
                                std::int64_t wall_seconds);
  // After the commit.
  base::Result<sync::ServerMessage> answer(const base::PublicBoxKey& device,
                                           const sync::ClientMessage& message, Ingested ingested);

 private:
  explicit Carrier(CarrierStore& store) : store_(store) {}
  struct Space {
    explicit Space(const base::SpaceId& id) : membership(id), digest(id) {}
    space::Membership membership;
    log::SpaceDigest digest;
    std::uint64_t position = 0;
  };
  std::optional<base::PersonId> person_of(const base::PublicBoxKey& device) const;
  std::vector<base::SpaceId> set_of(const base::PersonId& person) const;
  void index(const Space& space);
  base::Result<base::Code> take_record(const base::SpaceId& id, base::ByteView record, bool operator_valid,
                                       std::int64_t wall_seconds, Ingested& ingested);
  base::Result<base::Code> take_genesis(const base::SpaceId& id, base::ByteView record, bool operator_valid,
                                        Ingested& ingested);
  base::Code judge_join(const Space& space, const base::PublicSignKey& invite,
                        std::int64_t wall_seconds) const;
  base::Result<base::Code> take_segment(Space& space, base::ByteView log_ref, base::ByteView bytes,
                                        Ingested& ingested);
  base::Status store_record(Space& space, const base::RecordId& id, base::ByteView record,
                            Ingested& ingested);
  base::Result<bool> operator_valid(const sync::ClientMessage& message);
  base::Result<bool> base_known(const sync::Hello& hello, const std::vector<base::SpaceId>& set);
  base::Result<sync::Vector> vector_of(const base::SpaceId& id);

  CarrierStore& store_;
  base::GenerationId generation_;
  std::map<base::SpaceId, std::unique_ptr<Space>> spaces_;
  std::map<base::PublicBoxKey, base::PersonId> persons_;
  std::map<base::PersonId, std::set<base::SpaceId>> spaces_of_;
};

}  // namespace sejawat::carrier
