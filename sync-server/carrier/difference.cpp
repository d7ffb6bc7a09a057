// What a space has that a peer lacks: all that came after its place, or what its vector leaves out. Of the
// latter only what is missing is looked for, and so what a peer holds costs nothing, however much that is.
#include <algorithm>
#include <queue>

#include "base/planted.h"
#include "carrier/carrier.h"

namespace sejawat::carrier {
namespace {

// What framing adds to a record or segment, and to a run, generously.
constexpr std::size_t kItemCost = 8;
constexpr std::size_t kRunCost = 20;

// Fills one space's part of a message, up to a budget.
struct Collector final : CarrierStore::Taker {
  using Branches = std::map<base::LogId, Branch>;
  Collector(sync::SpaceReply& reply_in, std::size_t budget_in, const Branches& branches_in,
            const base::SpaceId& space_in, const Peer* peer_in)
      : reply(reply_in), budget(budget_in), branches(branches_in), space(space_in), peer(peer_in) {}
  bool take(Arrival arrival) override {
    const bool known = is_own(arrival.position);
    const std::size_t cost =
        known ? 0 : arrival.bytes.size() + kItemCost + (arrival.is_record ? 0 : kRunCost);
    if (cost > budget) return false;
    budget -= cost;
    reply.position = arrival.position;
    if (known) return true;
    if (arrival.is_record) {
      reply.records.push_back(std::move(arrival.bytes));
    } else if (!reply.logs.empty() && arrival.log == branch) {
      reply.logs.back().segments.push_back(std::move(arrival.bytes));
    } else {
      // Named by its log, whatever branch of it: a client finds the place by the chain.
      branch = arrival.log;
      const auto forked = branches.find(branch);
      const base::LogId& log = forked == branches.end() ? branch : forked->second.log;
      reply.logs.push_back({base::to_bytes(log.view()), {std::move(arrival.bytes)}});
    }
    return true;
  }
  bool is_own(std::uint64_t position) const {
    return peer != nullptr && peer->own.count({space, position}) != 0;
  }
  sync::SpaceReply& reply;
  std::size_t budget;
  const Branches& branches;
  base::LogId branch;  // of the run that is being filled
  base::SpaceId space;
  const Peer* peer;  // leaves out what it brought itself
};

// One arrival for it.
struct One final : CarrierStore::Taker {
  explicit One(Collector& to_in) : to(to_in) {}
  bool take(Arrival arrival) override {
    came = true;
    fits = to.take(std::move(arrival));
    return false;
  }
  Collector& to;
  bool came = false;
  bool fits = false;
};

// Of a branch: the next of its segments that is missing, and where it came.
struct NextOfBranch {
  std::uint64_t position = 0;
  base::LogId branch;
  std::uint64_t no = 0;
  std::uint64_t count = 0;
  friend bool operator>(const NextOfBranch& a, const NextOfBranch& b) { return a.position > b.position; }
};
using Segments = std::priority_queue<NextOfBranch, std::vector<NextOfBranch>, std::greater<>>;

// The first segment of a branch from number `no` on that came after a position; `count` if there is none. On
// one branch they came in the order of their numbers.
base::Result<std::uint64_t> first_after(CarrierStore& store, const base::SpaceId& id,
                                        const base::LogId& branch, std::uint64_t no, std::uint64_t count,
                                        std::uint64_t after) {
  if (after == 0) return std::min(no, count);
  while (no < count) {
    const std::uint64_t middle = no + (count - no) / 2;
    SJ_TRY(const auto position, store.position_of(id, branch, middle));
    if (!position) return base::error(base::Code::storage_failed, "a number of a log without its segment");
    if (*position > after) {
      count = middle;
    } else {
      no = middle + 1;
    }
  }
  return no;
}

base::Status line_up(CarrierStore& store, const base::SpaceId& id, NextOfBranch next, Segments& segments) {
  if (next.no >= next.count) return {};
  SJ_TRY(const auto position, store.position_of(id, next.branch, next.no));
  if (!position) return base::error(base::Code::storage_failed, "a number of a log without its segment");
  next.position = *position;
  segments.push(next);
  return {};
}

struct Missing {
  Segments segments;
  std::vector<std::uint64_t> records;  // where they came, ascending
};

// In the order of arrival, until one does not fit.
base::Status give(CarrierStore& store, Missing& missing, std::uint64_t end, Collector& to) {
  std::size_t record = 0;
  for (;;) {
    const bool any_record = record < missing.records.size();
    if (!any_record && missing.segments.empty()) break;
    const bool is_record =
        any_record && (missing.segments.empty() || missing.records[record] < missing.segments.top().position);
    const std::uint64_t position = is_record ? missing.records[record] : missing.segments.top().position;
    if (!to.is_own(position)) {
      One one(to);
      SJ_TRY_STATUS(store.arrivals_after(to.space, position - 1, one));
      if (!one.came) return base::error(base::Code::storage_failed, "an arrival is missing");
      if (!one.fits) {
        to.reply.position = std::max(to.reply.position, position - 1);
        return {};
      }
    }
    if (is_record) {
      ++record;
      continue;
    }
    NextOfBranch next = missing.segments.top();
    missing.segments.pop();
    ++next.no;
    SJ_TRY_STATUS(line_up(store, to.space, next, missing.segments));
  }
  to.reply.position = end;
  return {};
}

}  // namespace

base::Result<Carrier::Part> Carrier::collect(const base::SpaceId& id, std::uint64_t from, std::size_t budget,
                                             const Peer* peer, const sync::Vector* vector) {
  const Space& space = *spaces_.at(id);
  Part part;
  part.reply.position = from;
  Collector collector(part.reply, budget, space.branches, id, peer);
  if (vector != nullptr) {
    Missing missing;
    SJ_TRY(const auto held, held_by(space, *vector));
    SJ_TRY(const auto heads, store_.heads(id));
    for (const auto& [branch, head] : heads) {
      const auto forked = space.branches.find(branch);
      std::uint64_t no = forked == space.branches.end() ? 0 : forked->second.first_no;
      if (const auto upto = held.find(branch); upto != held.end()) no = std::max(no, upto->second);
      SJ_TRY(no, first_after(store_, id, branch, no, head.count, from));
      SJ_TRY_STATUS(line_up(store_, id, {0, branch, no, head.count}, missing.segments));
    }
    const auto& records = space.membership.records();
    SJ_TRY(const auto positions, store_.record_positions(id));
    if (positions.size() != records.size())
      return base::error(base::Code::storage_failed, "other records than were taken");
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto tag = base::prefix_of<base::HeadTag>(records[i].first);
      const bool lacks = !std::binary_search(vector->records.begin(), vector->records.end(), tag);
      if (lacks && positions[i] > from) missing.records.push_back(positions[i]);
    }
    SJ_TRY_STATUS(give(store_, missing, space.position, collector));
  } else if (budget > 0) {
    const std::uint64_t after = from > 0 && SJ_PLANTED(carrier_skips_an_arrival) ? from + 1 : from;
    SJ_TRY_STATUS(store_.arrivals_after(id, after, collector));
  }
  part.cost = budget - collector.budget;
  if (part.reply.position == space.position) {
    part.reply.digest = base::to_bytes(base::prefix_of<base::HeadTag>(space.digest.value()).view());
    return part;
  }
  SJ_TRY(auto digest, store_.digest_at(id, part.reply.position));
  if (digest) part.reply.digest = base::to_bytes(digest->view());
  SJ_TRY(part.rest, store_.rest_after(id, part.reply.position));
  return part;
}

}  // namespace sejawat::carrier
