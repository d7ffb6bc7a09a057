#include "school.h"

#include <sys/stat.h>

#include <algorithm>

namespace sejawat::simulation {
namespace {

constexpr std::uint64_t kOperations = 200;
constexpr std::uint64_t kActsAtFirst = 40;
constexpr std::uint64_t kFaults = 5;
constexpr std::int64_t kShort = 72 * 3600;  // seconds an invite holds
constexpr std::int64_t kLong = 360 * 24 * 3600;

space::InviteLink copy_of(const space::InviteLink& link) {
  space::InviteLink copy;
  copy.kind = link.kind;
  copy.carrier = link.carrier;
  copy.space = link.space;
  copy.record = link.record;
  copy.secret = link.secret.clone();
  return copy;
}

}  // namespace

School::School(World& world, std::string folder, const ScheduleOptions& options)
    : world_(world),
      folder_(std::move(folder)),
      planted_(options.planted),
      shape_(options.shape),
      all_(shape_ != Shape::text && shape_ != Shape::first) {
  // Each schedule has a character of its own: some kinds of trouble often, others not at all.
  const auto sometimes = [&](std::uint64_t most) {
    return world_.chance(600) ? world_.random.below(most) : 0;
  };
  luck_ = {sometimes(250), sometimes(200), sometimes(60),  sometimes(60),
           sometimes(60),  sometimes(25),  sometimes(400), sometimes(60)};
  for (auto* luck : {&luck_.device_crash, &luck_.server_crash, &luck_.disk, &luck_.clock, &luck_.offline,
                     &luck_.lose, &luck_.roam, &luck_.partition}) {
    *luck = rarely(*luck);
  }
  const auto dice = world_.random.below(100);
  const std::uint64_t servers = dice < 55 ? 1 : dice < 85 ? 2 : 3;
  const auto copies = world_.random.below(100);
  kinds_.servers_go_back = copies < (shape_ == Shape::copies ? 75 : 25);
  kinds_.devices_go_back = copies >= 75 && (servers == 1 || kForksOnSeveralCarriers);
  kinds_.membership = world_.chance(600);
  kinds_.live = world_.chance(500);
  if (shape_ != Shape::first) kinds_.erasure = world_.chance(500);
  for (std::uint64_t i = 0; i < servers; ++i) {
    servers_.push_back(
        std::make_unique<Server>(world_, fresh_folder("server" + std::to_string(i)), i, planted_));
    networks_.push_back(std::make_unique<Network>(world_, *servers_.back(), planted_));
    sites_.push_back({servers_.back().get(), networks_.back().get()});
    Network::Weather weather;
    weather.request_lost = sometimes(200);
    weather.reply_lost = sometimes(200);
    weather.reply_too_late = sometimes(100);
    weather.duplicate = sometimes(200);
    weather.replay = sometimes(150);
    weather.altered = sometimes(60);
    weather.line_cut = sometimes(150);
    weather.slowest = world_.chance(500) ? 300 : 8 * kSecond;
    networks_.back()->set_weather(weather);
    if (shape_ != Shape::first) servers_.back()->set_answers_in_part(sometimes(150));
    if (all_ && world_.chance(150)) servers_.back()->run_older_program();
    if (all_) servers_.back()->meet_older_devices();
    // Even the very first start may be the last of its process.
    if (world_.chance(luck_.server_crash)) {
      servers_.back()->disk().end_process_at(1 + world_.random.below(30));
    }
    servers_.back()->start();
  }
  // Now and then a whole cluster of schools comes together.
  const bool crowd = world_.chance(15);
  most_devices_ = crowd ? 20 + world_.random.below(21) : 1 + world_.random.below(9);
  std::uint64_t people = 1 + world_.random.below(std::min<std::uint64_t>(most_devices_, crowd ? 8 : 4));
  if (crowd && all_) people = 20;
  if (all_ && world_.chance(100)) {
    // A school of several heads, who do not agree.
    kinds_.membership = kinds_.feuds = true;
    people = std::max<std::uint64_t>(people, 3);
    most_devices_ = std::max(most_devices_, people + 2);
  }
  if (shape_ == Shape::cheats) {
    kinds_.membership = true;
    people = std::max<std::uint64_t>(people, 2);
    most_devices_ = std::max(most_devices_, people + 1);
  }
  if (all_) kinds_.sharing = kinds_.feuds || world_.chance(500);
  if (all_) kinds_.photos = world_.chance(400);
  for (std::uint64_t i = 0; i < people; ++i) {
    people_.push_back(std::make_unique<Person>());
    people_.back()->number = i;
    people_.back()->founder = i == 0;
    add_device(*people_.back());
  }
  if (shape_ == Shape::cheats) {
    people_.back()->membership_touched = true;
    cheat_ = std::make_unique<Cheat>(world_, *people_.back());
  }
  if (shape_ == Shape::thefts) thief_ = std::make_unique<Thief>(world_);
}

std::string School::fresh_folder(const std::string& name) {
  std::string path = folder_ + "/" + name;
  ::mkdir(path.c_str(), 0700);  // only lock files will lie there; those of an earlier schedule do no harm
  return path;
}

Device& School::add_device(Person& person) {
  const auto number = devices_++;
  person.devices.push_back(std::make_unique<Device>(
      world_, sites_, person, fresh_folder("device" + std::to_string(number)), number, planted_));
  Device& device = *person.devices.back();
  if (world_.chance(300)) device.clock().wrong_by = world_.between(-50 * kYear, 50 * kYear);
  if (world_.chance(luck_.device_crash)) device.disk().end_process_at(1 + world_.random.below(80));
  device.open();
  return device;
}

// --- first steps

bool School::begin(Person& person) {
  auto alive = person.alive();
  Device& device = *alive.front();
  if (!device.up()) return false;
  if (!device.has_person() && !(person.card ? device.recover() : device.make_person())) return false;
  // Closed before the keys had come: the card is shown once more.
  if (quiet_ && person.card && device.lacks_a_key()) device.recover();
  // A founding that ended with its process may be there all the same.
  if (person.founder && !community_) community_ = device.community();
  if (device.joined()) return true;
  if (person.founder) {
    // Once only: a later device learns of the school from the carrier.
    if (&device != person.devices.front().get() || community_) return false;
    device.hang_up();
    if (!device.up()) return false;
    device.roam(0);
    community_ = device.create_community();
    return community_.has_value();
  }
  if (device.core().join_state().code() == base::Code::offline) return false;  // waits for a sync
  join(device);
  return false;
}

bool School::join(Device& device) {
  const bool may_touch = kinds_.membership && !quiet_;
  if (!links_.empty() && may_touch && !kinds_.servers_go_back && world_.chance(400)) {
    // Somebody passes on the link that they had, whatever has become of it.
    device.person().membership_touched = true;
    return device.join(links_[world_.random.below(links_.size())]);
  }
  for (Device* admin : people_.front()->alive()) {
    if (!admin->joined() || !admin->is_admin() || admin->revocation_tried) continue;
    // Where the admin's clock is wrong by decades the invite is over before it began; being told so, people
    // look at the clock in the end.
    if (quiet_) admin->clock().wrong_by = 0;
    const bool trusted = cheat_ && &device.person() == people_.back().get();
    const bool second_admin = may_touch && (kinds_.feuds || trusted || world_.chance(400));
    const std::uint32_t uses = may_touch && world_.chance(500) ? 3 : 1;
    // What a rolled back server has to take again it must not find expired.
    const bool may_be_short = !kinds_.servers_go_back && world_.chance(500);
    const auto link =
        admin->invite(second_admin ? "operator" : "teacher", may_be_short ? kShort : kLong, uses);
    if (!link) continue;
    if (kinds_.membership) links_.push_back(copy_of(*link));
    if (!admin->syncing()) admin->start_sync();
    if (device.up() && device.join(*link)) return true;
  }
  return false;
}

// Every server gets the school, and gets it again when it was wiped.
bool School::host_everywhere() {
  if (!community_) return false;
  bool all = true;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server& server = *servers_[i];
    if (!server.up() || server.hosts(*community_)) continue;
    all = false;
    for (Device* admin : people_.front()->alive()) {
      if (!admin->is_admin() || admin->syncing() || admin->revocation_tried) continue;
      if (!admin->host_community(*community_, server)) continue;
      if (quiet_) {
        go(*admin, i);
        sync_now(*admin);
      } else {
        admin->roam(i);
        admin->start_sync();
      }
      break;
    }
  }
  return all;
}

// --- bad days

Device* School::pick_device() {
  std::vector<Device*> all;
  for (const auto& person : people_) {
    for (Device* device : person->alive()) all.push_back(device);
  }
  return all.empty() ? nullptr : all[world_.random.below(all.size())];
}

void School::new_device() {
  if (devices_ >= most_devices_) return;
  Person& person = *people_[world_.random.below(people_.size())];
  if (!person.card) return;
  Device& device = add_device(person);
  device.roam(world_.random.below(sites_.size()));
  if (device.recover() && device.up()) device.start_sync();
}

void School::lose_device() {
  Device* device = pick_device();
  if (device == nullptr || device->keeps || world_.stores_went_back) return;
  Person& person = device->person();
  const bool last = person.alive().size() == 1;
  // Without a card or any other device nobody could tell what should still be there.
  if (last && (!person.card || devices_ >= 20)) return;
  // The school itself exists where it was founded until the carrier has it.
  if (person.founder && device == person.devices.front().get() &&
      !(device->joined() && device->has_sent_all() && community_ && home().hosts(*community_))) {
    return;
  }
  // Whoever is left must be able to go on.
  const auto others = person.alive();
  if (!last && std::none_of(others.begin(), others.end(), [&](const Device* other) {
        return other != device && !other->revoked && !other->revocation_tried;
      })) {
    return;
  }
  // The keys of a school with one admin: the last device that has opened them may go only after another has.
  if (person.founder && !last) {
    const auto alive = person.alive();
    const bool held_elsewhere = std::any_of(
        alive.begin(), alive.end(), [&](Device* other) { return other != device && other->has_all_keys(); });
    if (!held_elsewhere) return;
  }
  device->lose();
  lost_since_snapshot_ = true;
  if (last) {
    person.everything_lost = true;
    add_device(person);
  }
}

void School::use_as_at_first(Device& device) {
  const auto what = world_.random.below(100);
  if (what < 25) {
    device.add_entries(1 + world_.random.below(3));
  } else if (what < 42) {
    device.edit_entry();
  } else if (what < 50) {
    edit_everywhere(device.person());
  } else if (what < 58) {
    device.trash_entry();
  } else if (what < 64) {
    device.restore_entry();
  } else {
    use_line(device, what, 96);
  }
}

void School::use_photos(Device& device) {
  const auto what = world_.random.below(100);
  if (what < 45) {
    device.attach_photo();
  } else if (what < 70) {
    device.fetch_photo();
  } else if (what < 75) {
    device.remove_photo();
  } else if (what < 80) {
    if (kinds_.erasure && !device.revocation_tried) device.erase_photo();
  } else {
    device.save_data(what < 89);
  }
}

// What a schedule of either shape does besides writing. `what` is from 0 to 99; at `begins` and above
// somebody begins something new.
void School::use_line(Device& device, std::uint64_t what, std::uint64_t begins) {
  if (what < 86 || (what < 92 && !kinds_.live)) {
    device.start_sync();
  } else if (what < 92) {
    device.start_live();
  } else if (what < 93) {
    device.hang_up();
  } else if (what < 94) {
    device.second_owner_is_refused();
  } else if (what < begins) {
    device.close();
  } else {
    begin(device.person());
  }
}

void School::use_device(Device& device) {
  if (!device.up()) return;
  if (!device.has_person()) {
    begin(device.person());
    if (device.up() && !device.has_person() && device.person().card) device.recover();
    return;
  }
  if (shape_ == Shape::first) {
    use_as_at_first(device);
    return;
  }
  if (kinds_.sharing && world_.chance(150)) {
    device.share();
    return;
  }
  if (kinds_.photos && world_.chance(120)) {
    use_photos(device);
    return;
  }
  const auto what = world_.random.below(100);
  if (what < 28) {
    device.add_entries(1 + world_.random.below(6));
  } else if (what < 48) {
    device.edit_entry();
  } else if (what < 56) {
    edit_everywhere(device.person());
  } else if (what < 64) {
    device.trash_entry();
  } else if (what < 70) {
    device.restore_entry();
  } else if (what < 71) {
    if (kinds_.erasure && !device.revocation_tried) device.erase_entry();
  } else {
    use_line(device, what, 95);
  }
}

// All devices of one person change the same entry, each not knowing of the others.
void School::edit_everywhere(Person& person) {
  std::optional<base::ObjectId> entry;
  for (Device* device : person.alive()) {
    if (!entry && device->up()) entry = device->pick_entry(false);
    if (entry && device->up()) device->edit_entry(*entry);
  }
}

void School::bad_luck(Device& device) {
  const auto soon = [&] { return 1 + world_.random.below(world_.chance(500) ? 12 : 60); };
  if (world_.chance(luck_.device_crash)) device.disk().end_process_at(soon());
  if (world_.chance(luck_.device_crash / 4) && device.up()) {
    device.end(world_.chance(500) ? Ending::killed : Ending::power_cut);
  }
  if (world_.chance(luck_.disk)) device.disk().fail_at(soon());
  if (world_.chance(luck_.disk)) device.disk().fail_read_at(soon());
  if (all_ && world_.chance(luck_.disk)) {
    // A card that is dying fails both ways: what could not be written cannot be read back at once.
    device.disk().fail_at(soon());
    device.disk().fail_read_at(1 + world_.random.below(30));
  }
  if (world_.chance(luck_.roam)) device.roam(world_.random.below(sites_.size()));
  if (world_.chance(luck_.disk)) {
    device.disk().set_full(true);
    world_.after(world_.between(kMinute, kHour), [&device] { device.disk().set_full(false); });
  }
  if (world_.chance(luck_.clock)) {
    world_.witness.fault(Fault::clock_jump);
    device.clock().wrong_by = world_.between(-50 * kYear, 50 * kYear);
    world_.witness.sometimes(Sometimes::clock_wrong_by_decades,
                             std::abs(device.clock().wrong_by) > 20 * kYear);
  }
  if (world_.chance(luck_.offline)) {
    world_.witness.fault(Fault::long_offline);
    device.offline_until = world_.now() + world_.between(kHour, 72 * kHour);
  }
}

void School::bad_luck_of_server(Server& server) {
  const auto soon = [&] { return 1 + world_.random.below(world_.chance(500) ? 10 : 40); };
  if (world_.chance(luck_.server_crash)) server.disk().end_process_at(soon());
  if (world_.chance(luck_.server_crash / 2)) server.die_before_reply();
  if (world_.chance(luck_.server_crash / 4) && server.up()) {
    server.end(world_.chance(500) ? Ending::killed : Ending::power_cut);
  }
  if (world_.chance(luck_.disk / 2)) server.disk().fail_at(soon());
  if (world_.chance(luck_.disk / 4)) server.disk().fail_read_at(soon());
  if (world_.chance(luck_.disk / 4)) {
    server.disk().set_full(true);
    world_.after(world_.between(kMinute, kHour), [&server] { server.disk().set_full(false); });
  }
  if (world_.chance(luck_.clock / 4) && !kinds_.servers_go_back) {
    world_.witness.fault(Fault::clock_jump);
    server.clock().wrong_by = world_.between(-50 * kYear, 50 * kYear);
  }
}

// There are three times as many acts as at first; what happens beside people's work comes somewhat more often
// in all.
std::uint64_t School::rarely(std::uint64_t in_thousand) const {
  return shape_ == Shape::first ? in_thousand : (in_thousand + 1) / 2;
}

void School::act() {
  Device* device = pick_device();
  if (device == nullptr) return;
  bad_luck_of_server(*servers_[world_.random.below(servers_.size())]);
  bad_luck(*device);
  if (kinds_.servers_go_back || kinds_.devices_go_back) old_copies();
  if (world_.chance(luck_.partition)) partition();
  if (servers_.size() > 1 && world_.chance(rarely(60))) host_everywhere();
  if (kinds_.membership && world_.chance(rarely(kinds_.feuds ? 300 : 120))) administer();
  if (cheat_ && world_.chance(100)) cheat();
  if (thief_ && world_.chance(100)) steal();
  if (world_.chance(luck_.lose)) lose_device();
  if (world_.chance(rarely(80))) new_device();
  if (!device->lost()) use_device(*device);
}

void School::bad_days() {
  // Where heads are to disagree there must be some: people come together first, in whatever weather it is.
  for (int i = 0; kinds_.feuds && i < 5; ++i) {
    for (const auto& person : people_) {
      begin(*person);
      for (Device* device : person->alive()) {
        if (device->has_person()) sync_now(*device);
      }
    }
  }
  const Counts& counts = world_.witness.counts();
  const bool at_first = shape_ == Shape::first;
  const std::uint64_t enough =
      (at_first ? kActsAtFirst : kOperations) + world_.random.below(at_first ? 40 : 15);
  const std::uint64_t most = at_first ? 400 : 4000;
  // Several things at once, as when school is over and everybody comes into the range of the server.
  for (std::uint64_t acts = 0; acts < most && !world_.witness.failed(); ++acts) {
    const std::uint64_t done = at_first ? acts : counts.operations;
    if (done >= enough && counts.faults_in_all() >= kFaults) break;
    act();
    const bool together = world_.chance(600);
    world_.run_until(world_.now() + world_.between(1, together ? kSecond : 2 * kHour));
  }
}

}  // namespace sejawat::simulation
