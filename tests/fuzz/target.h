// SPDX-License-Identifier: MIT
#pragma once

// How a fuzz target is written: `FUZZ_TARGET(sdp_session) { ... read `data`, `size` ...; return 0;
// }` in the file sdp_session_fuzz.cpp. With libFuzzer each is a program; without, all are one,
// which reads a corpus once.

#include <cstddef>
#include <cstdint>

namespace trunkline::fuzz {

/// Reads one input; 0 always. A fault ends the process.
using Target = int (*)(const std::uint8_t* data, std::size_t size);

/// Makes a target known by name to the program that replays corpora.
struct Known {
  Known(const char* name, Target target);
};

}  // namespace trunkline::fuzz

#ifdef TRUNKLINE_LIBFUZZER
#define FUZZ_TARGET(name) \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
#else
#define FUZZ_TARGET(name)                                                         \
  static int name##_target(const std::uint8_t* data, std::size_t size);           \
  static const trunkline::fuzz::Known name##_known(#name "_fuzz", name##_target); \
  static int name##_target(const std::uint8_t* data, std::size_t size)
#endif
