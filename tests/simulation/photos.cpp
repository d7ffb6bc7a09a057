// Photos: what is attached lies on its device like any word, and comes to the others when they ask for it.
#include <algorithm>

#include "checks.h"
#include "device.h"

namespace sejawat::simulation {
namespace {

// Most are one chunk that goes in one message; some are several of each.
base::Bytes picture(World& world) {
  auto& random = world.random;
  const auto dice = random.below(100);
  const std::size_t size = dice < 75   ? 100 + random.below(4000)
                           : dice < 95 ? 16 * 1024 + random.below(20 * 1024)
                                       : 50 * 1024 + random.below(60 * 1024);
  base::Bytes content = base::to_bytes(base::as_bytes("RIFF0000WEBP"));
  base::append(content, base::as_bytes(kMarker));
  const std::size_t at = content.size();
  content.resize(at + size);
  support::SeededRandom pixels(random.next());
  pixels.fill(std::span(content).subspan(at));
  return content;
}

}  // namespace

void Device::attach_photo() {
  const auto entry = pick_entry(false);
  if (!entry) return;
  base::Bytes content = picture(world_);
  person_.pictures.insert(content);
  did(1);
  auto made = core_->attach(*entry, content, unique_word(words_));
  if (!settle_call("attach", made.code(), {base::Code::quota_exceeded})) return;
  now_durable();
  saved_.photos[*made] = {*entry, std::move(content), false};
  world_.witness.sometimes(Sometimes::photo_is_attached);
  tell_live();
}

void Device::fetch_photo() {
  if (!has_person()) return;
  auto all = core_->attachments(std::nullopt);
  if (!settle_call("attachments", all.code())) return;
  all->erase(std::remove_if(all->begin(), all->end(), [](const auto& one) { return one.here(); }),
             all->end());
  if (all->empty()) return;
  did(1);
  settle_call("fetch", core_->fetch_attachment((*all)[words_.below(all->size())].id).code());
  if (up()) tell_live();
}

void Device::remove_photo() {
  if (!has_person()) return;
  auto all = core_->attachments(std::nullopt);
  if (!settle_call("attachments", all.code()) || all->empty()) return;
  const auto id = (*all)[words_.below(all->size())].id;
  did(1);
  person_.photos_told_to_remove.insert(id);
  if (!settle_call("remove photo", core_->remove_attachment(id).code())) return;
  now_durable();
  saved_.photos_removed.insert(id);
  world_.witness.sometimes(Sometimes::photo_is_removed);
  tell_live();
}

void Device::erase_photo() {
  if (!has_person()) return;
  auto all = core_->attachments(std::nullopt);
  if (!settle_call("attachments", all.code()) || all->empty()) return;
  erase_entry((*all)[words_.below(all->size())].parent);
}

// After the process ended somewhere and was started again.
void Device::check_photos_saved() {
  for (const auto& [id, photo] : saved_.photos) {
    if (person_.photos_told_to_remove.count(id) + person_.erased_objects.count(photo.parent) != 0) continue;
    auto content = core_->read_attachment(id);
    if (disk_.met_error() || disk_.ended()) return;
    world_.witness.always(Always::photos_are_kept, content.ok() && *content == photo.content,
                          "device " + std::to_string(number_) +
                              " came back without a photo: " + base::code_name(content.code()));
  }
}

// The app now shows two check marks at a photo: it must outlive this device.
void Device::note_photos_sent(const api::Status& status) {
  const Site site = here();
  const bool at_home = !status.carriers.empty() && site.server->up() && status.pending == 0 &&
                       status.carriers.front().address.key == site.server->address().key &&
                       site.server->lifetime() == current_.lifetime;
  if (!at_home) return;
  for (auto& [id, photo] : saved_.photos) {
    if (photo.sent) continue;
    auto info = core_->attachment(id);
    if (!settle_call("attachment", info.code(), {base::Code::not_found})) {
      if (!up()) return;
      continue;
    }
    photo.sent = info->delivery == api::Delivery::on_carrier;
    world_.witness.sometimes(Sometimes::photo_is_sent, photo.sent);
  }
}

namespace {

bool is_listed(api::Core& core, const base::ObjectId& id) { return core.attachment(id).ok(); }

}  // namespace

void check_photos_listed(World& world, Person& person, Device& device, bool own_only) {
  for (const auto& [id, photo] : expected_photos(person)) {
    if (own_only && device.saved().photos.count(id) == 0) continue;
    world.witness.always(Always::photos_are_kept, is_listed(device.core(), id),
                         where(person, device) + " does not list a photo");
  }
  // What was not sealed when a copy was made, each copy seals for itself: one of them may not have known of
  // it.
  if (person.has_old_copies) return;
  for (const auto& other : person.devices) {
    if (other->lost() || other->revoked || (own_only && other.get() != &device)) continue;
    for (const auto& id : other->saved().photos_removed) {
      world.witness.always(Always::photos_are_kept, !is_listed(device.core(), id),
                           where(person, device) + " lists a photo that was removed");
    }
  }
}

// A new phone asks every server for all of them.
void check_photos_come(School& school, Person& person, Device& fresh) {
  Witness& witness = school.world().witness;
  const auto expected = expected_photos(person);
  if (expected.empty()) return;
  for (const auto& [id, photo] : expected) {
    witness.always(Always::photos_are_kept, fresh.core().fetch_attachment(id).ok(),
                   where(person, fresh) + " does not list a photo");
  }
  for (std::size_t site = 0; site < school.servers().size(); ++site) {
    school.go(fresh, site);
    school.sync_now(fresh);
  }
  for (const auto& [id, photo] : expected) {
    auto content = fresh.core().read_attachment(id);
    witness.always(Always::photos_are_kept, content.ok() && *content == photo.content,
                   where(person, fresh) + " cannot show a photo: " + base::code_name(content.code()));
    witness.sometimes(Sometimes::photo_comes_to_another_device, content.ok());
  }
  auto all = fresh.core().attachments(std::nullopt);
  if (!witness.always(Always::codes_are_expected, all.ok(), "attachments")) return;
  for (const auto& info : *all) {
    auto content = fresh.core().read_attachment(info.id);
    witness.always(Always::nothing_is_invented, !content.ok() || person.pictures.count(*content) != 0,
                   where(person, fresh) + " shows a photo that nobody took");
  }
}

}  // namespace sejawat::simulation
