// SPDX-License-Identifier: MIT
#pragma once

// Says which device a request comes from: finds the tenant by the domain, the device by the
// digest's user name, opens its HA1 with sipd's key, and verifies. The same for REGISTER and
// INVITE. Unknown users, disabled devices and wrong passwords are indistinguishable from outside.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/even_clock.h"
#include "core/secret.h"
#include "core/time.h"
#include "directory/snapshot.h"
#include "registrar/challenge_account.h"
#include "sip/digest.h"
#include "sip/message.h"

namespace trunkline::registrar {

/// Opens a device's sealed HA1 (hex text inside), or says why not.
using OpenHa1 = std::function<core::Result<core::Secret>(const directory::Device&)>;

struct Authentication {
  enum class Verdict : std::uint8_t { accepted, challenged, refused };
  Verdict verdict = Verdict::refused;
  /// It answered the challenge, and wrongly. A first challenge or a stale nonce is none of that.
  bool is_wrong_answer = false;
  /// There is no such enabled device; outside nobody can tell.
  bool is_unknown_user = false;
  /// The name it gave.
  std::string name = {};
  /// Of a wrong answer: the device whose password it is not; nil where there is no such device.
  core::DeviceId tried = {};
  /// Where accepted; lives as long as the snapshot.
  const directory::Device* device = nullptr;
  const directory::Tenant* tenant = nullptr;
  std::string nonce = {};
  std::uint32_t nonce_count = 0;
  /// What to answer where not accepted: 401 with a challenge, 403 for credentials that are wrong,
  /// 404 for a domain that is nobody's.
  sip::Reply reply = {};
};

struct AuthenticatorOptions {
  core::Secret site_key;  ///< for nonces
  core::Milliseconds nonce_life{300'000};
  OpenHa1 open_ha1;
};

class Authenticator {
 public:
  /// Reads only the steady clock after the start, so that a step of the wall clock disturbs
  /// nothing.
  Authenticator(AuthenticatorOptions options, const core::Clock& clock, ChallengeAccount& account);

  Authentication check(const sip::Request& request, const directory::Snapshot& snapshot);

  /// Continues the count of a nonce that a stored binding was registered with.
  void seed(core::DeviceId device, std::string_view nonce, std::uint32_t nonce_count);

 private:
  struct Opened {
    std::size_t sealed = 0;  ///< hash of what was opened: there may be 100,000 of these
    core::Secret ha1;
  };
  /// Of nobody where there is no device. The first time costs an X25519; then it is remembered.
  const core::Secret& ha1_of(const directory::Device* device);
  Authentication challenge(const directory::Tenant& tenant, const directory::Device* device,
                           bool is_stale);

  OpenHa1 open_ha1_;
  core::EvenClock clock_;
  ChallengeAccount& account_;
  sip::DigestVerifier verifier_;
  core::Secret nobody_;  ///< the HA1 unknown users are verified against
  std::unordered_map<core::DeviceId, Opened> opened_;
};

}  // namespace trunkline::registrar
