// SPDX-License-Identifier: MIT
#include "crypto/tls_sessions.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "core/error.h"
#include "crypto/pem.h"

namespace trunkline::crypto {
namespace {

thread_local bool is_watched = false;
std::atomic<std::size_t> sessions = 0;

struct Replacement {
  X509Ptr bound;
  X509Ptr leaf;
  std::vector<X509Ptr> intermediates;
  Key key;
};
thread_local std::vector<Replacement> replacements;

/// The one for the certificate that a session would show; null where there is none.
const Replacement* replacement_of(const X509* shown) {
  if (shown == nullptr) return nullptr;
  const auto found = std::find_if(
      replacements.begin(), replacements.end(),
      [shown](const Replacement& one) { return X509_cmp(one.bound.get(), shown) == 0; });
  return found == replacements.end() ? nullptr : &*found;
}

void show(SSL* session, const Replacement& one) {
  // All of them: a client that likes another kind of key would still be shown the old one.
  SSL_certs_clear(session);
  SSL_use_certificate(session, one.leaf.get());
  SSL_use_PrivateKey(session, one.key.get());
  for (const X509Ptr& certificate : one.intermediates) {
    SSL_add1_chain_cert(session, certificate.get());
  }
}

/// Of a BIO: the library gives up the reference that handshake_begins() left, which it thinks its
/// own.
long free_with_session(BIO* bio, int operation, const char* /*data*/, std::size_t /*size*/,
                       int /*argi*/, long /*argl*/, int result, std::size_t* /*processed*/) {
  if (operation != BIO_CB_FREE) return result;
  // The SSL reads and writes through it, so it had two references, and lets go of two.
  BIO_set_callback_ex(bio, nullptr);
  BIO_up_ref(bio);
  BIO_up_ref(bio);
  SSL* const session = reinterpret_cast<SSL*>(BIO_get_callback_arg(bio));
  // Sofia gives back the SSL's own reference of its context too, just before.
  SSL_CTX_up_ref(SSL_get_SSL_CTX(session));
  SSL_free(session);
  return 0;  // "do not free it": it is gone
}

/// Of an SSL: it has its BIO by the time its handshake begins.
void handshake_begins(const SSL* watched, int where, int /*value*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  // OpenSSL shows it as const, but it is the one that it made for us.
  SSL* const session = const_cast<SSL*>(watched);
  BIO* const bio = SSL_get_rbio(session);
  if (bio == nullptr || BIO_get_callback_ex(bio) != nullptr) return;
  if (const Replacement* one = replacement_of(SSL_get_certificate(session))) show(session, *one);
  BIO_set_callback_arg(bio, reinterpret_cast<char*>(session));
  BIO_set_callback_ex(bio, free_with_session);
  BIO_free(bio);  // one of the two references of the SSL
}

void session_made(void* parent, void* /*value*/, CRYPTO_EX_DATA* data, int index, long /*argl*/,
                  void* /*argp*/) {
  if (!is_watched) return;
  SSL_set_info_callback(static_cast<SSL*>(parent), handshake_begins);
  // So that its end is told of those alone that were counted.
  CRYPTO_set_ex_data(data, index, &sessions);
  ++sessions;
}

void session_freed(void* /*parent*/, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                   long /*argl*/, void* /*argp*/) {
  if (value != nullptr) --sessions;
}

}  // namespace

void end_tls_sessions_with_their_bio() {
  static const int index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, session_made,
                                                   nullptr, session_freed);
  if (index < 0) throw_openssl_error("cannot watch TLS sessions");
  is_watched = true;
}

void show_certificate_instead(std::string_view bound, const Certificate& next,
                              const core::Secret& key_pem) {
  auto first = certificates_in(bound);
  auto leaf = certificates_in(next.leaf);
  Key key = key_in(key_pem);
  check(first.empty() || leaf.empty() ? 0 : 1, "read a certificate");
  check(key.get(), "read a certificate's key");
  const Replacement* const there = replacement_of(first.front().get());
  Replacement made{.bound = std::move(first.front()),
                   .leaf = std::move(leaf.front()),
                   .intermediates = certificates_in(next.intermediates),
                   .key = std::move(key)};
  if (there == nullptr) {
    replacements.push_back(std::move(made));
  } else {
    replacements[static_cast<std::size_t>(there - replacements.data())] = std::move(made);
  }
}

std::size_t count_tls_sessions() noexcept {
  return sessions;
}

}  // namespace trunkline::crypto
