// SPDX-License-Identifier: MIT
#pragma once

// What the exchange needs to know, taken from the configuration.

#include <filesystem>
#include <string>
#include <vector>

#include "call/session.h"
#include "config/config.h"
#include "core/secret.h"
#include "core/time.h"
#include "guard/settings.h"
#include "registrar/registration.h"
#include "sip/agent.h"

namespace trunkline::exchange {

struct Options {
  sip::AgentOptions agent = {};
  registrar::Limits limits = {};
  core::Milliseconds nonce_life{300'000};
  core::Milliseconds nat_keepalive{0};  ///< zero: nobody is asked
  core::Milliseconds ring_timeout{60'000};
  core::Milliseconds stale_after{600'000};
  call::SessionPolicy session_policy = {};
  core::Milliseconds drain_timeout{30'000};
  guard::Settings guard = {};  ///< its `calls` is sip.max_calls
  std::vector<std::string> ng_nodes = {};
  std::filesystem::path media_control = {};  ///< recorderd's; empty: not subscribed
  std::filesystem::path control = {};        ///< ours
  core::Secret key = {};                     ///< sipd's private key, 32 bytes
};

/// Everything but the key.
Options options_from(const config::Config& config);

/// What TLS listeners need, read from the files that the configuration names; empty where there is
/// no such listener. Throws core::Error where something is missing or does not fit together; a
/// certificate that has expired is logged.
sip::TlsOptions read_tls(const config::Config& config);

/// sip.key_file: 32 bytes, or their hexadecimal or base64 form in one line. The fault's hint says
/// how to make one.
[[nodiscard]] core::Result<core::Secret> read_key(const std::filesystem::path& file);

}  // namespace trunkline::exchange
