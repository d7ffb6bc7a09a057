#include "floors.h"

#include <sqlite3.h>
#include <sys/resource.h>
#include <zstd.h>

#include <filesystem>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "crypto/system_random.h"
#include "processes.h"

namespace sejawat::bench {
namespace {

class Stopwatch {
 public:
  Floor read() const { return {wall_seconds() - wall_, own_cpu_seconds() - cpu_}; }

 private:
  double wall_ = wall_seconds();
  double cpu_ = own_cpu_seconds();
};

// A database file of its own, gone afterwards.
class Scratch {
 public:
  explicit Scratch(const std::string& folder) : path_(folder + "/floor.db") {
    SJ_CHECK(sqlite3_open(path_.c_str(), &handle_) == SQLITE_OK);
  }
  ~Scratch() {
    sqlite3_close(handle_);
    for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + tail);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void execute(const char* sql) {
    SJ_CHECK(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    SJ_CHECK(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK);
    return statement;
  }

 private:
  std::string path_;
  sqlite3* handle_ = nullptr;
};

void run_once(sqlite3_stmt* statement) {
  SJ_CHECK(sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_reset(statement);
}

}  // namespace

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

Floor raw_sqlite(const std::string& folder, const std::vector<base::Bytes>& rows, std::size_t per_commit) {
  Scratch scratch(folder);
  scratch.execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
      "cache_size=-16000;"
      "CREATE TABLE row(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
  auto* insert = scratch.prepare("INSERT INTO row(bytes) VALUES(?)");
  const Stopwatch watch;
  for (std::size_t i = 0; i < rows.size(); i += per_commit) {
    scratch.execute("BEGIN IMMEDIATE");
    for (std::size_t k = i; k < std::min(rows.size(), i + per_commit); ++k) {
      sqlite3_bind_blob64(insert, 1, rows[k].data(), rows[k].size(), SQLITE_STATIC);
      run_once(insert);
    }
    scratch.execute("COMMIT");
  }
  const Floor floor = watch.read();
  sqlite3_finalize(insert);
  return floor;
}

Floor raw_search(const std::string& folder, const std::vector<std::string>& texts) {
  Scratch scratch(folder);
  scratch.execute("PRAGMA key='floor'");
  scratch.execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
      "temp_store=MEMORY;"
      "CREATE TABLE entry(id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
      "CREATE VIRTUAL TABLE words USING fts5(text, content='entry', content_rowid='id',"
      " tokenize='unicode61 remove_diacritics 2')");
  auto* entry = scratch.prepare("INSERT INTO entry VALUES(?, ?)");
  auto* words = scratch.prepare("INSERT INTO words(rowid, text) VALUES(?, ?)");
  const Stopwatch watch;
  scratch.execute("BEGIN IMMEDIATE");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (auto* statement : {entry, words}) {
      sqlite3_bind_int64(statement, 1, static_cast<std::int64_t>(i + 1));
      sqlite3_bind_text64(statement, 2, texts[i].data(), texts[i].size(), SQLITE_STATIC, SQLITE_UTF8);
      run_once(statement);
    }
  }
  scratch.execute("COMMIT");
  const Floor floor = watch.read();
  sqlite3_finalize(entry);
  sqlite3_finalize(words);
  return floor;
}

std::size_t zstd19(std::string_view text) {
  base::Bytes packed(ZSTD_compressBound(text.size()));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 19);
  SJ_CHECK(ZSTD_isError(size) == 0);
  return size;
}

Floor verify(std::size_t count) {
  crypto::SystemRandom random;
  const auto key = crypto::SigningKey::from_seed(base::Secret32::random(random));
  const auto message = random.id<base::Hash32>();
  const auto signature = key.sign(message.view());
  const Stopwatch watch;
  for (std::size_t i = 0; i < count; ++i)
    SJ_CHECK(crypto::verify(key.public_key(), message.view(), signature));
  return watch.read();
}

}  // namespace sejawat::bench
