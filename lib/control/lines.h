// SPDX-License-Identifier: MIT
#pragma once

// Cuts a stream of bytes into lines and holds at most one unfinished line. A line longer than
// kLongestLine makes it overflow for good: what follows cannot be trusted to start where it seems.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trunkline::control {

class Lines {
 public:
  void append(std::string_view bytes);
  /// The next whole line without its newline (and without a carriage return before it).
  std::optional<std::string> next();

  bool has_overflowed() const noexcept { return has_overflowed_; }
  /// Bytes held.
  std::size_t size() const noexcept { return bytes_.size() - start_; }

 private:
  std::string bytes_;
  std::size_t start_ = 0;    ///< where the next line begins
  std::size_t scanned_ = 0;  ///< no newline before here
  bool has_overflowed_ = false;
};

}  // namespace trunkline::control
