// The recovery card until its owner has it on paper: lost on the way there, it would be lost for good.
#include <set>

#include "core_state.h"
#include "space/card_seal.h"

namespace sejawat::api {
namespace {

using base::Code;

base::Status add_carriers(const Core::State& core, space::RecoveryCard& card) {
  card.carriers.clear();
  for (const auto& carrier : core.carriers) {
    if (card.carriers.size() == space::kMaxLinkCarriers) break;
    SJ_TRY(auto address, space::CarrierAddress::parse(carrier.url));
    card.carriers.push_back(std::move(address));
  }
  return {};
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

base::Result<bool> Core::card_unconfirmed() {
  SJ_TRY_STATUS(state_->ensure_usable());
  SJ_TRY(auto seed, state_->store->setting(kUnconfirmedCard));
  if (!seed) return false;
  const bool held = !seed->empty();
  base::wipe(seed->data(), seed->size());
  return held;
}

base::Result<space::RecoveryCard> Core::unconfirmed_card() {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  SJ_TRY(auto seed, core.store->setting(kUnconfirmedCard));
  if (!seed || seed->size() != base::Secret32::kSize) {
    return base::error(Code::not_found, "this device holds no card: it was confirmed");
  }
  const base::SecretBytes held(std::move(*seed));
  space::RecoveryCard card;
  card.seed = base::Secret32(held.view());
  SJ_TRY_STATUS(add_carriers(core, card));
  return card;
}

base::Result<space::RecoveryCard> Core::renewed_card(space::RecoveryCard old) {
  State& core = *state_;
  SJ_TRY_STATUS(core.ensure_usable());
  if (!core.device) return base::error(Code::not_found, "no person in this store yet");
  const auto identity = space::Identity::from_seed(old.seed);
  if (!(identity.sign.public_key() == core.certificate->identity_key))
    return base::error(Code::card_invalid, "the card of another person");
  SJ_TRY_STATUS(add_carriers(core, old));
  return old;
}

base::Status Core::confirm_card() {
  SJ_TRY_STATUS(state_->ensure_usable());
  SJ_TRY_STATUS(state_->store->wipe_setting(kUnconfirmedCard));
  static_cast<void>(state_->store->forget_if_due());  // until it succeeds, each sync tries
  return {};
}

base::Status Core::confirm_card(const std::vector<CardWord>& words) {
  SJ_TRY(const auto card, unconfirmed_card());
  std::set<std::size_t> asked;
  for (const auto& given : words) {
    if (given.index >= space::RecoveryCard::kWords) return base::error(Code::invalid_argument, "index");
    if (lower(given.word) != card.word(given.index)) return base::error(Code::card_invalid, "word");
    asked.insert(given.index);
  }
  if (asked.size() < 2) return base::error(Code::invalid_argument, "words: at least two different ones");
  return confirm_card();
}

base::Result<base::Bytes> Core::seal_for_card(const base::Secret32& secret) {
  SJ_TRY_STATUS(state_->ensure_usable());
  if (!state_->device) return base::error(Code::not_found, "no person in this store yet");
  return space::seal_for_card(secret, state_->card.box, state_->random);
}

}  // namespace sejawat::api
