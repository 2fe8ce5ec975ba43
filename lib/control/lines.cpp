// SPDX-License-Identifier: MIT
#include "control/lines.h"

#include "control/message.h"

namespace trunkline::control {

void Lines::append(std::string_view bytes) {
  if (has_overflowed_) return;
  // Dropping what was taken only when it is most of the buffer keeps the cost linear.
  if (start_ > bytes_.size() / 2) {
    bytes_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
  }
  bytes_ += bytes;
}

std::optional<std::string> Lines::next() {
  if (has_overflowed_) return std::nullopt;
  const std::size_t end = bytes_.find('\n', scanned_);
  const std::size_t length = (end == std::string::npos ? bytes_.size() : end) - start_;
  if (length > kLongestLine) {
    has_overflowed_ = true;
    bytes_ = {};
    start_ = scanned_ = 0;
    return std::nullopt;
  }
  if (end == std::string::npos) {
    scanned_ = bytes_.size();
    if (start_ == bytes_.size()) {
      // Empty: a burst's memory is not kept for a quiet connection.
      bytes_ = {};
      start_ = scanned_ = 0;
    }
    return std::nullopt;
  }
  std::string line = bytes_.substr(start_, length);
  if (line.ends_with('\r')) line.pop_back();
  start_ = scanned_ = end + 1;
  return line;
}

}  // namespace trunkline::control
