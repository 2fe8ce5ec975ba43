// SPDX-License-Identifier: MIT
#include "crypto/aead.h"

#include <openssl/crypto.h>

#include <cassert>
#include <climits>

#include "crypto/openssl.h"

namespace trunkline::crypto {
namespace {

const EVP_CIPHER* algorithm() {
  static const Cipher cipher(
      check(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "find AES-256-GCM"));
  return cipher.get();
}

int length_of(core::ByteView bytes) {
  assert(bytes.size() <= INT_MAX);
  return static_cast<int>(bytes.size());
}

}  // namespace

void Aead::Release::operator()(evp_cipher_ctx_st* context) const noexcept {
  EVP_CIPHER_CTX_free(context);
}

Aead::Aead(const core::Secret& key)
    : sealing_(check(EVP_CIPHER_CTX_new(), "make a cipher context")),
      opening_(check(EVP_CIPHER_CTX_new(), "make a cipher context")) {
  assert(key.size() == kAeadKeySize);
  check(EVP_EncryptInit_ex2(sealing_.get(), algorithm(), in(key.reveal()), nullptr, nullptr),
        "set a cipher key");
  check(EVP_DecryptInit_ex2(opening_.get(), algorithm(), in(key.reveal()), nullptr, nullptr),
        "set a cipher key");
}

void Aead::seal(const AeadNonce& nonce, core::ByteView plaintext, core::ByteView associated,
                std::span<std::byte> sealed) {
  assert(sealed.size() == plaintext.size() + kAeadTagSize);
  EVP_CIPHER_CTX* const context = sealing_.get();
  int written = 0;
  check(EVP_EncryptInit_ex2(context, nullptr, nullptr, in(nonce), nullptr), "set a nonce");
  if (!associated.empty())
    check(EVP_EncryptUpdate(context, nullptr, &written, in(associated), length_of(associated)),
          "encrypt");
  if (!plaintext.empty())
    check(EVP_EncryptUpdate(context, out(sealed), &written, in(plaintext), length_of(plaintext)),
          "encrypt");
  check(EVP_EncryptFinal_ex(context, out(sealed.subspan(plaintext.size())), &written), "encrypt");
  check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kAeadTagSize,
                            out(sealed.last(kAeadTagSize))),
        "make a tag");
}

core::Bytes Aead::seal(const AeadNonce& nonce, core::ByteView plaintext,
                       core::ByteView associated) {
  core::Bytes sealed(plaintext.size() + kAeadTagSize);
  seal(nonce, plaintext, associated, sealed);
  return sealed;
}

bool Aead::open(const AeadNonce& nonce, core::ByteView sealed, core::ByteView associated,
                std::span<std::byte> plaintext) {
  if (sealed.size() < kAeadTagSize) return false;
  assert(plaintext.size() == sealed.size() - kAeadTagSize);
  const core::ByteView ciphertext = sealed.first(plaintext.size());
  const core::ByteView tag = sealed.last(kAeadTagSize);
  EVP_CIPHER_CTX* const context = opening_.get();
  int written = 0;
  check(EVP_DecryptInit_ex2(context, nullptr, nullptr, in(nonce), nullptr), "set a nonce");
  if (!associated.empty())
    check(EVP_DecryptUpdate(context, nullptr, &written, in(associated), length_of(associated)),
          "decrypt");
  if (!ciphertext.empty())
    check(
        EVP_DecryptUpdate(context, out(plaintext), &written, in(ciphertext), length_of(ciphertext)),
        "decrypt");
  check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kAeadTagSize,
                            const_cast<unsigned char*>(in(tag))),
        "set a tag");
  std::array<std::byte, 16> rest;
  if (EVP_DecryptFinal_ex(context, out(rest), &written) == 1) return true;
  if (!plaintext.empty()) OPENSSL_cleanse(plaintext.data(), plaintext.size());
  return false;
}

}  // namespace trunkline::crypto
