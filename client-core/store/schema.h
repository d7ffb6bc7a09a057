// Tables of the client's store. A change is a new version with a migration of its own.
#pragma once

namespace sejawat::store {

inline constexpr char kSchema[] = R"sql(
CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE space(id BLOB PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, digest BLOB NOT NULL,
  lamport INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE record(seq INTEGER PRIMARY KEY, space BLOB NOT NULL, id BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL);
CREATE TABLE epoch(space BLOB NOT NULL, id BLOB NOT NULL, key BLOB NOT NULL, PRIMARY KEY(space, id)) WITHOUT ROWID;
CREATE TABLE own_log(seq INTEGER PRIMARY KEY, space BLOB NOT NULL, log BLOB NOT NULL UNIQUE, seed BLOB NOT NULL);
CREATE TABLE segment(id INTEGER PRIMARY KEY, space BLOB NOT NULL, log BLOB NOT NULL, no INTEGER NOT NULL,
  first_op INTEGER NOT NULL, op_count INTEGER NOT NULL, hash BLOB NOT NULL, state INTEGER NOT NULL, bytes BLOB NOT NULL,
  UNIQUE(space, log, no));
CREATE INDEX segment_waiting ON segment(space, state) WHERE state IN (1, 2, 4);
CREATE TABLE head(space BLOB NOT NULL, log BLOB NOT NULL, count INTEGER NOT NULL, next_op INTEGER NOT NULL,
  hash BLOB NOT NULL, PRIMARY KEY(space, log)) WITHOUT ROWID;
CREATE TABLE op(id INTEGER PRIMARY KEY, space BLOB NOT NULL, object BLOB NOT NULL, log BLOB NOT NULL,
  position INTEGER NOT NULL, sealed INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(space, log, position));
CREATE INDEX op_object ON op(space, object);
CREATE INDEX op_unsealed ON op(space, log, position) WHERE sealed = 0;
CREATE TABLE profile(space BLOB NOT NULL, person BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY(space, person))
  WITHOUT ROWID;
CREATE TABLE carrier(seq INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, url TEXT NOT NULL, generation BLOB NOT NULL,
  spaces BLOB NOT NULL, last_sync INTEGER NOT NULL, last_error INTEGER NOT NULL);
CREATE TABLE cursor(carrier BLOB NOT NULL, space BLOB NOT NULL, position INTEGER NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY(carrier, space)) WITHOUT ROWID;
CREATE TABLE acked_record(carrier BLOB NOT NULL, id BLOB NOT NULL, PRIMARY KEY(carrier, id)) WITHOUT ROWID;
CREATE TABLE acked_log(carrier BLOB NOT NULL, space BLOB NOT NULL, log BLOB NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(carrier, space, log)) WITHOUT ROWID;
CREATE TABLE journal(id INTEGER PRIMARY KEY, space BLOB NOT NULL, object BLOB NOT NULL UNIQUE, date TEXT NOT NULL,
  class TEXT NOT NULL, subject TEXT NOT NULL, trashed INTEGER NOT NULL, conflicted INTEGER NOT NULL,
  lamport INTEGER NOT NULL, wall_ms INTEGER NOT NULL);
CREATE TABLE cycle_record(id INTEGER PRIMARY KEY, space BLOB NOT NULL, object BLOB NOT NULL UNIQUE, type INTEGER NOT NULL,
  state INTEGER NOT NULL, ended INTEGER NOT NULL, date TEXT NOT NULL, owner BLOB NOT NULL, trashed INTEGER NOT NULL,
  conflicted INTEGER NOT NULL, intents INTEGER NOT NULL, lamport INTEGER NOT NULL, wall_ms INTEGER NOT NULL);
CREATE INDEX cycle_record_newest ON cycle_record(trashed, type, date DESC, lamport DESC, object DESC);
CREATE INDEX cycle_record_undecided ON cycle_record(date DESC) WHERE conflicted = 1 OR intents > 0;
CREATE TABLE cycle_link(record INTEGER NOT NULL, field INTEGER NOT NULL, target BLOB NOT NULL,
  PRIMARY KEY(target, field, record)) WITHOUT ROWID;
CREATE INDEX cycle_link_record ON cycle_link(record);
CREATE VIRTUAL TABLE cycle_words USING fts5(text, content='', contentless_delete=1,
  tokenize='unicode61 remove_diacritics 2');
CREATE INDEX journal_newest ON journal(trashed, date DESC, lamport DESC, object DESC);
CREATE VIRTUAL TABLE journal_words USING fts5(text, content='', contentless_delete=1,
  tokenize='unicode61 remove_diacritics 2');
)sql";

// Version 2: logs may fork, and what cannot be read is found as quickly as what waits.
inline constexpr char kToVersion2[] = R"sql(
CREATE TABLE branch(space BLOB NOT NULL, name BLOB NOT NULL, log BLOB NOT NULL, parent BLOB NOT NULL,
  first_no INTEGER NOT NULL, first_op INTEGER NOT NULL, PRIMARY KEY(space, name)) WITHOUT ROWID;
DROP INDEX segment_waiting;
CREATE INDEX segment_waiting ON segment(space, state, log, no) WHERE state IN (1, 2, 3, 4);
PRAGMA user_version = 2;
)sql";

// Version 3: attachments. `attachment` is made from ops; a chunk lies here as it travels, sealed. Of those
// that are wanted the beginning; of those that carriers hold how much.
inline constexpr char kToVersion3[] = R"sql(
CREATE TABLE attachment(id INTEGER PRIMARY KEY, space BLOB NOT NULL, object BLOB NOT NULL UNIQUE, parent BLOB NOT NULL,
  owner BLOB NOT NULL, caption TEXT NOT NULL, content BLOB NOT NULL, removed INTEGER NOT NULL, lamport INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL);
CREATE INDEX attachment_parent ON attachment(parent, lamport, object);
CREATE TABLE chunk(seq INTEGER PRIMARY KEY, space BLOB NOT NULL, id BLOB NOT NULL, object BLOB NOT NULL,
  fresh INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(space, id));
CREATE TABLE chunk_wanted(seq INTEGER PRIMARY KEY, space BLOB NOT NULL, id BLOB NOT NULL, object BLOB NOT NULL,
  bytes BLOB NOT NULL, UNIQUE(space, id));
CREATE TABLE chunk_at(carrier BLOB NOT NULL, space BLOB NOT NULL, id BLOB NOT NULL, held INTEGER NOT NULL,
  whole INTEGER NOT NULL, PRIMARY KEY(carrier, space, id)) WITHOUT ROWID;
PRAGMA user_version = 3;
)sql";

// Version 4: whose a chunk is, also when nothing of its attachment counts any more, so that an erasure of it
// is judged the same way at any time; and what this device itself brought to a carrier.
inline constexpr char kToVersion4[] = R"sql(
CREATE TABLE chunk_owner(space BLOB NOT NULL, id BLOB NOT NULL, owner BLOB NOT NULL, PRIMARY KEY(space, id))
  WITHOUT ROWID;
INSERT INTO chunk_owner SELECT chunk.space, chunk.id, attachment.owner FROM chunk
  JOIN attachment ON attachment.object = chunk.object;
ALTER TABLE chunk_at ADD COLUMN brought INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 4;
)sql";

}  // namespace sejawat::store
