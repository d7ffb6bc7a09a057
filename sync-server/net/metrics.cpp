#include "metrics.h"

#include <cstdio>

namespace sejawat::net {
namespace {

class Text {
 public:
  void metric(const char* type, const char* name, std::uint64_t value) {
    head(type, name);
    line(name, value);
  }
  void line(const char* name, std::uint64_t value) {
    named(name).append(" ").append(std::to_string(value)).append("\n");
  }
  void head(const char* type, const char* name) {
    out_.append("# TYPE sejawat_").append(name).append(" ").append(type).append("\n");
  }
  void labelled(const char* name, const char* label, const char* value, std::uint64_t count) {
    named(name).append("{").append(label).append("=\"").append(value).append("\"} ");
    out_.append(std::to_string(count)).append("\n");
  }
  void seconds(const char* name, std::uint64_t microseconds) {
    char number[40];
    std::snprintf(number, sizeof(number), "%.6f", static_cast<double>(microseconds) / 1e6);
    named(name).append(" ").append(number).append("\n");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string& named(const char* name) { return out_.append("sejawat_").append(name); }
  std::string out_;
};

}  // namespace

std::string metrics_text(const Counts& counts, const storage::Writer::Counters& writer, bool draining) {
  Text text;
  text.metric("gauge", "connections", counts.connections);
  text.metric("gauge", "live_peers", counts.live_peers);
  text.metric("gauge", "draining", draining ? 1 : 0);
  text.metric("counter", "connections_accepted_total", counts.accepted);
  text.metric("counter", "posts_total", counts.posts);
  text.metric("counter", "websockets_total", counts.sockets);
  text.head("counter", "sync_bytes_total");
  text.labelled("sync_bytes_total", "direction", "in", counts.bytes_in);
  text.labelled("sync_bytes_total", "direction", "out", counts.bytes_out);
  text.metric("counter", "pushes_total", counts.pushes);
  text.metric("counter", "slow_readers_total", counts.slow_readers);
  text.metric("counter", "timeouts_total", counts.timeouts);
  text.head("counter", "refused_total");
  text.labelled("refused_total", "reason", "connections", counts.refused_full);
  text.labelled("refused_total", "reason", "strangers", counts.refused_strangers);
  text.labelled("refused_total", "reason", "descriptors", counts.refused_descriptors);
  text.labelled("refused_total", "reason", "rate", counts.refused_rate);
  text.labelled("refused_total", "reason", "busy", counts.refused_busy);
  text.labelled("refused_total", "reason", "origin", counts.refused_origin);
  text.labelled("refused_total", "reason", "malformed", counts.refused_malformed);
  text.labelled("refused_total", "reason", "key", counts.refused_key);
  text.labelled("refused_total", "reason", "failed", counts.refused_failed);
  text.labelled("refused_total", "reason", "device", counts.refused_device);
  text.labelled("refused_total", "reason", "person", counts.refused_person);
  text.metric("gauge", "disk_low", writer.low ? 1 : 0);
  text.metric("gauge", "writer_waiting", writer.waiting);
  text.metric("counter", "sync_requests_total", writer.requests);
  text.metric("counter", "commits_total", writer.commits);
  text.head("summary", "commit_seconds");
  text.seconds("commit_seconds_sum", writer.commit_microseconds);
  text.line("commit_seconds_count", writer.commits);
  return text.take();
}

}  // namespace sejawat::net
