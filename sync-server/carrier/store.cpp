#include "carrier/store.h"

namespace sejawat::carrier {

base::Result<std::unique_ptr<CarrierStore::Copy>> CarrierStore::copy_to(const std::string& path) {
  static_cast<void>(path);
  return base::error(base::Code::version_unsupported, "this engine makes no copies");
}

}  // namespace sejawat::carrier
