// RecordRows over SQLite.
#pragma once

#include "database.h"
#include "store/record_rows.h"

namespace sejawat::store {

class RecordTable final : public RecordRows {
 public:
  explicit RecordTable(Database& database) : database_(database) {}
  base::Status put(const RecordRow& row) override;
  base::Status remove(const base::ObjectId&) override;
  base::Result<std::optional<RecordRow>> get(const base::ObjectId&) override;
  base::Result<std::vector<RecordRow>> list(const RecordFilter& filter) override;

 private:
  base::Result<std::int64_t> row_id(const base::ObjectId&);  // 0: none
  base::Status put_links(std::int64_t id, const RecordRow& row);
  Database& database_;
};

}  // namespace sejawat::store
