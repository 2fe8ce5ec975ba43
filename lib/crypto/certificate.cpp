// SPDX-License-Identifier: MIT
#include "crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>
#include <vector>

#include "crypto/openssl.h"

namespace trunkline::crypto {

namespace {

using Bio = core::CPtr<BIO, BIO_free_all>;
using X509Ptr = core::CPtr<X509, X509_free>;

core::Fault unreadable(std::string message, std::string hint = {}) {
  ERR_clear_error();
  return {core::ExitCode::config, std::move(message), std::move(hint)};
}

Bio memory_of(std::string_view text) {
  // OpenSSL takes no null pointer, even where the length is zero.
  if (text.empty()) text = "\n";
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  const auto size = static_cast<int>(std::min(text.size(), kMost));
  return Bio(check(BIO_new_mem_buf(text.data(), size), "read PEM"));
}

std::string text_of(BIO& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::vector<X509Ptr> certificates_in(std::string_view pem) {
  const Bio bio = memory_of(pem);
  std::vector<X509Ptr> found;
  for (;;) {
    X509Ptr next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    found.push_back(std::move(next));
  }
  // The end of the file counts as an error too.
  ERR_clear_error();
  return found;
}

std::string pem_of(X509& certificate) {
  const Bio bio(check(BIO_new(BIO_s_mem()), "write PEM"));
  check(PEM_write_bio_X509(bio.get(), &certificate), "write PEM");
  return text_of(*bio);
}

std::string subject_of(X509& certificate) {
  const Bio bio(check(BIO_new(BIO_s_mem()), "name a certificate"));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_ONELINE);
  return text_of(*bio);
}

core::Time end_of(X509& certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) != 1) return {};
  return core::Time(std::chrono::seconds(::timegm(&parts)));
}

/// Never asks anybody: a daemon has no terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

core::Result<Certificate> read_certificate(std::string_view pem, const core::Secret& key_pem) {
  const auto chain = certificates_in(pem);
  if (chain.empty()) return tl::unexpected(unreadable("it holds no certificate in PEM form"));
  const Bio bio = memory_of(key_pem.reveal_text());
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return tl::unexpected(
        unreadable("its key cannot be read", "the key is in PEM form, without a passphrase"));
  }
  X509& leaf = *chain.front();
  if (X509_check_private_key(&leaf, key.get()) != 1) {
    return tl::unexpected(
        unreadable("the key is another certificate's",
                   "the certificate of this server stands first, its authorities follow"));
  }
  Certificate certificate{.leaf = pem_of(leaf),
                          .intermediates = {},
                          .subject = subject_of(leaf),
                          .not_after = end_of(leaf)};
  for (std::size_t i = 1; i < chain.size(); ++i) certificate.intermediates += pem_of(*chain[i]);
  return certificate;
}

core::Result<std::string> read_authorities(std::string_view pem) {
  std::string text;
  for (const X509Ptr& authority : certificates_in(pem)) text += pem_of(*authority);
  if (text.empty()) return tl::unexpected(unreadable("it holds no certificate in PEM form"));
  return text;
}

}  // namespace trunkline::crypto
