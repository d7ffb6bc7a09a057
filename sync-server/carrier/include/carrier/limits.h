// What a carrier gives each space and each device at most (protocol 2.11, 7). Far above what honest use
// reaches: a teacher who writes six entries a day fills a personal space in some five hundred years.
#pragma once

#include <cstdint>

namespace sejawat::carrier {

struct Limits {
  std::uint64_t personal_bytes = std::uint64_t{256} << 20;  // sealed segments of one personal space
  std::uint64_t community_bytes = std::uint64_t{4} << 30;   // of a group, school, cluster or district
  // Chunks of attachments get this part of a space's bytes at most, and only what segments leave of them: who
  // runs out of room runs out of photos first. Segments never ask how much the chunks take.
  std::uint64_t media_part = 2;  // the half
  std::size_t begun_chunks = 4;  // of one device in one space: what was brought of more is forgotten
  // Membership and keys have a cap of their own, so that full content never keeps a newcomer out.
  std::uint64_t records = 64 * 1024;
  std::uint64_t record_bytes = std::uint64_t{64} << 20;
  // Of both no one person who is no admin fills more than this part, and of the last eighth only whoever has
  // written next to nothing yet: so there is room for newcomers, and for admins to change keys and to remove.
  std::uint64_t records_part = 16;
  std::uint64_t records_kept_part = 8;
  std::uint64_t records_newcomer_part = 1024;
  // Groups that one member of a community here may found, those they left since among them: each is a space
  // with quotas of its own.
  std::uint32_t groups_per_person = 64;
  // Late work of those who were removed or demoted, of one space: kept for an admin to judge, and no way to
  // fill a disk.
  std::uint64_t quarantine_bytes = std::uint64_t{8} << 20;
  // Segments of one device, whatever their verdict: each costs the writer thread a signature check. Above
  // this they get no verdict and come again later.
  std::uint32_t segment_burst = 100'000;
  std::uint32_t segments_per_second = 100;
  // Records of one device that are not held yet, likewise: each costs a judgement of its space. A school of a
  // hundred people moves in at once, a far larger community within minutes.
  std::uint32_t record_burst = 8'192;
  std::uint32_t records_per_second = 50;
};

// What a space takes up, stored with its tip.
struct Usage {
  std::uint64_t segment_bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t record_bytes = 0;
  std::uint64_t quarantined_bytes = 0;  // beyond a fence as it is now, and not among segment_bytes
  std::uint64_t media_bytes = 0;        // of whole chunks
  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace sejawat::carrier
