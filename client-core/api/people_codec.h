// Bytes of api_people.proto to structures and back, for api_codec.cpp, which keeps the caps.
#pragma once

#include "people_messages.h"

namespace sejawat::v1::api::people {
class PeopleRequest;
class PeopleReply;
}  // namespace sejawat::v1::api::people

namespace sejawat::api::door {

base::Result<PeopleRequest> read_people(const ::sejawat::v1::api::people::PeopleRequest& from);
void write_people(const PeopleReply& from, ::sejawat::v1::api::people::PeopleReply& to);

}  // namespace sejawat::api::door
