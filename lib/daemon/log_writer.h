// SPDX-License-Identifier: MIT
#pragma once

// The log sink of a daemon: whoever logs only puts the record into a bounded queue; one thread of
// its own writes, so that a slow disk, terminal or journal never stops a call. When the queue is
// full records are dropped and counted, and the count is logged once there is room again.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "core/locked.h"
#include "core/log.h"
#include "core/time.h"
#include "os/fd.h"

namespace trunkline::daemon {

enum class LogFormat : std::uint8_t { logfmt, journal };

struct LogTarget {
  std::string identifier = {};  ///< the daemon's name, for the journal
  LogFormat format = LogFormat::logfmt;
  int descriptor = 2;           ///< where logfmt lines go; stays the caller's
  std::size_t capacity = 8192;  ///< records in the queue
};

class LogWriter final : public core::LogSink {
 public:
  LogWriter(LogTarget target, core::LogLevel level,
            const core::Clock& clock = core::system_clock());
  /// Writes what is queued, for a second at most. Nobody may log to it any more.
  ~LogWriter() override;
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  core::LogLevel level() const noexcept override { return level_.load(); }
  void set_level(core::LogLevel level) noexcept { level_.store(level); }
  void write(core::LogRecord&& record) noexcept override;

 private:
  struct Entry {
    core::Time at;
    core::LogRecord record;
  };
  struct Queue {
    std::vector<Entry> entries;
    std::uint64_t dropped = 0;
    bool is_ending = false;
  };

  void run();
  /// False once the writer is to end and nothing is queued.
  bool write_batch();
  void write_text(std::string_view text);
  bool wait_until_writable();

  LogTarget target_;
  std::atomic<core::LogLevel> level_;
  const core::Clock& clock_;
  core::Locked<Queue> queue_;
  os::Fd wakeup_;                    ///< eventfd: the queue is no longer empty
  os::Fd end_;                       ///< eventfd: stop waiting for the descriptor
  core::SteadyTime end_deadline_{};  ///< writer thread only
  std::thread thread_;               ///< last: it uses the others
};

}  // namespace trunkline::daemon
