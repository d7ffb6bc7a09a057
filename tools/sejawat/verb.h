// One command of the cycle, told in a few lines: its name, its options, its work.
#pragma once

#include <initializer_list>
#include <memory>

#include "context.h"
#include "room.h"

namespace sejawat::cli {

// A subject ("problem", "trial") that holds commands.
CLI::App* subject(CLI::App& app, const char* name, const char* help);

class Verb {
 public:
  Verb(CLI::App* under, Context& context, const char* name, const char* help);
  Verb& id(const char* name = "id", const char* help = "as the lists show it");  // positional, required
  Verb& may_id(const char* name, const char* help);                              // positional, optional
  Verb& needs(const char* option, const char* help);
  Verb& may(const char* option, const char* help);
  Verb& one_of(const char* option, const char* help, std::vector<std::string> choices, bool required = false);
  Verb& many(const char* option, const char* help);
  // A list of 1 ... most texts, which may be given several times.
  Verb& rows(const char* option, const char* help, int least, int most);
  Verb& flag(const char* option, const char* help);
  // --field-name for each of these fields of the schema ("": for all); Args::fields gets what was given.
  Verb& fields(cycle::Type type, std::initializer_list<const char*> only = {});
  void runs(Work work);

 private:
  static std::string key_of(const char* option);
  CLI::App* app_;
  Context& context_;
  std::shared_ptr<Args> args_ = std::make_shared<Args>();
};

// Fields as given -> values of the schema: a person's name becomes an id.
base::Result<cycle::Values> values_of(Room& room, const std::vector<cycle::Field>& fields,
                                      const std::map<std::string, std::string>& given);

}  // namespace sejawat::cli
