// JournalRows over SQLite.
#pragma once

#include "database.h"
#include "store/journal_rows.h"

namespace sejawat::store {

class JournalTable final : public JournalRows {
 public:
  explicit JournalTable(Database& database) : database_(database) {}
  base::Status put(const JournalRow& row) override;
  base::Status forget(const base::ObjectId& object) override;
  base::Result<std::optional<JournalRow>> get(const base::ObjectId&) override;
  base::Result<std::vector<JournalRow>> list(bool trashed, std::size_t offset, std::size_t limit) override;
  base::Result<std::vector<JournalRow>> search(std::string_view words, std::size_t limit) override;
  base::Result<std::vector<JournalRow>> list_after(bool trashed, const std::optional<JournalKey>& key,
                                                   std::size_t limit) override;
  base::Result<std::vector<JournalRow>> search_after(std::string_view words,
                                                     const std::optional<JournalKey>& key,
                                                     std::size_t limit) override;
  base::Result<std::vector<JournalRow>> undecided_after(const std::optional<JournalKey>& key,
                                                        std::size_t limit) override;
  base::Result<std::uint64_t> count() override;

 private:
  Database& database_;
};

}  // namespace sejawat::store
