// SPDX-License-Identifier: MIT
#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>
#include <cassert>

#include "crypto/openssl.h"

namespace trunkline::crypto {
namespace {

EVP_KDF* hkdf_algorithm() {
  static const Kdf kdf(check(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "find HKDF"));
  return kdf.get();
}

}  // namespace

core::Secret hkdf_sha256(core::ByteView key, core::ByteView salt, core::ByteView info,
                         std::size_t length) {
  assert(length >= 1 && length <= 255UL * 32);
  const KdfContext context(check(EVP_KDF_CTX_new(hkdf_algorithm()), "make an HKDF context"));
  std::array<char, 7> digest_name{"SHA256"};
  const std::array<OSSL_PARAM, 5> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name.data(), 0),
      octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt),
      octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  core::Secret derived = core::Secret::of_size(length);
  check(EVP_KDF_derive(context.get(), out(derived.writable()), length, parameters.data()),
        "derive a key");
  return derived;
}

}  // namespace trunkline::crypto
