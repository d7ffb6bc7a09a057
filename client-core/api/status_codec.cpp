#include "status_codec.h"

#include "codec_values.h"
#include "cycle_codec.h"
#include "sejawat/v1/api.pb.h"

namespace sejawat::api::door {

namespace wire = ::sejawat::v1::api;

namespace {

void write_carrier(const CarrierStatus& from, wire::Carrier& to) {
  to.set_url(text_of(from.address.url()));
  if (from.generation) to.set_generation(bytes_of(*from.generation));
  to.set_last_sync_ms(from.last_sync_wall_ms);
  to.set_last_error(static_cast<std::uint32_t>(from.last_error));
  to.set_not_sent(from.unsent_segments);
  to.set_media_not_sent(from.unsent_media);
  to.set_media_refused(static_cast<std::uint32_t>(from.media_refused));
  for (const auto& refusal : from.refusals) {
    auto* item = to.add_refusals();
    item->set_space(bytes_of(refusal.space));
    item->set_code(static_cast<std::uint32_t>(refusal.code));
    item->set_elsewhere(refusal.elsewhere);
  }
}

}  // namespace

void write(const UnsentPage& from, wire::Reply& to) {
  auto& page = *to.mutable_unsent();
  for (const auto& row : from.rows) {
    auto* item = page.add_records();
    item->set_id(bytes_of(row.object));
    item->set_space(bytes_of(row.space));
    item->set_kind(kind_text(row.type));
    item->set_title(text_of(row.title));
    item->set_date(text_of(row.date));
    item->set_changes(static_cast<std::uint32_t>(row.changes));
    item->set_since_ms(row.since_wall_ms);
    item->set_own(row.own);
    item->set_refused(static_cast<std::uint32_t>(row.refused));
  }
  page.set_total(static_cast<std::uint32_t>(from.total));
}
void write(const FullStatus& from, wire::Reply& to) {
  auto& status = *to.mutable_status();
  status.set_has_person(from.status.has_person);
  status.set_name(text_of(from.status.name));
  status.set_entries(from.status.entries);
  status.set_pending(from.status.pending);
  for (const auto& space : from.status.spaces) {
    auto* item = status.add_spaces();
    item->set_id(bytes_of(space.space));
    if (space.kind) item->set_kind(static_cast<wire::SpaceKind>(*space.kind));
    item->set_name(text_of(space.name));
    item->set_saved_here_only(space.unsealed_ops);
    item->set_waiting(space.waiting_segments);
    item->set_refused(static_cast<std::uint32_t>(space.refused));
    item->set_damaged(space.damaged);
    item->set_admin(space.admin);
    item->set_forks(space.forks);
    item->set_unreadable(space.unreadable);
    item->set_member(space.member);
    item->set_current_key(space.current_key);
  }
  for (const auto& carrier : from.status.carriers) write_carrier(carrier, *status.add_carriers());
  status.set_join(static_cast<std::uint32_t>(from.join));
  status.set_syncing(from.syncing);
  status.set_live(from.live);
  status.set_recovering(from.recovering);
  status.set_oldest_unsent_ms(from.status.oldest_unsent_ms);
  status.set_quarantined(from.status.quarantined);
  status.set_media_pending(from.status.media_pending);
  status.set_media_wanted(from.status.media_wanted);
  status.set_card_unconfirmed(from.status.card_unconfirmed);
  status.set_new_devices(static_cast<std::uint32_t>(from.status.new_devices.size()));
}
void write(const Carriers& from, wire::Reply& to) {
  to.mutable_carriers();
  for (const auto& carrier : from.carriers) write_carrier(carrier, *to.mutable_carriers()->add_carriers());
}

}  // namespace sejawat::api::door
