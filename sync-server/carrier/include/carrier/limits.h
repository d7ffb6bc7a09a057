// What a carrier gives each space and each person at most (docs/PROTOCOL.md, "Room for records"). Far above
// what honest use reaches: a teacher who writes six entries a day fills a personal space in some five hundred
// years.
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
  // A carrier has all of them in memory, and of spaces like these anybody may have some. A diary: a phone a
  // year and a key every 90 days make some 10 records and 5 KB a year, and of erasures, of at most 16 KiB, a
  // dozen a month are another MB in ten years.
  std::uint64_t personal_records = 8 * 1024;
  std::uint64_t personal_record_bytes = std::uint64_t{8} << 20;
  // A group of 60 people with two phones each makes a key out to 180 (11.3 KB), in ten years 40 times for its
  // age and 200 times for a lost phone: 2.7 MB, and 1,300 records of newcomers, phones and logs 0.6 MB more.
  // All groups of one founder together have the room of one community: 64 groups of 20 for as long are 38 MB.
  std::uint64_t group_records = 16 * 1024;
  std::uint64_t group_record_bytes = std::uint64_t{16} << 20;
  // Of both no one person who is no admin fills more than this part, and of the last eighth only whoever has
  // written next to nothing yet: so there is room for newcomers, and for admins to change keys and to remove.
  std::uint64_t records_part = 16;
  std::uint64_t records_kept_part = 8;
  std::uint64_t records_newcomer_part = 1024;
  // The very last part is for what admins take away: removals, roles and revocations.
  std::uint64_t records_removal_part = 64;
  // Groups that one member of a community here may found, those they left since among them: each is a space
  // with a quota of its own, and all of one founder together have as much as so many quotas.
  std::uint32_t groups_per_person = 64;
  std::uint64_t group_quotas_per_person = 4;
  // Late work of those who were removed or demoted, of one space: kept for an admin to judge, and no way to
  // fill a disk.
  std::uint64_t quarantine_bytes = std::uint64_t{8} << 20;
  // Bytes of the disk that stay free. Below, no new bodies and chunks are taken, and what makes room still
  // is: a disk that is full ends the server. 0: nobody looks.
  std::uint64_t reserve_bytes = 0;
  // What makes room takes some first, and more than it frees where an erasure is invented. With less than
  // this part of the reserve left only the admins of a community are heard.
  std::uint64_t reserve_floor_part = 4;
  // Segments of one person's devices, whatever their verdict: each costs the writer thread a signature check.
  // Above this they get no verdict and come again later. Of this and what follows each of a person's devices
  // has a little for itself (carrier/allowance.h).
  std::uint32_t segment_burst = 100'000;
  std::uint32_t segments_per_second = 100;
  // Segments that are held already, and what a receipt asks for, likewise: they cost a look into the store.
  // Who replays what somebody else once sent uses up this one, and none of what they may bring.
  std::uint32_t repeat_burst = 100'000;
  std::uint32_t repeats_per_second = 1'000;
  // What is looked for to answer one person's vectors, and hellos that begin anew, counted in looks into the
  // store: one for eight logs, for eight entries at each end of their log, and for 64 records. Whoever asks
  // beyond that is to come again. To compare all of a school of 3,000 logs and 10,000 records, as after a
  // line that was cut, takes 1,130 (13 us each), of a district of 20,000 and 60,000 some 6,200; to begin anew
  // one for each space, and to go on from where one was none.
  std::uint32_t question_burst = 100'000;
  std::uint32_t questions_per_second = 1'000;
  // Records of one person that are not held yet, likewise: each costs a judgement of its space. A school of a
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
