#include "sync_run.h"

#include <unistd.h>

#include <csignal>
#include <iostream>

#include "net_client/link.h"

namespace sejawat::cli {
namespace {

constexpr int kTimeoutMs = 20000;
volatile std::sig_atomic_t stop_asked = 0;

void on_signal(int) { stop_asked = 1; }

void show_progress(const Session& session, const sync::ClientSession::Progress& progress) {
  if (session.globals().json || isatty(STDERR_FILENO) == 0) return;
  std::cerr << "\r" << session.say("terkirim ", "sent ") << progress.sent
            << session.say(", diterima ", ", received ") << progress.received
            << session.say(", tersisa ", ", to come ") << progress.segments_to_come << "   " << std::flush;
}

base::Status exchange_all(Session& session, net_client::CarrierLink& link, sync::ClientSession& sync,
                          SyncReport& report) {
  for (bool more = true; more;) {
    if (stop_asked != 0) return base::error(base::Code::interrupted);
    SJ_TRY(auto message, sync.next_message());
    report.frame_bytes_up += message.size();
    SJ_TRY(auto reply, link.post(message));
    report.frame_bytes_down += reply.size();
    SJ_TRY(auto progress, sync.on_message(reply));
    report.sent = progress.sent;
    report.received = progress.received;
    if (progress.generation) report.generation = progress.generation;
    more = progress.more;
    if (more) {
      sync.reconnect();
      show_progress(session, progress);
    }
  }
  return {};
}

}  // namespace

void stop_on_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

base::Result<SyncReport> run_sync(Session& session, const space::CarrierAddress& address) {
  SyncReport report;
  SJ_TRY(auto sync, session.core().start_sync(address, false));
  auto link = net_client::CarrierLink::connect(address.host, address.port, address.tls, kTimeoutMs);
  base::Status status;
  if (link.ok()) {
    status = exchange_all(session, **link, *sync, report);
    report.bytes_up = (*link)->bytes_up();
    report.bytes_down = (*link)->bytes_down();
    report.round_trips = (*link)->round_trips();
  } else {
    status = std::move(link).error();
  }
  sync.reset();
  SJ_TRY_STATUS(session.core().finish_sync(address, status.code()));
  if (!status.ok()) return std::move(status).error();
  return report;
}

}  // namespace sejawat::cli
