// SPDX-License-Identifier: MIT
#pragma once

// Message digests, HMAC and comparison without a timing trace. Algorithms are fetched from OpenSSL
// once per process, so a digest on a request's path costs the hashing only.
//
// MD5 is here because RFC 3261 digest authentication needs it, and for nothing else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.h"

struct evp_md_ctx_st;
struct evp_mac_ctx_st;

namespace trunkline::crypto {

using Md5 = std::array<std::byte, 16>;
using Sha256 = std::array<std::byte, 32>;

Md5 md5(core::ByteView message);
Sha256 sha256(core::ByteView message);
/// Lower-case hexadecimal, as SIP digests want it.
std::string md5_hex(std::string_view text);
std::string sha256_hex(std::string_view text);

/// SHA-256 (FIPS 180-4) over pieces. One thread at a time; reusable after finish().
class Sha256Stream {
 public:
  Sha256Stream();
  void add(core::ByteView piece);
  void add(std::string_view piece) { add(core::as_bytes(piece)); }
  /// Big-endian, so that a chain is the same on every machine.
  void add_u32(std::uint32_t number);
  void add_u64(std::uint64_t number);
  /// The digest of everything since the construction or the last finish().
  Sha256 finish();

 private:
  struct Release {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Release> context_;
};

/// HMAC-SHA256 (RFC 2104) under one key. One thread at a time.
class HmacSha256 {
 public:
  explicit HmacSha256(core::ByteView key);
  Sha256 sign(core::ByteView message);
  Sha256 sign(std::string_view text) { return sign(core::as_bytes(text)); }

 private:
  struct Release {
    void operator()(evp_mac_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_mac_ctx_st, Release> context_;
};

Sha256 hmac_sha256(core::ByteView key, core::ByteView message);

/// Whether both hold the same bytes, in a time that depends on the length only.
bool equal_in_constant_time(core::ByteView left, core::ByteView right);
inline bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return equal_in_constant_time(core::as_bytes(left), core::as_bytes(right));
}

}  // namespace trunkline::crypto
