// SPDX-License-Identifier: MIT
#pragma once

// The certificate a TLS server shows, as PEM files hold it: its own first, then those of the
// authorities between it and one that clients trust. Checked here, in one place and before anything
// listens, because the libraries that use it fail in silence.

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/secret.h"
#include "core/time.h"

namespace trunkline::crypto {

struct Certificate {
  std::string leaf;           ///< PEM
  std::string intermediates;  ///< PEM, "" where there are none
  std::string subject;        ///< "CN = pbx.example.org"
  core::Time not_after;
};

/// Fault where there is no certificate, one cannot be read, the key cannot be read (one with a
/// passphrase is such) or is another certificate's. An expired certificate is none: that is for the
/// caller to say.
[[nodiscard]] core::Result<Certificate> read_certificate(std::string_view pem,
                                                         const core::Secret& key_pem);

/// The certificates of authorities: the same PEM again, at least one. Fault where it is none.
[[nodiscard]] core::Result<std::string> read_authorities(std::string_view pem);

}  // namespace trunkline::crypto
