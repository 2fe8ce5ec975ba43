// SPDX-License-Identifier: MIT
#pragma once

// Who is heard at all. The agent asks about every message as soon as its first line is read, before
// headers are parsed, and tells of those that turn out broken. Called on the root's thread inside
// Sofia's parser: it must be quick, and must not throw, send or destroy anything.

#include "os/address.h"

namespace trunkline::sip {

class Doorkeeper {
 public:
  virtual ~Doorkeeper() = default;
  /// A message that is not admitted is dropped without a word.
  virtual bool admits(const os::Address& from) noexcept = 0;
  /// A message that is no SIP: a header that cannot be read, or one that every message needs is
  /// missing (RFC 3261 8.1.1).
  virtual void malformed(const os::Address& from) noexcept = 0;
};

}  // namespace trunkline::sip
