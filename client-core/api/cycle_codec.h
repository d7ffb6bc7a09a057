// Bytes of api_cycle.proto to structures and back, for api_codec.cpp, which keeps the caps.
#pragma once

#include "cycle_messages.h"

namespace sejawat::v1::api::cycle {
class CycleRequest;
class CycleReply;
class Decisions;
}  // namespace sejawat::v1::api::cycle

namespace sejawat::api::door {

base::Result<CycleRequest> read_cycle(const ::sejawat::v1::api::cycle::CycleRequest& from);
using Names = std::map<base::PersonId, std::string>;
void write_decisions(const DecisionsShown& from, const Names& names,
                     ::sejawat::v1::api::cycle::Decisions& to);
std::string kind_text(
    std::uint32_t type);  // of an op: "journal_entry", "attachment", a kind of record, or ""
void write_cycle(const CycleReply& from, ::sejawat::v1::api::cycle::CycleReply& to);

}  // namespace sejawat::api::door
