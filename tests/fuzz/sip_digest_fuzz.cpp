// SPDX-License-Identifier: MIT

// Any Authorization value: read, and verified against a device whose password it does not know.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "sip/digest.h"

FUZZ_TARGET(sip_digest) {
  using namespace trunkline;
  using namespace std::chrono_literals;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto credentials = sip::parse_digest(value);
  if (!credentials) return 0;
  static const core::Time start = *core::parse_rfc3339("2026-11-21T08:00:00Z");
  static sip::DigestVerifier verifier(core::Secret(std::string_view("key")), 5min, start, 100);
  static const core::Secret ha1 =
      sip::digest_ha1(sip::DigestHash::md5, "alice", "example.org", "not to be guessed");
  const auto verdict = verifier.verify({.credentials = *credentials,
                                        .method = "REGISTER",
                                        .request_uri = "sip:example.org",
                                        .call_id = "call",
                                        .ha1 = ha1,
                                        .device = "alice"},
                                       start + 1s);
  if (verdict == sip::DigestVerdict::accepted) std::abort();
  verifier.seed("alice", credentials->nonce, credentials->nonce_count);
  return 0;
}
