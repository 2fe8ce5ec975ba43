// SPDX-License-Identifier: MIT
#pragma once

// Opens recordings' files segment by segment, all or a sample, and looks what else lies below
// recording.path. What it reads it only reads: recorderd goes on meanwhile.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "keystore/key_store.h"
#include "verify/reconcile.h"

namespace trunkline::verify {

/// Walks `root`. A root that is not there is a fault (no_input).
[[nodiscard]] core::Result<Files> find_files(const std::filesystem::path& root);
/// The recordings that have a key.
std::set<core::RecordingId> find_keys(const keystore::KeyStore& keys);

struct Options {
  std::filesystem::path root = {};
  /// Of 1000 recordings so many are opened, the same ones for the same seed; 1000: all.
  std::uint32_t per_thousand = 1000;
  std::uint64_t seed = 0;
  unsigned threads = 1;
  std::uint64_t bytes_per_second = 0;  ///< over all threads; 0: as fast as it goes
  core::RecordingId after = {};        ///< goes on behind this one: where the last run ended
};

struct Opened {
  std::uint64_t recordings = 0;
  std::uint64_t bytes = 0;  ///< ciphertext
  std::uint64_t faulty = 0;
  core::RecordingId last = {};  ///< all up to this one are done
  bool was_stopped = false;
};

/// Opens the files in the order of their ids. `on_finding` and `on_progress` are called in this
/// thread; when on_progress is called everything up to `last` is done, so that a run that is cut
/// short goes on behind it, and `false` from it ends the run. Recordings without a key are passed
/// over: reconcile() tells of them. `rows` says which files must have their end.
[[nodiscard]] Opened open_all(const Options& options, const Files& files,
                              const std::map<core::RecordingId, Row>& rows,
                              const std::set<core::RecordingId>& with_key,
                              const keystore::KeyStore& keys,
                              const std::function<void(const Finding&)>& on_finding,
                              const std::function<bool(const Opened&)>& on_progress);

}  // namespace trunkline::verify
