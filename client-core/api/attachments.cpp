// Photos and voice notes: sealed at once, kept as they travel, opened when somebody looks (docs/PROTOCOL.md,
// "Attachments").
#include <algorithm>

#include "base/codec.h"
#include "core_state.h"
#include "log_seal/attachment.h"

namespace sejawat::api {
namespace {

struct MediaKind {
  const char* type;
  std::size_t most;
  std::size_t at;  // where the signature stands
  std::string_view signature;
};
using namespace std::string_view_literals;
// By their first bytes, never by a name: nothing else is taken, so nobody is handed a page or a program.
constexpr MediaKind kKinds[] = {
    {"image/jpeg", kMaxPhotoBytes, 0, "\xFF\xD8\xFF"sv},
    {"image/png", kMaxPhotoBytes, 0, "\x89PNG\r\n\x1A\n"sv},
    {"image/webp", kMaxPhotoBytes, 8, "WEBP"sv},
    {"audio/ogg", kMaxVoiceBytes, 0, "OggS"sv},
    {"audio/webm", kMaxVoiceBytes, 0, "\x1A\x45\xDF\xA3"sv},
    {"audio/mp4", kMaxVoiceBytes, 4, "ftypM4A"sv},
    {"audio/amr", kMaxVoiceBytes, 0, "#!AMR"sv},
};

const MediaKind* kind_of(base::ByteView content) {
  const auto text = base::as_text(content);
  for (const auto& kind : kKinds) {
    if (text.size() < kind.at || text.substr(kind.at, kind.signature.size()) != kind.signature) continue;
    if (kind.at == 8 && text.substr(0, 4) != "RIFF") continue;
    return &kind;
  }
  return nullptr;
}

bool is_known_type(std::string_view type) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const MediaKind& kind) { return type == kind.type; });
}

base::Result<base::SpaceId> space_of(Core::State& core, const base::ObjectId& parent) {
  SJ_TRY(auto entry, core.store->journal().get(parent));
  if (entry && !entry->trashed) return entry->space;
  SJ_TRY(auto record, core.store->records_of_cycle().get(parent));
  if (record && !record->trashed) return record->space;
  return base::error(base::Code::not_found, "entry or record");
}

base::Result<AttachmentInfo> info_of(Core::State& core, const store::AttachmentRow& row) {
  AttachmentInfo info;
  info.id = row.object;
  info.parent = row.parent;
  info.space = row.space;
  info.owner = row.owner;
  info.caption = row.caption;
  info.wall_ms = row.wall_ms;
  info.own = row.owner == core.desk->me();
  const auto content = log::decode_attachment(row.content);
  if (!content.ok()) return info;  // of a newer program: it is there, and cannot be shown
  if (is_known_type(content->media_type)) info.media_type = content->media_type;
  info.size = content->size;
  const auto space = core.spaces.find(row.space);
  std::vector<base::PublicBoxKey> homes;  // its space's, as for text
  if (space != core.spaces.end() && !core.carriers.empty()) {
    SJ_TRY(homes, core.homes_of(*space->second));
  }
  bool whole_there = !homes.empty();
  const auto sizes = log::chunk_sizes(content->size);
  for (std::size_t i = 0; i < content->chunks.size(); ++i) {
    const auto& chunk = content->chunks[i];
    info.sealed_bytes += sizes[i];
    SJ_TRY(const bool held, core.store->attachments().has_chunk(row.space, chunk));
    if (held) info.sealed_here += sizes[i];
    if (!held) {
      SJ_TRY(auto begun, core.store->attachments().wanted_bytes(row.space, chunk));
      info.wanted = info.wanted || begun.has_value();
      if (begun) info.sealed_here += begun->size();
    }
    std::uint64_t least = homes.empty() ? 0 : sizes[i];
    for (const auto& home : homes) {
      SJ_TRY(const auto there, core.store->attachments().at(home, row.space, chunk));
      if (!there.whole) least = std::min<std::uint64_t>(least, there.held);
      whole_there = whole_there && there.whole;
    }
    info.sealed_there += least;
  }
  // Without the op that holds its key nobody could open what is there.
  if (whole_there) {
    SJ_TRY(info.delivery, core.delivery_of(*space->second, row.object));
  }
  return info;
}

// Its content was erased, also where its ops were not.
bool is_gone(Core::State& core, const store::AttachmentRow& row) {
  const auto space = core.spaces.find(row.space);
  if (space == core.spaces.end()) return false;
  const auto content = log::decode_attachment(row.content);
  return content.ok() && std::any_of(content->chunks.begin(), content->chunks.end(), [&](const auto& chunk) {
           return core.chunk_gone(*space->second, chunk, row.owner);
         });
}

base::Result<store::AttachmentRow> row_of(Core::State& core, const base::ObjectId& id) {
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto row, core.store->attachments().get(id));
  if (!row || row->removed || is_gone(core, *row)) return base::error(base::Code::not_found, "attachment");
  return std::move(*row);
}

}  // namespace

base::Result<base::ObjectId> Core::attach(const base::ObjectId& parent, base::ByteView content,
                                          std::string_view caption,
                                          const std::optional<cycle::OriginNonce>& nonce) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(const auto space, space_of(core, parent));
  const MediaKind* kind = kind_of(content);
  if (kind == nullptr) return base::error(base::Code::invalid_argument, "content: neither photo nor voice");
  if (content.size() > kind->most) {
    return base::error(base::Code::too_large, "content: at most " + std::to_string(kind->most) +
                                                  " bytes of " + std::string(kind->type));
  }
  SJ_TRY(const auto pen, core.desk->pen(space));
  if (nonce) {
    SJ_TRY(const bool exists, core.attachments->exists(pen, *nonce));
    if (exists) return base::error(base::Code::already_exists, "attachment");
  }
  SJ_TRY(auto others, core.store->attachments().list(parent));
  // Of one's own: whatever others hang on it, from whichever space, is no reason.
  const auto own = std::count_if(others.begin(), others.end(), [&](const store::AttachmentRow& row) {
    return row.owner == pen.person && row.space == space;
  });
  if (own >= static_cast<std::ptrdiff_t>(kMaxAttached))
    return base::error(base::Code::quota_exceeded, "attachments of one entry");
  SJ_TRY(auto sealed, log::seal_attachment(space, content, kind->type, core.random));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  base::Bytes value = log::encode_attachment(sealed.attachment);
  SJ_TRY(const auto id, core.attachments->add(pen, parent, value, caption, nonce));
  base::wipe(value.data(), value.size());
  for (std::size_t i = 0; i < sealed.chunks.size(); ++i) {
    SJ_TRY_STATUS(core.store->attachments().put_chunk(space, sealed.attachment.chunks[i], id, pen.person,
                                                      sealed.chunks[i], true));
  }
  SJ_TRY_STATUS(core.note_parent(parent));  // after the commit its error would call undone what is done
  SJ_TRY_STATUS(transaction.commit());
  return id;
}

base::Result<std::vector<AttachmentInfo>> Core::attachments(const std::optional<base::ObjectId>& parent) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto rows, core.store->attachments().list(parent));
  std::vector<AttachmentInfo> all;
  for (const auto& row : rows) {
    if (is_gone(core, row)) continue;
    SJ_TRY(auto info, info_of(core, row));
    all.push_back(std::move(info));
  }
  return all;
}

base::Result<AttachmentInfo> Core::attachment(const base::ObjectId& id) {
  SJ_TRY(auto row, row_of(*state_, id));
  return info_of(*state_, row);
}

base::Result<base::Bytes> Core::read_attachment(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto row, row_of(core, id));
  SJ_TRY(auto content, log::decode_attachment(row.content));
  std::vector<base::Bytes> chunks;
  for (const auto& chunk : content.chunks) {
    SJ_TRY(auto bytes, core.store->attachments().chunk(row.space, chunk));
    if (!bytes) return base::error(base::Code::offline, "not all of it is here: to be fetched");
    chunks.push_back(std::move(*bytes));
  }
  return log::open_attachment(row.space, content, chunks);
}

base::Status Core::fetch_attachment(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto row, row_of(core, id));
  SJ_TRY(auto content, log::decode_attachment(row.content));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  for (const auto& chunk : content.chunks) {
    SJ_TRY(const bool held, core.store->attachments().has_chunk(row.space, chunk));
    if (!held) SJ_TRY_STATUS(core.store->attachments().want(row.space, chunk, id));
  }
  return transaction.commit();
}

base::Status Core::remove_attachment(const base::ObjectId& id) {
  State& core = *state_;
  SJ_TRY(auto row, row_of(core, id));
  SJ_TRY(const auto pen, core.desk->pen(row.space));
  store::Store::Transaction transaction(*core.store);
  SJ_TRY_STATUS(transaction.begin());
  SJ_TRY_STATUS(core.attachments->remove(pen, id));
  SJ_TRY_STATUS(core.note_parent(row.parent));
  return transaction.commit();
}

base::Result<std::uint64_t> Core::media_pending() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  std::uint64_t pending = 0;
  for (const auto& [id, space] : core.spaces) {
    SJ_TRY(const auto homes, core.homes_of(*space));  // as for text
    std::uint64_t most = 0;
    for (const auto& home : homes) {
      SJ_TRY(const auto more, core.store->attachments().unsent_bytes(home, id));
      most = std::max(most, more);
    }
    pending += most;
  }
  return pending;
}

base::Code Core::media_refused_in_sync() const { return state_->media_refused_now; }

// Small, and of a carrier whose key names it; what stands there is the outcome of the last sync that went
// through.
base::Result<base::Code> Core::State::media_refused(const base::PublicBoxKey& carrier) {
  SJ_TRY(auto stored, store->setting("media_refused:" + carrier.hex()));
  std::uint64_t code = 0;
  if (!stored || stored->empty()) return base::Code::ok;
  if (!base::Reader(*stored).varint(code) || code > static_cast<std::uint64_t>(base::Code::internal))
    return base::Code::internal;  // of a newer program
  return static_cast<base::Code>(code);
}

base::Status Core::State::set_media_refused(const base::PublicBoxKey& carrier, base::Code code) {
  SJ_TRY(const auto before, media_refused(carrier));
  if (before == code) return {};
  base::Writer writer;
  writer.varint(static_cast<std::uint64_t>(code));
  return store->put_setting("media_refused:" + carrier.hex(), writer.bytes());
}

// Whoever shows an entry or record shows what is attached to it.
base::Status Core::State::note_parent(const base::ObjectId& parent) {
  SJ_TRY(auto entry, store->journal().get(parent));
  if (entry) note_entry(parent);
  SJ_TRY(auto record, store->records_of_cycle().get(parent));
  if (record) note_record(record->space, parent, record->type);
  return {};
}

base::Status Core::State::refresh_attachments(const std::vector<fold::Touched>& touched) {
  std::vector<base::ObjectId> parents;
  const auto note = [&]() -> base::Status {
    for (const auto& item : touched) {
      SJ_TRY(const auto row, store->attachments().get(item.object));
      if (row) parents.push_back(row->parent);
    }
    return {};
  };
  SJ_TRY_STATUS(note());  // an erased one has no row afterwards
  SJ_TRY_STATUS(attachments->refresh(touched));
  SJ_TRY_STATUS(note());
  std::sort(parents.begin(), parents.end());
  parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  for (const auto& parent : parents) SJ_TRY_STATUS(note_parent(parent));
  return {};
}

}  // namespace sejawat::api
