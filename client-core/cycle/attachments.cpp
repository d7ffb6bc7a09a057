#include "cycle/attachments.h"

#include <algorithm>
#include <map>

#include "record_cells.h"
#include "text_rules.h"

namespace sejawat::cycle {
namespace {

log::Cell cell(AttachmentField field, std::string value) {
  return {0, static_cast<std::uint32_t>(field), std::move(value)};
}

// The newest value; two of them only whoever wrote on two devices at once can make.
const std::string* value_of(const fold::ObjectState& state, AttachmentField field) {
  const auto found = state.registers.find({0, static_cast<std::uint32_t>(field)});
  return found == state.registers.end() || found->second.empty() ? nullptr : &found->second.front().bytes;
}

struct Own {
  base::PersonId owner;
  std::vector<fold::DottedOp> ops;
};
// Whose it is, and what they wrote of it as an attachment: nothing else counts. nullopt: nobody's.
base::Result<std::optional<Own>> own_ops(store::Store& store, const fold::OpCodec& codec,
                                         const People& people, const base::SpaceId& space,
                                         const base::ObjectId& id) {
  SJ_TRY(auto stored, store.ops_of(space, id));
  std::map<base::PersonId, std::vector<fold::DottedOp>> by_author;
  std::optional<base::PersonId> owner;
  for (const auto& one : stored) {
    SJ_TRY(auto op, codec.decode(one.bytes));
    const auto by = people.author_of(space, one.dot.branch);
    if (!by || op.type != kAttachmentType) continue;
    for (const auto& cell : op.cells) {
      if (op.kind != log::OpKind::write || cell.element != 0 || cell.field != kOriginField || !cell.value)
        continue;
      if (!owner && is_origin(space, *by, id, *cell.value)) owner = by;
    }
    by_author[*by].push_back({one.dot, std::move(op)});
  }
  if (!owner) return std::optional<Own>();
  return std::optional<Own>(Own{*owner, std::move(by_author[*owner])});
}

}  // namespace

base::Result<base::ObjectId> Attachments::add(const Pen& pen, const base::ObjectId& parent,
                                              base::ByteView content, std::string_view caption,
                                              const std::optional<OriginNonce>& given) {
  const auto length = characters(caption);
  if (!length || *length > kMaxCaption) return base::error(base::Code::invalid_argument, "caption");
  log::Op op;
  op.type = kAttachmentType;
  OriginNonce nonce;
  if (given) {
    nonce = *given;
  } else {
    random_.fill(nonce);
  }
  op.object = record_id_for(pen.space, pen.person, nonce);
  op.cells.push_back(cell(AttachmentField::parent, std::string(base::as_text(parent.view()))));
  op.cells.push_back(cell(AttachmentField::content, std::string(base::as_text(content))));
  if (!caption.empty()) op.cells.push_back(cell(AttachmentField::caption, std::string(caption)));
  op.cells.push_back({0, kOriginField, std::string(nonce.begin(), nonce.end())});
  const auto id = op.object;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, pen.space, pen.log, std::move(op), pen.wall_ms));
  static_cast<void>(dot);
  SJ_TRY_STATUS(refresh({{pen.space, id, kAttachmentType}}));
  return id;
}

base::Result<bool> Attachments::exists(const Pen& pen, const OriginNonce& nonce) {
  SJ_TRY(const auto row, store_.attachments().get(record_id_for(pen.space, pen.person, nonce)));
  return row.has_value();
}

base::Status Attachments::remove(const Pen& pen, const base::ObjectId& id) {
  SJ_TRY(auto row, store_.attachments().get(id));
  if (!row || row->removed) return base::error(base::Code::not_found, "attachment");
  if (!(row->owner == pen.person)) return base::error(base::Code::not_permitted, "another's attachment");
  SJ_TRY(const auto own, own_ops(store_, codec_, people_, pen.space, id));
  if (!own) return base::error(base::Code::not_found, "attachment");
  log::Op op;
  op.object = id;
  op.type = kAttachmentType;
  op.kind = log::OpKind::trash;
  op.supersedes = fold::fold(own->ops).live_dots;
  SJ_TRY(auto dot, fold::write_local(store_, codec_, pen.space, pen.log, std::move(op), pen.wall_ms));
  static_cast<void>(dot);
  return refresh({{pen.space, id, kAttachmentType}});
}

base::Status Attachments::refresh(const std::vector<fold::Touched>& touched) {
  for (const auto& item : touched) {
    SJ_TRY(const auto own, own_ops(store_, codec_, people_, item.space, item.object));
    if (!own) {
      // Of another space: whoever writes about it elsewhere says nothing about it.
      SJ_TRY(const auto known, store_.attachments().get(item.object));
      if (!known || !(known->space == item.space)) continue;
      SJ_TRY_STATUS(store_.attachments().forget(item.object));
      SJ_TRY_STATUS(store_.attachments().unwant(item.object));
      continue;
    }
    const auto state = fold::fold(own->ops);
    const std::string* parent = value_of(state, AttachmentField::parent);
    const std::string* content = value_of(state, AttachmentField::content);
    const std::string* caption = value_of(state, AttachmentField::caption);
    const auto parent_id = parent == nullptr ? std::nullopt : base::ObjectId::from(base::as_bytes(*parent));
    store::AttachmentRow row;
    row.space = item.space;
    row.object = item.object;
    row.owner = own->owner;
    if (parent_id) row.parent = *parent_id;
    if (content != nullptr) row.content = base::to_bytes(base::as_bytes(*content));
    if (caption != nullptr && characters(*caption)) row.caption = *caption;
    row.removed = state.trashed || row.content.empty() || !parent_id;
    row.lamport = state.lamport;
    row.wall_ms = state.wall_ms;
    SJ_TRY_STATUS(store_.attachments().put(row));
    if (row.removed) SJ_TRY_STATUS(store_.attachments().unwant(item.object));
  }
  return {};
}

}  // namespace sejawat::cycle
