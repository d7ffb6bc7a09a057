#include <algorithm>

#include "base/codec.h"
#include "base/planted.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "membership_rules.h"

namespace sejawat::space {
namespace {

using base::Code;

// A record holds at most 16 KiB; a box takes 62 bytes of it.
constexpr std::size_t kBoxesPerRecord = 200;
constexpr std::uint8_t kFieldVersion = 1;
constexpr std::size_t kFieldHead = 1 + 8 + crypto::kNonceSize;

base::Bytes context_of(const base::SpaceId& space, const base::EpochId& epoch) {
  base::Bytes context = base::to_bytes(space.view());
  base::append(context, epoch.view());
  return context;
}

base::Secret32 wrap_key(const base::SpaceId& space, const base::Secret32& key,
                        const base::EpochId& predecessor) {
  return crypto::derive(crypto::label::kWrapKey, key.view(), context_of(space, predecessor));
}

base::Secret32 field_key(const base::Secret32& key) {
  return crypto::derive(crypto::label::kFieldKey, key.view());
}

bool may_read(const Membership& of, const base::PersonId& person) {
  const auto role = of.role_of(person);
  return role && *role >= WireRole::reader;
}

// A link that is refused everywhere by now is given no further key. Whoever thinks so by a wrong clock keeps
// nobody out: somebody else writes the box.
bool is_open(const Invite& invite, std::int64_t wall_seconds) {
  if (invite.is_known_outside() && !SJ_PLANTED(keys_to_revoked_invites)) return false;
  return invite.role >= WireRole::reader && invite.joined.size() < invite.uses &&
         wall_seconds <= invite.expires_seconds;
}

struct Recipient {
  base::PublicBoxKey key;
  std::set<base::PersonId> owners;  // none: an invite's; two where somebody claims another's key
};
// By how a box names them. Nobody proves the key of a device, so somebody may have made one that begins like
// a colleague's: each gets a box, and nobody the only one. One of each person, or there would be no end to
// it.
using Recipients = std::map<base::HeadTag, std::vector<Recipient>>;

void add_recipient(Recipients& to, const base::PublicBoxKey& key,
                   const std::optional<base::PersonId>& owner) {
  auto& alike = to[base::prefix_of<base::HeadTag>(key)];
  for (auto& recipient : alike) {
    if (!(recipient.key == key)) continue;
    if (owner) recipient.owners.insert(*owner);
    return;
  }
  const auto is_theirs = [&](const Recipient& one) { return owner && one.owners.count(*owner) != 0; };
  if (std::none_of(alike.begin(), alike.end(), is_theirs)) {
    alike.push_back({key, {}});
    if (owner) alike.back().owners.insert(*owner);
  }
}

// Everybody who should hold the keys of the space, as somebody sees it whose clock shows this.
Recipients recipients_of(const Membership& of, std::int64_t wall_seconds) {
  Recipients out;
  for (const auto& [id, member] : of.members()) {
    if (may_read(of, id) && !SJ_PLANTED(card_gets_no_keys)) add_recipient(out, member.card.box, id);
  }
  if (SJ_PLANTED(keys_to_the_removed)) {
    for (const auto& [id, device] : of.removed_devices()) add_recipient(out, device.box_key, device.person);
  }
  for (const auto& [id, device] : of.devices()) {
    if (may_read(of, device.person)) add_recipient(out, device.box_key, device.person);
  }
  for (const auto& [key, invite] : of.invites()) {
    if (is_open(invite, wall_seconds)) add_recipient(out, invite.box_key, std::nullopt);
  }
  return out;
}

Recipients own_and_admins(const Membership& of, const base::PersonId& own) {
  Recipients out;
  if (!may_read(of, own)) return out;
  const auto is_one = [&](const base::PersonId& person) {
    return person == own || of.role_of(person) == WireRole::admin;
  };
  for (const auto& [id, member] : of.members()) {
    if (is_one(id) && !SJ_PLANTED(card_gets_no_keys)) add_recipient(out, member.card.box, id);
  }
  for (const auto& [id, device] : of.devices()) {
    if (is_one(device.person)) add_recipient(out, device.box_key, device.person);
  }
  return out;
}

// Any reader may write rubbish for anybody, and nobody but the recipient could tell. Nor for which of several
// keys that begin alike a box is, so that only as many in one record are one for each.
bool counts(const KeyBoxes& boxes, const base::HeadTag& tag, const std::vector<Recipient>& alike,
            const base::PersonId& own) {
  if (boxes.boxes.count(tag) < alike.size()) return false;
  if (boxes.by_admin || boxes.author == own) return true;
  const auto& owners = alike.front().owners;
  return alike.size() == 1 && owners.size() == 1 && *owners.begin() == boxes.author;
}

}  // namespace

SealedBoxes::SealedBoxes(std::vector<Box> boxes) {
  std::stable_sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.first < b.first; });
  boxes_ = std::make_shared<const std::vector<Box>>(std::move(boxes));
}

std::span<const SealedBoxes::Box> SealedBoxes::of(const base::HeadTag& recipient) const {
  const auto first =
      std::lower_bound(boxes_->begin(), boxes_->end(), recipient,
                       [](const Box& box, const base::HeadTag& tag) { return box.first < tag; });
  const auto last =
      std::find_if(first, boxes_->end(), [&](const Box& box) { return !(box.first == recipient); });
  return {boxes_->data() + (first - boxes_->begin()), static_cast<std::size_t>(last - first)};
}

base::Bytes write_epoch(const Author& author, const Membership& to, const base::Secret32& key,
                        const std::vector<std::pair<base::EpochId, const base::Secret32*>>& predecessors,
                        base::Random& random) {
  EpochInfo epoch;
  epoch.epoch = epoch_id(to.space(), key);
  for (const auto& [id, old] : predecessors) {
    if (epoch.predecessors.size() == codec::kMaxPredecessors || id == epoch.epoch) continue;
    const auto nonce = random.id<crypto::Nonce>();
    epoch.predecessors.push_back({id, base::to_bytes(nonce.view()),
                                  crypto::seal(wrap_key(to.space(), key, id), nonce, old->view(), {})});
  }
  return write_epoch_record(author, to, std::move(epoch));
}

std::optional<base::Bytes> write_boxes(const Author& author, const Membership& to, const base::EpochId& epoch,
                                       const base::Secret32& key, base::Random& random, BoxesFor whom) {
  const auto own = author.certificate->person();
  auto missing =
      whom == BoxesFor::everyone ? recipients_of(to, author.wall_seconds) : own_and_admins(to, own);
  for (const auto& boxes : to.key_boxes()) {
    if (boxes.epoch != epoch) continue;
    for (const auto& box : boxes.boxes) {
      const auto found = missing.find(box.first);
      if (found != missing.end() && counts(boxes, found->first, found->second, own)) missing.erase(found);
    }
  }
  if (missing.empty()) return std::nullopt;
  const auto ephemeral = crypto::BoxKey::random(random);
  const base::Bytes context = context_of(to.space(), epoch);
  KeyBoxes out;
  out.epoch = epoch;
  out.ephemeral = ephemeral.public_key();
  std::vector<SealedBoxes::Box> all;
  for (const auto& [tag, alike] : missing) {
    // The next call writes the rest.
    if (!all.empty() && all.size() + alike.size() > kBoxesPerRecord) break;
    if (alike.size() > kBoxesPerRecord) continue;  // so many accomplices keep a key from the one they copied
    std::vector<base::Bytes> sealed;
    for (const auto& recipient : alike) {
      auto box = crypto::box_seal(ephemeral, recipient.key, key.view(), context);
      if (!box.ok() && alike.size() == 1) break;  // a rubbish key gets nothing
      sealed.push_back(box.ok() ? std::move(*box) : base::Bytes(codec::kBoxSize));
    }
    for (const auto& box : sealed) {
      SJ_CHECK(box.size() == codec::kBoxSize);
      std::copy(box.begin(), box.end(), all.emplace_back(tag, SealedBoxes::Box().second).second.begin());
    }
  }
  if (all.empty()) return std::nullopt;
  out.boxes = SealedBoxes(std::move(all));
  return write_boxes_record(author, to, std::move(out));
}

std::map<base::EpochId, base::Secret32> open_epochs(
    const Membership& of, const std::vector<const crypto::BoxKey*>& own,
    const std::map<base::EpochId, const base::Secret32*>& known, bool fallen) {
  std::map<base::EpochId, base::Secret32> out;
  for (const auto& [epoch, key] : known) out.emplace(epoch, key->clone());
  const auto keep = [&](const base::EpochId& epoch, base::Secret32 key) {
    // Whoever boxed it may have boxed rubbish.
    return epoch_id(of.space(), key) == epoch && out.emplace(epoch, std::move(key)).second;
  };
  // A key that no record opened is nobody's: any reader could have others hold what they make up.
  std::set<base::EpochId> opened;
  for (const auto& epoch : of.epochs()) opened.insert(epoch.epoch);
  if (fallen) {
    for (const auto& epoch : of.fallen_epochs()) opened.insert(epoch.epoch);
  }
  const auto open_box = [&](const KeyBoxes& boxes) {
    if (opened.count(boxes.epoch) == 0) return;
    const base::Bytes context = context_of(of.space(), boxes.epoch);
    for (const auto* mine : own) {
      if (out.count(boxes.epoch) != 0) break;
      for (const auto& box : boxes.boxes.of(base::prefix_of<base::HeadTag>(mine->public_key()))) {
        auto key = crypto::box_open(*mine, boxes.ephemeral, box.second, context);
        if (key.ok()) keep(boxes.epoch, std::move(*key));
      }
    }
  };
  const auto open_predecessors = [&](const EpochInfo& epoch) {
    const auto key = out.find(epoch.epoch);
    if (key == out.end()) return false;
    bool found = false;
    for (const auto& predecessor : epoch.predecessors) {
      if (out.count(predecessor.epoch) != 0) continue;
      const auto nonce = crypto::Nonce::from(predecessor.nonce);
      SJ_CHECK(nonce.has_value());  // the codec lets no other size through, nor of the key
      auto plain = crypto::open(wrap_key(of.space(), key->second, predecessor.epoch), *nonce,
                                predecessor.sealed_key, {});
      if (!plain.ok()) continue;
      const base::SecretBytes held(std::move(*plain));
      found = keep(predecessor.epoch, base::Secret32(held.view())) || found;
    }
    return found;
  };
  std::for_each(of.key_boxes().begin(), of.key_boxes().end(), open_box);
  if (fallen) std::for_each(of.fallen_boxes().begin(), of.fallen_boxes().end(), open_box);
  // Newest first, so one pass follows a chain; a further pass only for records out of that order.
  for (bool found = true; found;) {
    found = false;
    for (auto epoch = of.epochs().rbegin(); epoch != of.epochs().rend(); ++epoch)
      found = open_predecessors(*epoch) || found;
    if (!fallen) continue;
    for (auto epoch = of.fallen_epochs().rbegin(); epoch != of.fallen_epochs().rend(); ++epoch)
      found = open_predecessors(*epoch) || found;
  }
  return out;
}

base::Bytes seal_field(const base::EpochId& epoch, const base::Secret32& key, base::ByteView plain,
                       base::Random& random) {
  const auto nonce = random.id<crypto::Nonce>();
  base::Writer out;
  out.u8(kFieldVersion);
  out.raw(epoch.view());
  out.raw(nonce.view());
  out.raw(crypto::seal(field_key(key), nonce, plain, {}));
  return out.take();
}

base::Result<base::Bytes> open_field(const std::map<base::EpochId, const base::Secret32*>& keys,
                                     base::ByteView sealed) {
  base::Reader in(sealed);
  std::uint8_t version = 0;
  base::EpochId epoch;
  crypto::Nonce nonce;
  if (!in.u8(version)) return base::error(Code::malformed, "field");
  if (version != kFieldVersion) return base::error(Code::version_unsupported, "field");
  if (!in.id(epoch) || !in.id(nonce)) return base::error(Code::malformed, "field");
  const auto key = keys.find(epoch);
  if (key == keys.end()) return base::error(Code::key_missing, "field");
  return crypto::open(field_key(*key->second), nonce, sealed.subspan(kFieldHead), {});
}

}  // namespace sejawat::space
