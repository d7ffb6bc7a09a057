// Several people with a store each, and ops carried between them as sealing and opening would.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "cycle/record.h"
#include "log_seal/seal.h"
#include "support/fakes.h"

namespace sejawat::cycle {

class Roll final : public People {
 public:
  std::optional<base::PersonId> author_of(const base::SpaceId&, const base::LogId& log) const override {
    const auto found = authors.find(log);
    if (found == authors.end()) return std::nullopt;
    return found->second;
  }
  std::uint16_t roles_of(const base::SpaceId&, const base::PersonId& person) const override {
    const auto found = roles.find(person);
    return found == roles.end() ? std::uint16_t{0} : found->second;
  }
  std::map<base::LogId, base::PersonId> authors;
  std::map<base::PersonId, std::uint16_t> roles;
};

inline Record a_record(std::uint32_t type, Values values) {
  Record record;
  record.type = type;
  record.values = std::move(values);
  return record;
}
inline Record a_problem(std::string title, std::string description = {}) {
  Record record = a_record(kProblem, {{"title", std::move(title)}});
  if (!description.empty()) record.values["description"] = std::move(description);
  return record;
}

// One device of one person.
class Teacher {
 public:
  Teacher(const Roll& roll, base::PersonId person, base::LogId log, std::uint64_t seed)
      : person_(person), log_(log), random_(seed) {
    auto opened = store::Store::open(":memory:", base::Secret32(), 0);
    SJ_CHECK(opened.ok());
    store_ = std::move(opened).value();
    SJ_CHECK(store_->put_space({space(), 2, "", {}}).ok());
    records_ = std::make_unique<Records>(*store_, codec(), roll, random_);
  }
  static base::SpaceId space() {
    base::SpaceId id;
    id.bytes.fill(0x53);
    return id;
  }
  static fold::OpCodec codec() {
    return {[](const log::Op& op) { return log::encode_op(op); },
            [](base::ByteView bytes) { return log::decode_op(bytes); }};
  }
  const base::PersonId& person() const { return person_; }
  Records& records() { return *records_; }
  Pen pen() { return {space(), log_, person_, wall_ += 1000}; }

  base::Result<base::ObjectId> try_begin(const Record& record) { return records_->begin(pen(), record); }
  base::ObjectId begin(const Record& record) {
    auto id = try_begin(record);
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().detail());
    return id.ok() ? *id : base::ObjectId{};
  }
  base::Status change(const Change& change) { return records_->change(pen(), change); }
  base::Status change(const base::ObjectId& id, Values values) { return change({id, std::move(values), {}}); }
  base::Status step(const base::ObjectId& id, const std::string& to, const std::string& reason = {},
                    const std::string& until = {}) {
    return records_->step(pen(), {id, to, reason, until, std::nullopt});
  }
  base::Status trash(const base::ObjectId& id) { return records_->trash(pen(), id); }
  base::Status restore(const base::ObjectId& id) { return records_->restore(pen(), id); }
  base::Status clear(const base::ObjectId& id) { return records_->clear(pen(), id); }
  base::Status undo(const base::ObjectId& id, const log::Dot& dot) { return records_->undo(pen(), id, dot); }
  RecordView show(const base::ObjectId& id) {
    auto view = records_->show(id);
    EXPECT_TRUE(view.ok());
    return view.ok() ? *view : RecordView{};
  }

  // What a program of somebody else's making would write.
  void write_raw(log::Op op) {
    const auto object = op.object;
    auto dot = fold::write_local(*store_, codec(), space(), log_, std::move(op), wall_ += 1000);
    ASSERT_TRUE(dot.ok());
    ASSERT_TRUE(records_->refresh({{space(), object}}).ok());
  }
  std::vector<fold::DottedOp> raw_ops(const base::ObjectId& id) {
    std::vector<fold::DottedOp> ops;
    auto stored = store_->ops_of(space(), id);
    EXPECT_TRUE(stored.ok());
    for (const auto& item : *stored) ops.push_back({item.dot, *log::decode_op(item.bytes)});
    return ops;
  }
  void take(const base::ObjectId& id, const std::vector<fold::DottedOp>& ops) {
    for (const auto& op : ops) {
      fold::AppliedRemote applied;
      ASSERT_TRUE(
          fold::apply_remote(*store_, codec(), space(), op.dot.branch, op.dot.position, {op.op}, applied)
              .ok());
      ASSERT_TRUE(store_->raise_lamport(space(), applied.lamport).ok());
    }
    ASSERT_TRUE(records_->refresh({{space(), id}}).ok());
  }

 private:
  base::PersonId person_;
  base::LogId log_;
  support::SeededRandom random_;
  std::int64_t wall_ = 1'795'482'000'000;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Records> records_;
};

class School {
 public:
  explicit School(std::size_t people) {
    for (std::size_t i = 0; i < people; ++i) add_desk(person(i));
  }
  Teacher& desk(std::size_t i) { return *desks_.at(i); }
  Teacher& second_device_of(std::size_t i) {
    add_desk(person(i));
    return *desks_.back();
  }
  void give_role(std::size_t i, std::uint16_t role) { roll_.roles[person(i)] = role; }
  void send(std::size_t from, std::size_t to, const base::ObjectId& id) {
    if (from != to) desk(to).take(id, desk(from).raw_ops(id));
  }
  // Everybody gets what everybody wrote.
  void meet() {
    std::set<base::ObjectId> ids;
    for (auto& one : desks_) {
      store::RecordFilter filter;
      for (const bool trashed : {false, true}) {
        filter.trashed = trashed;
        filter.limit = 1000;
        auto views = one->records().list(filter);
        ASSERT_TRUE(views.ok());
        for (const auto& view : *views) ids.insert(view.record.id);
      }
    }
    for (const auto& id : ids) {
      for (std::size_t from = 0; from < desks_.size(); ++from) {
        for (std::size_t to = 0; to < desks_.size(); ++to) send(from, to, id);
      }
    }
  }

 private:
  static base::PersonId person(std::size_t i) {
    base::PersonId id;
    id.bytes.fill(static_cast<std::uint8_t>(0xA0 + i));
    return id;
  }
  void add_desk(const base::PersonId& who) {
    base::LogId log;
    log.bytes.fill(static_cast<std::uint8_t>(desks_.size() + 1));
    roll_.authors[log] = who;
    desks_.push_back(std::make_unique<Teacher>(roll_, who, log, desks_.size() + 1));
  }
  Roll roll_;
  std::vector<std::unique_ptr<Teacher>> desks_;
};

}  // namespace sejawat::cycle
