// Somebody with one device and a key for one log.
#pragma once

#include "base/random.h"
#include "space/membership.h"

namespace sejawat::space {

struct Person {
  explicit Person(base::Random& random)
      : identity(Identity::from_seed(base::Secret32::random(random))),
        keys(DeviceKeys::random(random)),
        certificate(certify(identity.sign, keys, 100)),
        log(DeviceKeys::random(random).sign) {}
  Author author() const { return {&keys, &certificate, 200}; }
  base::PersonId id() const { return certificate.person(); }
  base::DeviceId device() const { return certificate.device(); }
  Identity identity;
  DeviceKeys keys;
  DeviceCertificate certificate;
  crypto::SigningKey log;
};

}  // namespace sejawat::space
