// SPDX-License-Identifier: MIT
#include "crypto/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/pem.h"

namespace trunkline::crypto {

namespace {

core::Fault unreadable(std::string message, std::string hint = {}) {
  ERR_clear_error();
  return {core::ExitCode::config, std::move(message), std::move(hint)};
}

std::string text_of(BIO& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return {data, static_cast<std::size_t>(size)};
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

}  // namespace

core::Result<Certificate> read_certificate(std::string_view pem, const core::Secret& key_pem) {
  const auto chain = certificates_in(pem);
  if (chain.empty()) return tl::unexpected(unreadable("it holds no certificate in PEM form"));
  const Key key = key_in(key_pem);
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
