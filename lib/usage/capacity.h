// SPDX-License-Identifier: MIT
#pragma once

// How much room recordings of so many calls need. Pure.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::usage {

/// What a minute of one channel takes in a codec, as recorderd and retention write it.
struct CodecRate {
  std::string_view name;
  std::uint64_t bytes_per_minute;
};
const std::vector<CodecRate>& codec_rates();
[[nodiscard]] core::Result<std::uint64_t> bytes_per_minute(std::string_view codec, int channels);

struct Load {
  std::uint64_t calls_per_day = 0;
  double minutes = 0;  ///< of a call
  std::uint64_t days = 30;
  std::uint64_t bytes_per_minute = 0;  ///< of all channels
};
std::uint64_t bytes_of(const Load& load);
/// A quota with room above it: twice as much up to 500 GB, beyond that a third more; in steps of
/// 50 GB.
std::uint64_t quota_for(std::uint64_t bytes);

/// Calls a day and minutes a call that the table of examples shows.
struct Example {
  std::uint64_t calls_per_day;
  double minutes;
};
const std::vector<Example>& examples();

}  // namespace trunkline::usage
