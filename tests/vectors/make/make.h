// What the makers of golden vectors share. Every file comes from fixed seeds and from nothing else.
#pragma once

#include <boost/json.hpp>

#include "base/secret.h"
#include "log_seal/seal.h"
#include "support/fakes.h"

namespace sejawat::vectors {

namespace json = boost::json;

inline std::string hex(base::ByteView bytes) { return base::to_hex(bytes); }
template <class Tag, std::size_t N>
std::string hex(const base::Id<Tag, N>& id) {
  return id.hex();
}

json::object make_segments();     // segment.json
json::object make_fork();         // fork.json
json::object make_digests();      // digest.json
json::object make_labels();       // labels.json
json::object make_padding();      // padding.json
json::object make_keys();         // keys.json: key box, epoch wrap, encrypted field
json::object make_identity();     // identity.json: card, certificate, records, invite
json::object make_card_key();     // card_key.json: the proof of a card's box key, and records that carry it
json::object make_signatures();   // signature.json
json::object make_noise();        // noise.json
json::object make_bundle();       // bundle.json
json::object make_attachments();  // attachment.json
json::object make_erasure();      // erasure.json

}  // namespace sejawat::vectors
