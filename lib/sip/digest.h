// SPDX-License-Identifier: MIT
#pragma once

// HTTP Digest for SIP (RFC 3261 22, RFC 7616), as a function over values: credentials that were
// read, what they should prove, the time. The nonce is a time under an HMAC, so any process with
// the site key knows its own nonces, also after a restart. Use counts are kept per device and nonce
// in a bounded table: a replay is refused, a retransmission is not a replay.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "core/time.h"
#include "crypto/hash.h"

namespace trunkline::sip {

enum class DigestHash : std::uint8_t { md5, sha256 };

/// The parameters of one "Digest ..." value of Authorization.
struct DigestCredentials {
  std::string username = {};
  std::string realm = {};
  std::string nonce = {};
  std::string uri = {};
  std::string response = {};
  std::string algorithm = {};  ///< "" where absent (then MD5)
  std::string cnonce = {};
  std::string qop = {};  ///< "" for the RFC 2069 form of old phones
  std::string nonce_count_text = {};
  std::uint32_t nonce_count = 0;
};

/// Reads an Authorization value (digest_parse.cpp); bounded in length and number of parameters, one
/// of each at most.
core::Result<DigestCredentials> parse_digest(std::string_view value);
/// The first of several Authorization values that is Digest for this realm and readable.
std::optional<DigestCredentials> find_digest(const std::vector<std::string>& values,
                                             std::string_view realm);

/// H(name ":" realm ":" password) as lower-case hex, and the response it leads to.
core::Secret digest_ha1(DigestHash hash, std::string_view name, std::string_view realm,
                        std::string_view password);
std::string digest_response(DigestHash hash, const core::Secret& ha1,
                            const DigestCredentials& credentials, std::string_view method);

enum class DigestVerdict : std::uint8_t {
  accepted,
  stale,    ///< right password, but the nonce is old, used up or unknown: challenge with stale=true
  refused,  ///< wrong password, wrong parameters, or a replay
};

struct DigestQuestion {
  const DigestCredentials& credentials;
  std::string_view method;
  std::string_view request_uri;
  std::string_view call_id;
  std::uint32_t cseq = 0;
  DigestHash hash = DigestHash::md5;
  /// Hex HA1 of the device; a secret of the right length that nobody knows for unknown users.
  const core::Secret& ha1;
  std::string_view device;  ///< what the use counts are kept by
};

class DigestVerifier {
 public:
  /// `site_key`: any length, kept across restarts. Times are those of a clock that does not step.
  /// `started`: nonces from before that have no seeded count are stale, so that what was used up
  /// before a restart is not usable after it.
  DigestVerifier(const core::Secret& site_key, core::Milliseconds nonce_life, core::Time started,
                 std::size_t max_nonces = 100'000);

  /// The value of a WWW-Authenticate header.
  std::string challenge(std::string_view realm, DigestHash hash, bool is_stale, core::Time now);

  DigestVerdict verify(const DigestQuestion& question, core::Time now);

  /// Continues a nonce's count that was stored with a binding.
  void seed(std::string_view device, std::string_view nonce, std::uint32_t nonce_count);

  /// Drops nonces that are too old to be used anyway; called now and then.
  void forget_old(core::Time now);
  std::size_t table_size() const { return uses_.size(); }

 private:
  /// Of a device and a nonce: half a SHA-256.
  using Key = std::array<std::byte, 16>;
  struct HashOfKey {
    std::size_t operator()(const Key& key) const noexcept;
  };
  // There may be 100,000 of them, so nothing in here has a block of its own.
  struct Use {
    core::Time nonce_time;
    std::uint32_t highest = 0;
    std::uint32_t seen = 0;                 ///< requests, each in recent[its number % size]
    std::uint64_t window = 0;               ///< bit i: count highest - i was used
    std::array<std::uint64_t, 8> recent{};  ///< fingerprints of the last, for retransmissions
  };

  std::string make_nonce(core::Time now);
  std::optional<core::Time> time_of(std::string_view nonce);
  DigestVerdict take(const DigestQuestion& question, core::Time nonce_time);
  static bool use_up(Use& use, std::uint32_t count);
  static Key key_of(std::string_view device, std::string_view nonce);
  Use& remember(const Key& key, const Use& use);
  void forget_oldest();

  crypto::HmacSha256 site_key_;
  core::Milliseconds nonce_life_;
  core::Time known_since_;
  std::size_t max_nonces_;
  std::unordered_map<Key, Use, HashOfKey> uses_;
  std::deque<Key> by_age_;  ///< of uses_, oldest first
};

}  // namespace trunkline::sip
