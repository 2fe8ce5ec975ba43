// SPDX-License-Identifier: MIT
#pragma once

// Remembers what was answered to which cookie of which source, so that a retransmitted request is
// answered again and not done again. Bounded in time, number and bytes: the oldest leave first.

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.h"

namespace trunkline::ng {

class ReplyCache {
 public:
  struct Limits {
    core::Milliseconds life = core::Seconds(30);
    std::size_t max_replies = 16'384;
    std::size_t max_bytes = std::size_t{64} * 1024 * 1024;
  };
  explicit ReplyCache(Limits limits) : limits_(limits) {}

  enum class Known : std::uint8_t { unknown, in_progress, answered };
  struct Lookup {
    Known known = Known::unknown;
    std::string_view reply = {};  ///< valid until the next call
  };
  /// What is known of this request; an unknown one is in progress from now on.
  Lookup begin(std::string_view source, std::string_view cookie, core::SteadyTime now);
  /// The answer to a request; dropped where the request has left the cache already.
  void finish(std::string_view source, std::string_view cookie, std::string reply);

  std::size_t size() const noexcept { return replies_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Age {
    std::string key;
    core::SteadyTime begun;
  };
  void drop_old(core::SteadyTime now);
  void drop_oldest();

  Limits limits_;
  std::unordered_map<std::string, std::optional<std::string>> replies_;
  std::deque<Age> ages_;  ///< in the order they began
  std::size_t bytes_ = 0;
};

}  // namespace trunkline::ng
