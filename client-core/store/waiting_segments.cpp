// Segments that wait for something, told without their bytes: how many there are others decide.
#include "store_state.h"

namespace sejawat::store {

// Of all queries here: the second condition says nothing new; without it SQLite may not use the partial
// index.
#define SJ_WAITING                           \
  " FROM segment INDEXED BY segment_waiting" \
  " WHERE space = ? AND state = ? AND state IN (1, 2, 3, 4)"

base::Result<std::vector<Store::WaitingPlace>> Store::places_in_state(const base::SpaceId& space,
                                                                      SegmentState segment_state,
                                                                      std::size_t limit,
                                                                      const SegmentPlace& from) {
  SJ_CHECK(segment_state != SegmentState::applied);
  std::vector<WaitingPlace> places;
  // Left to itself SQLite walks the whole log instead, to be spared a sort.
  auto query = state_->database->query("SELECT log, no, hash" SJ_WAITING
                                       " AND (log, no) >= (?, ?) ORDER BY log, no LIMIT ?");
  query.bind(space).bind(static_cast<std::int64_t>(segment_state));
  query.bind(from.first).bind(number(from.second)).bind(number(limit));
  for (;;) {
    SJ_TRY(const auto row, query.step());
    if (!row) return places;
    places.push_back({query.id<base::LogId>(0), query.u64(1), query.id<base::Hash32>(2)});
  }
}

// The length of a blob stands in the head of its row: SQLite does not read the pages behind it.
base::Result<std::vector<Store::WaitingLog>> Store::waiting_logs(const base::SpaceId& space,
                                                                 SegmentState segment_state) {
  SJ_CHECK(segment_state != SegmentState::applied);
  std::vector<WaitingLog> logs;
  auto query =
      state_->database->query("SELECT log, min(no), count(*), sum(op_count), sum(length(bytes))" SJ_WAITING
                              " GROUP BY log ORDER BY log");
  query.bind(space).bind(static_cast<std::int64_t>(segment_state));
  for (;;) {
    SJ_TRY(const auto row, query.step());
    if (!row) return logs;
    logs.push_back({query.id<base::LogId>(0), query.u64(1), query.u64(2), query.u64(3), query.u64(4)});
  }
}

// Positions ascend with the numbers of segments, so the place is halved until it is found.
base::Result<std::optional<SegmentState>> Store::state_of_op(const base::SpaceId& space,
                                                             const base::LogId& log, std::uint64_t position) {
  auto ends = state_->database->query("SELECT min(no), max(no) FROM segment WHERE space = ? AND log = ?");
  ends.bind(space).bind(log);
  SJ_TRY(const auto some, ends.step());
  if (!some || ends.is_null(0)) return std::optional<SegmentState>();
  std::uint64_t first = ends.u64(0);
  std::uint64_t last = ends.u64(1);
  while (first <= last) {
    const std::uint64_t middle = first + (last - first) / 2;
    auto query = state_->database->query(
        "SELECT first_op, op_count, state FROM segment WHERE space = ? AND log = ? AND no = ?");
    query.bind(space).bind(log).bind(number(middle));
    SJ_TRY(const auto row, query.step());
    if (!row) break;  // numbers have no gaps
    if (position < query.u64(0)) {
      if (middle == first) break;
      last = middle - 1;
    } else if (position >= query.u64(0) + query.u64(1)) {
      first = middle + 1;
    } else {
      return std::optional(static_cast<SegmentState>(query.i64(2)));
    }
  }
  return std::optional<SegmentState>();
}

}  // namespace sejawat::store
