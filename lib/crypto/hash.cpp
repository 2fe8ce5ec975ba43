// SPDX-License-Identifier: MIT
#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "crypto/openssl.h"

namespace trunkline::crypto {
namespace {

using HashContext = core::CPtr<EVP_MD_CTX, EVP_MD_CTX_free>;

// Fetching walks the provider's tables under a lock; EVP_md5() would do so at each digest.
const EVP_MD* md5_algorithm() {
  static const Digest digest(check(EVP_MD_fetch(nullptr, "MD5", nullptr), "find MD5"));
  return digest.get();
}
const EVP_MD* sha256_algorithm() {
  static const Digest digest(check(EVP_MD_fetch(nullptr, "SHA256", nullptr), "find SHA-256"));
  return digest.get();
}
EVP_MAC* hmac_algorithm() {
  static const Mac mac(check(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "find HMAC"));
  return mac.get();
}

template <class Hash>
Hash hash(const EVP_MD* algorithm, core::ByteView message) {
  thread_local const HashContext context(check(EVP_MD_CTX_new(), "make a digest context"));
  Hash hash;
  check(EVP_DigestInit_ex2(context.get(), algorithm, nullptr), "start a digest");
  check(EVP_DigestUpdate(context.get(), in(message), message.size()), "compute a digest");
  check(EVP_DigestFinal_ex(context.get(), out(hash), nullptr), "finish a digest");
  return hash;
}

}  // namespace

Md5 md5(core::ByteView message) {
  return hash<Md5>(md5_algorithm(), message);
}
Sha256 sha256(core::ByteView message) {
  return hash<Sha256>(sha256_algorithm(), message);
}
std::string md5_hex(std::string_view text) {
  return core::to_hex(md5(core::as_bytes(text)));
}
std::string sha256_hex(std::string_view text) {
  return core::to_hex(sha256(core::as_bytes(text)));
}

void Sha256Stream::Release::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256Stream::Sha256Stream() : context_(check(EVP_MD_CTX_new(), "make a digest context")) {
  check(EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr), "start a digest");
}

void Sha256Stream::add(core::ByteView piece) {
  check(EVP_DigestUpdate(context_.get(), in(piece), piece.size()), "compute a digest");
}

void Sha256Stream::add_u32(std::uint32_t number) {
  std::array<std::byte, 4> bytes;
  core::write_u32(bytes, 0, number);
  add(bytes);
}

void Sha256Stream::add_u64(std::uint64_t number) {
  std::array<std::byte, 8> bytes;
  core::write_u64(bytes, 0, number);
  add(bytes);
}

Sha256 Sha256Stream::finish() {
  Sha256 hash;
  check(EVP_DigestFinal_ex(context_.get(), out(hash), nullptr), "finish a digest");
  check(EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr), "start a digest");
  return hash;
}

void HmacSha256::Release::operator()(evp_mac_ctx_st* context) const noexcept {
  EVP_MAC_CTX_free(context);
}

HmacSha256::HmacSha256(core::ByteView key)
    : context_(check(EVP_MAC_CTX_new(hmac_algorithm()), "make an HMAC context")) {
  std::array<char, 7> digest_name{"SHA256"};
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
      OSSL_PARAM_construct_end()};
  check(EVP_MAC_init(context_.get(), in(key), key.size(), parameters.data()), "start an HMAC");
}

Sha256 HmacSha256::sign(core::ByteView message) {
  Sha256 signature;
  std::size_t size = 0;
  // No key means the one of the constructor.
  check(EVP_MAC_init(context_.get(), nullptr, 0, nullptr), "start an HMAC");
  check(EVP_MAC_update(context_.get(), in(message), message.size()), "compute an HMAC");
  check(EVP_MAC_final(context_.get(), out(signature), &size, signature.size()), "finish an HMAC");
  return signature;
}

Sha256 hmac_sha256(core::ByteView key, core::ByteView message) {
  return HmacSha256(key).sign(message);
}

bool equal_in_constant_time(core::ByteView left, core::ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(in(left), in(right), left.size()) == 0;
}

}  // namespace trunkline::crypto
