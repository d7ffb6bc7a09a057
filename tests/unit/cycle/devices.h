// Journals of several devices of one person: each over a store of its own, with ops carried between them as
// sealing and opening would.
#pragma once

#include <gtest/gtest.h>

#include "cycle/journal.h"
#include "log_seal/seal.h"
#include "support/fakes.h"

namespace sejawat::cycle {

class Device {
 public:
  explicit Device(std::uint8_t number) {
    log_.bytes.fill(number);
    auto opened = store::Store::open(":memory:", base::Secret32(), 0);
    SJ_CHECK(opened.ok());
    store_ = std::move(opened).value();
    SJ_CHECK(store_->put_space({space(), 1, "", {}}).ok());
    journal_ = std::make_unique<Journal>(*store_, codec());
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
  const base::LogId& log() const { return log_; }
  Journal& journal() { return *journal_; }
  store::Store& store() { return *store_; }

  base::Result<base::ObjectId> add(const JournalEntry& entry) {
    base::ObjectId id = entry.id;
    if (id.is_zero()) {
      id.bytes[0] = log_.bytes[0];
      id.bytes[7] = ++entries_;
    }
    return journal_->add(space(), log_, entry, id, ++wall_);
  }
  base::Status edit(const JournalEntry& entry) { return journal_->edit(space(), log_, entry, ++wall_); }
  base::Status trash(const base::ObjectId& id) { return journal_->trash(space(), log_, id, ++wall_); }
  base::Status restore(const base::ObjectId& id) { return journal_->restore(space(), log_, id, ++wall_); }
  base::Status edit_and_leave(const JournalEntry& entry) {
    return journal_->edit(space(), log_, entry, ++wall_, true);
  }
  base::Status decide(const base::ObjectId& id, std::uint32_t element, const char* field, const char* value) {
    return journal_->decide(space(), log_, id, element, field, value, ++wall_);
  }
  base::Status undo(const base::ObjectId& id, const log::Dot& change) {
    return journal_->undo(space(), log_, id, change, ++wall_);
  }
  JournalView show(const base::ObjectId& id) {
    auto view = journal_->show(id);
    EXPECT_TRUE(view.ok());
    return view.ok() ? *view : JournalView{};
  }
  // An op as a program of a later version on this device would write it.
  void write(log::Op op) {
    EXPECT_TRUE(fold::write_local(*store_, codec(), space(), log_, std::move(op), ++wall_).ok());
  }

  // Everything this device wrote on `object`, to the other one.
  void send(Device& to, const base::ObjectId& object) {
    auto ops = store_->ops_of(space(), object);
    ASSERT_TRUE(ops.ok());
    for (const auto& stored : *ops) {
      auto op = log::decode_op(stored.bytes);
      ASSERT_TRUE(op.ok());
      fold::AppliedRemote applied;
      ASSERT_TRUE(fold::apply_remote(*to.store_, codec(), space(), stored.dot.branch, stored.dot.position,
                                     {*op}, applied)
                      .ok());
      ASSERT_TRUE(to.store_->raise_lamport(space(), applied.lamport).ok());
      ASSERT_TRUE(to.journal_->refresh(applied.touched).ok());
    }
  }

 private:
  base::LogId log_;
  std::uint8_t entries_ = 0;
  std::int64_t wall_ = 1'795'482'000'000;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Journal> journal_;
};

// Both hold what both wrote.
inline void meet(Device& a, Device& b, const base::ObjectId& object) {
  a.send(b, object);
  b.send(a, object);
}

inline JournalEntry an_entry(std::string happened = "Dua murid tidak mengerjakan soal cerita") {
  JournalEntry entry;
  entry.date = "2026-11-24";
  entry.class_name = "5A";
  entry.subject = "Matematika";
  JournalEvent event;
  event.happened = std::move(happened);
  entry.events.push_back(std::move(event));
  return entry;
}

}  // namespace sejawat::cycle
