#include "carry_out.h"

#include "sync_run.h"

namespace sejawat::cli {

int carry_out(Session& session, const char* indonesian, const char* english,
              const std::function<base::Status()>& change, const base::SpaceId* space) {
  if (!session.globals().yes) {
    session.note(std::string(session.say(indonesian, english)) +
                 session.say(" Ulangi dengan --yes untuk melakukannya.", " Repeat with --yes to do it."));
    return 0;
  }
  if (auto done = change(); !done.ok()) return session.fail(done.error());
  const auto address = space == nullptr ? session.core().home_carrier() : session.core().carrier_of(*space);
  if (!address) return 0;
  auto report = run_sync(session, *address);
  if (report.ok()) return 0;
  session.note(session.say("Tersimpan di sini; berlaku bagi yang lain setelah sinkronisasi berikutnya.",
                           "Saved here; it holds for others after the next sync."));
  return session.fail(report.error());
}

}  // namespace sejawat::cli
