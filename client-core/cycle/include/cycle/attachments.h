// Photos and voice notes of an entry or record (F4): one object each, in the space of what it belongs to.
// What the content is (log_seal/attachment.h) is a value like any other to this room.
#pragma once

#include "cycle/record.h"

namespace sejawat::cycle {

inline constexpr std::uint32_t kAttachmentType = 4;
inline constexpr std::size_t kMaxCaption = 200;  // characters

enum class AttachmentField : std::uint32_t { parent = 1, content = 2, caption = 3 };  // element 0; 15: origin

class Attachments {
 public:
  Attachments(store::Store& store, fold::OpCodec codec, const People& people, base::Random& random)
      : store_(store), codec_(std::move(codec)), people_(people), random_(random) {}
  // In the caller's transaction; ops and rows together. invalid_argument: caption. `nonce` makes the id; the
  // caller saw that none of it exists.
  base::Result<base::ObjectId> add(const Pen& pen, const base::ObjectId& parent, base::ByteView content,
                                   std::string_view caption, const std::optional<OriginNonce>& nonce);
  // Of this nonce there is one, removed or not.
  base::Result<bool> exists(const Pen& pen, const OriginNonce& nonce);
  // By its owner only: not_permitted. Chunks that carriers hold stay there until they are erased.
  base::Status remove(const Pen& pen, const base::ObjectId& id);
  // After remote ops. Only what its owner wrote counts: the object's id follows from who that is.
  base::Status refresh(const std::vector<fold::Touched>& touched);

 private:
  store::Store& store_;
  fold::OpCodec codec_;
  const People& people_;
  base::Random& random_;
};

}  // namespace sejawat::cycle
