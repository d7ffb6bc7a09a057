#include "attachment_codec.h"

#include <algorithm>

#include "codec_values.h"
#include "sejawat/v1/api.pb.h"

namespace sejawat::api::door {
namespace {

namespace wire = ::sejawat::v1::api;

void write_one(const AttachmentInfo& from, wire::Attachment& to) {
  to.set_id(bytes_of(from.id));
  to.set_of(bytes_of(from.parent));
  to.set_space(bytes_of(from.space));
  to.set_owner(bytes_of(from.owner));
  to.set_media_type(text_of(from.media_type));
  to.set_caption(text_of(from.caption));
  to.set_size(from.size);
  to.set_written_ms(from.wall_ms);
  to.set_own(from.own);
  to.set_bytes(from.sealed_bytes);
  to.set_bytes_here(from.sealed_here);
  to.set_wanted(from.wanted);
  to.set_bytes_there(from.sealed_there);
  to.set_delivery(static_cast<wire::Delivery>(from.delivery));
}

}  // namespace

base::Result<Command> read_attachment_add(const wire::AttachmentAdd& from) {
  SJ_TRY(auto to, id_of<base::ObjectId>(from.to(), "to: 8 bytes"));
  AttachmentAdd add{to, base::to_bytes(base::as_bytes(from.content())), from.caption(), std::nullopt};
  if (!from.nonce().empty()) {
    cycle::OriginNonce nonce;
    if (from.nonce().size() != nonce.size())
      return base::error(base::Code::invalid_argument, "nonce: 6 bytes");
    std::copy(from.nonce().begin(), from.nonce().end(), nonce.begin());
    add.nonce = nonce;
  }
  return Command(std::move(add));
}

base::Result<Command> read_attachment_list(const wire::AttachmentList& from) {
  SJ_TRY(auto of, maybe_id_of<base::ObjectId>(from.of(), "of: 8 bytes"));
  return Command(AttachmentList{of});
}

void write(const AttachmentId& from, wire::Reply& to) {
  to.mutable_attachment_id()->set_id(bytes_of(from.id));
}
void write(const AttachmentRows& from, wire::Reply& to) {
  auto& all = *to.mutable_attachments();
  for (const auto& one : from.attachments) write_one(one, *all.add_attachments());
}
void write(const AttachmentInfo& from, wire::Reply& to) { write_one(from, *to.mutable_attachment()); }
void write(const AttachmentContent& from, wire::Reply& to) {
  to.mutable_attachment_content()->set_content(std::string(base::as_text(from.content)));
  to.mutable_attachment_content()->set_media_type(from.media_type);
}

}  // namespace sejawat::api::door
