// SPDX-License-Identifier: MIT
#pragma once

// URIs that lead to one phone of a device and no other (GRUU, RFC 5627). A public one is the
// device's address with its instance; a temporary one says nothing of whose it is to anybody but
// us. Nothing is kept of them: a temporary one holds the device, encrypted, and a proof of the
// instance and the Call-ID it was registered with, so it ends with the binding, and with the
// Call-ID of a phone that was restarted (section 3.2).

#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"
#include "core/uuid.h"
#include "crypto/hash.h"
#include "registrar/binding.h"
#include "sip/address.h"

namespace trunkline::registrar {

/// "sip:alice@example.org;gr=urn:uuid:..."; "" for a binding without an instance.
std::string public_gruu(const Binding& binding, std::string_view domain);
/// Whether the ;gr=... of a URI names the instance.
bool names_instance(std::string_view gr, const Binding& binding);

class Gruus {
 public:
  explicit Gruus(const core::Secret& key) : key_(key.reveal()) {}

  /// A new one each time; all of them lead to the binding. One thread at a time.
  std::string temporary(const Binding& binding, std::string_view domain);
  /// Whom the user part of a temporary one names; a guess until leads_to() says yes.
  std::optional<core::DeviceId> device_in(std::string_view user);
  bool leads_to(std::string_view user, const Binding& binding);

 private:
  crypto::HmacSha256 key_;
};

}  // namespace trunkline::registrar
