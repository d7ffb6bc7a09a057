// Content of attachments, their chunks, and what an op says of them.
#include "log_seal/attachment.h"

#include "make.h"

namespace sejawat::vectors {

json::object make_attachments() {
  support::SeededRandom random(64);
  const auto space = random.id<base::SpaceId>();
  json::array list;
  for (const std::size_t size : {std::size_t{1}, std::size_t{1500}, log::kChunkPlain + 100}) {
    base::Bytes content(size);
    random.fill(content);
    const auto sealed = log::seal_attachment(space, content, "image/webp", random);
    SJ_CHECK(sealed.ok());
    json::array ids;
    json::array chunks;
    for (const auto& id : sealed->attachment.chunks) ids.push_back(json::value(hex(id)));
    for (const auto& chunk : sealed->chunks) chunks.push_back(json::value(hex(chunk)));
    list.push_back({{"content", hex(content)},
                    {"media_type", sealed->attachment.media_type},
                    {"key", hex(sealed->attachment.key.view())},
                    {"hash", hex(sealed->attachment.hash)},
                    {"value", hex(log::encode_attachment(sealed->attachment))},
                    {"chunk_ids", std::move(ids)},
                    {"chunks", std::move(chunks)}});
  }
  return {{"about",
           "Attachments of one space: content, key, sealed chunks with their addresses, and the value of the "
           "op."},
          {"space", hex(space)},
          {"attachments", std::move(list)}};
}

}  // namespace sejawat::vectors
