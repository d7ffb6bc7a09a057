#include "inspect_commands.h"

#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "carrier/carrier.h"
#include "crypto/hash.h"
#include "data_folder.h"
#include "messages.h"
#include "platform_posix/files.h"
#include "storage_sqlite/sqlite_store.h"

namespace sejawat::server {
namespace {

namespace json = boost::json;

const char* kind_name(space::SpaceKind kind) {
  switch (kind) {
    case space::SpaceKind::personal: return "personal";
    case space::SpaceKind::group: return "group";
    case space::SpaceKind::school: return "school";
    case space::SpaceKind::cluster: return "cluster";
    case space::SpaceKind::district: return "district";
  }
  return "unknown";
}

struct Look {
  std::unique_ptr<carrier::CarrierStore> store;
  std::unique_ptr<carrier::Carrier> carrier;
};

base::Result<Look> look(const std::string& data) {
  crypto::initialise();
  SJ_TRY_STATUS(may_use_data_folder(data));
  const std::string path = data + "/carrier.db";
  if (!platform::file_exists(path)) return base::error(base::Code::not_found, path);
  Look look;
  SJ_TRY(look.store, storage::look_into_sqlite(path));
  SJ_TRY(look.carrier, carrier::Carrier::open(*look.store));
  return look;
}

json::object row_of(const carrier::Carrier::SpaceInfo& space) {
  return {{"space", space.space.hex()},
          {"kind", kind_name(space.kind)},
          {"members", space.members},
          {"devices", space.devices},
          {"logs", space.logs},
          {"arrivals", space.arrivals},
          {"records", space.usage.records},
          {"record_bytes", space.usage.record_bytes},
          {"segment_bytes", space.usage.segment_bytes},
          {"media_bytes", space.usage.media_bytes},
          {"begun_bytes", space.begun_bytes}};
}

int run_address(const std::string& data, const std::string& listen, bool as_json, const std::string& lang) {
  crypto::initialise();
  auto url = remembered_address(data, listen);
  if (!url.ok()) return report(url.error(), lang, as_json);
  if (as_json) {
    std::cout << json::serialize(json::object{{"address", *url}}) << "\n";
  } else {
    std::cout << *url << "\n";
  }
  return 0;
}

int run_spaces(const std::string& data, bool as_json, const std::string& lang) {
  auto seen = look(data);
  if (!seen.ok()) return report(seen.error(), lang, as_json);
  const bool in_english = english(lang);
  for (const auto& space : seen->carrier->survey()) {
    if (as_json) {
      std::cout << json::serialize(row_of(space)) << "\n";
      continue;
    }
    std::cout << space.space.hex() << "  " << kind_name(space.kind)
              << (in_english ? "  members " : "  anggota ") << space.members
              << (in_english ? "  devices " : "  perangkat ") << space.devices
              << (in_english ? "  bytes " : "  bita ") << space.usage.segment_bytes << "\n";
  }
  return 0;
}

int run_stats(const std::string& data, bool as_json, const std::string& lang) {
  auto seen = look(data);
  if (!seen.ok()) return report(seen.error(), lang, as_json);
  json::object kinds;
  std::uint64_t arrivals = 0;
  carrier::Usage usage;
  const auto spaces = seen->carrier->survey();
  for (const auto& space : spaces) {
    auto& count = kinds[kind_name(space.kind)];
    count = count.is_null() ? 1 : count.as_int64() + 1;
    arrivals += space.arrivals;
    usage.records += space.usage.records;
    usage.record_bytes += space.usage.record_bytes;
    usage.segment_bytes += space.usage.segment_bytes;
    usage.media_bytes += space.usage.media_bytes;
  }
  if (as_json) {
    std::cout << json::serialize(json::object{{"generation", seen->carrier->generation().hex()},
                                              {"spaces", spaces.size()},
                                              {"spaces_by_kind", kinds},
                                              {"arrivals", arrivals},
                                              {"segments", arrivals - usage.records},
                                              {"segment_bytes", usage.segment_bytes},
                                              {"media_bytes", usage.media_bytes},
                                              {"records", usage.records},
                                              {"record_bytes", usage.record_bytes}})
              << "\n";
    return 0;
  }
  const bool in_english = english(lang);
  std::cout << (in_english ? "Spaces: " : "Ruang: ") << spaces.size() << "\n"
            << (in_english ? "Segments: " : "Segmen: ") << arrivals - usage.records << " ("
            << usage.segment_bytes << (in_english ? " bytes)" : " bita)") << "\n"
            << (in_english ? "Attachments: " : "Lampiran: ") << usage.media_bytes
            << (in_english ? " bytes" : " bita") << "\n"
            << (in_english ? "Membership records: " : "Catatan keanggotaan: ") << usage.records << " ("
            << usage.record_bytes << (in_english ? " bytes)" : " bita)") << "\n";
  return 0;
}

int run_quota(const std::string& data, const carrier::Limits& limits, bool as_json, const std::string& lang) {
  auto seen = look(data);
  if (!seen.ok()) return report(seen.error(), lang, as_json);
  for (const auto& space : seen->carrier->survey()) {
    const bool personal = space.kind == space::SpaceKind::personal;
    const std::uint64_t quota = personal ? limits.personal_bytes : limits.community_bytes;
    const std::uint64_t used = space.usage.segment_bytes + space.usage.media_bytes + space.begun_bytes;
    const std::uint64_t percent = quota == 0 ? 100 : used * 100 / quota;
    if (as_json) {
      std::cout << json::serialize(json::object{{"space", space.space.hex()},
                                                {"kind", kind_name(space.kind)},
                                                {"segment_bytes", space.usage.segment_bytes},
                                                {"media_bytes", space.usage.media_bytes},
                                                {"begun_bytes", space.begun_bytes},
                                                {"quarantined_bytes", space.usage.quarantined_bytes},
                                                {"quota", quota},
                                                {"percent", percent}})
                << "\n";
    } else {
      std::cout << space.space.hex() << "  " << kind_name(space.kind) << "  " << used << " / " << quota
                << "  " << percent << " %\n";
    }
  }
  return 0;
}

// Ids are hashes of public keys: whose device it is stands in no place a server can read.
int run_devices(const std::string& data, bool as_json, const std::string& lang) {
  auto seen = look(data);
  if (!seen.ok()) return report(seen.error(), lang, as_json);
  struct Row {
    base::PersonId person;
    std::uint64_t spaces = 0, removed_from = 0;
  };
  std::map<base::DeviceId, Row> rows;
  auto ids = seen->store->spaces();
  if (!ids.ok()) return report(ids.error(), lang, as_json);
  for (const auto& id : *ids) {
    auto records = seen->store->records(id);
    if (!records.ok()) return report(records.error(), lang, as_json);
    space::Membership membership(id);
    for (const auto& record : *records) static_cast<void>(membership.add(record));
    for (const auto& [device, known] : membership.devices()) {
      rows[device].person = known.person;
      ++rows[device].spaces;
    }
    for (const auto& [device, known] : membership.removed_devices()) {
      rows[device].person = known.person;
      ++rows[device].removed_from;
    }
  }
  for (const auto& [device, row] : rows) {
    if (as_json) {
      std::cout << json::serialize(json::object{{"device", device.hex()},
                                                {"person", row.person.hex()},
                                                {"spaces", row.spaces},
                                                {"removed_from", row.removed_from}})
                << "\n";
    } else {
      std::cout << device.hex() << "  " << (english(lang) ? "person " : "orang ") << row.person.hex()
                << (english(lang) ? "  spaces " : "  ruang ") << row.spaces
                << (english(lang) ? "  removed from " : "  dikeluarkan dari ") << row.removed_from << "\n";
    }
  }
  return 0;
}

}  // namespace

void add_inspect_commands(CLI::App& app, const bool& json, const std::string& lang, int& exit_code) {
  struct Options {
    std::string data, listen;
    carrier::Limits limits;
  };
  auto options = std::make_shared<Options>();
  const auto command = [&app, options](const char* name, const char* text) {
    auto* added = app.add_subcommand(name, text);
    added->fallthrough();
    added->add_option("--data", options->data, "folder of this server")->required();
    return added;
  };
  auto* address = command("address", "prints the address that clients use, with the server's key");
  address->add_option("--listen", options->listen,
                      "[SCHEME://]HOST:PORT to print in place of the last one served at");
  address->callback([options, &json, &lang, &exit_code] {
    exit_code = run_address(options->data, options->listen, json, lang);
  });
  command("stats", "how much is kept here; only while no server runs")
      ->callback([options, &json, &lang, &exit_code] { exit_code = run_stats(options->data, json, lang); });
  command("devices", "each device that may sync here, and in how many spaces; only while no server runs")
      ->callback([options, &json, &lang, &exit_code] { exit_code = run_devices(options->data, json, lang); });
  auto* quota = command("quota", "what each space takes of its quota; only while no server runs");
  quota->add_option("--quota-personal", options->limits.personal_bytes, "as given to `serve`")
      ->transform(CLI::AsSizeValue(false));
  quota->add_option("--quota-community", options->limits.community_bytes, "as given to `serve`")
      ->transform(CLI::AsSizeValue(false));
  quota->callback([options, &json, &lang, &exit_code] {
    exit_code = run_quota(options->data, options->limits, json, lang);
  });
  command("spaces", "each space with its size; only while no server runs")
      ->callback([options, &json, &lang, &exit_code] { exit_code = run_spaces(options->data, json, lang); });
}

}  // namespace sejawat::server
