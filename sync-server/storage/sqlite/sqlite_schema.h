// Tables of a carrier's store. A change is a new version with a migration of its own.
#pragma once

namespace sejawat::storage {

inline constexpr int kSchemaVersion = 9;
// A backup of this version is read and restored as it is: its tables are today's but for what came
// since, which no check needs. The server that starts on it brings it up to date.
inline constexpr int kOldestArtefact = 6;
inline constexpr char kSchema[] = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE space(id BLOB PRIMARY KEY, position INTEGER NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE log(space BLOB NOT NULL, log BLOB NOT NULL, count INTEGER NOT NULL, next_op INTEGER NOT NULL,
  hash BLOB NOT NULL, PRIMARY KEY(space, log)) WITHOUT ROWID;
CREATE TABLE arrival(id INTEGER PRIMARY KEY, space BLOB NOT NULL, position INTEGER NOT NULL, is_record INTEGER NOT NULL,
  log BLOB, no INTEGER, digest BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE(space, position));
CREATE UNIQUE INDEX segment ON arrival(space, log, no) WHERE is_record = 0;
)sql";
// Version 2: what a space takes up stands beside its tip.
inline constexpr char kToVersion2[] = R"sql(
ALTER TABLE space ADD COLUMN segment_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN records INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN record_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE space SET (segment_bytes, records, record_bytes) =
  (SELECT ifnull(sum(iif(is_record = 0, length(bytes), 0)), 0), ifnull(sum(is_record), 0),
    ifnull(sum(iif(is_record = 1, length(bytes), 0)), 0) FROM arrival WHERE arrival.space = space.id);
)sql";
// Version 3: bytes of a space up to and with each arrival, so that what is to come after a place is a
// difference.
inline constexpr char kToVersion3[] = R"sql(
ALTER TABLE arrival ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
UPDATE arrival SET total = running.total FROM
  (SELECT id, sum(length(bytes)) OVER (PARTITION BY space ORDER BY position) AS total FROM arrival) AS running
  WHERE running.id = arrival.id;
)sql";
// Version 4: what lies beyond fences has a quota of its own.
inline constexpr char kToVersion4[] = R"sql(
ALTER TABLE space ADD COLUMN quarantined_bytes INTEGER NOT NULL DEFAULT 0;
)sql";
// Version 5: a log may have several ends, and each segment is found by its hash as well as by its number.
inline constexpr char kToVersion5[] = R"sql(
CREATE TABLE branch(space BLOB NOT NULL, name BLOB NOT NULL, log BLOB NOT NULL, parent BLOB NOT NULL,
  first_no INTEGER NOT NULL, PRIMARY KEY(space, name)) WITHOUT ROWID;
ALTER TABLE arrival ADD COLUMN hash BLOB;
)sql";
// Version 6: chunks of attachments, and of those that are on their way the beginning, apart for each device.
inline constexpr char kToVersion6[] = R"sql(
CREATE TABLE chunk(seq INTEGER PRIMARY KEY, space BLOB NOT NULL, id BLOB NOT NULL, bytes BLOB NOT NULL,
  UNIQUE(space, id));
CREATE TABLE chunk_begun(seq INTEGER PRIMARY KEY, space BLOB NOT NULL, id BLOB NOT NULL, device BLOB NOT NULL,
  total INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(space, device, id));
ALTER TABLE space ADD COLUMN media_bytes INTEGER NOT NULL DEFAULT 0;
)sql";
// Version 7: what a store had taken of chunks has a name at each moment, so that one that went back is found
// out.
inline constexpr char kToVersion7[] = R"sql(
CREATE TABLE chunk_mark(seq INTEGER PRIMARY KEY, mark BLOB NOT NULL UNIQUE);
PRAGMA user_version = 7;
)sql";
// Version 8: who brought a chunk may take it back. Of those that came before nobody knows.
inline constexpr char kToVersion8[] = R"sql(
ALTER TABLE chunk ADD COLUMN person BLOB;
PRAGMA user_version = 8;
)sql";

// Version 9: what replaced segments freed stands apart, in sums over blocks of positions (level 0: one, level
// n: 256^n), so that one more changes a row of each level and none of the later arrivals. `total` is from
// here on what it was when the arrival came; sums that an older program got wrong are made right. Records
// have an index of their own: who says which it holds is answered from there.
inline constexpr char kToVersion9[] = R"sql(
CREATE TABLE freed(space BLOB NOT NULL, level INTEGER NOT NULL, block INTEGER NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY(space, level, block)) WITHOUT ROWID;
CREATE UNIQUE INDEX record ON arrival(space, position) WHERE is_record = 1;
UPDATE arrival SET total = running.total FROM
  (SELECT id, sum(length(bytes)) OVER (PARTITION BY space ORDER BY position) AS total FROM arrival) AS running
  WHERE running.id = arrival.id AND arrival.total <> running.total;
UPDATE space SET records = held.records, record_bytes = held.record_bytes,
  quarantined_bytes = min(quarantined_bytes, held.segment_bytes),
  segment_bytes = held.segment_bytes - min(quarantined_bytes, held.segment_bytes) FROM
  (SELECT space AS id, sum(is_record) AS records, sum(iif(is_record = 1, length(bytes), 0)) AS record_bytes,
    sum(iif(is_record = 0, length(bytes), 0)) AS segment_bytes FROM arrival GROUP BY space) AS held
  WHERE held.id = space.id;
PRAGMA user_version = 9;
)sql";

}  // namespace sejawat::storage
