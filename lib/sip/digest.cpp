// SPDX-License-Identifier: MIT
#include "sip/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "core/text.h"
#include "crypto/hash.h"
#include "sip/address.h"

namespace trunkline::sip {

namespace {

// nonce = microseconds since the epoch (16 hex digits) || HMAC-SHA256 of them, cut to 128 bits.
constexpr std::size_t kNonceTimeSize = 16;
constexpr std::size_t kNonceSize = 48;
// Nonces from the future are not ours, whatever the clocks of two processes say.
constexpr core::Seconds kFuture{5};
constexpr std::uint32_t kWindow = 64;

std::string hash_hex(DigestHash hash, std::string_view text) {
  return hash == DigestHash::md5 ? crypto::md5_hex(text) : crypto::sha256_hex(text);
}

std::string_view name_of(DigestHash hash) {
  return hash == DigestHash::md5 ? "MD5" : "SHA-256";
}

/// RFC 3261 22.4: the digest's URI names the request's target. Proxies and phones disagree about
/// ports and parameters, so what is compared is who is addressed.
bool is_same_target(std::string_view digest_uri, std::string_view request_uri) {
  if (digest_uri == request_uri) return true;
  const auto proven = Uri::parse(digest_uri);
  const auto requested = Uri::parse(request_uri);
  return proven && requested && proven->user == requested->user && proven->host == requested->host;
}

std::string nonce_signature(crypto::HmacSha256& key, std::string_view time) {
  const auto signature = key.sign(time);
  return core::to_hex(core::ByteView(signature).first(16));
}

std::uint64_t fingerprint(const DigestQuestion& question) {
  const std::string all = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", question.credentials.response,
                                      question.credentials.cnonce, question.credentials.nonce_count,
                                      question.method, question.call_id, question.cseq);
  return core::read_u64(crypto::sha256(core::as_bytes(all)), 0);
}

}  // namespace

core::Secret digest_ha1(DigestHash hash, std::string_view name, std::string_view realm,
                        std::string_view password) {
  const core::Secret text{std::string_view(fmt::format("{}:{}:{}", name, realm, password))};
  return core::Secret(std::string_view(hash_hex(hash, text.reveal_text())));
}

std::string digest_response(DigestHash hash, const core::Secret& ha1,
                            const DigestCredentials& credentials, std::string_view method) {
  // RFC 7616 3.4.1 and, without qop, RFC 2617 3.2.2.1.
  const std::string ha2 = hash_hex(hash, fmt::format("{}:{}", method, credentials.uri));
  if (credentials.qop.empty()) {
    return hash_hex(hash, fmt::format("{}:{}:{}", ha1.reveal_text(), credentials.nonce, ha2));
  }
  return hash_hex(
      hash, fmt::format("{}:{}:{}:{}:{}:{}", ha1.reveal_text(), credentials.nonce,
                        credentials.nonce_count_text, credentials.cnonce, credentials.qop, ha2));
}

DigestVerifier::DigestVerifier(const core::Secret& site_key, core::Milliseconds nonce_life,
                               core::Time started, std::size_t max_nonces)
    : site_key_(site_key.reveal()),
      nonce_life_(nonce_life),
      known_since_(started),
      max_nonces_(max_nonces) {}

std::string DigestVerifier::make_nonce(core::Time now) {
  const std::string time =
      fmt::format("{:016x}", static_cast<std::uint64_t>(core::to_microseconds(now)));
  return time + nonce_signature(site_key_, time);
}

std::optional<core::Time> DigestVerifier::time_of(std::string_view nonce) {
  if (nonce.size() != kNonceSize) return std::nullopt;
  const std::string_view time = nonce.substr(0, kNonceTimeSize);
  if (!crypto::equal_in_constant_time(nonce_signature(site_key_, time),
                                      nonce.substr(kNonceTimeSize))) {
    return std::nullopt;
  }
  const auto bytes = core::from_hex(time);
  if (!bytes) return std::nullopt;
  return core::from_microseconds(static_cast<std::int64_t>(core::read_u64(*bytes, 0)));
}

std::string DigestVerifier::challenge(std::string_view realm, DigestHash hash, bool is_stale,
                                      core::Time now) {
  return fmt::format("Digest realm=\"{}\", nonce=\"{}\", algorithm={}, qop=\"auth\"{}", realm,
                     make_nonce(now), name_of(hash), is_stale ? ", stale=true" : "");
}

DigestVerdict DigestVerifier::verify(const DigestQuestion& question, core::Time now) {
  const DigestCredentials& credentials = question.credentials;
  // Every step runs for every request, so that the time taken tells nothing about the user.
  const std::string expected =
      digest_response(question.hash, question.ha1, credentials, question.method);
  const bool is_right =
      crypto::equal_in_constant_time(expected, core::to_lower(credentials.response));
  const auto nonce_time = time_of(credentials.nonce);
  const bool is_ours =
      credentials.algorithm.empty()
          ? question.hash == DigestHash::md5
          : core::equals_ignoring_case(credentials.algorithm, name_of(question.hash));
  const bool is_qop_known = credentials.qop.empty() || credentials.qop == "auth";
  const bool is_target = is_same_target(credentials.uri, question.request_uri);
  if (!is_right || !is_ours || !is_qop_known || !is_target) return DigestVerdict::refused;
  // Old, or of another key: the password was right, so a fresh nonce is all it takes.
  if (!nonce_time || *nonce_time > now + kFuture || now - *nonce_time > nonce_life_) {
    return DigestVerdict::stale;
  }
  return take(question, *nonce_time);
}

std::size_t DigestVerifier::HashOfKey::operator()(const Key& key) const noexcept {
  return static_cast<std::size_t>(core::read_u64(key, 0));
}

DigestVerifier::Key DigestVerifier::key_of(std::string_view device, std::string_view nonce) {
  const auto digest = crypto::sha256(core::as_bytes(fmt::format("{}\n{}", device, nonce)));
  Key key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

DigestVerdict DigestVerifier::take(const DigestQuestion& question, core::Time nonce_time) {
  const DigestCredentials& credentials = question.credentials;
  const Key key = key_of(question.device, credentials.nonce);
  const auto found = uses_.find(key);
  // Its earlier uses may be forgotten: not ours to accept.
  if (found == uses_.end() && nonce_time < known_since_) return DigestVerdict::stale;
  Use& use = found == uses_.end() ? remember(key, {.nonce_time = nonce_time}) : found->second;
  const std::uint64_t print = fingerprint(question);
  // A retransmission: the same request, which gets the same answer.
  const auto known = use.recent.begin() + std::min<std::size_t>(use.seen, use.recent.size());
  if (std::find(use.recent.begin(), known, print) != known) return DigestVerdict::accepted;
  // The RFC 2069 form has no count: each nonce is good for one request.
  const std::uint32_t count = credentials.qop.empty() ? 1 : credentials.nonce_count;
  if (!use_up(use, count)) {
    return credentials.qop.empty() ? DigestVerdict::stale : DigestVerdict::refused;
  }
  use.recent[use.seen++ % use.recent.size()] = print;
  return DigestVerdict::accepted;
}

bool DigestVerifier::use_up(Use& use, std::uint32_t count) {
  if (count == 0) return false;
  if (count > use.highest) {
    const std::uint32_t step = count - use.highest;
    use.window = step >= kWindow ? 0 : use.window << step;
    use.window |= 1;
    use.highest = count;
    return true;
  }
  // UDP may reorder: a count that was skipped is good once.
  const std::uint32_t behind = use.highest - count;
  if (behind >= kWindow) return false;
  const std::uint64_t bit = std::uint64_t{1} << behind;
  if ((use.window & bit) != 0) return false;
  use.window |= bit;
  return true;
}

void DigestVerifier::seed(std::string_view device, std::string_view nonce,
                          std::uint32_t nonce_count) {
  const auto nonce_time = time_of(nonce);
  if (!nonce_time) return;
  const Key key = key_of(device, nonce);
  const auto found = uses_.find(key);
  if (found == uses_.end()) {
    // Everything up to the stored count is used; what lay behind it is not known.
    remember(key, {.nonce_time = *nonce_time, .highest = nonce_count, .window = ~std::uint64_t{0}});
  } else if (found->second.highest < nonce_count) {
    found->second.highest = nonce_count;
    found->second.window = ~std::uint64_t{0};
  }
}

DigestVerifier::Use& DigestVerifier::remember(const Key& key, const Use& use) {
  while (uses_.size() >= max_nonces_ && !uses_.empty()) {
    // What is forgotten must not become usable again.
    known_since_ =
        std::max(known_since_, uses_.at(by_age_.front()).nonce_time + core::Microseconds(1));
    forget_oldest();
  }
  by_age_.push_back(key);
  return uses_.emplace(key, use).first->second;
}

void DigestVerifier::forget_oldest() {
  uses_.erase(by_age_.front());
  by_age_.pop_front();
}

void DigestVerifier::forget_old(core::Time now) {
  while (!by_age_.empty() && now - uses_.at(by_age_.front()).nonce_time > nonce_life_) {
    forget_oldest();
  }
}

}  // namespace trunkline::sip
