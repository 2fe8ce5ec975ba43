// SPDX-License-Identifier: MIT
#pragma once

// Recordings handed out: a thread each opens the sealed file, whether its samples are packed or
// not, and streams it, decrypted, as WAV into
// a pipe whose read end is given away. A file that is still written, or was never finalised, plays
// what is there.

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <thread>

#include "core/json.h"
#include "core/time.h"
#include "keystore/key_store.h"
#include "os/fd.h"
#include "os/reactor.h"

namespace trunkline::mediaplane {

struct PlaybackRange {
  core::Milliseconds from{0};
  std::optional<core::Milliseconds> to = {};
};

struct Opened {
  /// {"bytes" of the WAV, "duration_ms", "codec", "sample_rate", "channels", "is_finalised"}
  core::Json about;
  os::Fd read_end;
};

class Playbacks {
 public:
  Playbacks(os::Reactor& main, const keystore::KeyStore& keys);
  /// Cuts off what still plays.
  ~Playbacks();
  Playbacks(const Playbacks&) = delete;
  Playbacks& operator=(const Playbacks&) = delete;

  /// Calls `opened` on the main thread, once. Faults are the reader's, and try_again where too many
  /// play already. Throws core::Error when descriptors run out.
  using OnOpened = std::function<void(core::Result<Opened> opened)>;
  void play(const std::filesystem::path& file, const PlaybackRange& range, OnOpened opened);
  std::size_t running() const { return playing_.size(); }

  static constexpr std::size_t kMost = 32;

 private:
  struct Playing {
    OnOpened opened;  ///< belongs to the main thread, as what it answers does
    os::Pipe pipe;    ///< its write end is the thread's, its read end waits to be given away
    std::thread thread;
  };
  using Place = std::list<Playing>::iterator;
  void run(Place playing, const std::filesystem::path& file, const PlaybackRange& range);
  void post_to_main(std::function<void()> work);

  os::Reactor& main_;
  const keystore::KeyStore& keys_;
  std::atomic<bool> is_stopping_ = false;
  std::shared_ptr<bool> is_alive_;  ///< shared with work posted to the main thread
  std::list<Playing> playing_;
};

}  // namespace trunkline::mediaplane
