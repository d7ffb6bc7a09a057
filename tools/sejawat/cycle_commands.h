// The commands of the cycle, one file a subject.
#pragma once

#include "context.h"

namespace sejawat::cli {

void add_group_commands(CLI::App& app, Context& context);
void add_problem_commands(CLI::App& app, Context& context);
void add_discussion_commands(CLI::App& app, Context& context);
void add_meeting_commands(CLI::App* discussion, Context& context);  // the weekly half
void add_solution_commands(CLI::App& app, Context& context);
void add_trial_commands(CLI::App& app, Context& context);
void add_story_commands(CLI::App& app, Context& context);
void add_decision_commands(CLI::App& app, Context& context);  // conflict, intent
void add_record_commands(CLI::App& app, Context& context);
void add_demo_commands(CLI::App& app, Context& context);

}  // namespace sejawat::cli
