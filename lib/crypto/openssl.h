// SPDX-License-Identifier: MIT
#pragma once

// For this folder's own files: OpenSSL's handles and the one check of its return codes.

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <span>
#include <string_view>

#include "core/bytes.h"
#include "core/cptr.h"

namespace trunkline::crypto {

using Key = core::CPtr<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = core::CPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = core::CPtr<EVP_MD, EVP_MD_free>;
using Cipher = core::CPtr<EVP_CIPHER, EVP_CIPHER_free>;
using Mac = core::CPtr<EVP_MAC, EVP_MAC_free>;
using Kdf = core::CPtr<EVP_KDF, EVP_KDF_free>;
using KdfContext = core::CPtr<EVP_KDF_CTX, EVP_KDF_CTX_free>;

/// Throws core::Error "cannot <what>: <OpenSSL's own text>".
[[noreturn]] void throw_openssl_error(std::string_view what);

/// For functions that return 1 on success.
inline void check(int return_code, std::string_view what) {
  if (return_code != 1) throw_openssl_error(what);
}
/// For functions that return a handle.
template <class T>
T* check(T* handle, std::string_view what) {
  if (handle == nullptr) throw_openssl_error(what);
  return handle;
}

inline const unsigned char* in(core::ByteView bytes) {
  // OpenSSL takes a null pointer for "not given", also where the length is zero.
  static constexpr unsigned char kNothing = 0;
  return bytes.data() == nullptr ? &kNothing : reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
/// A key derivation's parameter; `bytes` must outlive it.
inline OSSL_PARAM octets(const char* name, core::ByteView bytes) {
  // A parameter's bytes are not const in OpenSSL's interface, but are only read.
  return OSSL_PARAM_construct_octet_string(name, const_cast<unsigned char*>(in(bytes)),
                                           bytes.size());
}

}  // namespace trunkline::crypto
