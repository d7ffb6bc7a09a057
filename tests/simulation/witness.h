// What a schedule shows: a hash over every event in order, how often each fault was injected, and the named
// properties. `always` must hold each time it is looked at; `sometimes` must happen at least once in a run of
// many schedules, or the run proves less than it claims. `reachable` is the same of a place in the product
// that can be told from outside by the code that comes out of it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace sejawat::simulation {

enum class Fault : std::uint8_t {
  device_killed,
  device_power_cut,
  server_killed,
  server_power_cut,
  writes_dropped,
  writes_reordered,
  write_torn,
  disk_full,
  io_error,
  read_error,
  request_lost,
  reply_lost,
  reply_too_late,
  duplicate_sent,
  message_replayed,
  message_altered,
  server_unreachable,
  long_offline,
  clock_jump,
  device_lost_for_good,
  line_cut,
  partition,
  server_rolled_back,
  server_wiped,
  device_restored,
  device_cloned,
  answered_in_part,
  server_copied,  // in Shape::copies alone
  count_
};
enum class Sometimes : std::uint8_t {
  device_dies_during_commit,
  server_dies_during_commit,
  server_dies_between_commit_and_reply,
  device_dies_during_sync,
  unsure_change_survives,
  unsure_change_vanishes,
  group_commit_of_several,
  known_bytes_answered_as_stored,
  sync_takes_several_exchanges,
  messages_overtake_each_other,
  concurrent_edit_keeps_both,
  edit_wins_over_delete,
  conflict_is_resolved,
  joined_by_invite,
  invite_is_refused,
  recovered_from_card,
  all_devices_lost_and_recovered,
  segment_waits_for_its_key,
  second_owner_is_refused,
  clock_wrong_by_decades,
  goes_on_after_a_disk_error,
  push_arrives,
  live_session_is_cut,
  roams_to_another_server,
  carrier_is_not_what_it_was,
  generation_alone_does_not_tell,
  old_copy_comes_back,
  member_is_removed,
  role_is_changed,
  device_is_revoked,
  invite_is_revoked,
  invite_admits_several,
  admins_act_apart,
  removed_device_is_told,
  late_work_waits_in_quarantine,
  late_work_is_readmitted,
  late_shared_work_waits,
  join_is_confirmed,
  key_is_rotated,
  entry_is_erased,
  survivors_are_written_once_more,
  edit_survives_an_erasure,
  photo_is_attached,
  photo_is_sent,
  photo_is_removed,
  photo_is_erased,
  photo_comes_to_another_device,
  something_is_shared,
  shared_words_are_read,
  old_key_is_changed,
  older_server_answers,
  server_is_updated,
  older_device_asks,
  device_is_updated,
  twenty_devices_meet,
  member_cheats,
  cheat_is_taken,
  cheat_is_refused,
  cheat_is_put_out,
  phone_is_stolen,
  stolen_phone_is_revoked,
  count_
};
enum class Always : std::uint8_t {
  codes_are_expected,
  store_opens_again,
  saved_is_durable,
  all_or_nothing,
  sent_is_durable,
  sync_ends,
  settles,
  digests_agree,
  devices_converge,
  nothing_is_lost,
  nothing_is_invented,
  text_is_found,
  private_stays_private,
  wire_is_sealed,
  server_holds_no_plaintext,
  device_disk_is_sealed,
  card_brings_all_back,
  sent_is_on_the_carrier,
  rejects_reach_a_person,
  base_is_lost_with_reason_only,
  messages_are_capped,
  servers_agree,
  membership_converges,
  keys_reach_members_only,
  fenced_is_not_shown,
  late_work_is_kept,
  removed_is_not_served,
  invite_admits_whom_it_may,
  erased_stays_erased,
  erased_bodies_are_gone,
  last_words_are_in_sight,
  photos_are_kept,
  late_work_is_told_apart,
  who_is_put_out_stays_out,
  count_
};

// Where a code comes out: as a carrier's verdict on what was offered, or as the end of a device's sync.
enum class Point : std::uint8_t { verdict, sync_end };
struct Reachable {
  Point point;
  base::Code code;
  const char* name;
};
inline constexpr std::array kReachable = {
    Reachable{Point::verdict, base::Code::not_permitted, "verdict: not permitted"},
    Reachable{Point::verdict, base::Code::chain_gap, "verdict: chain gap"},
    Reachable{Point::verdict, base::Code::unknown_space, "verdict: unknown space"},
    Reachable{Point::verdict, base::Code::unknown_membership, "verdict: unknown membership"},
    Reachable{Point::verdict, base::Code::invite_invalid, "verdict: invite invalid"},
    Reachable{Point::verdict, base::Code::invite_expired, "verdict: invite expired"},
    Reachable{Point::verdict, base::Code::invite_used, "verdict: invite used"},
    Reachable{Point::verdict, base::Code::invite_revoked, "verdict: invite revoked"},
    Reachable{Point::verdict, base::Code::fenced, "verdict: fenced"},
    Reachable{Point::sync_end, base::Code::ok, "sync ends: ok"},
    Reachable{Point::sync_end, base::Code::offline, "sync ends: offline"},
    Reachable{Point::sync_end, base::Code::timed_out, "sync ends: timed out"},
    Reachable{Point::sync_end, base::Code::interrupted, "sync ends: interrupted"},
    Reachable{Point::sync_end, base::Code::cannot_decrypt, "sync ends: cannot decrypt"},
    Reachable{Point::sync_end, base::Code::wrong_server_key, "sync ends: wrong server key"},
    Reachable{Point::sync_end, base::Code::fenced, "sync ends: fenced"},
    Reachable{Point::sync_end, base::Code::unknown_membership, "sync ends: unknown membership"},
    Reachable{Point::sync_end, base::Code::storage_failed, "sync ends: storage failed"},
    Reachable{Point::sync_end, base::Code::disk_full, "sync ends: disk full"}};

const char* name_of(Fault fault);
bool is_of_links(const Reachable& point);  // that were passed on
bool is_newer(Sometimes property);         // than Shape::text
bool is_of_cheats(Sometimes property);     // Shape::cheats
bool is_of_thefts(Sometimes property);     // Shape::thefts
bool is_newer(Always property);
bool is_of_enemies(Always property);  // Shape::cheats and Shape::thefts
const char* name_of(Sometimes property);
const char* name_of(Always property);

// Counts of one schedule, or of many added up.
struct Counts {
  std::array<std::uint64_t, static_cast<std::size_t>(Fault::count_)> faults{};
  std::array<std::uint64_t, static_cast<std::size_t>(Sometimes::count_)> sometimes{};
  std::array<std::uint64_t, static_cast<std::size_t>(Always::count_)> always{};  // times looked at
  std::array<std::uint64_t, kReachable.size()> reached{};
  std::uint64_t operations = 0;
  std::uint64_t syncs = 0;
  std::uint64_t events = 0;
  void add(const Counts& other);
  std::uint64_t faults_in_all() const;
};

struct Violation {
  Always property = Always::count_;
  std::string detail;
};

class Witness {
 public:
  explicit Witness(std::uint64_t seed);
  ~Witness();

  void event(std::string_view kind, std::uint64_t a = 0, std::uint64_t b = 0, base::ByteView bytes = {});
  void fault(Fault fault);
  void sometimes(Sometimes property, bool happened = true);
  void reached(Point point, base::Code code);
  // Returns `holds`. The first violation is kept; the schedule stops soon after it.
  bool always(Always property, bool holds, std::string_view detail = {});

  bool failed() const { return violation_.has_value(); }
  const std::optional<Violation>& violation() const { return violation_; }
  Counts& counts() { return counts_; }
  base::Hash32 trace_hash();  // once, at the end

 private:
  struct Hash;
  std::unique_ptr<Hash> hash_;
  Counts counts_;
  std::optional<Violation> violation_;
};

}  // namespace sejawat::simulation
