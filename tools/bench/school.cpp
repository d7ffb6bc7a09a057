#include "school.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace sejawat::bench {

namespace json = boost::json;

void give_up(const std::string& why) {
  std::cerr << "sejawat-bench: " << why << "\n";
  std::exit(1);
}

std::string prose(const Options& options, const std::string& style, std::size_t entries) {
  if (style == "written") {
    // By people; the even lines (from 0) served for tuning the dictionary, the odd ones did not.
    std::ifstream file(options.prose + "/heldout.jsonl");
    std::string lines;
    std::string line;
    for (std::size_t i = 0; entries > 0 && std::getline(file, line); ++i) {
      if (i % 2 == 0) continue;
      lines += line + "\n";
      --entries;
    }
    if (entries > 0) give_up("so many written entries there are not");
    return lines;
  }
  auto made = run({"node", options.prose + "/corpus.mjs", "--entries", std::to_string(entries), "--seed",
                   std::to_string(options.seed), "--style", style});
  if (made.status != 0 || made.out.empty()) give_up("no prose from " + options.prose + ": " + made.err);
  return std::move(made.out);
}

Folder::Folder(const std::string& in) {
  std::string pattern = in + "/sejawat-bench-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) give_up("no folder in " + in);
  path_ = pattern;
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

School::School(const Options& options) : options_(options), folder_(options.folder) {
  start_server();
  client("A", {"init", "--name", "Bu Ani Suryani"});
  client("A", {"community", "create", "--name", "SDN 30 Mataram", "--kind", "school", "--server", address_,
               "--operator-invite", operator_invite_});
  client("B", {"join", invite(1), "--name", "Pak Budi Hartono", "--card-file", folder_ / "card.txt"});
  client("B", {"sync"});
  client("B", {"sync"});
}

void School::start_server() {
  // The same port again, because clients know the address.
  const std::string listen = options_.host + ":" + std::to_string(port_);
  std::vector<std::string> command{
      options_.programs + "/sejawat-server", "serve", "--data", data(), "--listen", listen, "--json"};
  command.insert(command.end(), options_.serve.begin(), options_.serve.end());
  server_ = std::make_unique<Child>(command, folder_ / "server.log");
  json::error_code code;
  const json::value line = json::parse(server_->first_line(), code);
  if (code) give_up("the server does not start");
  address_ = std::string(line.at("address").as_string());
  if (line.at("operator_invite").is_string())
    operator_invite_ = std::string(line.at("operator_invite").as_string());
  const auto end = address_.find('/', std::string("sejawat://").size());
  const auto colon = address_.rfind(':', end);
  port_ = static_cast<std::uint16_t>(std::stoi(address_.substr(colon + 1, end - colon - 1)));
}

Finished School::client(const std::string& home, std::vector<std::string> arguments,
                        const std::string& input) {
  std::vector<std::string> command{options_.programs + "/sejawat", "--home", folder_ / home, "--lang", "en"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Finished finished = run(command, input);
  if (finished.status != 0) give_up("sejawat " + arguments.front() + ": " + finished.err);
  return finished;
}

json::object School::client_json(const std::string& home, std::vector<std::string> arguments,
                                 Finished* finished) {
  arguments.insert(arguments.begin(), "--json");
  Finished done = client(home, std::move(arguments));
  json::error_code code;
  json::value value = json::parse(done.out, code);
  if (code || !value.is_object()) give_up("no JSON object from sejawat");
  if (finished != nullptr) *finished = std::move(done);
  return std::move(value.get_object());
}

std::string School::invite(std::size_t uses) {
  const auto made = client_json("A", {"invite", "--role", "teacher", "--uses", std::to_string(uses)});
  return std::string(made.at("link").as_string());
}

}  // namespace sejawat::bench
