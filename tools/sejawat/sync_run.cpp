#include "sync_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

namespace sejawat::cli {
namespace {

constexpr int kTimeoutMs = 20000;
volatile std::sig_atomic_t stopping = 0;
int stop_pipe[2] = {-1, -1};

void on_signal(int) {
  stopping = 1;
  const char byte = 0;
  // Full already says the same; nothing else may be called here.
  if (::write(stop_pipe[1], &byte, 1) < 0) return;
}

void show_progress(const Session& session, const sync::ClientSession::Progress& progress) {
  if (session.globals().json || isatty(STDERR_FILENO) == 0) return;
  std::cerr << "\r" << session.say("terkirim ", "sent ") << progress.sent
            << session.say(", diterima ", ", received ") << progress.received
            << session.say(", tersisa ", ", to come ") << progress.segments_to_come;
  if (progress.media_sent + progress.media_received > 0) {
    std::cerr << session.say(", lampiran KiB ", ", attachments KiB ")
              << (progress.media_sent + progress.media_received) / 1024;
  }
  std::cerr << "   " << std::flush;
}

// A line that is cut again and again without anything getting through is left alone.
constexpr int kCutsInVain = 3;

bool worth_another_try(base::Code code, std::uint64_t sent, std::uint64_t& sent_before, int& in_vain) {
  if (code != base::Code::offline || stop_asked()) return false;
  in_vain = sent > sent_before ? 0 : in_vain + 1;
  sent_before = sent;
  return in_vain < kCutsInVain;
}

base::Status exchange_all(Session& session, const space::CarrierAddress& address,
                          net_client::CarrierLink& link, sync::ClientSession& sync, SyncReport& report) {
  std::uint64_t got_through_before = 0;
  int in_vain = 0;
  for (bool more = true; more;) {
    if (stop_asked()) return base::error(base::Code::interrupted);
    SJ_TRY(auto message, sync.next_message());
    report.frame_bytes_up += message.size();
    auto reply = link.post(message);
    if (!reply.ok()) {
      const std::uint64_t got_through = report.sent + report.media_sent + report.media_received;
      if (!worth_another_try(reply.code(), got_through, got_through_before, in_vain))
        return std::move(reply).error();
      sync.reconnect_after_cut();
      continue;
    }
    report.frame_bytes_down += reply->size();
    SJ_TRY(auto progress, sync.on_message(*reply));
    report.sent = progress.sent;
    report.received = progress.received;
    report.media_sent = progress.media_sent;
    report.media_received = progress.media_received;
    if (progress.generation) report.generation = progress.generation;
    more = progress.more;
    if (!more) {
      SJ_TRY(more, session.core().change_old_keys(address));
    }
    if (more) {
      sync.reconnect();
      show_progress(session, progress);
    }
  }
  return {};
}

}  // namespace

void stop_on_signals() {
  if (::pipe2(stop_pipe, O_NONBLOCK | O_CLOEXEC) != 0) stop_pipe[0] = stop_pipe[1] = -1;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
}
int stop_fd() { return stop_pipe[0]; }
bool stop_asked() { return stopping != 0; }

net_client::LinkOptions link_to(const space::CarrierAddress& address) {
  net_client::LinkOptions options;
  options.host = address.host;
  options.port = address.port;
  options.tls = address.tls;
  options.timeout_ms = kTimeoutMs;
  options.stop_fd = stop_fd();
  return options;
}

base::Result<SyncReport> run_sync(Session& session, const space::CarrierAddress& address,
                                  api::SyncMedia media) {
  SyncReport report;
  SJ_TRY(auto sync, session.core().start_sync(address, false, media));
  auto link = net_client::CarrierLink::connect(link_to(address));
  base::Status status;
  if (link.ok()) {
    status = exchange_all(session, address, **link, *sync, report);
    const auto counts = (*link)->counts();
    report.bytes_up = counts.bytes_up;
    report.bytes_down = counts.bytes_down;
    report.round_trips = counts.round_trips;
  } else {
    status = std::move(link).error();
  }
  sync.reset();
  SJ_TRY_STATUS(session.core().finish_sync(address, status.code()));
  if (!status.ok()) return std::move(status).error();
  return report;
}

}  // namespace sejawat::cli
