// Keys, card, records, invite and handshake.
#include "crypto/hash.h"
#include "crypto/noise.h"
#include "make.h"
#include "space/membership.h"

namespace sejawat::vectors {
namespace {

using space::DeviceCertificate;
using space::Identity;

constexpr std::int64_t kWall = 1'795'482'000;

space::CarrierAddress carrier(support::SeededRandom& random) {
  return {"sekolah.example", 7443, false, crypto::BoxKey::random(random).public_key()};
}

json::object json_of(const char* what, base::ByteView record, const base::PublicSignKey& signer,
                     const base::PublicSignKey* invite = nullptr) {
  json::object out{{"what", what},
                   {"record", hex(record)},
                   {"id", hex(space::record_id_of(record).value())},
                   {"signer", hex(signer)}};
  if (invite != nullptr) out["invite_key"] = hex(*invite);
  return out;
}

// A group of one device, and a newcomer who comes with a link.
struct Group {
  explicit Group(std::uint64_t seed) : random(seed) {}
  void take(base::ByteView record) { SJ_CHECK(membership->add(record).ok()); }

  support::SeededRandom random;
  base::Secret32 seed = base::Secret32::random(random);
  Identity identity = Identity::from_seed(seed);
  space::DeviceKeys device = space::DeviceKeys::random(random);
  DeviceCertificate certificate = space::certify(identity.sign, device, kWall);
  space::Author author{&device, &certificate, kWall};
  std::optional<space::Membership> membership;
};

}  // namespace

json::object make_keys() {
  support::SeededRandom random(20261127);
  const auto space = random.id<base::SpaceId>();
  const auto old_key = base::Secret32::random(random);
  const auto new_key = base::Secret32::random(random);
  const auto old_epoch = space::epoch_id(space, old_key);
  const auto new_epoch = space::epoch_id(space, new_key);
  json::object out{
      {"about", "An epoch key in a box, its predecessor's key under it, and an encrypted field."},
      {"space", hex(space)},
      {"epoch_key", hex(new_key.view())},
      {"epoch", hex(new_epoch)}};

  const auto ephemeral = crypto::BoxKey::random(random);
  const auto recipient = crypto::BoxKey::random(random);
  base::Bytes context = base::to_bytes(space.view());
  base::append(context, new_epoch.view());
  out["box"] = json::object{
      {"ephemeral_secret", hex(ephemeral.secret())},
      {"ephemeral", hex(ephemeral.public_key())},
      {"recipient_secret", hex(recipient.secret())},
      {"recipient", hex(recipient.public_key())},
      {"recipient_tag", hex(base::prefix_of<base::HeadTag>(recipient.public_key()))},
      {"shared", hex(ephemeral.agree(recipient.public_key()).value().view())},
      {"associated", hex(context)},
      {"sealed", hex(crypto::box_seal(ephemeral, recipient.public_key(), new_key.view(), context).value())}};

  base::Bytes wrapped = base::to_bytes(space.view());
  base::append(wrapped, old_epoch.view());
  const auto wrap_key = crypto::derive(crypto::label::kWrapKey, new_key.view(), wrapped);
  const auto nonce = random.id<crypto::Nonce>();
  out["wrap"] = json::object{{"predecessor", hex(old_epoch)},
                             {"predecessor_key", hex(old_key.view())},
                             {"wrap_key", hex(wrap_key.view())},
                             {"nonce", hex(nonce)},
                             {"sealed", hex(crypto::seal(wrap_key, nonce, old_key.view(), {}))}};

  const std::string name = "Ibu Sari";
  out["field"] =
      json::object{{"plain", hex(base::as_bytes(name))},
                   {"field_key", hex(crypto::derive(crypto::label::kFieldKey, new_key.view()).view())},
                   {"sealed", hex(space::seal_field(new_epoch, new_key, base::as_bytes(name), random))}};
  return out;
}

// Records that prove which card is whose. Those of identity.json do not: programs wrote such before.
json::object make_card_key() {
  Group group(20261201);
  const auto& key = group.identity.sign.public_key();
  const auto card = space::card_key(group.identity);
  json::object out{{"about", "The proof of a card's box key, and the records that carry it."},
                   {"identity_key", hex(key)},
                   {"identity_box", hex(card.box)},
                   {"personal_genesis", hex(space::write_personal_genesis(group.identity))},
                   {"proof", hex(*card.proof)}};
  const std::array<std::uint8_t, 16> salt{16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  const auto id = space::space_id(key, space::SpaceKind::school, salt);
  group.membership.emplace(id);
  json::array records;
  const auto add = [&](const char* what, const base::Bytes& record, const base::PublicSignKey& signer,
                       const base::PublicSignKey* invite = nullptr) {
    group.take(record);
    records.push_back(json_of(what, record, signer, invite));
  };
  const auto& admin_key = group.device.sign.public_key();
  add("genesis", space::write_genesis(group.author, card, space::SpaceKind::school, salt), admin_key);
  const auto invite = space::InviteKeys::from_secret(base::Secret16::random(group.random));
  add("invite",
      space::write_invite(group.author, *group.membership, invite, space::WireRole::writer, 1, 0, {}),
      admin_key);
  const auto offered = base::prefix_of<base::HeadTag>(group.membership->records().back().first);
  Group newcomer(20261202);
  add("join",
      space::write_join(newcomer.author, id, invite.sign, offered, space::card_key(newcomer.identity), {}),
      newcomer.device.sign.public_key(), &invite.sign.public_key());
  Group colleague(20261203);
  add("member",
      space::write_member(group.author, *group.membership, colleague.identity.sign.public_key(),
                          space::card_key(colleague.identity), space::WireRole::reader, {}),
      admin_key);
  out["records"] = std::move(records);
  return out;
}

json::object make_identity() {
  Group group(20261128);
  json::object out{
      {"about", "From an identity seed to card, certificate, membership records and an invite link."},
      {"seed", hex(group.seed.view())},
      {"identity_key", hex(group.identity.sign.public_key())},
      {"identity_box", hex(group.identity.box.public_key())},
      {"person", hex(space::person_id(group.identity.sign.public_key()))},
      {"first_personal_epoch_key", hex(group.identity.first_personal_epoch.view())},
      {"personal_space", hex(space::personal_space_id(group.identity.sign.public_key()))},
      {"device_key", hex(group.device.sign.public_key())},
      {"device_box", hex(group.device.box.public_key())},
      {"device_box_secret", hex(group.device.box.secret())},
      {"device", hex(group.certificate.device())},
      {"certificate", hex(group.certificate.bytes)}};

  space::RecoveryCard card;
  card.seed = group.seed.clone();
  card.carriers = {carrier(group.random)};
  out["card"] = json::object{{"name", "Ibu Sari"},
                             {"text", card.text("Ibu Sari")},
                             {"carriers", json::array{card.carriers[0].url()}}};

  const std::array<std::uint8_t, 16> salt{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  const auto id = space::space_id(group.identity.sign.public_key(), space::SpaceKind::group, salt);
  group.membership.emplace(id);
  const auto& author = group.author;
  const auto& device_key = group.device.sign.public_key();
  json::array records;
  records.push_back(json_of("personal genesis", space::write_personal_genesis(group.identity),
                            group.identity.sign.public_key()));
  const auto add = [&](const char* what, const base::Bytes& record, const base::PublicSignKey& signer,
                       const base::PublicSignKey* invite = nullptr) {
    group.take(record);
    records.push_back(json_of(what, record, signer, invite));
  };
  add("genesis", space::write_genesis(author, group.identity.box.public_key(), space::SpaceKind::group, salt),
      device_key);
  const auto log_key = crypto::SigningKey::from_seed(base::Secret32::random(group.random));
  add("log", space::write_log(author, *group.membership, log_key), device_key);
  const auto old_key = base::Secret32::random(group.random);
  const auto new_key = base::Secret32::random(group.random);
  const auto old_epoch = space::epoch_id(id, old_key);
  const auto new_epoch = space::epoch_id(id, new_key);
  add("epoch", space::write_epoch(author, *group.membership, old_key, {}, group.random), device_key);
  add("epoch after another",
      space::write_epoch(author, *group.membership, new_key, {{old_epoch, &old_key}}, group.random),
      device_key);

  space::InviteLink link;
  link.carrier = carrier(group.random);
  link.space = id;
  link.secret = base::Secret16::random(group.random);
  const auto invite = space::InviteKeys::from_secret(link.secret);
  add("invite",
      space::write_invite(author, *group.membership, invite, space::WireRole::writer, 5, kWall + 86400, {}),
      device_key);
  link.record = base::prefix_of<base::HeadTag>(group.membership->records().back().first);
  add("boxes", space::write_boxes(author, *group.membership, new_epoch, new_key, group.random).value(),
      device_key);
  Group newcomer(20261129);
  add("join",
      space::write_join(newcomer.author, id, invite.sign, link.record, newcomer.identity.box.public_key(),
                        space::seal_field(new_epoch, new_key, base::as_bytes("Pak Budi"), group.random)),
      newcomer.device.sign.public_key(), &invite.sign.public_key());
  out["group"] = json::object{{"space", hex(id)},
                              {"kind", 2},
                              {"salt", hex(salt)},
                              {"log_key", hex(log_key.public_key())},
                              {"log", hex(log::log_id(id, log_key.public_key()))},
                              {"old_epoch", hex(old_epoch)},
                              {"old_epoch_key", hex(old_key.view())},
                              {"epoch", hex(new_epoch)},
                              {"epoch_key", hex(new_key.view())},
                              {"profile", hex(base::as_bytes("Pak Budi"))}};
  out["records"] = std::move(records);
  out["invite"] = json::object{{"url", link.url()},
                               {"host", link.carrier.host},
                               {"port", link.carrier.port},
                               {"carrier_key", hex(link.carrier.key)},
                               {"space", hex(link.space)},
                               {"secret", hex(link.secret.view())},
                               {"record", hex(link.record)},
                               {"sign_key", hex(invite.sign.public_key())},
                               {"box_secret", hex(invite.box.secret())},
                               {"box_key", hex(invite.box.public_key())}};
  return out;
}

json::object make_noise() {
  support::SeededRandom random(20261130);
  const auto client = crypto::BoxKey::random(random);
  const auto server = crypto::BoxKey::random(random);
  auto client_ephemeral = crypto::BoxKey::random(random);
  auto server_ephemeral = crypto::BoxKey::random(random);
  const std::string prologue = "sejawat/1";
  json::object out{{"about",
                    "Noise_IK_25519_ChaChaPoly_BLAKE2b: a handshake with fixed ephemeral keys, then three "
                    "messages each way."},
                   {"prologue", hex(base::as_bytes(prologue))},
                   {"client_static_secret", hex(client.secret())},
                   {"server_static_secret", hex(server.secret())},
                   {"server_static", hex(server.public_key())},
                   {"client_ephemeral_secret", hex(client_ephemeral.secret())},
                   {"server_ephemeral_secret", hex(server_ephemeral.secret())}};
  crypto::NoiseInitiator initiator(base::as_bytes(prologue), client, server.public_key(),
                                   std::move(client_ephemeral));
  crypto::NoiseResponder responder(base::as_bytes(prologue), server, std::move(server_ephemeral));
  json::array messages;
  const auto add = [&](const char* from, const std::string& payload, const base::Bytes& message) {
    messages.push_back(
        {{"from", from}, {"payload", hex(base::as_bytes(payload))}, {"message", hex(message)}});
  };
  const std::string call = "halo dari kelas 3A";
  const std::string answer = "halo dari kantor guru";
  const auto first = initiator.write_first(base::as_bytes(call)).value();
  add("client", call, first);
  SJ_CHECK(responder.read_first(first).ok());
  auto second = responder.write_second(base::as_bytes(answer)).value();
  add("server", answer, second.message);
  auto established = initiator.read_second(second.message).value();
  for (const auto& text : {std::string("satu"), std::string(), std::string(100, '3')}) {
    add("client", text, established.channel.send.encrypt(base::as_bytes(text)).value());
    add("server", text, second.channel.send.encrypt(base::as_bytes(text)).value());
  }
  out["messages"] = std::move(messages);
  out["handshake_hash"] = hex(established.channel.handshake_hash);
  return out;
}

}  // namespace sejawat::vectors
