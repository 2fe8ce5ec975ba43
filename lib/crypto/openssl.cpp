// SPDX-License-Identifier: MIT
#include "crypto/openssl.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <array>

#include "core/error.h"

namespace trunkline::crypto {

void throw_openssl_error(std::string_view what) {
  std::array<char, 256> reason{"no reason given"};
  if (const unsigned long code = ERR_get_error(); code != 0)
    ERR_error_string_n(code, reason.data(), reason.size());
  ERR_clear_error();
  throw core::Error(core::ExitCode::software, fmt::format("cannot {}: {}", what, reason.data()));
}

}  // namespace trunkline::crypto
