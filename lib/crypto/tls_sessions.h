// SPDX-License-Identifier: MIT
#pragma once

// Sofia-SIP 1.12.11 frees the BIO of a TLS connection that ends, but never the SSL that owns it
// (tls_free): about 47 kB a connection are lost, measured with 800 of them. OpenSSL tells of every
// SSL that is made and of every BIO that is to go, which is enough to end the one with the other.

//
// The same moment, the begin of a handshake, lets a listener show another certificate than the one
// Sofia read when it was bound.

#include <cstddef>
#include <string_view>

#include "core/secret.h"
#include "crypto/certificate.h"

namespace trunkline::crypto {

/// From now on an SSL made by this thread ends as soon as the BIO it began its handshake with is
/// given up. For threads whose TLS is all made by such a library: the SSL must not be used, nor
/// freed, after its BIO. Throws core::Error where OpenSSL refuses.
void end_tls_sessions_with_their_bio();

/// Handshakes of this thread from now on show `next` where they would show `bound`, PEM, the
/// certificate that their listener began with. Connections there are go on as they are. Throws
/// core::Error where OpenSSL refuses; what read_certificate() returned with that key, it takes.
void show_certificate_instead(std::string_view bound, const Certificate& next,
                              const core::Secret& key_pem);

/// How many SSL of such threads there are in the process.
std::size_t count_tls_sessions() noexcept;

}  // namespace trunkline::crypto
