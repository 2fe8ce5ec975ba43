// SPDX-License-Identifier: MIT
#pragma once

// A scribe with a journal and keys of its own in a temporary folder, to which nobody listens.

#include <atomic>
#include <memory>

#include "mediaplane/scribe.h"
#include "support/temporary_directory.h"

namespace trunkline::mediaplane {

struct SilentScribe final : ScribeListener {
  explicit SilentScribe(const core::Clock& clock)
      : scribe({.recordings = directory.path(),
                .journal = *journal,
                .keys = keys,
                .clock = clock,
                .listener = *this}) {}

  void recording_changed(core::RecordingId, RecordingStatus, core::Json) override {}
  void media_ended(core::Json) override { ++ended; }

  std::atomic<std::size_t> ended = 0;
  test::TemporaryDirectory directory;
  std::unique_ptr<journal::Journal> journal =
      journal::Journal::open(directory.path() / "journal.db");
  keystore::KeyStore keys{directory.path() / "keys.db"};
  Scribe scribe;
};

}  // namespace trunkline::mediaplane
