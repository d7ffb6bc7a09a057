// The writing of the demo school: names, lessons, problems and what came of them. Own writing, in Indonesian,
// about no real person; pupils are never named.
#pragma once

#include <vector>

namespace sejawat::cli::demo {

struct Person {
  const char* name;
  const char* class_name;
  const char* band;  // low, high
};
struct Lesson {  // an ordinary entry
  const char* domain;
  const char* subject;
  const char* happened;
  const char* expected;  // may be empty
};
struct Option {
  const char* title;
  const char* steps[2];
};
// A problem with its whole walk.
struct Matter {
  const char* domain;
  const char* subject;
  const char* category;
  const char* happened;
  const char* expected;
  const char* gap;
  const char* whys[3];
  const char* root;
  const char* root_kind;
  Option options[3];
  const char* plan;
  const char* measure;
  const char* before;
  const char* target;
  const char* after_weak;
  const char* after_good;
  const char* impact_weak;
  const char* impact_good;
  const char* reflection_weak;
  const char* reflection_good;
};

const std::vector<Person>& people();
const std::vector<Lesson>& lessons();
const std::vector<Matter>& matters();
const std::vector<const char*>& replies();

}  // namespace sejawat::cli::demo
