// SPDX-License-Identifier: MIT
#pragma once

// For this folder's own files: what PEM text holds, as OpenSSL's objects.

#include <openssl/bio.h>
#include <openssl/x509.h>

#include <string_view>
#include <vector>

#include "core/secret.h"
#include "crypto/openssl.h"

namespace trunkline::crypto {

using Bio = core::CPtr<BIO, BIO_free_all>;
using X509Ptr = core::CPtr<X509, X509_free>;

/// In their order; what follows one that cannot be read is left out.
std::vector<X509Ptr> certificates_in(std::string_view pem);

/// Null where there is none that can be read, or it has a passphrase.
Key key_in(const core::Secret& pem);

}  // namespace trunkline::crypto
