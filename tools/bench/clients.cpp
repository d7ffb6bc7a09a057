#include "clients.h"

namespace sejawat::bench {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& from, const char* key) {
  const auto* value = from.if_contains(key);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

cycle::JournalEntry entry_of(const json::object& object) {
  cycle::JournalEntry entry;
  entry.date = text_of(object, "date");
  entry.class_name = text_of(object, "class");
  entry.subject = text_of(object, "subject");
  entry.mood = text_of(object, "mood");
  for (const auto& item : object.at("events").as_array()) {
    const auto& part = item.as_object();
    cycle::JournalEvent event;
    event.domain = *cycle::domain_from(text_of(part, "domain"));
    event.happened = text_of(part, "happened");
    event.expected = text_of(part, "expected");
    event.gap = text_of(part, "gap");
    entry.events.push_back(std::move(event));
  }
  if (const auto* tags = object.if_contains("tags")) {
    for (const auto& tag : tags->as_array()) entry.tags.emplace_back(tag.as_string());
  }
  return entry;
}

}  // namespace

std::vector<cycle::JournalEntry> entries_of(const std::string& json_lines) {
  std::vector<cycle::JournalEntry> entries;
  for (std::size_t at = 0; at < json_lines.size();) {
    const std::size_t end = json_lines.find('\n', at);
    entries.push_back(entry_of(json::parse({json_lines.data() + at, end - at}).as_object()));
    at = end + 1;
  }
  return entries;
}

Client::Client(const std::string& invite_link, const std::string& name) {
  const auto link = must(space::InviteLink::parse(invite_link), "invite");
  address_ = link.carrier;
  core_ = must(api::Core::open(":memory:", base::Secret32::random(random_), clock_, random_, 0), "client");
  card_ = must(core_->init(name, {address_}), "init").text(name);
  must(core_->join(link), "join");
}

std::vector<base::Bytes> Client::sync(std::uint32_t* sent) {
  std::vector<base::Bytes> messages;
  auto session = must(core_->start_sync(address_, false), "sync");
  auto link =
      must(net_client::CarrierLink::connect({.host = address_.host, .port = address_.port}), "connect");
  for (bool more = true; more;) {
    messages.push_back(must(session->next_message(), "message"));
    const auto reply = must(link->post(messages.back()), "post");
    const auto progress = must(session->on_message(reply), "reply");
    if (sent != nullptr) *sent = progress.sent;
    more = progress.more;
    if (more) session->reconnect();
  }
  session.reset();
  must(core_->finish_sync(address_, base::Code::ok), "sync");
  return messages;
}

void Client::go_live() {
  session_ = must(core_->start_sync(address_, true), "sync");
  link_ = must(net_client::LiveLink::connect({.host = address_.host, .port = address_.port}), "connect");
  must(link_->send(must(session_->next_message(), "message")), "send");
  await();
}

void Client::send(const cycle::JournalEntry& entry) {
  must(core_->add_entries({entry}), "entry");
  must(link_->send(must(session_->next_message(), "message")), "send");
}

void Client::await() {
  while (session_->awaiting()) {
    const auto answer = must(link_->receive(20000), "receive");
    if (!answer) give_up("no answer on a live connection");
    const auto progress = must(session_->on_message(*answer), "answer");
    if (!session_->awaiting() && progress.more) {
      must(link_->send(must(session_->next_message(), "message")), "send");
    }
  }
}

std::unique_ptr<net_client::LiveLink> Client::stay() {
  go_live();
  session_.reset();
  must(core_->finish_sync(address_, base::Code::ok), "sync");
  return std::move(link_);
}

void Client::write_segment(const std::vector<cycle::JournalEntry>& entries) {
  must(core_->add_entries(entries), "entries");
  auto session = must(core_->start_sync(address_, false), "sync");
  must(session->next_message(), "message");
}

}  // namespace sejawat::bench
