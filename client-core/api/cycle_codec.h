// Bytes of api_cycle.proto to structures and back, for api_codec.cpp, which keeps the caps.
#pragma once

#include "cycle_messages.h"

namespace sejawat::v1::api::cycle {
class CycleRequest;
class CycleReply;
}  // namespace sejawat::v1::api::cycle

namespace sejawat::api::door {

base::Result<CycleRequest> read_cycle(const ::sejawat::v1::api::cycle::CycleRequest& from);
void write_cycle(const CycleReply& from, ::sejawat::v1::api::cycle::CycleReply& to);

}  // namespace sejawat::api::door
