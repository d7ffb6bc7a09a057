#include "verb.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace sejawat::cli {
namespace {

std::string option_of(const char* field) {
  std::string option = "--" + std::string(field);
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

std::string help_of(const cycle::Field& field) {
  switch (field.kind) {
    case cycle::FieldKind::text: return "one line";
    case cycle::FieldKind::prose: return "text, several paragraphs if you like";
    case cycle::FieldKind::date: return "a day, YYYY-MM-DD";
    case cycle::FieldKind::time: return "a time, HH:MM";
    case cycle::FieldKind::number: return "a whole number";
    case cycle::FieldKind::yes_no: return "yes or no";
    case cycle::FieldKind::person: return "a member's name, or me";
    case cycle::FieldKind::record: return "the id of the record meant";
    case cycle::FieldKind::choice: {
      std::string names = "one of";
      for (const auto& choice : field.choices) names += std::string(" ") + choice.name;
      return names;
    }
  }
  return "";
}

}  // namespace

CLI::App* subject(CLI::App& app, const char* name, const char* help) {
  auto* group = app.add_subcommand(name, help);
  group->require_subcommand(1);
  group->fallthrough();
  return group;
}

std::string Verb::key_of(const char* option) {
  std::string key(option);
  return key.substr(std::min(key.find_first_not_of('-'), key.size()));
}

Verb::Verb(CLI::App* under, Context& context, const char* name, const char* help)
    : app_(under->add_subcommand(name, help)), context_(context) {
  app_->fallthrough();
}
Verb& Verb::id(const char* name, const char* help) {
  app_->add_option(name, args_->text[name], help)->required();
  return *this;
}
Verb& Verb::may_id(const char* name, const char* help) {
  app_->add_option(name, args_->text[name], help);
  return *this;
}
Verb& Verb::needs(const char* option, const char* help) {
  app_->add_option(option, args_->text[key_of(option)], help)->required();
  return *this;
}
Verb& Verb::may(const char* option, const char* help) {
  app_->add_option(option, args_->text[key_of(option)], help);
  return *this;
}
Verb& Verb::one_of(const char* option, const char* help, std::vector<std::string> choices, bool required) {
  app_->add_option(option, args_->text[key_of(option)], help)
      ->check(CLI::IsMember(std::move(choices)))
      ->required(required);
  return *this;
}
Verb& Verb::many(const char* option, const char* help) {
  app_->add_option(option, args_->many[key_of(option)], help)->allow_extra_args(false);
  return *this;
}
Verb& Verb::rows(const char* option, const char* help, int least, int most) {
  app_->add_option(option, args_->rows[key_of(option)], help)->type_size(least, most);
  return *this;
}
Verb& Verb::flag(const char* option, const char* help) {
  app_->add_flag(option, args_->flags[key_of(option)], help);
  return *this;
}
Verb& Verb::fields(cycle::Type type, std::initializer_list<const char*> only) {
  for (const auto& field : cycle::entity(type)->fields) {
    const auto wanted = [&](const char* name) { return std::string_view(name) == field.name; };
    if (only.size() != 0 && std::none_of(only.begin(), only.end(), wanted)) continue;
    const std::string name = field.name;
    app_->add_option_function<std::string>(
        option_of(field.name), [args = args_, name](const std::string& value) { args->fields[name] = value; },
        help_of(field));
  }
  return *this;
}
void Verb::runs(Work work) {
  app_->callback([&context = context_, args = args_, work = std::move(work)] {
    context.exit = in_room(context.globals, *args, work);
  });
}

base::Result<cycle::Values> values_of(Room& room, const std::vector<cycle::Field>& fields,
                                      const std::map<std::string, std::string>& given) {
  cycle::Values values;
  for (const auto& [name, value] : given) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&name = name](const cycle::Field& one) { return name == one.name; });
    values[name] = value;
    if (field == fields.end() || field->kind != cycle::FieldKind::person || value.empty()) continue;
    SJ_TRY(auto person, room.person(value));
    values[name] = person.hex();
  }
  return values;
}

}  // namespace sejawat::cli
