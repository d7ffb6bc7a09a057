#include "sync/bundle.h"
#include "make.h"
#include "support/fakes.h"

namespace sejawat::vectors {

// Three parts: one that an epoch key opens, one for a device's box key, one for nobody here.
json::object make_bundle() {
  support::SeededRandom random(2026);
  const auto epoch = base::Secret32::random(random);
  const auto device = crypto::BoxKey::random(random);
  const auto other = base::Secret32::random(random);
  const auto message = [&](std::size_t segment) {
    sync::SpaceUpload upload;
    upload.space.id = random.id<base::SpaceId>();
    upload.vector.emplace();
    upload.vector->entries.push_back({random.id<base::LogId>(), 7, random.id<base::HeadTag>()});
    upload.records.push_back(base::Bytes(90, 0x52));
    base::Bytes body(segment);
    random.fill(body);
    upload.logs.push_back({base::to_bytes(upload.vector->entries[0].log.view()), {body}});
    sync::ClientMessage out;
    out.spaces.push_back(std::move(upload));
    return out;
  };
  sync::BundleWriter writer(random);
  base::Bytes file;
  json::array parts;
  const auto part = [&](const char* opened_by, const sync::BundleLocks& locks, std::size_t segment) {
    base::append(file, writer.begin_part(locks));
    auto first = message(segment);
    auto second = first;
    second.spaces[0].vector.reset();
    base::append(file, *writer.chunk(first, false));
    base::append(file, *writer.chunk(second, true));
    parts.push_back(
        {{"opened_by", opened_by},
         {"messages", json::array{base::to_hex(sync::encode(first)), base::to_hex(sync::encode(second))}}});
  };
  sync::BundleLocks by_epoch;
  by_epoch.epochs = {&epoch};
  sync::BundleLocks by_device;
  by_device.epochs = {&other};
  by_device.boxes = {crypto::BoxKey::random(random).public_key(), device.public_key()};
  sync::BundleLocks by_nobody;
  by_nobody.epochs = {&other};
  part("epoch", by_epoch, 300);
  part("device", by_device, 1000);
  part("nobody", by_nobody, 40);
  base::append(file, writer.end());
  return {{"about", "A bundle file of three parts, and the messages in those that a key here opens."},
          {"epoch_key", base::to_hex(epoch.view())},
          {"device_secret", base::to_hex(device.secret())},
          {"parts", std::move(parts)},
          {"file", base::to_hex(file)}};
}

}  // namespace sejawat::vectors
