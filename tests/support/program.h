// SPDX-License-Identifier: MIT
#pragma once

// A program under test as a child process whose output is kept in a file and shown when the test
// fails.

#include <filesystem>
#include <string>
#include <vector>

#include "core/time.h"
#include "os/process.h"

namespace trunkline::test {

/// Within this comes what comes at once, on a busy machine, too.
inline constexpr core::Milliseconds kSoon = core::Seconds(10);

/// Asks every few milliseconds until the answer is yes; false when `timeout` is over. For states
/// that no event tells; not for waiting a fixed time.
bool wait_until(const std::function<bool()>& is_so, core::Milliseconds timeout = kSoon);

/// The program's path: ours from the build tree, others from PATH.
std::string program_path(const std::string& name);

/// A whole file; empty where there is none.
std::string text_of(const std::filesystem::path& path);

/// The words of a command line.
using Words = std::vector<std::string>;

class Program {
 public:
  Program() = default;
  /// `log` is appended to, so that a restart goes on in the same file.
  Program(std::string name, std::vector<std::string> arguments, std::filesystem::path log,
          std::vector<std::pair<std::string, std::string>> environment = {});
  Program(Program&&) = default;
  Program& operator=(Program&&) = delete;
  /// SIGTERM, then SIGKILL; shows the log when the test has failed.
  ~Program();

  const std::string& name() const noexcept { return name_; }
  pid_t pid() const noexcept { return child_.pid(); }
  bool is_running() { return child_.is_running(); }

  /// Asserts that it does not run.
  void start();
  /// As an operator would; returns how it ended.
  os::Exit stop(core::Milliseconds grace = core::Seconds(20));
  /// SIGKILL, and waits for its end.
  void kill9();
  bool signal(int number) { return child_.send_signal(number); }
  std::optional<os::Exit> wait(core::Milliseconds timeout) { return child_.wait(timeout); }

  std::string log() const;
  /// Open descriptors, for tests that count what is left.
  std::size_t open_descriptors() const;
  /// Memory it holds, in KiB (VmRSS).
  std::size_t resident_kib() const;
  /// CPU seconds, user and system, of /proc/PID/stat.
  double cpu_seconds() const;

 private:
  std::string name_;
  std::vector<std::string> arguments_;
  std::filesystem::path log_;
  std::vector<std::pair<std::string, std::string>> environment_;
  os::Child child_;
};

}  // namespace trunkline::test
