// Kartu pemulihan.
#include <algorithm>

#include "crypto/hash.h"
#include "proquint.h"
#include "space/identity.h"

namespace sejawat::space {
namespace {

constexpr std::size_t kWords = RecoveryCard::kWords;
constexpr std::size_t kCheckBytes = 2;
constexpr std::size_t kCardBytes = 32 + kCheckBytes;
constexpr std::size_t kMaxText = 8192;
constexpr std::size_t kMaxCarriers = 2;

constexpr std::string_view kWordsMark = "kata:";
constexpr std::string_view kMachineMark = "sejawat-card:";
constexpr std::string_view kServerMark = "server:";

base::Error refused(const char* what) { return base::error(base::Code::card_invalid, what); }

std::array<std::uint8_t, kCheckBytes> check_of(base::ByteView seed) {
  std::array<std::uint8_t, 16> hash{};
  crypto::Hasher(crypto::label::kCardCheck, 16).raw(seed).finish(hash);
  return {hash[0], hash[1]};
}

// Seed and checksum.
base::SecretBytes payload_of(const base::Secret32& seed) {
  base::Bytes out;
  out.reserve(kCardBytes);
  base::append(out, seed.view());
  base::append(out, check_of(seed.view()));
  return base::SecretBytes(std::move(out));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool take_mark(std::string_view& line, std::string_view mark) {
  if (line.size() < mark.size()) return false;
  for (std::size_t i = 0; i < mark.size(); ++i) {
    if (lower(line[i]) != mark[i]) return false;
  }
  line = trim(line.substr(mark.size()));
  return true;
}

struct Found {
  std::string words;  // of lines that are marked as words
  std::string loose;  // of all other lines
  std::string_view machine;
  bool has_words = false;
  bool has_machine = false;
  ~Found() {
    base::wipe(words.data(), words.size());
    base::wipe(loose.data(), loose.size());
  }
};

void gather(std::string& to, std::string_view line) {
  for (const char c : line) to += c == '-' || is_space(c) ? ' ' : lower(c);
  to += ' ';
}

base::Result<base::Secret32> checked(base::ByteView payload) {
  if (payload.size() != kCardBytes) return refused("length");
  if (!crypto::equal_secret(check_of(payload.first(32)), payload.subspan(32))) return refused("checksum");
  return base::Secret32(payload.first(32));
}

base::Result<base::Secret32> from_words(std::string_view text) {
  base::Bytes payload;
  payload.reserve(kCardBytes);
  const auto done = [&] { return base::SecretBytes(std::move(payload)); };
  for (std::string_view rest = trim(text); !rest.empty(); rest = trim(rest)) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    std::uint32_t value = 0;
    if (payload.size() == 2 * kWords || !from_proquint(rest.substr(0, end), value)) {
      done();
      return refused("words");
    }
    payload.push_back(static_cast<std::uint8_t>(value >> 8));
    payload.push_back(static_cast<std::uint8_t>(value));
    rest.remove_prefix(end);
  }
  const base::SecretBytes held = done();
  return checked(held.view());
}

base::Result<base::Secret32> from_machine(std::string_view text) {
  base::Bytes payload;
  if (!base::from_base64url(text, payload)) return refused("machine line");
  const base::SecretBytes held(std::move(payload));
  return checked(held.view());
}

std::string word_at(base::ByteView payload, std::size_t index) {
  return proquint(static_cast<std::uint32_t>(payload[2 * index] << 8 | payload[2 * index + 1]));
}

}  // namespace

std::string RecoveryCard::word(std::size_t index) const {
  SJ_CHECK(index < kWords);
  return word_at(payload_of(seed).view(), index);
}

std::string RecoveryCard::text(std::string_view name) const {
  std::string out = "KARTU PEMULIHAN SEJAWAT\n";
  if (!name.empty()) {
    out += "Nama: ";
    for (const char c : name) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    out += "\n";
  }
  out += "Simpan di tempat aman. Siapa pun yang memegang kartu ini dapat membuka catatan Anda.\n\n";
  const base::SecretBytes payload = payload_of(seed);
  const base::ByteView bytes = payload.view();
  for (std::size_t i = 0; i < kWords; ++i) {
    if (i % 4 == 0) out += "kata:";
    out += " " + word_at(bytes, i);
    if (i % 4 == 3 || i + 1 == kWords) out += "\n";
  }
  out += "\nsejawat-card: " + base::to_base64url(bytes) + "\n";
  for (std::size_t i = 0; i < carriers.size() && i < kMaxCarriers; ++i) {
    out += "server: " + carriers[i].url() + "\n";
  }
  return out;
}

base::Result<RecoveryCard> RecoveryCard::parse(std::string_view text) {
  if (text.size() > kMaxText) return refused("length");
  Found found;
  found.words.reserve(text.size() + 256);  // never moved, so nothing stays behind unwiped
  found.loose.reserve(2 * text.size() + 256);
  RecoveryCard card;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (take_mark(line, kWordsMark)) {
      found.has_words = true;
      gather(found.words, line);
    } else if (take_mark(line, kMachineMark)) {
      if (found.has_machine) return refused("two machine lines");
      found.has_machine = true;
      found.machine = line;
    } else if (take_mark(line, kServerMark)) {
      auto carrier = CarrierAddress::parse(line);
      if (!carrier.ok() || card.carriers.size() == kMaxCarriers) return refused("server line");
      card.carriers.push_back(std::move(*carrier));
    } else {
      gather(found.loose, line);
    }
  }
  if (!found.has_machine) {
    SJ_TRY(card.seed, from_words(found.has_words ? found.words : found.loose));
    return card;
  }
  SJ_TRY(card.seed, from_machine(found.machine));
  if (found.has_words) {
    SJ_TRY(const auto again, from_words(found.words));
    if (!crypto::equal_secret(card.seed.view(), again.view())) return refused("two different seeds");
  }
  return card;
}

}  // namespace sejawat::space
