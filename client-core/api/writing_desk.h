// Where this person writes records of the cycle, from the open store and the membership of every space.
#pragma once

#include "core_state.h"
#include "cycle/cycle.h"

namespace sejawat::api {

class WritingDesk final : public cycle::Desk {
 public:
  explicit WritingDesk(Core::State& core) : core_(core) {}
  base::PersonId me() const override;
  base::SpaceId personal() const override { return core_.personal; }
  std::int64_t wall_ms() override { return core_.clock.now().wall_ms; }
  base::Result<cycle::Pen> pen(const base::SpaceId& space) override;
  std::vector<base::PersonId> members(const base::SpaceId& space) const override;
  void changed(const base::ObjectId& id) override;

 private:
  Core::State& core_;
};

}  // namespace sejawat::api
