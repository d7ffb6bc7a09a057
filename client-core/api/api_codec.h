// Bytes of api.proto to structures and back. The decoder faces any bytes: fields are counted before anything
// is allocated for them.
#pragma once

#include "door_messages.h"

namespace sejawat::api::door {

inline constexpr std::size_t kMaxRequest = 8 * 1024 * 1024;
inline constexpr std::size_t kMaxReply = 8 * 1024 * 1024;
inline constexpr std::size_t kMaxFields = 300'000;

// malformed: no Request; too_large: a cap. Whatever is wrong within the command stands in Request::command.
base::Result<Request> decode_request(base::ByteView bytes);
// A reply above kMaxReply becomes its error.
base::Bytes encode_reply(std::uint64_t id, const base::Result<Result>& result);
base::Bytes encode_event(const Event& event);

}  // namespace sejawat::api::door
