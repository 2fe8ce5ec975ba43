// SPDX-License-Identifier: MIT
#pragma once

// Netstrings ("5:hello,"), the frames of baresip's ctrl_tcp module.

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::softphone {

std::string to_netstring(std::string_view payload);

/// Collects bytes and hands out whole frames. A frame over 1 MiB, or bytes that are no netstring,
/// are a fault; the reader is of no further use then.
class NetstringReader {
 public:
  void append(std::string_view bytes) { buffer_ += bytes; }
  /// The next frame's payload, or nothing while it is not complete.
  [[nodiscard]] core::Result<std::optional<std::string>> next();

 private:
  std::string buffer_;
};

}  // namespace trunkline::softphone
