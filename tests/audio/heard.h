// SPDX-License-Identifier: MIT
#pragma once

// What libsndfile, a reader of others, finds in a sound file of ours.

#include <sndfile.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "core/cptr.h"

namespace trunkline::audio {

using SoundFile = core::CPtr<SNDFILE, sf_close>;

struct Heard {
  SF_INFO info{};
  std::vector<std::int16_t> samples;

  double rate() const { return info.samplerate; }
  std::vector<std::int16_t> channel(std::size_t index) const {
    std::vector<std::int16_t> one;
    const auto step = static_cast<std::size_t>(info.channels);
    for (std::size_t i = index; i < samples.size(); i += step) one.push_back(samples[i]);
    return one;
  }
};

/// All of it; it must have so many channels.
inline Heard listen(const std::filesystem::path& path, int channels) {
  Heard heard;
  const SoundFile file(sf_open(path.c_str(), SFM_READ, &heard.info));
  REQUIRE(file);
  REQUIRE(heard.info.channels == channels);
  heard.samples.resize(static_cast<std::size_t>(heard.info.frames * channels));
  CHECK(sf_readf_short(file.get(), heard.samples.data(), heard.info.frames) == heard.info.frames);
  return heard;
}

}  // namespace trunkline::audio
