// SPDX-License-Identifier: MIT
#include "crypto/box.h"

#include <openssl/err.h>

#include <algorithm>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/openssl.h"

namespace trunkline::crypto {
namespace {

constexpr std::byte kVersion{1};
constexpr std::string_view kInfo = "trunkline box 1";

Key private_key_of(const core::Secret& private_key) {
  return Key(check(EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr,
                                                   in(private_key.reveal()), private_key.size()),
                   "read an X25519 private key"));
}

PublicKey public_half(const Key& key) {
  PublicKey bytes;
  std::size_t size = bytes.size();
  check(EVP_PKEY_get_raw_public_key(key.get(), out(bytes), &size), "read an X25519 public key");
  return bytes;
}

// RFC 7748 6.1: an all-zero result means a public key of small order. OpenSSL refuses it.
core::Result<core::Secret> shared_secret(const Key& mine, const PublicKey& theirs) {
  const Key peer(
      check(EVP_PKEY_new_raw_public_key_ex(nullptr, "X25519", nullptr, in(theirs), theirs.size()),
            "read an X25519 public key"));
  const KeyContext context(
      check(EVP_PKEY_CTX_new_from_pkey(nullptr, mine.get(), nullptr), "make a key context"));
  core::Secret secret = core::Secret::of_size(kBoxKeySize);
  std::size_t size = secret.size();
  check(EVP_PKEY_derive_init(context.get()), "start a key agreement");
  check(EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0), "start a key agreement");
  if (EVP_PKEY_derive(context.get(), out(secret.writable()), &size) != 1) {
    ERR_clear_error();
    return core::fault(core::ExitCode::data, "cannot agree on a key: public key is not usable");
  }
  return secret;
}

struct BoxKey {
  Aead aead;
  AeadNonce nonce;
};

BoxKey box_key(const core::Secret& shared, const PublicKey& ephemeral, const PublicKey& recipient) {
  std::array<std::byte, 2 * kBoxKeySize> salt;
  std::ranges::copy(recipient, std::ranges::copy(ephemeral, salt.begin()).out);
  const core::Secret material =
      hkdf_sha256(shared.reveal(), salt, core::as_bytes(kInfo), kAeadKeySize + kAeadNonceSize);
  AeadNonce nonce;
  std::ranges::copy(material.reveal().last(kAeadNonceSize), nonce.begin());
  return {Aead(core::Secret(material.reveal().first(kAeadKeySize))), nonce};
}

}  // namespace

KeyPair make_key_pair() {
  const Key key(check(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"), "make an X25519 key pair"));
  KeyPair pair{.public_key = public_half(key), .private_key = core::Secret::of_size(kBoxKeySize)};
  std::size_t size = kBoxKeySize;
  check(EVP_PKEY_get_raw_private_key(key.get(), out(pair.private_key.writable()), &size),
        "read an X25519 private key");
  return pair;
}

core::Result<PublicKey> public_key_of(const core::Secret& private_key) {
  if (private_key.size() != kBoxKeySize)
    return core::fault(core::ExitCode::data, "an X25519 private key has 32 bytes");
  return public_half(private_key_of(private_key));
}

core::Result<PublicKey> public_key_from(core::ByteView bytes) {
  if (bytes.size() != kBoxKeySize)
    return core::fault(core::ExitCode::data, "an X25519 public key has 32 bytes");
  PublicKey key;
  std::ranges::copy(bytes, key.begin());
  return key;
}

core::Result<core::Bytes> seal_to(const PublicKey& recipient, core::ByteView plaintext,
                                  core::ByteView associated) {
  const KeyPair ephemeral = make_key_pair();
  const auto shared = shared_secret(private_key_of(ephemeral.private_key), recipient);
  if (!shared) return tl::unexpected(shared.error());
  BoxKey key = box_key(*shared, ephemeral.public_key, recipient);
  core::Bytes box(kBoxOverhead + plaintext.size());
  box[0] = kVersion;
  std::ranges::copy(ephemeral.public_key, box.begin() + 1);
  key.aead.seal(key.nonce, plaintext, associated, std::span(box).subspan(1 + kBoxKeySize));
  return box;
}

core::Result<core::Secret> open_sealed(const core::Secret& private_key, core::ByteView box,
                                       core::ByteView associated) {
  if (box.size() < kBoxOverhead || box[0] != kVersion)
    return core::fault(core::ExitCode::data, "cannot open a sealed box: these bytes are none");
  const auto recipient = public_key_of(private_key);
  if (!recipient) return tl::unexpected(recipient.error());
  const auto ephemeral = public_key_from(box.subspan(1, kBoxKeySize));
  const auto shared = shared_secret(private_key_of(private_key), *ephemeral);
  if (!shared) return tl::unexpected(shared.error());
  BoxKey key = box_key(*shared, *ephemeral, *recipient);
  core::Secret plaintext = core::Secret::of_size(box.size() - kBoxOverhead);
  if (!key.aead.open(key.nonce, box.subspan(1 + kBoxKeySize), associated, plaintext.writable()))
    return core::fault(core::ExitCode::no_permission,
                       "cannot open a sealed box: it was made for another key or place");
  return plaintext;
}

}  // namespace trunkline::crypto
