// The state of a store that nobody has open, as a program that is not ours could use it.
#pragma once

#include "core_state.h"
#include "log_seal/seal.h"

namespace sejawat::api {

struct ClosedState {
  ClosedState(const std::string& path, base::Clock& clock, base::Random& random) : state(clock, random) {
    auto opened = store::Store::open(path, base::Secret32(base::Bytes(32, 3)), 0);
    SJ_CHECK(opened.ok());
    state.store = std::move(opened).value();
    state.codec = {[](const log::Op& op) { return log::encode_op(op); },
                   [this](base::ByteView bytes) {
                     ++decoded;
                     return log::decode_op(bytes);
                   }};
    state.journal = std::make_unique<cycle::Journal>(*state.store, state.codec);
    state.records = std::make_unique<cycle::Records>(*state.store, state.codec, state.roll, state.random);
    state.attachments =
        std::make_unique<cycle::Attachments>(*state.store, state.codec, state.roll, state.random);
    SJ_CHECK(state.load().ok());
    decoded = 0;
  }
  std::size_t decoded = 0;  // ops since it was loaded
  Core::State state;
};

}  // namespace sejawat::api
