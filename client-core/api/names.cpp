// What a community and its people are called. Anybody may write an op that says so, into any object: a
// person's name is what they themselves say, a community's what its admins say, in either case the newest of
// it, whatever the order of arrival.
#include <algorithm>

#include "core_state.h"

namespace sejawat::api {
namespace {

constexpr fold::RegisterKey kName{0, 1};

// Holds the object that a name was taken from.
std::string source_setting(const base::SpaceId& space, const std::optional<base::PersonId>& person) {
  return "named_in:" + space.hex() + (person ? ":" + person->hex() : std::string());
}

}  // namespace

struct Core::State::Named {
  std::string text;
  std::uint64_t lamport = 0;
  log::Dot dot;
  bool older_than(const Named& other) const {
    return lamport != other.lamport ? lamport < other.lamport : dot < other.dot;
  }
};

// What each person says in `object` is the name, by their own ops alone; empty: they say none there any more.
base::Result<std::map<base::PersonId, Core::State::Named>> Core::State::names_in(const SpaceState& space,
                                                                                 const base::ObjectId& object,
                                                                                 std::uint32_t type) {
  SJ_TRY(auto stored, store->ops_of(space.row.space, object));
  std::map<base::PersonId, std::vector<fold::DottedOp>> by_author;
  for (const auto& one : stored) {
    SJ_TRY(auto op, codec.decode(one.bytes));
    const auto* log = space.enrolled(one.dot.branch);
    if (log == nullptr || op.type != type) continue;
    by_author[log->person].push_back({one.dot, std::move(op)});
  }
  std::map<base::PersonId, Named> names;
  for (const auto& [person, ops] : by_author) {
    Named& named = names[person];
    const auto state = fold::fold(ops);
    const auto held = state.registers.find(kName);
    if (held == state.registers.end() || held->second.empty()) continue;
    const auto& value = held->second.front();
    if (value.bytes.size() > kMaxNameBytes) continue;
    const auto dot = value.dots.front();
    const auto writer =
        std::find_if(ops.begin(), ops.end(), [&](const fold::DottedOp& op) { return op.dot == dot; });
    named = {value.bytes, writer == ops.end() ? 0 : writer->op.lamport, dot};
  }
  return names;
}

// The newest that an admin says in `object`. Whoever ever was one: what was done in a role stays done after
// it.
base::Result<std::optional<Core::State::Named>> Core::State::community_named_in(
    const SpaceState& space, const base::ObjectId& object) {
  SJ_TRY(auto names, names_in(space, object, kCommunityType));
  std::optional<Named> newest;
  for (auto& [person, one] : names) {
    const auto held = space.membership.roles_held().find(person);
    if (held == space.membership.roles_held().end() || !held->second.admin || one.text.empty()) continue;
    if (!newest || newest->older_than(one)) newest = std::move(one);
  }
  return newest;
}

base::Result<std::optional<base::ObjectId>> Core::State::name_source(
    const base::SpaceId& space, const std::optional<base::PersonId>& person) {
  SJ_TRY(const auto stored, store->setting(source_setting(space, person)));
  return stored ? base::ObjectId::from(*stored) : std::nullopt;
}

// Where a name was taken from something else is said now, which may be older than what is said elsewhere.
base::Status Core::State::name_community(SpaceState& space, const base::ObjectId& object) {
  const auto& id = space.row.space;
  SJ_TRY(const auto source, name_source(id, std::nullopt));
  if (source && *source == object) return name_anew(space);
  SJ_TRY(auto name, community_named_in(space, object));
  if (!name) return {};
  if (source) {
    SJ_TRY(const auto there, community_named_in(space, *source));
    if (there && name->older_than(*there)) return {};
  }
  return call_community(space, name->text, object);
}

base::Status Core::State::name_people(SpaceState& space, const base::ObjectId& object) {
  SJ_TRY(auto names, names_in(space, object, kProfileType));
  for (const auto& [person, one] : names) {
    SJ_TRY(const auto source, name_source(space.row.space, person));
    if (source && *source == object) return name_anew(space);
    if (one.text.empty()) continue;
    if (source) {
      SJ_TRY(const auto elsewhere, names_in(space, *source, kProfileType));
      const auto there = elsewhere.find(person);
      if (there != elsewhere.end() && one.older_than(there->second)) continue;
    }
    SJ_TRY_STATUS(call_person(space, person, one.text, object));
  }
  return {};
}

base::Status Core::State::call_community(SpaceState& space, const std::string& text,
                                         const base::ObjectId& object) {
  space.row.name = text;
  SJ_TRY_STATUS(store->put_setting(source_setting(space.row.space, std::nullopt), object.view()));
  return store->put_space(space.row);
}

base::Status Core::State::call_person(const SpaceState& space, const base::PersonId& person,
                                      const std::string& text, const base::ObjectId& object) {
  SJ_TRY_STATUS(store->put_setting(source_setting(space.row.space, person), object.view()));
  SJ_TRY_STATUS(store->put_profile(space.row.space, person, text));
  // After recovery the card says who one is, but not by which name: that comes back from one's own profile.
  if (!name.empty() || !certificate || !(person == certificate->person())) return {};
  name = text;
  return store->put_setting("name", base::as_bytes(name));
}

base::Status Core::State::refresh_name(const fold::Touched& item) {
  SJ_TRY(auto* space, this->space(item.space));
  return item.type == kCommunityType ? name_community(*space, item.object) : name_people(*space, item.object);
}

// Who may name the community has changed, or what a name was taken from: the newest of all that is said
// there, so that no order of arrival decides.
base::Status Core::State::name_anew(SpaceState& space) {
  const auto& id = space.row.space;
  if (id == personal) return {};
  SJ_TRY(const auto objects, store->objects(id));
  std::optional<std::pair<Named, base::ObjectId>> community;
  std::map<base::PersonId, std::pair<Named, base::ObjectId>> people;
  for (const auto& object : objects) {
    SJ_TRY(auto named, community_named_in(space, object));
    if (named && (!community || community->first.older_than(*named)))
      community.emplace(std::move(*named), object);
    SJ_TRY(auto names, names_in(space, object, kProfileType));
    for (auto& [person, one] : names) {
      if (one.text.empty()) continue;
      const auto known = people.find(person);
      if (known == people.end() || known->second.first.older_than(one)) {
        people.insert_or_assign(person, std::pair(std::move(one), object));
      }
    }
  }
  if (community) SJ_TRY_STATUS(call_community(space, community->first.text, community->second));
  SJ_TRY(const auto shown, store->profiles(id));
  for (const auto& [person, text] : shown) {
    const bool self = certificate && person == certificate->person();
    const auto now = people.find(person);
    if (now == people.end()) SJ_TRY_STATUS(store->put_profile(id, person, ""));
    // One's own that came from there goes with it.
    if (self && name == text && now != people.end() && now->second.first.text != text) name.clear();
  }
  for (const auto& [person, one] : people)
    SJ_TRY_STATUS(call_person(space, person, one.first.text, one.second));
  return {};
}

}  // namespace sejawat::api
