// A school of real processes in a folder that goes when the object goes: a server, an admin and a teacher.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "processes.h"

namespace sejawat::bench {

struct Options {
  std::string programs;  // folder of sejawat and sejawat-server
  std::string prose;     // tools/prose of the checkout
  std::string folder;    // where stores go: figures with fsync in them are figures of that disk
  std::uint64_t seed = 1;
  std::size_t entries = 0;  // 0: the workload's own number
  std::size_t clients = 0;
  std::size_t rounds = 0;
  std::vector<std::string> serve;  // further flags of the server
  std::string host = "127.0.0.1";  // where the server listens
  std::string shape;               // of first-download, batch-ingest or removals; empty: all
};

// Prints what went wrong and ends the program: a bench that measured something else would only mislead.
[[noreturn]] void give_up(const std::string& why);

// `entries` journal entries as JSON Lines; style own (made up in the dictionary's words), unseen (in others)
// or written (by people, 30 at most).
std::string prose(const Options& options, const std::string& style, std::size_t entries);

class Folder {
 public:
  explicit Folder(const std::string& in);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class School {
 public:
  explicit School(const Options& options);  // A founded it, B is a teacher in it; both are in step

  // A client command of `home`, which must succeed.
  Finished client(const std::string& home, std::vector<std::string> arguments, const std::string& input = {});
  boost::json::object client_json(const std::string& home, std::vector<std::string> arguments,
                                  Finished* finished = nullptr);
  std::string invite(std::size_t uses);
  void start_server();
  void stop_server() { server_.reset(); }
  Child& server() { return *server_; }
  const std::string& address() const { return address_; }
  const std::string& operator_invite() const { return operator_invite_; }
  std::uint16_t port() const { return port_; }
  const Folder& folder() const { return folder_; }
  std::string data() const { return folder_ / "S"; }

 private:
  const Options& options_;
  Folder folder_;
  std::unique_ptr<Child> server_;
  std::string address_;
  std::string operator_invite_;
  std::uint16_t port_ = 0;
};

}  // namespace sejawat::bench
