// SPDX-License-Identifier: MIT

// verify_times FOLDER MEGABYTES ROUNDS
//
// Seals so many megabytes of stereo in ten-minute recordings, and opens all of it as verify does,
// on one thread. Prints "BYTES MILLISECONDS" for each round, milliseconds of the processor, ours
// and the kernel's for us, as openssl speed counts them; the files are in the page cache.

#include <fmt/format.h>

#include <ctime>

#include "crypto/random.h"
#include "sealed/writer.h"
#include "verify/engine.h"

namespace {

namespace core = trunkline::core;
namespace crypto = trunkline::crypto;
namespace keystore = trunkline::keystore;
namespace sealed = trunkline::sealed;
namespace verify = trunkline::verify;

constexpr sealed::Format kFormat{
    .codec = sealed::Codec::mulaw, .channels = 2, .sample_rate = 8000, .segment_ms = 2000};
constexpr int kSegments = 300;

void measure(const std::filesystem::path& folder, std::uint64_t megabytes, int rounds) {
  const core::Clock& clock = core::system_clock();
  keystore::KeyStore keys(folder / "keys.db", keystore::KeyRing::generate(clock.wall()));
  const auto root = folder / "recordings";
  std::filesystem::create_directory(root);
  const core::Bytes plain = crypto::random_bytes(kFormat.segment_size());
  const std::uint64_t each = std::uint64_t{kSegments} * kFormat.segment_size();
  for (std::uint64_t made = 0; made < megabytes * 1'000'000; made += each) {
    const auto now = clock.wall();
    auto writer = core::value_or_throw(sealed::Writer::create(
        root, {.recording = core::RecordingId::make(now), .format = kFormat, .started_at = now},
        keys));
    for (int i = 1; i < kSegments; ++i) core::value_or_throw(writer.append(plain));
    core::value_or_throw(writer.finalise(plain));
  }
  const verify::Files files = core::value_or_throw(verify::find_files(root));
  const auto with_key = verify::find_keys(keys);
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t begun = std::clock();
    const auto opened = verify::open_all(
        {.root = root}, files, {}, with_key, keys,
        [](const verify::Finding& finding) { fmt::print(stderr, "{}\n", finding.message); },
        [](const verify::Opened&) { return true; });
    const std::clock_t took = std::clock() - begun;
    fmt::print("{} {}\n", opened.bytes, took * 1000 / CLOCKS_PER_SEC);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: verify_times FOLDER MEGABYTES ROUNDS\n");
    return 64;
  }
  try {
    measure(argv[1], std::stoull(argv[2]), std::stoi(argv[3]));
  } catch (const std::exception& failure) {
    fmt::print(stderr, "verify_times: {}\n", failure.what());
    return 1;
  }
  return 0;
}
