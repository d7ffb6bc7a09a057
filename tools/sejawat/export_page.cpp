#include "export_page.h"

namespace sejawat::cli {
namespace {

struct Say {
  Language language;
  const char* operator()(const char* indonesian, const char* english) const {
    return language == Language::english ? english : indonesian;
  }
};

const char* domain_words(cycle::Domain domain, const Say& say) {
  switch (domain) {
    case cycle::Domain::pupils: return say("Murid", "Pupils");
    case cycle::Domain::methods: return say("Metode dan media", "Methods and media");
    case cycle::Domain::teacher: return say("Guru", "Teacher");
  }
  return "";
}

std::string labelled(const char* label, const std::string& text) {
  if (text.empty()) return {};
  return std::string("<dt>") + label + "</dt><dd>" + escaped(text) + "</dd>\n";
}

std::string part(const std::string& text) {
  return text.empty() ? std::string() : "<span>" + escaped(text) + "</span>";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default:
        // Control characters have no place in HTML; line ends and tabs stay.
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string page_head(Language language, const api::Status& status) {
  const Say say{language};
  std::string page =
      std::string("<!doctype html>\n<html lang=\"") + (language == Language::english ? "en" : "id") +
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      say("Catatan harian", "Journal") + " \xE2\x80\x93 " + escaped(status.name) +
      "</title>\n<style>\n"
      "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}\n"
      "article{border-top:1px solid #999;padding:.5rem 0;break-inside:avoid}\n"
      "h2 span{margin-right:1rem}h2{font-size:1.1rem}dt{font-weight:600}dd{white-space:pre-wrap;"
      "overflow-wrap:anywhere;margin:0 0 .5rem 1rem}.note{color:#555}\n"
      "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.note{color:#bbb}}\n"
      "</style>\n</head>\n<body>\n<h1>" +
      say("Catatan harian", "Journal") + ": " + escaped(status.name) + "</h1>\n<p class=\"note\">" +
      say("Salinan dari Sejawat. Berkas ini tidak terenkripsi: siapa pun yang memegangnya dapat membacanya.",
          "A copy from Sejawat. This file is not encrypted: whoever holds it can read it.") +
      "</p>\n";
  for (const auto& space : status.spaces) {
    if (space.kind == space::SpaceKind::personal || space.name.empty()) continue;
    page += std::string("<p>") + say("Komunitas", "Community") + ": " + escaped(space.name) + "</p>\n";
  }
  return page;
}

std::string page_entry(Language language, const cycle::JournalView& view) {
  const Say say{language};
  const auto& entry = view.entry;
  std::string page = "<article id=\"e" + entry.id.hex() + "\">\n<h2>" + part(entry.date) +
                     part(entry.class_name) + part(entry.subject) + part(entry.period) + "</h2>\n<dl>\n";
  for (const auto& event : entry.events) {
    page += labelled(domain_words(event.domain, say), event.happened);
    page += labelled(say("Seharusnya", "Expected"), event.expected);
    page += labelled(say("Kesenjangan", "Gap"), event.gap);
  }
  page += labelled(say("Suasana hati", "Mood"), entry.mood);
  std::string tags;
  for (const auto& tag : entry.tags) tags += (tags.empty() ? "" : ", ") + tag;
  page += labelled(say("Label", "Tags"), tags);
  for (const auto& conflict : view.conflicts) {
    for (const auto& value : conflict.values)
      page += labelled(say("Belum diputuskan", "Not decided yet"), conflict.field + ": " + value);
  }
  return page + "</dl>\n</article>\n";
}

std::string page_trash_head(Language language) {
  return std::string("<h1>") + Say{language}("Tempat sampah", "Trash") + "</h1>\n";
}

std::string page_end() { return "</body>\n</html>\n"; }

}  // namespace sejawat::cli
