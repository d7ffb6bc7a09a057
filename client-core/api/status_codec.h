// What is where, in the messages of api.proto. Of api_codec.cpp only.
#pragma once

#include "door_messages.h"

namespace sejawat::v1::api {
class Reply;
}  // namespace sejawat::v1::api

namespace sejawat::api::door {

void write(const FullStatus& from, v1::api::Reply& to);
void write(const Carriers& from, v1::api::Reply& to);
void write(const UnsentPage& from, v1::api::Reply& to);

}  // namespace sejawat::api::door
