#include "cycle_commands.h"

#include "commands.h"

namespace sejawat::cli {

void add_cycle_commands(CLI::App& app, Context& context) {
  app.add_option(
      "--space", context.globals.space,
      "commands of the cycle: the community meant, by name or id, or `personal`; needed only when you "
      "belong to several");
  app.add_option("--today", context.globals.today,
                 "commands of the cycle, and sync: as if it were that day (YYYY-MM-DD), for scripts");
  add_group_commands(app, context);
  add_problem_commands(app, context);
  add_discussion_commands(app, context);
  add_solution_commands(app, context);
  add_trial_commands(app, context);
  add_story_commands(app, context);
  add_decision_commands(app, context);
  add_record_commands(app, context);
  add_demo_commands(app, context);
}

}  // namespace sejawat::cli
