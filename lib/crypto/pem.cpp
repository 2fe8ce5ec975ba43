// SPDX-License-Identifier: MIT
#include "crypto/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <limits>

namespace trunkline::crypto {
namespace {

Bio memory_of(std::string_view text) {
  // OpenSSL takes no null pointer, even where the length is zero.
  if (text.empty()) text = "\n";
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  const auto size = static_cast<int>(std::min(text.size(), kMost));
  return Bio(check(BIO_new_mem_buf(text.data(), size), "read PEM"));
}

/// Never asks anybody: a daemon has no terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

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

Key key_in(const core::Secret& pem) {
  const Bio bio = memory_of(pem.reveal_text());
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

}  // namespace trunkline::crypto
