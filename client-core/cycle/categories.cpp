#include "cycle/categories.h"

#include <algorithm>

#include "values.h"

namespace sejawat::cycle {

const std::vector<Category>& built_in_categories() {
  static const std::vector<Category> list{
      {"pupil_behaviour", "Perilaku siswa", "Pupils' behaviour"},
      {"engagement", "Keterlibatan siswa", "Pupils' engagement"},
      {"methods", "Metode dan variasi", "Methods and variety"},
      {"media", "Media pembelajaran", "Teaching media"},
      {"opening", "Membuka pelajaran", "Opening a lesson"},
      {"questioning", "Keterampilan bertanya", "Asking questions"},
      {"class_management", "Pengelolaan kelas", "Classroom management"},
      {"planning", "Perencanaan (menyalin buku guru)", "Planning (copied from the teacher's book)"},
      {"material", "Materi ajar", "Subject matter"},
      {"assessment", "Evaluasi (bergantung pada LKS)", "Assessment (leaning on worksheets)"},
      {"approach", "Pendekatan saintifik dan model inovatif", "Scientific approach, new models"},
      {"time", "Pengelolaan waktu", "Use of time"},
      {"other", "Lainnya", "Other"},
  };
  return list;
}

base::Result<std::vector<Category>> categories(Records& records, const std::vector<base::SpaceId>& spaces) {
  std::vector<Category> list = built_in_categories();
  const std::size_t built_in = list.size();
  for (const auto& space : spaces) {
    store::RecordFilter filter;
    filter.type = kCategory;
    filter.space = space;
    SJ_TRY(auto own, records.all(filter));
    // Oldest first, so that the newest word for a key is the one that stays.
    std::reverse(own.begin(), own.end());
    for (const auto& record : own) {
      const std::string& key = record.value("key");
      if (key.empty()) continue;
      auto at = std::find_if(list.begin(), list.end(), [&](const Category& one) { return one.key == key; });
      if (at == list.end()) at = list.insert(list.end(), Category{key, "", ""});
      at->indonesian = at->english = record.value("name");
      if (!record.value("version").empty()) at->version = number_of(record.value("version"));
      at->retired = record.value("retired") == "yes";
      at->own = true;
    }
  }
  std::sort(list.begin() + static_cast<std::ptrdiff_t>(built_in), list.end(),
            [](const Category& a, const Category& b) { return a.key < b.key; });
  return list;
}

}  // namespace sejawat::cycle
