// SPDX-License-Identifier: MIT
#pragma once

// Bytes that must not be printed, compared with == or left in memory. Wiped on destruction and when
// moved from.

#include <cstddef>
#include <string_view>

#include "core/bytes.h"

namespace trunkline::core {

class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView bytes);
  explicit Secret(std::string_view text) : Secret(as_bytes(text)) {}
  /// `size` zero bytes, to be filled through writable().
  static Secret of_size(std::size_t size);

  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool operator==(const Secret&) const = delete;

  bool empty() const noexcept { return bytes_.empty(); }
  std::size_t size() const noexcept { return bytes_.size(); }
  /// The only way to the bytes; a reader can search for its callers.
  ByteView reveal() const noexcept { return bytes_; }
  std::string_view reveal_text() const noexcept { return as_text(bytes_); }
  std::span<std::byte> writable() noexcept { return bytes_; }

 private:
  void wipe() noexcept;
  Bytes bytes_;
};

}  // namespace trunkline::core
