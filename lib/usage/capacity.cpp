// SPDX-License-Identifier: MIT
#include "usage/capacity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/text.h"

namespace trunkline::usage {
namespace {

constexpr std::uint64_t kGigabyte = 1'000'000'000;
constexpr std::uint64_t kStep = 50 * kGigabyte;
constexpr std::uint64_t kLarge = 500 * kGigabyte;

}  // namespace

const std::vector<CodecRate>& codec_rates() {
  // Samples a second times bytes a sample times 60; FLAC of speech takes about half of it, Opus is
  // written at 24 kbit/s.
  static const std::vector<CodecRate> kRates{{"pcmu", 480'000}, {"pcma", 480'000},
                                             {"pcm", 960'000},  {"pcm-16k", 1'920'000},
                                             {"flac", 480'000}, {"opus", 180'000}};
  return kRates;
}

core::Result<std::uint64_t> bytes_per_minute(std::string_view codec, int channels) {
  std::vector<std::string> names;
  for (const CodecRate& rate : codec_rates()) {
    if (rate.name == codec) return rate.bytes_per_minute * static_cast<std::uint64_t>(channels);
    names.emplace_back(rate.name);
  }
  return core::fault(core::ExitCode::usage, fmt::format("no codec is called '{}'", codec),
                     "use one of: " + core::join(names, ", "));
}

std::uint64_t bytes_of(const Load& load) {
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(load.calls_per_day) *
                                                 load.minutes * static_cast<double>(load.days) *
                                                 static_cast<double>(load.bytes_per_minute)));
}

std::uint64_t quota_for(std::uint64_t bytes) {
  const std::uint64_t wanted = bytes <= kLarge ? bytes * 2 : bytes + bytes / 3;
  return std::max(kStep, (wanted + kStep - 1) / kStep * kStep);
}

const std::vector<Example>& examples() {
  static const std::vector<Example> kExamples{{100, 3}, {500, 5}, {1000, 5}, {5000, 5}};
  return kExamples;
}

}  // namespace trunkline::usage
