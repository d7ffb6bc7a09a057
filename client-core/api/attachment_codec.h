// Attachments in the messages of api.proto. Of api_codec.cpp only.
#pragma once

#include "door_messages.h"

namespace sejawat::v1::api {
class AttachmentAdd;
class AttachmentList;
class Reply;
}  // namespace sejawat::v1::api

namespace sejawat::api::door {

base::Result<Command> read_attachment_add(const v1::api::AttachmentAdd& from);
base::Result<Command> read_attachment_list(const v1::api::AttachmentList& from);
void write(const AttachmentId& from, v1::api::Reply& to);
void write(const AttachmentRows& from, v1::api::Reply& to);
void write(const AttachmentInfo& from, v1::api::Reply& to);
void write(const AttachmentContent& from, v1::api::Reply& to);

}  // namespace sejawat::api::door
