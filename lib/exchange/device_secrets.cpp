// SPDX-License-Identifier: MIT
#include "exchange/device_secrets.h"

#include "core/bytes.h"
#include "crypto/box.h"

namespace trunkline::exchange {

registrar::OpenHa1 ha1_opener(const core::Secret& key) {
  return [&key](const directory::Device& device) -> core::Result<core::Secret> {
    const auto box = core::from_base64(device.sealed_ha1);
    if (!box) return tl::make_unexpected(box.error());
    const std::string context =
        directory::sealing_context(device.tenant, device.id, device.algorithm);
    return crypto::open_sealed(key, *box, core::as_bytes(context));
  };
}

}  // namespace trunkline::exchange
