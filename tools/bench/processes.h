// Child processes and what they cost: processor time and memory as the kernel counts them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sejawat::bench {

double wall_seconds();  // monotonic

struct Finished {
  int status = -1;  // exit code; 128 + n when ended by signal n
  std::string out;
  std::string err;
  double wall_seconds = 0;
  double cpu_seconds = 0;  // user and system, of this process alone
  long max_rss_kib = 0;    // as last seen while it ran
};
// Runs a program to its end with `input` on standard input.
Finished run(const std::vector<std::string>& command, const std::string& input = {});

// A child that stays. Ended with SIGTERM, then waited for, by the destructor at the latest.
class Child {
 public:
  // Standard error goes to `log`; returns once a first line of standard output is there.
  Child(const std::vector<std::string>& command, const std::string& log);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  const std::string& first_line() const { return first_line_; }
  double cpu_seconds() const;  // so far, all threads
  long rss_kib() const;
  void stop();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string first_line_;
};

}  // namespace sejawat::bench
