#include "cycle_reader.h"

#include <algorithm>

#include "cycle/names.h"
#include "door_messages.h"

namespace sejawat::api::door {

std::size_t size_of(const cycle::RecordView& view) {
  constexpr std::size_t kFixed = 256;
  std::size_t size = kFixed;
  const auto add = [&size](const cycle::Values& values) {
    for (const auto& [name, value] : values) size += 16 + name.size() + value.size();
  };
  add(view.record.values);
  for (const auto& [name, parts] : view.record.parts) {
    for (const auto& part : parts) add(part.values);
  }
  for (const auto& versions : view.versions) {
    for (const auto& version : versions.versions) size += 64 + version.value.size();
  }
  for (const auto* steps : {&view.steps, &view.intents}) {
    for (const auto& step : *steps) size += 96 + step.reason.size();
  }
  return size;
}

DecisionsShown decisions_shown(const Core& core, const base::SpaceId& space,
                               std::vector<cycle::Decision> all) {
  DecisionsShown shown;
  shown.rows = std::move(all);
  std::reverse(shown.rows.begin(), shown.rows.end());
  std::size_t size = 0;
  std::size_t fit = 0;
  while (fit < shown.rows.size() && fit < kMaxPage) {
    const auto& one = shown.rows[fit];
    size += 128 + one.chosen.size();
    for (const auto& choice : one.choices) size += 96 + choice.value.size();
    if (size > kMaxPageBytes && fit > 0) break;
    shown.made_on[one.dot] = core.made_on(space, one.dot);
    for (const auto& choice : one.choices) {
      shown.made_on[choice.written.dot] = core.made_on(space, choice.written.dot);
    }
    ++fit;
  }
  shown.rows.resize(fit);
  return shown;
}

cycle::LocalMoment CycleReader::now() {
  return cycle::local_moment(cycle().desk().wall_ms(), utc_offset_ms_);
}

base::Result<cycle::SchoolDays> CycleReader::days() {
  std::vector<base::SpaceId> all;
  for (const auto& space : core_.spaces()) all.push_back(space.space);
  return cycle::SchoolDays::load(records(), all);
}

std::vector<base::SpaceId> CycleReader::circles() const {
  std::vector<base::SpaceId> circles;
  for (const auto& space : core_.spaces()) {
    if (space.shared()) circles.push_back(space.space);
  }
  return circles;
}

base::Result<Shown> CycleReader::shown(cycle::RecordView view) {
  Shown shown;
  SJ_TRY(shown.hidden, cycle::name_hidden(records(), view));
  SJ_TRY(shown.delivery, core_.delivery(view.space, view.record.id));
  bytes_ += size_of(view);
  if (bytes_ > kMaxPageBytes) {
    shown.brief = true;
    const auto* title = cycle::entity(view.record.type)->title;
    cycle::Values kept;
    if (title != nullptr && !view.value(title).empty()) kept[title] = view.value(title);
    view.record.values = std::move(kept);
    view.record.parts.clear();
    view.versions.clear();
    view.steps.clear();
    view.intents.clear();
  }
  for (const auto& field : view.versions) {
    for (const auto& version : field.versions) {
      shown.made_on[version.dot] = core_.made_on(view.space, version.dot);
    }
  }
  shown.view = std::move(view);
  return shown;
}

base::Result<std::vector<Shown>> CycleReader::all_shown(std::vector<cycle::RecordView> views) {
  std::vector<Shown> all;
  all.reserve(views.size());
  for (auto& view : views) {
    SJ_TRY(auto one, shown(std::move(view)));
    all.push_back(std::move(one));
  }
  return all;
}

base::Result<Shown> CycleReader::whole(const base::ObjectId& id) {
  SJ_TRY(auto view, records().show(id));
  SJ_TRY(auto shown, this->shown(std::move(view)));
  const auto& entity = *cycle::entity(shown.view.record.type);
  // Who may not write there may do nothing.
  if (!cycle().desk().pen(shown.view.space).ok()) return shown;
  SJ_TRY(const auto relation, records().relation_of(id, core_.person()));
  const auto* from = entity.states.by_name(shown.view.state);
  shown.may_edit = (relation & entity.edited_by) != 0 && (from == nullptr || !from->fixed);
  if (from == nullptr) return shown;
  for (const auto& to : entity.states.states) {
    const auto* transition = entity.states.find(from->number, to.number);
    if (transition == nullptr || (relation & transition->who) == 0) continue;
    shown.may_step.push_back(*transition);
    shown.may_step.back().from = from->name;
  }
  return shown;
}

base::Result<DecisionsShown> CycleReader::decisions(const base::ObjectId& id) {
  SJ_TRY(auto now, records().show(id));
  SJ_TRY(auto all, records().decisions(id));
  auto shown = decisions_shown(core_, now.space, std::move(all));
  SJ_TRY(const bool hidden, cycle::name_hidden(records(), now));
  if (hidden) shown.hidden = now.owner;
  return shown;
}

base::Result<cycle::RecordView> CycleReader::of_type(const base::ObjectId& id, cycle::Type type) {
  SJ_TRY(auto view, records().show(id));
  if (view.record.type != type) return base::error(base::Code::not_found, cycle::entity(type)->name);
  return view;
}

}  // namespace sejawat::api::door
